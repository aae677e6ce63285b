"""Telnet: what a server shows before anybody logs in. Connect, read, say nothing, close.

Source: RFC 854 (commands behind the byte 255), RFC 855 (sub-negotiation).
"""

from collections.abc import Iterable

from camfinder.model import Frame, Observation, Query, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import is_answer
from camfinder.wire.text import Facts, byte_pattern, clean, observe

PORT = 23
PORTS = frozenset({23, 2323, 9527})
"""9527 is the console of Xiongmai and similar boards."""
MAX_BYTES = 1024
_COMMAND = byte_pattern(
    rb"(?s)\xff\xfa[^\xff]{0,256}\xff\xf0|\xff[\xfb-\xfe].|\xff[\xf0-\xf9]|\xff[\xfb-\xff]?$"
)
_ODD = bytes(byte for byte in range(32) if byte not in b"\r\n\t\x00\x07\x08\x1b\x0c")
_PROMPT = byte_pattern(rb"(?i)(?:log ?in|user(?: ?name| ?id)?|pass ?(?:word|code)|account) ?[:>]")


def queries(target: Target) -> Iterable[Query]:
    """One silent connection where the port is known to be open."""
    if PORT in target.open_ports:
        yield Query("telnet", Transport.TCP, target.address, PORT, listen_s=2, max_bytes=256)


def parse(frame: Frame) -> Iterable[Observation]:
    """The text up to the first prompt; behind it a recorded session may echo what was typed."""
    if not is_answer(frame, Transport.TCP) or frame.payload.startswith(b"SSH-"):
        return ()
    start = frame.payload[:MAX_BYTES]
    if frame.source_port not in PORTS and not _negotiates(start):
        return ()
    if prompt := _PROMPT.search(start):
        start = start[: prompt.end()]
    text = clean((_COMMAND.sub(b"", start) if b"\xff" in start else start).decode("latin-1"))
    if not text or _binary(text):
        return ()
    facts = Facts()
    facts.add("telnet.banner", text)
    return (observe("telnet", frame, facts, raw=start),)


def _negotiates(start: bytes) -> bool:
    """Begins with two or more WILL, WONT, DO, DONT of known options."""
    pairs = [start[at : at + 3] for at in (0, 3)]
    return all(
        len(pair) == 3 and pair[0] == 0xFF and 0xFB <= pair[1] <= 0xFE and pair[2] <= 50
        for pair in pairs
    )


def _binary(text: str) -> bool:
    """More than a tenth of the characters are control characters, NULs between fields apart."""
    data = text.encode("latin-1")
    odd = len(data) - len(data.translate(None, _ODD))
    return odd * 10 > len(text) or text.count("\x00") * 2 > len(text)


PROBE = Probe(
    name="telnet",
    title="Telnet greeting",
    touch=Touch.UNICAST,
    ports=PORTS,
    emits={"telnet.banner": "text up to the first prompt, option negotiation taken out"},
    parse=parse,
    free_text=frozenset({"telnet.banner"}),
    queries=queries,
    crosses_routers=True,
)
