"""Evidence of other tools in the document: hints with their origin, and nothing more."""

import pytest
from books import device, document
from shipped import engine

from camfinder.document import DeviceDoc, Document, dumps, loads
from camfinder.flow.imported import add, imported
from camfinder.records.known import read_sightings

AXIS, HIKVISION, PRINTER = "00:40:8c:12:34:56", "44:19:b6:12:34:56", "00:1e:0b:12:34:56"


def after(text: str, *devices: DeviceDoc) -> Document:
    """The document of these devices with a file of evidence added."""
    made = document(devices)
    form, seen = read_sightings(text.encode(), "arp.txt", {})
    add(made, [imported("arp.txt", text.encode(), form, seen)], engine())
    return loads(dumps(made), "x")


def line(address: str, mac: str) -> str:
    """An entry as `ip neigh` prints it."""
    return f"{address} dev eth0 lladdr {mac} REACHABLE\n"


def test_a_device_that_no_sweep_has_seen() -> None:
    """A camera maker's MAC makes a possible camera, with file and line as evidence."""
    made = after(line("10.0.0.9", PRINTER) + line("10.0.0.5", HIKVISION))
    by_address = {each.address: each for each in made.devices}
    found = by_address["10.0.0.5"]
    assert (found.mac, found.surveillance, found.possible) == (HIKVISION, None, True)
    assert found.confidence == "low"
    assert {item.where for item in found.evidence} == {"arp.txt#2"}
    assert {item.strength for item in found.evidence} == {"hint"}
    assert not by_address["10.0.0.9"].possible
    assert [source.name for source in made.run.sources] == ["arp.txt"]


def test_a_mac_for_a_known_device() -> None:
    """A device across a router gets its MAC and its maker's hint; what it says itself stays."""
    known = device(id="ip-10.0.0.5", address="10.0.0.5", kind="unknown", surveillance=None)
    [found] = after(line("10.0.0.5", AXIS), known).devices
    assert (found.id, found.mac, found.possible) == ("ip-10.0.0.5", AXIS, True)
    ids = {item.id for item in found.evidence}
    assert all(set(claim.evidence) <= ids for each in found.claims.values() for claim in each)


def test_an_old_entry() -> None:
    """A table that has another MAC for an address does not change who answers there."""
    known = device(id="d", address="10.0.0.5", mac=AXIS, brand="Axis")
    made = after(line("10.0.0.5", HIKVISION), known)
    assert (made.devices[0].mac, made.devices[0].evidence) == (AXIS, [])
    assert (made.devices[1].address, made.devices[1].mac) == (None, HIKVISION)


def test_a_mac_that_is_known() -> None:
    """An entry joins the device of its MAC, whatever address it had then."""
    known = device(id="d", address="10.0.0.7", mac=AXIS)
    [found] = after(line("10.0.0.5", AXIS), known).devices
    assert (found.address, found.addresses) == ("10.0.0.7", ["10.0.0.7"])
    assert found.evidence


def test_a_router_in_the_table() -> None:
    """One MAC for many addresses is a router's: it makes none of them a camera."""
    made = after("".join(line(f"10.0.1.{n}", HIKVISION) for n in range(1, 9)))
    assert len(made.devices) == 8
    assert not any(each.mac or each.possible for each in made.devices)


def test_two_entries_of_one_device() -> None:
    """A MAC table and an ARP table of the same MAC make one device."""
    text = f"  10    {AXIS}    DYNAMIC     Gi1/0/5\n" + line("10.0.0.5", AXIS)
    [found] = after(text).devices
    assert (found.address, found.mac, len(found.evidence)) == ("10.0.0.5", AXIS, 5)


def test_ports_that_nmap_saw() -> None:
    """Open ports are services, with what was said of them."""
    xml = (
        '<nmaprun><host><status state="up"/><address addr="10.0.0.5" addrtype="ipv4"/><ports>'
        '<port protocol="tcp" portid="554"><state state="open"/><service name="rtsp"/></port>'
        "</ports></host></nmaprun>"
    )
    [found] = after(xml).devices
    [service] = found.services
    assert (service.port, service.protocol, service.banner) == (554, "nmap", "rtsp")
    assert found.surveillance is None


@pytest.mark.parametrize("count", [3_000])
def test_a_large_table(count: int) -> None:
    """A table of thousands is added without thousands of joins."""
    text = "".join(line(f"10.{n >> 8}.{n & 255}.1", f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}")
                   for n in range(count))  # fmt: skip
    assert len(after(text).devices) == count
