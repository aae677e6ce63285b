"""FTP: the greeting. Connect, read, say nothing, close.

Source: RFC 959 section 4.2 (codes, several lines), and what cameras greet with: Axis writes model
and firmware there.
"""

from collections.abc import Iterable

import re2

from camfinder.model import Frame, Observation, Query, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import is_answer
from camfinder.wire.text import Facts, observe

PORT = 21
MAX_BYTES = 1024
_REPLY = re2.compile(
    rb"^(?:(?:220|421|530|120)-(?:[^\n]*\n){1,32}?)?(?:220|421|530|120)(?:[ \r][^\n]*|$)"
)
_MENTIONS_FTP = re2.compile(rb"(?i)\bS?FTP|file transfer")


def queries(target: Target) -> Iterable[Query]:
    """One silent connection where the port is known to be open."""
    if PORT in target.open_ports:
        yield Query("ftp", Transport.TCP, target.address, PORT, listen_s=2, max_bytes=256)


def parse(frame: Frame) -> Iterable[Observation]:
    """The first reply of a server: later ones repeat user names and are never kept."""
    if not is_answer(frame, Transport.TCP):
        return ()
    start = frame.payload[:MAX_BYTES].lstrip(b"\r\n")
    found = _REPLY.match(start)
    if found is None or (frame.source_port != PORT and not _MENTIONS_FTP.search(found.group(0))):
        return ()
    if frame.source_port in {25, 465, 587}:  # SMTP greets with 220 too
        return ()
    facts = Facts()
    facts.add("ftp.banner", found.group(0))
    return (observe("ftp", frame, facts, raw=found.group(0)),)


PROBE = Probe(
    name="ftp",
    title="FTP greeting",
    touch=Touch.UNICAST,
    ports=frozenset({PORT}),
    emits={"ftp.banner": "the greeting, code included, all its lines"},
    parse=parse,
    free_text=frozenset({"ftp.banner"}),
    queries=queries,
    crosses_routers=True,
)
