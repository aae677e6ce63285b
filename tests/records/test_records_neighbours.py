"""ARP and MAC tables of many makes, nmap's XML, leases: as evidence."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camfinder.model import CamfinderError
from camfinder.records.known import read_known, read_sightings
from camfinder.records.record import Sighting

MAC = "00:40:8c:12:34:56"
ARP = {
    "cisco ios": """\
sw1#show ip arp
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  10.0.0.5                5   0040.8c12.3456  ARPA   Vlan10
Internet  10.0.0.9                0   Incomplete      ARPA
""",
    "cisco nx-os": """\
Flags: * - Adjacencies learnt on non-active FHRP router
IP ARP Table for context default
Address         Age       MAC Address     Interface       Flags
10.0.0.5        00:10:12  0040.8c12.3456  Vlan10
""",
    "juniper": """\
MAC Address       Address         Name                      Interface               Flags
00:40:8c:12:34:56 10.0.0.5        10.0.0.5                  ge-0/0/5.0              none
Total entries: 1
""",
    "procurve": """\
 IP ARP table
  IP Address       MAC Address         Type    Port
  ---------------  ------------------  ------- ----
  10.0.0.5         00408c-123456       dynamic A1
""",
    "aruba cx": """\
IPv4 Address     MAC                Port         Physical Port                        State
10.0.0.5         00:40:8c:12:34:56  vlan10       1/1/5                                reachable
""",
    "comware": """\
  Type: S-Static   D-Dynamic   O-Openflow   R-Rule   M-Multiport  I-Invalid
IP address      MAC address    VLAN/VSI   Interface                Aging Type
10.0.0.5        0040-8c12-3456 10         GE1/0/5                  20    D
""",
    "linux arp -an": "? (10.0.0.5) at 00:40:8c:12:34:56 [ether] on eth0\n"
    "? (10.0.0.9) at <incomplete> on eth0\n",
    "linux arp -n": """\
Address                  HWtype  HWaddress           Flags Mask            Iface
10.0.0.5                 ether   00:40:8c:12:34:56   C                     eth0
10.0.0.9                         (incomplete)                              eth0
""",
    "ip neigh": "10.0.0.5 dev eth0 lladdr 00:40:8c:12:34:56 REACHABLE\n10.0.0.9 dev eth0  FAILED\n"
    "10.0.0.8 dev eth0 lladdr 00:40:8c:99:99:99 FAILED\n",
    "macos": "? (10.0.0.5) at 0:40:8c:12:34:56 on en0 ifscope [ethernet]\n"
    "? (224.0.0.251) at 1:0:5e:0:0:fb on en0 ifscope permanent [ethernet]\n",
    "windows": """\

Schnittstelle: 10.0.0.2 --- 0x7
  Internetadresse       Physische Adresse     Typ
  10.0.0.5              00-40-8c-12-34-56     dynamisch
  10.0.0.255            ff-ff-ff-ff-ff-ff     statisch
  224.0.0.22            01-00-5e-00-00-16     statisch
""",
    "csv": "IP Address,MAC Address,Interface\n10.0.0.5,00:40:8c:12:34:56,Gi1/0/5\n",
    "windows csv": '"IPAddress";"LinkLayerAddress";"State"\n'
    '"10.0.0.5";"00-40-8C-12-34-56";"Reachable"\n',
}
TABLES = {
    "cisco": """\
          Mac Address Table
Vlan    Mac Address       Type        Ports
----    -----------       --------    -----
 All    0100.0ccc.cccc    STATIC      CPU
 All    0040.8c00.0001    STATIC      CPU
  10    0040.8c12.3456    DYNAMIC     Gi1/0/5
Total Mac Addresses for this criterion: 2
""",
    "nx-os": """\
   VLAN     MAC Address      Type      age     Secure NTFY Ports
---------+-----------------+--------+---------+------+----+------------------
*   10     0040.8c12.3456   dynamic  0         F      F    Eth1/5
""",
    "juniper": """\
Ethernet switching table : 1 entries, 1 learned
   Vlan                MAC                 MAC      Age    Logical                NH
   name                address             flags           interface              Index
   cams                00:40:8c:12:34:56   D          -   ge-0/0/5.0             0
""",
    "procurve": "  MAC Address   Port  VLAN\n  ------------- ----- ----\n"
    "  00408c-123456 5     10\n",
    "csv": "VLAN;MAC-Adresse;Port\n10;0040.8c12.3456;Gi1/0/5\n",
}
NMAP = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///usr/share/nmap/nmap.xsl" type="text/xsl"?>
<nmaprun scanner="nmap" args="nmap -oX - 10.0.0.0/24" start="1770000000" version="7.95">
<host starttime="1770000000" endtime="1770000060"><status state="up" reason="arp-response"/>
<address addr="10.0.0.5" addrtype="ipv4"/><address addr="{MAC.upper()}" addrtype="mac" vendor="Axis"/>
<hostnames><hostname name="tor-1.example.org" type="PTR"/></hostnames>
<ports><port protocol="tcp" portid="554"><state state="open"/><service name="rtsp" product="Axis"/></port>
<port protocol="tcp" portid="23"><state state="closed"/><service name="telnet"/></port></ports></host>
<host><status state="down"/><address addr="10.0.0.9" addrtype="ipv4"/></host>
</nmaprun>
"""  # noqa: E501 - as nmap writes it


def seen(text: str) -> list[Sighting]:
    """The entries of a file of evidence."""
    return read_sightings(text.encode(), "x", {})[1]


@pytest.mark.parametrize("make", ARP)
def test_arp_tables(make: str) -> None:
    """The one device with an address and a MAC; no incomplete entries, no groups."""
    [entry] = seen(ARP[make])
    assert (entry.address, entry.mac, entry.kind) == ("10.0.0.5", MAC, "arp")
    assert entry.row >= 1
    assert "10.0.0.5" in entry.raw


@pytest.mark.parametrize("make", TABLES)
def test_mac_tables(make: str) -> None:
    """MACs without addresses; the switch's own are left out."""
    [entry] = seen(TABLES[make])
    assert (entry.address, entry.mac) == (None, MAC)


@pytest.mark.parametrize("make", [*ARP, *TABLES])
def test_tables_are_lists_too(make: str) -> None:
    """The same file as `--known`: what the switch saw should be there."""
    text = {**TABLES, **ARP}[make]
    assert {record.macs for record in read_known(text.encode(), "x", {}).records} == {(MAC,)}


def test_names_of_neighbours() -> None:
    """`arp -a` tells names of hosts."""
    [entry] = seen("tor-1.example.org (10.0.0.5) at 00:40:8c:12:34:56 [ether] on eth0\n")
    assert entry.hostname == "tor-1.example.org"


def test_nmap() -> None:
    """Hosts that were up, with names, open ports, and the time."""
    [entry] = seen(NMAP)
    assert (entry.address, entry.mac, entry.kind) == ("10.0.0.5", MAC, "nmap")
    assert entry.hostname == "tor-1.example.org"
    assert entry.services == ((554, "tcp", "rtsp Axis"),)
    assert entry.at == datetime(2026, 2, 2, 2, 41, tzinfo=UTC)
    cut = NMAP[: NMAP.index("<host><status")]
    assert len(seen(cut)) == 1


def test_files_without_evidence() -> None:
    """A list of names only is no evidence."""
    with pytest.raises(CamfinderError, match="no addresses or MACs in it"):
        seen("Hostname\ncam-1.example.org\n")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted([*ARP.values(), *TABLES.values(), NMAP])), st.data())
def test_damaged_tables(text: str, data: st.DataObject) -> None:
    """Cut and noisy tables give entries or the one error, nothing else."""
    at = data.draw(st.integers(0, len(text)))
    made = text[:at] + data.draw(st.text(max_size=20)) + text[at + data.draw(st.integers(0, 5)) :]
    try:
        for entry in read_sightings(made.encode("utf-8", "replace"), "x", {})[1]:
            assert entry.mac or entry.address
    except CamfinderError as error:
        assert len(str(error).splitlines()) == 1
