"""First bytes that recorders and cameras send unasked on the ports of their own protocols.

Connect, read, say nothing, close. Many devices stay silent: an open port proves nothing.
Source: nmap's null probe (facts: which bytes on which device); Topsee's frame mark from public
client code.
"""

from collections.abc import Iterable

from camfinder.model import Frame, Observation, Query, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import is_answer
from camfinder.wire.text import Facts, observe

PORTS = (8000,)
GREETINGS = {
    bytes.fromhex("00000010 0000001e 0000001e 00000000"): "hikvision",
    bytes.fromhex("47654f76 10000000"): "geovision",
    bytes.fromhex("44332211 00000000 c6110000 ae150000"): "geovision-mobile",
    bytes.fromhex("52494641 00000000"): "rifatron",
    b"inv2W" + bytes.fromhex("040f000000010009"): "kguard",
    bytes.fromhex("58915851"): "topsee",
}
KEPT = 16


def queries(target: Target) -> Iterable[Query]:
    """A silent connection to the one such port that the short list has."""
    for port in PORTS:
        if port in target.open_ports:
            yield Query("sdk", Transport.TCP, target.address, port, listen_s=2, max_bytes=256)


def parse(frame: Frame) -> Iterable[Observation]:
    """Which of the known greetings it is; what follows it may belong to a session."""
    if not is_answer(frame, Transport.TCP):
        return ()
    for greeting, protocol in GREETINGS.items():
        if frame.payload.startswith(greeting):
            facts = Facts()
            facts.add("sdk.protocol", protocol)
            facts.add("sdk.bytes", frame.payload[:KEPT].hex())
            return (observe("sdk", frame, facts, raw=frame.payload[:KEPT]),)
    return ()


PROBE = Probe(
    name="sdk",
    title="Greetings of makers' own protocols",
    touch=Touch.UNICAST,
    ports=frozenset(PORTS),
    emits={
        "sdk.protocol": "whose greeting: `hikvision` `geovision` `geovision-mobile` `rifatron` "
        "`kguard` `topsee`",
        "sdk.bytes": "its first sixteen bytes, hexadecimal",
    },
    parse=parse,
    queries=queries,
    crosses_routers=True,
)
