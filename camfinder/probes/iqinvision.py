"""IQinVision (IQeye) discovery, UDP 43282, answers to 43283.

Four questions that share the range of serial numbers among them; an answer begins
`01 04 00 00 00 00`, MAC at 06, address at 20, and names the model in text.
Source: nx_open (one implementation).
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, byte_pattern, observe
from camfinder.wire.tlv import ipv4, mac

PORT, REPLY_PORT = 43_282, 43_283
REQUESTS = tuple(
    bytes.fromhex(text)
    for text in ("010100 00003f0000", "01010000 407f0000", "01010000 80bf0000", "01010000 c0ff0000")
)
ANSWER = bytes.fromhex("01 04 00 00 00 00")
SIZE = 128
_MODEL = byte_pattern(rb"(?:^|[^0-9A-Za-z])(IQ(?:eye)?[0-9A-Za-z-]{2,16})(?:$|[^0-9A-Za-z-])")


def discover(_target: Target) -> Iterable[Query]:
    """All four to everybody, from the port that the maker's tool uses."""
    for number, payload in enumerate(REQUESTS, 1):
        yield broadcast(
            "iqinvision",
            PORT,
            payload,
            request=f"search {number}",
            source_port=PORT,
            reply_ports=(REPLY_PORT,),
        )


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer."""
    data = frame.payload
    ports = {frame.source_port, frame.destination_port}
    if frame.transport is not Transport.UDP or not ports & {PORT, REPLY_PORT}:
        return ()
    if not data.startswith(ANSWER) or len(data) <= SIZE:
        return ()
    facts = Facts()
    facts.add("iqinvision.answer", "0104")
    facts.add("iqinvision.mac", mac(data, 0x06))
    facts.add("iqinvision.address", ipv4(data, 0x20))
    found = _MODEL.search(data[:2048])
    facts.add("iqinvision.model", found.group(1) if found else None)
    return (observe("iqinvision", frame, facts),)


PROBE = Probe(
    name="iqinvision",
    title="IQinVision discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT, REPLY_PORT}),
    emits={
        "iqinvision.answer": "`0104`",
        "iqinvision.model": "`IQ762W`, `IQeye703`",
        "iqinvision.mac": "MAC",
        "iqinvision.address": "IPv4 address",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "iqinvision.model": Slot.MODEL,
            "iqinvision.mac": Slot.MAC,
            "iqinvision.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
)
