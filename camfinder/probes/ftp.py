"""FTP: the greeting. Connect, read, say nothing, close.

Source: RFC 959 section 4.2 (codes, several lines), and what cameras greet with: Axis writes model
and firmware there.
"""

from collections.abc import Iterable

from camfinder.model import Frame, Observation, Query, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import is_answer
from camfinder.wire.text import Facts, byte_pattern, observe

PORT = 21
MAX_BYTES = 1024
CODES = (b"220", b"120", b"421", b"530")
"""Welcome, wait, not available, not allowed: all come unasked."""
MAIL_PORTS = frozenset({25, 465, 587})
_MENTIONS_FTP = byte_pattern(rb"(?i)\bS?FTP|file transfer")


def queries(target: Target) -> Iterable[Query]:
    """One silent connection where the port is known to be open."""
    if PORT in target.open_ports:
        yield Query("ftp", Transport.TCP, target.address, PORT, listen_s=2, max_bytes=256)


def parse(frame: Frame) -> Iterable[Observation]:
    """The first reply of a server: later ones repeat user names and are never kept."""
    if not is_answer(frame, Transport.TCP):
        return ()
    banner = _greeting(frame.payload[:MAX_BYTES].lstrip(b"\r\n"), frame.source_port == PORT)
    if banner is None or frame.source_port in MAIL_PORTS:  # SMTP greets with 220 too
        return ()
    if frame.source_port != PORT and not _MENTIONS_FTP.search(banner):
        return ()
    facts = Facts()
    facts.add("ftp.banner", banner)
    return (observe("ftp", frame, facts, raw=banner),)


def _greeting(start: bytes, preface: bool) -> bytes | None:
    """The lines up to the end of the first reply, or as far as they were read.

    A line before it, as some servers print, is taken only with `preface`.
    """
    lines = start.splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines[:2]) if line[:3] in CODES), None)
    if first is None or (first > 0 and not preface) or lines[first][3:4] not in {b" ", b"-", b"\r"}:
        return None
    code = lines[first][:3]
    for at, line in enumerate(lines[first:], first + 1):
        if line.startswith(code) and line[3:4] != b"-":
            return b"".join(lines[:at])
    return start


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
