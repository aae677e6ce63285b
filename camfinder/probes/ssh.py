"""SSH: the identification line of the server. Connect, read, say nothing, close.

Source: RFC 4253 section 4.2 (other lines may stand before it; 255 characters at most).
"""

from collections.abc import Iterable

from camfinder.model import Frame, Observation, Query, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import is_answer
from camfinder.wire.text import Facts, byte_pattern, observe

PORT = 22
_LINE = byte_pattern(rb"(?:^|\n)(SSH-[0-9.]{1,8}-[^\r\n\x00]{0,255})")


def queries(target: Target) -> Iterable[Query]:
    """One silent connection where the port is known to be open."""
    if PORT in target.open_ports:
        yield Query("ssh", Transport.TCP, target.address, PORT, listen_s=2, max_bytes=256)


def parse(frame: Frame) -> Iterable[Observation]:
    """The line that begins with `SSH-`."""
    if not is_answer(frame, Transport.TCP):
        return ()
    if frame.source_port != PORT and not frame.payload.startswith(b"SSH-"):
        return ()
    found = _LINE.search(frame.payload[:2048])
    if found is None:
        return ()
    facts = Facts()
    facts.add("ssh.banner", found.group(1))
    return (observe("ssh", frame, facts, raw=found.group(1)),)


PROBE = Probe(
    name="ssh",
    title="SSH identification",
    touch=Touch.UNICAST,
    ports=frozenset({PORT}),
    emits={"ssh.banner": "the identification line, `SSH-2.0-...`"},
    parse=parse,
    queries=queries,
    crosses_routers=True,
)
