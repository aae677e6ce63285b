"""TP-Link Tapo and newer Kasa discovery, UDP 20002 and 20004: JSON behind a head of 16 bytes.

Head, big-endian: version 02, type 00, operation 0001, size u16, flags, 00, serial u32, CRC32 over
the packet with `5a6b7c8d` in its own place. The request without a body draws a plain answer; with
a key in it part of the answer would come encrypted, which identifies no better.
Source: python-kasa discover.py (checked: the checksum of the request is right); answers of cameras,
doorbells, hubs and plugs published there.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Known, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import (
    add_fields,
    ask_udp,
    broadcast,
    inner,
    json_object,
    wanted,
)
from camfinder.wire.text import Facts, observe

PORTS = (20_002, 20_004)
HEAD = 16
REQUEST = bytes.fromhex("02 00 00 01 00 00 00 00 00 00 00 00 46 3c b5 d3")
VENDORS = frozenset({"tp-link", "tplink", "tapo"})
FIELDS = (
    ("device_type", "tapo.device_type"),
    ("device_model", "tapo.model"),
    ("firmware_version", "tapo.firmware"),
    ("hardware_version", "tapo.hardware"),
    ("mac", "tapo.mac"),
    ("ip", "tapo.address"),
    ("factory_default", "tapo.factory_default"),
)


def discover(_target: Target) -> Iterable[Query]:
    """To everybody, on both ports."""
    return tuple(broadcast("tapo", port, REQUEST) for port in PORTS)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """To one host, on both ports; the answer crosses routers."""
    if wanted(known, VENDORS):
        for port in PORTS:
            yield from ask_udp("tapo", seen, port, REQUEST)


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer: JSON behind the head, or alone. Owner, names and keys in it are not kept."""
    data = frame.payload
    if frame.transport is not Transport.UDP or b'"device_type"' not in data[:4096]:
        return ()
    start = data.find(b"{", 0, 64)
    if start < 0 or (start > 0 and data[0] != 0x02):
        return ()
    message = json_object(data[start:])
    result = inner(message, "result") or message
    if not isinstance(result.get("device_type"), str) or "device_model" not in result:
        return ()
    facts = Facts()
    add_fields(facts, result, FIELDS)
    return (observe("tapo", frame, facts, raw=_evidence(facts)),)


def _evidence(facts: Facts) -> bytes:
    """What was read, one line a field: the answer also holds owner, network name and keys."""
    return "\n".join(f"{fact.key}={fact.value}" for fact in facts.done()).encode()


PROBE = Probe(
    name="tapo",
    title="TP-Link Tapo discovery",
    touch=Touch.MULTICAST,
    ports=frozenset(PORTS),
    emits={
        "tapo.device_type": "`SMART.IPCAMERA`, `SMART.TAPODOORBELL`, `SMART.TAPOHUB`, plugs, lamps",
        "tapo.model": "device_model: `C210`, `H200(EU)`",
        "tapo.firmware": "firmware_version: `1.4.2 Build 240829 Rel.54953n`",
        "tapo.hardware": "hardware_version",
        "tapo.mac": "mac",
        "tapo.address": "ip",
        "tapo.factory_default": "`true` where nobody has set it up",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "tapo.model": Slot.MODEL,
            "tapo.firmware": Slot.FIRMWARE,
            "tapo.mac": Slot.MAC,
            "tapo.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
    follow_ups=follow_ups,
    magics=(bytes.fromhex("02 00 00 01"),),
    crosses_routers=True,
)
