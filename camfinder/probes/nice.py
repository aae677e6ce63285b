"""NICE (later Qognify) video encoders, UDP 2007.

Question, 14 bytes: `NICE`, transaction u16 BE, `01080000`, 0000, port for the answer u16 BE.
Answer, 5a bytes: `NICE`, transaction, MAC at 0a, address at 10, mask, gateway, name of sixteen
bytes at 4a.
Source: UniversalScanner (one implementation); its version words are left out, their order is not
established.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import ipv4, mac, text

PORT = 2007
MAGIC = b"NICE"
REQUEST = MAGIC + bytes.fromhex("0001 01080000 0000") + PORT.to_bytes(2, "big")
SIZE = 0x5A


def discover(_target: Target) -> Iterable[Query]:
    """To everybody; the answers come to the port named in the question."""
    return (broadcast("nice", PORT, REQUEST, source_port=PORT, reply_ports=(PORT,)),)


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer; the question is shorter."""
    data = frame.payload
    if frame.transport is not Transport.UDP or not data.startswith(MAGIC) or len(data) < SIZE:
        return ()
    facts = Facts()
    facts.add("nice.answer", MAGIC)
    facts.add("nice.mac", mac(data, 0x0A))
    facts.add("nice.address", ipv4(data, 0x10))
    facts.add("nice.name", text(data, 0x4A, 16))
    return (observe("nice", frame, facts),) if facts.has("nice.mac") else ()


PROBE = Probe(
    name="nice",
    title="NICE encoder discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "nice.answer": "`NICE`",
        "nice.name": "name or model of the encoder",
        "nice.mac": "MAC",
        "nice.address": "IPv4 address",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "nice.name": Slot.HOSTNAME,
            "nice.mac": Slot.MAC,
            "nice.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    free_text=frozenset({"nice.name"}),
    discover=discover,
    magics=(MAGIC,),
)
