"""Files of every sort that `--known` reads, from their bytes."""

import json
from collections.abc import Iterator

import pytest
from books import book, device, document
from hypothesis import given, settings
from hypothesis import strategies as st
from test_records_sheets import workbook

from camfinder.document import dumps
from camfinder.model import CamfinderError
from camfinder.records.known import MAX_BYTES, read_known, read_sightings
from camfinder.records.record import Record

MAC = "00:40:8c:00:00:01"
SNIPE = """\
"Asset Name","Asset Tag","Serial","Model","Model No.","Category","Manufacturer","Status",\
"Location","IP Address","MAC Address"
"Tor 1","A-0001","B8A44F000001","AXIS P3245-V","01591-001","Cameras","Axis","Deployed","Hof",\
"10.0.0.5","00:40:8C:00:00:01"
"""
NETBOX = """\
name,role,tenant,manufacturer,device_type,serial,asset_tag,status,site,location,primary_ip4
tor-1,camera,,Axis,P3245-V,B8A44F000001,A-0001,active,HQ,Hof,10.0.0.5/24
"""
NETBOX_TABLE = """\
Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,Serial number,IP Address,Description
tor-1,Active,,HQ,Hof,,Camera,Axis,P3245-V,B8A44F000001,10.0.0.5/24,
"""
MILESTONE = """\
HardwareName;HardwareAddress;HardwarePort;HardwareUsername;HardwarePassword;HardwareDriverID;\
HardwareSerialNumber;HardwareModel;HardwareMacAddress;CameraName
Tor 1;http://10.0.0.5/;80;root;geheim;1234;B8A44F000001;AXIS P3245-V;00408C000001;Tor 1 - Kamera 1
"""
GENETEC = """\
Unit,Unit type,Manufacturer,Product type,Role,Firmware version,IP address,Physical address,State
Tor 1,Video,Axis,P3245-V,Archiver,9.80.3,10.0.0.5,00:40:8c:00:00:01,Online
"""
EXACQ = """\
Server,Device Name,IP Address,Manufacturer,Model,Firmware,MAC Address,Serial Number,Status
exacq1,Tor 1,10.0.0.5,Axis,P3245-V,9.80.3,00408C000001,B8A44F000001,Connected
"""
KEA = """\
address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,\
user_context,pool_id
10.0.0.9,00:40:8c:00:00:09,,4000,1770000000,1,0,0,gone,0,,0
10.0.0.5,aa:bb:cc:00:00:02,,4000,1770000000,1,0,0,old,0,,0
10.0.0.5,00:40:8c:00:00:01,,4000,1770000100,1,0,0,tor-1.,0,,0
10.0.0.9,00:40:8c:00:00:09,,0,1770000200,1,0,0,gone,0,,0
10.0.0.7,00:40:8c:00:00:07,,4000,1770000200,1,0,0,reclaimed,2,,0
"""
ISC = """\
# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;
lease 10.0.0.5 {
  starts 6 2026/02/28 10:00:00;
  ends 6 2026/02/28 22:00:00;
  binding state active;
  hardware ethernet aa:bb:cc:00:00:02;
}
lease 10.0.0.9 {
  binding state free;
  hardware ethernet 00:40:8c:00:00:09;
}
lease 10.0.0.5 {
  starts 0 2026/03/01 10:00:00;
  ends 0 2026/03/01 22:00:00;
  cltt 0 2026/03/01 10:00:00;
  binding state active;
  next binding state free;
  hardware ethernet 00:40:8c:00:00:01;
  uid "\\001\\000@\\214\\000\\000\\001";
  client-hostname "tor-1";
}
"""
DNSMASQ = """\
1770000000 00:40:8c:00:00:01 10.0.0.5 tor-1 01:00:40:8c:00:00:01
duid 00:01:00:01:2b:aa:bb:cc:00:11:22:33:44:55
"""
WINDOWS = """\
#TYPE Microsoft.Management.Infrastructure.CimInstance#root/Microsoft/Windows/DHCP/DhcpServerv4Lease
"IPAddress","ScopeId","AddressState","ClientId","HostName","LeaseExpiryTime","ServerIP"
"10.0.0.5","10.0.0.0","Active","00-40-8c-00-00-01","tor-1.example.org","01.03.2026 10:00:00",
"""
WINDOWS_CONSOLE = (
    "Client-IP-Adresse\tName\tLeaseablaufdatum\tTyp\tEindeutige ID\tBeschreibung\r\n"
    "10.0.0.5\ttor-1.example.org\t01.03.2026 10:00\tDHCP\t00408c000001\t\r\n"
)
FULL = {
    "snipe-it": SNIPE,
    "netbox csv": NETBOX,
    "netbox table": NETBOX_TABLE,
    "milestone": MILESTONE,
    "genetec": GENETEC,
    "exacq": EXACQ,
}
LEASES = {
    "kea": KEA,
    "isc": ISC,
    "dnsmasq": DNSMASQ,
    "windows": WINDOWS,
    "windows console": WINDOWS_CONSOLE,
}


def one(data: bytes | str, **said: str) -> Record:
    """The only record of a file."""
    raw = data.encode() if isinstance(data, str) else data
    [record] = read_known(raw, "x", said).records
    return record


@pytest.mark.parametrize("program", FULL)
def test_exports_of_programs(program: str) -> None:
    """Asset management, NetBox and video management: what they have in common is read."""
    record = one(FULL[program])
    assert record.addresses == ("10.0.0.5",)
    assert record.macs == ((MAC,) if "00408" in FULL[program].upper().replace(":", "") else ())
    assert (record.name or "").casefold().replace(" ", "-") in {"tor-1", "tor-1---kamera-1"}
    assert "P3245-V" in (record.model or "")
    assert record.serial in {"B8A44F000001", None}
    assert "geheim" not in repr(record)


@pytest.mark.parametrize("server", LEASES)
def test_leases(server: str) -> None:
    """The last word on an address counts; what was released or has expired does not."""
    record = one(LEASES[server])
    assert (record.addresses, record.macs) == (("10.0.0.5",), (MAC,))
    assert (record.hostname or record.name or "").partition(".")[0] == "tor-1"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("10.0.0.5\n", ("10.0.0.5", None)),
        ("# cameras\n\n10.0.0.5   # gate\n", ("10.0.0.5", None)),
        ("00:40:8C:00:00:01\r\n", (None, MAC)),
        ("00408c000001", (None, MAC)),
        ("10.0.0.5;00408c000001\n", ("10.0.0.5", MAC)),
        ("IP\n10.0.0.5", ("10.0.0.5", None)),
    ],
)
def test_plain_lists(text: str, fields: tuple[str | None, str | None]) -> None:
    """A list of addresses or MACs, with comments, without a header."""
    record = one(text)
    got = (next(iter(record.addresses), None), next(iter(record.macs), None))
    assert got == fields


def test_plain_list_of_both() -> None:
    """Addresses and MACs below each other, with notes: every line is a record, not MACs alone."""
    read = read_known(b"# ours\n10.0.0.5\n00:40:8c:00:00:01   # gate\n10.0.0.7/24\n", "x", {})
    got = [(*record.addresses, *record.macs) for record in read.records]
    assert got == [("10.0.0.5",), (MAC,), ("10.0.0.7",)]


def test_description_is_no_model() -> None:
    """What people write of a Windows lease is a name, at most: no model that could differ."""
    record = one(
        "IPAddress,ScopeId,AddressState,ClientId,Description,HostName\n"
        "10.0.0.5,10.0.0.0,Active,00-40-8c-00-00-01,Camera at the gate,tor-1\n"
    )
    assert (record.model, record.hostname) == (None, "tor-1")


def test_entity_name() -> None:
    """Genetec: an entity's name is the name, its logical id is a number."""
    record = one('Entity name,Logical ID,IP address\n"Gate - Camera - 01",12,10.0.0.5\n')
    assert record.name == "Gate - Camera - 01"


def test_workbook_of_several_sheets() -> None:
    """A workbook is read like a CSV file; the row is the one that the user sees."""
    rows: list[list[object]] = [["Inventar"], [], ["Name", "IP-Adresse"], ["Tor", "10.0.0.5"]]
    record = one(workbook(rows, title="Haus A"))
    assert (record.source, record.row, record.name) == ("x#Haus A", 4, "Tor")


def test_inventory_document() -> None:
    """What was seen in an earlier run is what is known now."""
    seen = device(id="d", address="10.0.0.5", mac=MAC, serial="B8A44F000001", brand="Axis")
    known = read_known(dumps(document([seen])), "x", {})
    assert known.form == "inventory document"
    assert known.records[0].macs == (MAC,)


def test_values_in_the_wrong_column() -> None:
    """Swapped columns are put right, and the record says so."""
    head = "Name;IP;MAC;Hersteller;Modell;Seriennummer\n"
    rows = "".join(f"T{n};10.0.1.{n};00408c0000{n:02x};Axis;P3245;S{n}0000A\n" for n in range(9))
    swapped = (
        "X;00408c0000ff;10.0.0.5;P3245;Axis;S90000A\nY;10.0.0.6;S80000B;Axis;P3245;00408c0000fe\n"
    )
    *_, one_, other = read_known((head + rows + swapped).encode(), "x", {}).records
    assert (one_.addresses, one_.macs) == (("10.0.0.5",), ("00:40:8c:00:00:ff",))
    assert (one_.brand, one_.model) == ("Axis", "P3245")
    assert (other.macs, other.serial) == (("00:40:8c:00:00:fe",), "S80000B")
    assert one_.notes
    assert other.notes


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b",,,\n,,,\n", "is empty"),
        (b"Name;Farbe\nTor;rot\n", "no column of addresses.*'Name', 'Farbe'.*--map"),
        (b'{"a": 1}', "not an inventory document"),
        (b"<nmaprun><!DOCTYPE x [<!ENTITY a 'b'>]></nmaprun>", "entities"),
        (bytes(range(256)) * 50, "no text file"),
    ],
    ids=["nothing", "bom", "commas", "strange", "json", "entities", "binary"],
)
def test_wrong_files(data: bytes, message: str) -> None:
    """One line that says what is wrong and what to do."""
    with pytest.raises(CamfinderError, match=message) as caught:
        read_known(data, "x", {})
    assert "\n" not in str(caught.value)


def test_too_long() -> None:
    """What is longer than a list can be is refused before it is looked at."""
    with pytest.raises(CamfinderError, match="longer than 64 MiB"):
        read_known(b"10.0.0.1\n" * (MAX_BYTES // 9 + 1), "x", {})


def _pieces() -> Iterator[bytes]:
    yield from (text.encode() for text in (*FULL.values(), *LEASES.values()))
    yield MILESTONE.encode("utf-16")
    yield json.dumps({"schema": "x", "devices": [1]}).encode()
    yield b"10.0.0.1 dev eth0 lladdr 00:40:8c:00:00:01 REACHABLE\n"
    yield b'<nmaprun><host><status state="up"/><address addr="10.0.0.5"/></host></nmaprun>'


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(_pieces())), st.data())
def test_damaged_files(piece: bytes, data: st.DataObject) -> None:
    """Cut, flipped and spliced files give records or the one error, nothing else."""
    cut = data.draw(st.integers(0, len(piece)))
    noise = data.draw(st.binary(max_size=40))
    made = piece[:cut] + noise + piece[cut + data.draw(st.integers(0, 9)) :]
    for read in (read_known, read_sightings):
        try:
            read(made, "x", {})
        except CamfinderError as error:
            assert len(str(error).splitlines()) == 1


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_arbitrary_bytes(data: bytes) -> None:
    """The same of bytes that are nothing."""
    for read in (read_known, read_sightings):
        try:
            read(data, "x", {})
        except CamfinderError as error:
            assert str(error)


def test_ten_thousand_rows_are_read() -> None:
    """Every row of the generated list is a record at its row."""
    made = book(3, 500)
    known = read_known(made.text.encode("utf-16"), "x", {})
    assert [record.row for record in known.records] == list(range(2, len(made.truth) + 2))
