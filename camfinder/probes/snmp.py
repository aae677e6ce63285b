"""SNMP: what a device says of itself to a manager; asked only with a community of the user's.

A community is a credential: there is none in here, none is guessed, and it is kept nowhere; the
evidence is the bindings alone. `question` is one GetRequest, a plain read; `queries` gives nothing,
because only a run to which communities were given may ask (`camfinder.flow.communities`). Answers
to other managers are read too, where they are overheard.

Asked are the system group, the chassis (entPhysical of index 1), the first two interfaces, and the
few objects of makers whose system group names no model: Hikvision's (39165) and Dahua's (1004849,
not its registered number). What an agent has not, version 2c leaves out of its answer; version 1
answers nothing at all then, so that it is asked for the system group alone.
Source: RFC 1157 and RFC 3416 (messages), RFC 3418 (system group), RFC 6933 (ENTITY-MIB), RFC 2863
(interfaces), X.690; grade A: HIK-DEVICE-MIB and DAHUA-SNMP-MIB as two monitoring systems ask them.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Address, Frame, Observation, ParseError, Query, Slot, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire import ber
from camfinder.wire.text import Facts, clean, mac, observe

PORT = 161
GET, RESPONSE = 0xA0, 0xA2
VERSIONS = MappingProxyType({"1": 0, "2c": 1})
MAX_BINDINGS = 64
TOO_MUCH = frozenset({1, 2, 5})
"""Errors of an agent that took the community, but cannot answer all that was asked at once: tooBig,
noSuchName, genErr."""

SYSTEM = MappingProxyType(
    {
        "1.3.6.1.2.1.1.1.0": "snmp.sysdescr",
        "1.3.6.1.2.1.1.2.0": "snmp.sysobjectid",
        "1.3.6.1.2.1.1.5.0": "snmp.sysname",
    }
)
FURTHER = MappingProxyType(
    {
        "1.3.6.1.2.1.47.1.1.1.1.8.1": "snmp.hardware",
        "1.3.6.1.2.1.47.1.1.1.1.9.1": "snmp.firmware_revision",
        "1.3.6.1.2.1.47.1.1.1.1.10.1": "snmp.software_revision",
        "1.3.6.1.2.1.47.1.1.1.1.11.1": "snmp.serial",
        "1.3.6.1.2.1.47.1.1.1.1.12.1": "snmp.manufacturer",
        "1.3.6.1.2.1.47.1.1.1.1.13.1": "snmp.model",
        "1.3.6.1.2.1.2.2.1.6.1": "snmp.mac",
        "1.3.6.1.2.1.2.2.1.6.2": "snmp.mac",
        "1.3.6.1.4.1.39165.1.1.0": "snmp.model",
        "1.3.6.1.4.1.39165.1.3.0": "snmp.firmware",
        "1.3.6.1.4.1.39165.1.4.0": "snmp.mac",
        "1.3.6.1.4.1.1004849.2.1.1.1.0": "snmp.firmware",
        "1.3.6.1.4.1.1004849.2.1.2.4.0": "snmp.serial",
        "1.3.6.1.4.1.1004849.2.1.2.6.0": "snmp.model",
    }
)
OBJECTS = MappingProxyType({**SYSTEM, **FURTHER})
_NAMES = MappingProxyType({tuple(int(arc) for arc in name.split(".")): name for name in OBJECTS})
_MAKERS = "1.3.6.1.4.1."


def question(
    address: Address, community: str, number: int, *, version: str = "2c", short: bool = False
) -> Query:
    """One GetRequest.

    Args:
        address: Whom to ask.
        community: What the user gave for it.
        number: Request id, 0 to 2,147,483,647.
        version: `2c` or `1`.
        short: The system group alone.
    """
    null = ber.element(ber.NULL, b"")
    bindings = b"".join(
        ber.element(ber.SEQUENCE, ber.written_id(name) + null)
        for name in (SYSTEM if short else OBJECTS)
    )
    unit = ber.integer(number) + ber.integer(0) * 2 + ber.element(ber.SEQUENCE, bindings)
    message = (
        ber.integer(VERSIONS[version])
        + ber.element(ber.TEXT, community.encode())
        + ber.element(GET, unit)
    )
    return Query(
        probe="snmp",
        transport=Transport.UDP,
        address=address,
        port=PORT,
        payload=ber.element(ber.SEQUENCE, message),
        request="GetRequest",
        listen_s=3.0,
        secret=True,
    )


def without_community(payload: bytes) -> bytes:
    """A message with an empty community, all else as it came; nothing where it cannot be read."""
    try:
        version, _, unit = ber.elements(ber.only(payload, ber.SEQUENCE), 3)
    except (ParseError, ValueError):
        return b""
    return ber.element(ber.SEQUENCE, version.whole + ber.element(ber.TEXT, b"") + unit.whole)


def error_of(payload: bytes) -> int | None:
    """The error status of a response, 0 for none; None where it is no response."""
    try:
        unit = _unit(payload)
    except ParseError:
        return None
    return None if unit is None else int.from_bytes(unit[1].content, "big")


def parse(frame: Frame) -> Iterable[Observation]:
    """What is asked for here, in a response of version 1 or 2c; version 3 is not read."""
    if frame.transport is not Transport.UDP or frame.payload[:1] != bytes([ber.SEQUENCE]):
        return ()
    unit = _unit(frame.payload)
    if unit is None:
        return ()
    facts, kept = Facts(), []
    for binding in ber.elements(unit[3].content, MAX_BINDINGS):
        pair = list(ber.elements(binding.content, 3))
        if len(pair) == 2 and pair[0].kind == ber.OBJECT_ID and _add(facts, *pair):
            kept.append(binding.whole)
    _add_firmware(facts)
    return (observe("snmp", frame, facts, raw=b"".join(kept)),) if kept else ()


def _unit(payload: bytes) -> list[ber.Element] | None:
    """Request id, error, its index and the bindings of a response; None where it is none.

    Raises:
        ParseError: It is one, but broken.
    """
    message = list(ber.elements(ber.only(payload, ber.SEQUENCE), 4))
    known = {bytes([number]) for number in VERSIONS.values()}
    if len(message) != 3 or message[0].content not in known or message[2].kind != RESPONSE:
        return None
    unit = list(ber.elements(message[2].content, 5))
    if [each.kind for each in unit] != [ber.INTEGER, ber.INTEGER, ber.INTEGER, ber.SEQUENCE]:
        raise ParseError("SNMP response without bindings")
    return unit


def _add(facts: Facts, name: ber.Element, value: ber.Element) -> bool:
    """Takes the binding where it is one of those that are read and holds something."""
    dotted = _NAMES.get(ber.object_id(name.content))
    if dotted is None:
        return False
    key = OBJECTS[dotted]
    text = _text(key, value)
    if not text or (key == "snmp.mac" and facts.has(key)):  # the first interface with an address
        return False
    facts.add(key, text)
    if dotted.startswith(_MAKERS):
        facts.add("snmp.answered", dotted)
    return True


def _text(key: str, value: ber.Element) -> str | None:
    """A value as its fact has it; None where it is of another type, as of an object not there."""
    if key == "snmp.sysobjectid":
        if value.kind != ber.OBJECT_ID:
            return None
        return ".".join(str(arc) for arc in ber.object_id(value.content))
    if value.kind != ber.TEXT:
        return None
    return mac(value.content) if key == "snmp.mac" else clean(value.content)


def _add_firmware(facts: Facts) -> None:
    """What runs on it: where a chassis tells both, its firmware revision is the boot loader's."""
    if not facts.has("snmp.firmware"):
        told = {fact.key: fact.value for fact in facts.done()}
        running = told.get("snmp.software_revision") or told.get("snmp.firmware_revision")
        facts.add("snmp.firmware", running)


PROBE = Probe(
    name="snmp",
    title="SNMP with a community that the user gave",
    touch=Touch.LOGIN,
    ports=frozenset({PORT}),
    emits=MappingProxyType(
        {
            "snmp.sysdescr": "1.3.6.1.2.1.1.1.0, text",
            "snmp.sysobjectid": "1.3.6.1.2.1.1.2.0, dotted without a leading dot",
            "snmp.sysname": "1.3.6.1.2.1.1.5.0, the name an administrator gave",
            "snmp.manufacturer": "entPhysicalMfgName of the chassis",
            "snmp.model": "entPhysicalModelName of the chassis, or the maker's own object",
            "snmp.serial": "entPhysicalSerialNum of the chassis, or the maker's own object",
            "snmp.firmware": "the maker's own object, or the software, else the firmware revision",
            "snmp.software_revision": "entPhysicalSoftwareRev of the chassis",
            "snmp.firmware_revision": "entPhysicalFirmwareRev of the chassis",
            "snmp.hardware": "entPhysicalHardwareRev of the chassis",
            "snmp.mac": "ifPhysAddress of the first interface that has one, or the maker's object",
            "snmp.answered": "object of a maker that it answered, dotted: whose platform it is",
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "snmp.manufacturer": Slot.BRAND,
            "snmp.model": Slot.MODEL,
            "snmp.serial": Slot.SERIAL,
            "snmp.firmware": Slot.FIRMWARE,
            "snmp.mac": Slot.MAC,
        }
    ),
    free_text=frozenset({"snmp.sysdescr"}),
    crosses_routers=True,
    needs_rights="a community in --credentials",
)
