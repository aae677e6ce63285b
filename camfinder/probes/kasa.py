"""TP-Link Kasa, port 9999: get_sysinfo under an XOR cipher that takes each byte as the next key.

The first key is ab. A datagram has no length in front, a TCP answer has four bytes of it. Cameras
(`IOT.IPCAMERA`) answer as plugs and lamps do. Only the query that reads is ever sent.
Source: softScheck "Reverse engineering the TP-Link HS110"; python-kasa (cipher, answers).
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
    is_answer,
    json_object,
    wanted,
)
from camfinder.wire.text import Facts, observe

PORT = 9999
FIRST_KEY = 0xAB
QUESTION = b'{"system":{"get_sysinfo":{}}}'
OPENING = bytes.fromhex("d0 f2")
"""`{"` under the cipher."""
VENDORS = frozenset({"tp-link", "tplink", "kasa"})
FIELDS = (
    ("model", "kasa.model"),
    ("type", "kasa.type"),
    ("mic_type", "kasa.type"),
    ("sw_ver", "kasa.firmware"),
    ("hw_ver", "kasa.hardware"),
    ("dev_name", "kasa.description"),
    ("description", "kasa.description"),
    ("mac", "kasa.mac"),
    ("mic_mac", "kasa.mac"),
    ("ethernet_mac", "kasa.mac"),
)


def encrypt(plain: bytes) -> bytes:
    """The bytes under the cipher."""
    key, out = FIRST_KEY, bytearray()
    for byte in plain:
        key ^= byte
        out.append(key)
    return bytes(out)


def decrypt(secret: bytes) -> bytes:
    """The bytes without the cipher: each XOR the one before it."""
    shifted = bytes([FIRST_KEY]) + secret[:-1]
    return bytes(a ^ b for a, b in zip(secret, shifted, strict=True)) if secret else b""


REQUEST = encrypt(QUESTION)


def discover(_target: Target) -> Iterable[Query]:
    """To everybody."""
    return (broadcast("kasa", PORT, REQUEST),)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """To one host; the answer crosses routers."""
    return ask_udp("kasa", seen, PORT, REQUEST) if wanted(known, VENDORS) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """A get_sysinfo answer, under the cipher or plain. Names, ids and positions are not kept."""
    if not is_answer(frame, Transport.UDP, Transport.TCP):
        return ()
    data = frame.payload
    if data[:2] == OPENING or (frame.transport is Transport.TCP and data[4:6] == OPENING):
        data = decrypt(data[data.index(OPENING) : 65_536])
    elif b"get_sysinfo" not in data[:64]:
        return ()
    if not data.startswith(b"{") or b"sysinfo" not in data[:256]:
        return ()
    found = inner(json_object(data), "system", "get_sysinfo")
    found = inner(found, "system") or found  # cameras of the KC series nest once more
    facts = Facts()
    add_fields(facts, found, FIELDS)
    if not facts.has("kasa.model"):
        return ()
    raw = "\n".join(f"{fact.key}={fact.value}" for fact in facts.done()).encode()
    return (observe("kasa", frame, facts, raw=raw),)


PROBE = Probe(
    name="kasa",
    title="TP-Link Kasa discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "kasa.model": "model: `KC120(US)`, `HS110(EU)`",
        "kasa.type": "type or mic_type: `IOT.IPCAMERA`, `IOT.SMARTPLUGSWITCH`, `IOT.SMARTBULB`",
        "kasa.firmware": "sw_ver",
        "kasa.hardware": "hw_ver",
        "kasa.description": "dev_name or description: what it is in words",
        "kasa.mac": "mac, mic_mac or ethernet_mac",
    },
    parse=parse,
    declares=MappingProxyType(
        {"kasa.model": Slot.MODEL, "kasa.firmware": Slot.FIRMWARE, "kasa.mac": Slot.MAC}
    ),
    discover=discover,
    follow_ups=follow_ups,
    magics=(REQUEST[:12], QUESTION[:22], b'{"system": {"get_sysinfo"'),
    crosses_routers=True,
)
