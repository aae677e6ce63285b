"""What would have to be written into NetBox so that it knows the devices of a document.

Nothing that somebody wrote there is changed: empty fields are filled, missing objects are added,
only the custom fields `camfinder_*` are kept up to date. What differs is said. The same document
planned again after it was written gives an empty plan.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from camfinder.document import DeviceDoc, Document
from camfinder.records import values
from camfinder.records.matching import match
from camfinder.records.netbox import (
    Held,
    Snapshot,
    Thing,
    custom_fields,
    cut,
    held,
    interface_macs,
    known,
    reachable,
    slug,
)
from camfinder.records.pair import device_side, record_side
from camfinder.records.tables import NameVendor, nobody

MACS_ARE_OBJECTS = (4, 2)
"""The release of NetBox from which on a MAC is an object of its own."""
ROLES_OF_DEVICES = (4, 0)
"""Before this release custom fields name `content_types`, since then `object_types`."""

CUSTOM_FIELDS = (
    ("camfinder_id", "Camfinder: id"),
    ("camfinder_firmware", "Camfinder: firmware"),
    ("camfinder_last_seen", "Camfinder: last seen"),
)
_ROLE_COLOUR = "607d8b"
_INTERFACE = "eth0"

Ports = Callable[[int], Sequence[str]]
"""The names of the interfaces that NetBox itself gives to a new device of a device type."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The id of an object that an earlier step of the plan makes."""

    key: str


@dataclass(frozen=True, slots=True)
class Step:
    """One write.

    Attributes:
        endpoint: `dcim.devices`.
        what: What it is about, for people.
        data: Fields; values may be `Ref`.
        id: The object to change; None to add one. May be a `Ref`.
        key: By which later steps refer to what this one adds.
        find: NetBox has made the object by then: it is looked up by these fields, not added.
    """

    endpoint: str
    what: str
    data: Mapping[str, Any]
    id: int | Ref | None = None
    key: str = ""
    find: bool = False

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={_shown(value)}" for name, value in self.data.items())
        verb = "find" if self.find else "add" if self.id is None else "change"
        return f"{verb} {self.endpoint} {self.what}: {shown}"


def _shown(value: Any) -> str:
    if isinstance(value, Ref):
        return f"<{value.key}>"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}={_shown(each)}" for name, each in value.items()) + "}"
    return repr(value) if isinstance(value, str) else str(value)


@dataclass(slots=True)
class Plan:
    """What to write, and what is left to people.

    Attributes:
        steps: In the order in which they have to be done.
        kept: What differs and stays as it is.
        skipped: Devices that may be one of several in NetBox, and what of a device cannot be
            written because nobody but people can say where it belongs.
    """

    steps: list[Step] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def plan(
    document: Document,
    snapshot: Snapshot,
    *,
    role: str | None = None,
    vendor: NameVendor = nobody,
    ports: Ports = lambda _type: (),
) -> Plan:
    """The writes that NetBox needs.

    Args:
        document: Its surveillance devices that nobody called a false positive are exported.
        snapshot: What NetBox holds of the site, and its manufacturers, types, roles, fields.
        role: Name of the role of new devices; else one for each kind.
        vendor: Knows vendors by their names.
        ports: Asked for types that NetBox has and new devices are of.
    """
    return _Planner(document, snapshot, role, vendor, ports).all()


class _Planner:
    def __init__(
        self,
        document: Document,
        snapshot: Snapshot,
        role: str | None,
        vendor: NameVendor,
        ports: Ports,
    ) -> None:
        self.document, self.snapshot, self.role, self.vendor = document, snapshot, role, vendor
        self.ports = ports
        self.plan = Plan()
        self.keys: set[str] = set()
        self.names = {str(device.get("name") or "").casefold() for device in snapshot.devices}
        self.makers: dict[str, int] = {}
        for each in snapshot.manufacturers:
            self.makers.setdefault(str(each.get("slug")), int(each["id"]))
            self.makers.setdefault(self._maker_key(str(each.get("name"))), int(each["id"]))
        self.roles = {str(each.get("slug")): int(each["id"]) for each in snapshot.roles}
        self.types: dict[tuple[int, str], int] = {}
        for each in snapshot.device_types:
            maker = int((each.get("manufacturer") or {}).get("id") or 0)
            for name in (each.get("model"), each.get("slug")):
                self.types.setdefault((maker, values.key(str(name))), int(each["id"]))
        self.addresses: dict[str, Thing] = {}
        for each in snapshot.addresses:
            for text in values.addresses(str(each.get("address") or "")):
                self.addresses.setdefault(text, each)

    def all(self) -> Plan:
        """Every surveillance device that nobody called a false positive."""
        wanted = [device for device in self.document.surveillance if not _denied(device)]
        pairs, unclear = self._pairs(wanted)
        if wanted:
            self._fields()
        for number, device in enumerate(wanted):
            if number in unclear:
                self.plan.skipped.append(f"{_about(device)}: may be {unclear[number]}")
            elif number in pairs:
                self._known(device, pairs[number])
            else:
                self._new(device)
        return self.plan

    def _pairs(self, wanted: Sequence[DeviceDoc]) -> tuple[dict[int, Held], dict[int, str]]:
        """Devices that NetBox has: by our id in it, else as records are paired."""
        there = held(self.snapshot)
        own = {custom_fields(each.device).get("camfinder_id"): each for each in there}
        pairs = {n: own[device.id] for n, device in enumerate(wanted) if device.id in own}
        taken = {each.device["id"] for each in pairs.values()}
        left = [n for n in range(len(wanted)) if n not in pairs]
        by_row = {each.device["id"]: each for each in there}
        records = [r for r in known(self.snapshot).records if r.row not in taken]
        sides = [device_side(wanted[n], self.vendor) for n in left]
        found = match([record_side(record, self.vendor) for record in records], sides)
        for number, device in found.paired.items():
            pairs[left[device]] = by_row[records[number].row or 0]
        unclear: dict[int, str] = {}
        for number, devices in found.open.items():
            for device in devices:
                name = records[number].name or f"device {records[number].row}"
                unclear.setdefault(left[device], str(name))
        return pairs, unclear

    def _fields(self) -> None:
        there = {each.get("name") for each in self.snapshot.custom_fields}
        types = "object_types" if self.snapshot.version >= ROLES_OF_DEVICES else "content_types"
        for name, label in CUSTOM_FIELDS:
            if name not in there:
                data = {"name": name, "label": label, "type": "text", types: ["dcim.device"]}
                self._add("extras.custom_fields", name, data, f"field {name}")

    def _add(self, endpoint: str, what: str, data: Mapping[str, Any], key: str) -> Ref:
        """A step that adds an object, once."""
        if key not in self.keys:
            self.keys.add(key)
            self.plan.steps.append(Step(endpoint, what, data, None, key))
        return Ref(key)

    def _change(self, endpoint: str, what: str, id_: int | Ref, data: Mapping[str, Any]) -> None:
        if data:
            self.plan.steps.append(Step(endpoint, what, data, id_))

    def _port(self, device: DeviceDoc, owner: Ref, about: str, kind: int | Ref) -> int | Ref | None:
        """The interface of a new device: the one that its type brings, else one of our own.

        None where its type brings several and none of the usual name: it is not known which.
        """
        names = self.ports(kind) if isinstance(kind, int) else ()
        if not names:
            return self._new_interface(device, owner, about)
        name = names[0] if len(names) == 1 else _INTERFACE
        if name not in names:
            what = ", ".join(text for text in (device.mac, device.address) if text)
            self.plan.skipped.append(
                f"{about}: which of {', '.join(names)} has {what or 'a cable'}"
            )
            return None
        data, key = {"device_id": owner, "name": name}, f"interface of {device.id}"
        self.plan.steps.append(Step("dcim.interfaces", f"{about} {name}", data, key=key, find=True))
        self._mac(device, Ref(key), f"{about} {name}")
        return Ref(key)

    def _known(self, device: DeviceDoc, there: Held) -> None:
        """Fill what is empty in a device that NetBox has."""
        thing, about = there.device, str(there.device.get("name") or there.device["id"])
        data: dict[str, Any] = {}
        serial = cut(device.serial, 50)
        if serial and not thing.get("serial"):
            data["serial"] = serial
        elif serial and values.key(str(thing["serial"])) != values.key(serial):
            self.plan.kept.append(f"{about}: serial {thing['serial']!r}, seen {serial!r}")
        wanted, mine = _custom(device), custom_fields(thing)
        changed = {name: value for name, value in wanted.items() if mine.get(name) != value}
        if changed:
            data["custom_fields"] = changed
        self._change("dcim.devices", about, thing["id"], data)
        interface = self._interface(device, there, about)
        if interface is not None:
            self._address(device, thing["id"], interface, about, thing)

    def _interface(self, device: DeviceDoc, there: Held, about: str) -> int | Ref | None:
        """The interface of the device's MAC; one is filled or added where there is none."""
        for interface in there.interfaces:
            if device.mac and device.mac in interface_macs(interface):
                return int(interface["id"])
        bare = [each for each in there.interfaces if not interface_macs(each)]
        if not there.interfaces:
            return self._new_interface(device, there.device["id"], about)
        if device.mac is None:
            return int(there.interfaces[0]["id"]) if len(there.interfaces) == 1 else None
        if len(bare) == 1:
            self._mac(device, int(bare[0]["id"]), f"{about} {bare[0].get('name')}")
            return int(bare[0]["id"])
        self.plan.kept.append(f"{about}: no interface has the MAC {device.mac}")
        return None

    def _new_interface(self, device: DeviceDoc, owner: int | Ref, about: str) -> Ref:
        data: dict[str, Any] = {"device": owner, "name": _INTERFACE, "type": "other"}
        if device.mac and self.snapshot.version < MACS_ARE_OBJECTS:
            data["mac_address"] = device.mac.upper()
        made = self._add(
            "dcim.interfaces", f"{about} {_INTERFACE}", data, f"interface of {device.id}"
        )
        if self.snapshot.version >= MACS_ARE_OBJECTS:
            self._mac(device, made, f"{about} {_INTERFACE}")
        return made

    def _mac(self, device: DeviceDoc, interface: int | Ref, about: str) -> None:
        if device.mac is None:
            return
        mac = device.mac.upper()
        if self.snapshot.version < MACS_ARE_OBJECTS:
            self._change("dcim.interfaces", about, interface, {"mac_address": mac})
            return
        data = {
            "mac_address": mac,
            "assigned_object_type": "dcim.interface",
            "assigned_object_id": interface,
        }
        made = self._add("dcim.mac_addresses", f"{about} {mac}", data, f"mac of {device.id}")
        self._change("dcim.interfaces", about, interface, {"primary_mac_address": made})

    def _address(
        self, device: DeviceDoc, owner: int | Ref, interface: int | Ref, about: str, thing: Thing
    ) -> None:
        """The device's address, on its interface, as its primary one."""
        if device.address is None:
            return
        address = reachable(device)
        if address is None:
            self.plan.skipped.append(f"{about}: {device.address} is valid on its own link alone")
            return
        there = self.addresses.get(str(address))
        primary = f"primary_ip{address.version}"
        current = thing.get(primary)
        if there is None:
            data = {
                "address": f"{address}/{address.max_prefixlen}",
                "assigned_object_type": "dcim.interface",
                "assigned_object_id": interface,
            }
            number: int | Ref = self._add(
                "ipam.ip_addresses", str(address), data, f"address of {device.id}"
            )
        elif there.get("assigned_object_id") is None:
            number = int(there["id"])
            data = {"assigned_object_type": "dcim.interface", "assigned_object_id": interface}
            self._change("ipam.ip_addresses", str(address), number, data)
        elif there.get("assigned_object_id") == interface:
            number = int(there["id"])
        else:
            self.plan.kept.append(f"{about}: {address} is assigned to another interface")
            return
        if current is None:
            self._change("dcim.devices", about, owner, {primary: number})
        elif values.addresses(str(current.get("address") or "")) != (str(address),):
            self.plan.kept.append(f"{about}: {primary} {current.get('address')}, seen {address}")

    def _new(self, device: DeviceDoc) -> None:
        """A device that NetBox does not have."""
        assert self.snapshot.site is not None  # noqa: S101 - the caller has found it
        name, kind = self._name(device), self._type(device)
        data: dict[str, Any] = {
            "name": name,
            "device_type": kind,
            "role" if self.snapshot.version >= (3, 6) else "device_role": self._role(device),
            "site": self.snapshot.site["id"],
            "status": "active",
            "custom_fields": _custom(device),
        }
        serial = cut(device.serial, 50)
        if serial:
            data["serial"] = serial
        owner = self._add("dcim.devices", name, data, f"device {device.id}")
        interface = self._port(device, owner, name, kind)
        if interface is not None:
            self._address(device, owner, interface, name, {})

    def _name(self, device: DeviceDoc) -> str:
        """The host name, as far as nobody has it; else the device's id."""
        for name in self._names(device):
            if name and name.casefold() not in self.names:
                self.names.add(name.casefold())
                return name
        return device.id[:64]

    def _names(self, device: DeviceDoc) -> Iterator[str]:
        yield cut(device.hostname, 64)
        where = reachable(device) or device.mac
        words = (device.brand or device.maker, device.model, where and str(where))
        yield cut(" ".join(word for word in words if word), 64)
        yield cut(device.id, 64)

    def _maker_key(self, name: str) -> str:
        """A manufacturer by any of its names."""
        return f"vendor {self.vendor(name) or values.key(name)}"

    def _type(self, device: DeviceDoc) -> int | Ref:
        maker = cut(device.brand or device.maker, 100) or "Unknown"
        model = cut(device.model, 100) or f"Unknown {device.kind}"
        label, kind = slug(maker), slug(f"{maker} {model}")
        owner: int | Ref | None = self.makers.get(label) or self.makers.get(self._maker_key(maker))
        if owner is None:
            data = {"name": maker, "slug": label}
            owner = self._add("dcim.manufacturers", maker, data, f"manufacturer {label}")
        elif isinstance(owner, int):
            for name in (values.key(model), values.key(kind)):
                if (owner, name) in self.types:
                    return self.types[owner, name]
        made = {"manufacturer": owner, "model": model, "slug": kind, "u_height": 0}
        return self._add("dcim.device_types", f"{maker} {model}", made, f"type {kind}")

    def _role(self, device: DeviceDoc) -> int | Ref:
        name = self.role or device.kind.capitalize()
        label = slug(name)
        if label in self.roles:
            return self.roles[label]
        data = {"name": name, "slug": label, "color": _ROLE_COLOUR}
        return self._add("dcim.device_roles", name, data, f"role {label}")


def _custom(device: DeviceDoc) -> dict[str, str]:
    found = {
        "camfinder_id": device.id,
        "camfinder_firmware": cut(device.firmware, 200),
        "camfinder_last_seen": f"{device.last_seen:%Y-%m-%d}",
    }
    return {name: value for name, value in found.items() if value}


def _denied(device: DeviceDoc) -> bool:
    return device.triage is not None and device.triage.status == "false-positive"


def _about(device: DeviceDoc) -> str:
    return f"{device.address or device.id} ({device.brand or '?'} {device.model or '?'})"
