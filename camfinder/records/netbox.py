"""NetBox: its objects, as records.

Objects come as the REST API gives them, in plain dictionaries; who fetched them does not matter.

Source: NetBox REST API, releases 3.7 to 4.6: `dcim/devices`, `dcim/interfaces` (the MAC is a field
of the interface up to 4.1, an object of its own from 4.2 on), `ipam/ip-addresses`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from camfinder.document import DeviceDoc
from camfinder.records import values
from camfinder.records.record import Known, Record

Thing = Mapping[str, Any]
"""An object of the REST API."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a NetBox holds, as far as it concerns devices.

    Attributes:
        url: Of the NetBox, without user names.
        version: As (major, minor).
        addresses: IP addresses that are assigned to interfaces, or bear an address of a device.
    """

    url: str
    version: tuple[int, int]
    devices: Sequence[Thing]
    interfaces: Sequence[Thing]
    addresses: Sequence[Thing]
    manufacturers: Sequence[Thing] = ()
    device_types: Sequence[Thing] = ()
    roles: Sequence[Thing] = ()
    custom_fields: Sequence[Thing] = ()
    site: Thing | None = None


@dataclass(slots=True)
class Held:
    """A device of NetBox with what hangs on it."""

    device: Thing
    interfaces: list[Thing] = field(default_factory=list)
    addresses: list[Thing] = field(default_factory=list)


def held(snapshot: Snapshot) -> list[Held]:
    """The devices, each with its interfaces and addresses."""
    found = {device["id"]: Held(device) for device in snapshot.devices if "id" in device}
    owners: dict[Any, Held] = {}
    for interface in snapshot.interfaces:
        owner = found.get(_inner(interface, "device", "id"))
        if owner is not None:
            owner.interfaces.append(interface)
            owners[interface.get("id")] = owner
    for address in snapshot.addresses:
        if address.get("assigned_object_type") == "dcim.interface":
            owner = owners.get(address.get("assigned_object_id"))
            if owner is not None:
                owner.addresses.append(address)
    return list(found.values())


def known(snapshot: Snapshot) -> Known:
    """The devices of a NetBox as records; their number in it is the row."""
    records = tuple(_record(each, snapshot.url) for each in held(snapshot))
    return Known(snapshot.url, "NetBox", tuple(each for each in records if each.usable))


def _record(each: Held, source: str) -> Record:
    device = each.device
    places = (
        _inner(device, "primary_ip4", "address"),
        _inner(device, "primary_ip6", "address"),
        _inner(device, "oob_ip", "address"),
        *(address.get("address") for address in each.addresses),
    )
    addresses = [a for place in places for a in values.addresses(_text(place))]
    macs = [mac for interface in each.interfaces for mac in interface_macs(interface)]
    own = device.get("custom_fields") or {}
    return Record(
        source=source,
        row=device.get("id") if isinstance(device.get("id"), int) else None,
        addresses=tuple(dict.fromkeys(addresses)),
        macs=tuple(dict.fromkeys(macs)),
        serial=values.serial(_text(device.get("serial"))) or None,
        name=values.cell(_text(device.get("name"))) or None,
        brand=_text(_inner(device, "device_type", "manufacturer", "name")) or None,
        model=_text(_inner(device, "device_type", "model")) or None,
        firmware=_text(own.get("camfinder_firmware") or own.get("firmware")) or None,
        location=_text(_inner(device, "location", "name")) or None,
        site=_text(_inner(device, "site", "name")) or None,
    )


def interface_macs(interface: Thing) -> list[str]:
    """The MACs of an interface, of either form of the API."""
    listed: Iterable[Any] = interface.get("mac_addresses") or ()
    written = [
        interface.get("mac_address"),
        _inner(interface, "primary_mac_address", "mac_address"),
    ]
    written += [each.get("mac_address") for each in listed if isinstance(each, Mapping)]
    return list(dict.fromkeys(mac for text in written for mac in values.macs(_text(text))))


def _inner(thing: Any, *path: str) -> Any:
    """A value inside nested objects; None where any of them is missing."""
    for name in path:
        if not isinstance(thing, Mapping):
            return None
        thing = thing.get(name)
    return thing


def _text(value: Any) -> str:
    return value[: values.MAX_CELL] if isinstance(value, str) else ""


def reachable(device: DeviceDoc) -> IPv4Address | IPv6Address | None:
    """The address of a device that means the same everywhere: no link-local one (RFC 4291, 2.5.6).

    None where it has no other.
    """
    for text in (device.address, *device.addresses):
        for address in map(ip_address, values.addresses(text or "")):
            if not address.is_link_local:
                return address
    return None


def custom_fields(device: Thing) -> Mapping[str, Any]:
    """What people, and we, have added to a device's fields."""
    own = device.get("custom_fields")
    return own if isinstance(own, Mapping) else {}


def cut(text: str | None, limit: int) -> str:
    """Printable characters only, at most so many."""
    return "".join(char for char in text or "" if char.isprintable()).strip()[:limit].strip()


def slug(text: str) -> str:
    """Lower-case letters, digits and dashes (Django's SlugField)."""
    spread = "".join(c if c.isascii() and c.isalnum() else "-" for c in values.plain(text))
    return "-".join(part for part in spread.split("-") if part)[:100] or "unknown"
