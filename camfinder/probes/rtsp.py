"""RTSP: `OPTIONS` and `DESCRIBE` without credentials; never `SETUP` or `PLAY`, so no picture.

Source: RFC 2326, RFC 7826; RFC 4566 (session descriptions).
"""

from collections.abc import Iterable, Iterator
from types import MappingProxyType

from camfinder.model import (
    Address,
    Direction,
    Frame,
    Observation,
    Query,
    Target,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import head
from camfinder.wire.text import Facts, byte_pattern, clean, decode, observe

PORTS = frozenset({554, 555, 5554, 8554, 10554})
MAX_ANSWERS = 8
MAX_SDP_BYTES = 16_384
_START = byte_pattern(rb"RTSP/\d\.\d +\d{3}")
_ABSENT_NAMES = {"-", "no name", "n/a"}


def _requests(address: Address, port: int) -> tuple[bytes, bytes]:
    """The two requests; the port stands in the URL where it is not 554."""
    host = f"[{str(address).partition('%')[0]}]" if address.version == 6 else str(address)
    url = f"rtsp://{host}/" if port == 554 else f"rtsp://{host}:{port}/"
    options = f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: camfinder\r\n\r\n"
    describe = (
        f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 2\r\nUser-Agent: camfinder\r\n"
        "Accept: application/sdp\r\n\r\n"
    )
    return options.encode(), describe.encode()


def queries(target: Target) -> Iterable[Query]:
    """One conversation per open RTSP port."""
    for port in target.open_ports:
        if port in PORTS:
            options, describe = _requests(target.address, port)
            yield Query(
                probe="rtsp",
                transport=Transport.TCP,
                address=target.address,
                port=port,
                payload=options,
                request="OPTIONS",
                listen_s=4.0,
                max_bytes=16_384,
                ends_with=b"\r\n\r\n",
                then=(describe,),
            )


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation per answer in the frame, or for a bare session description."""
    data = frame.payload
    if frame.direction is Direction.REQUEST or frame.transport is Transport.UDP:
        return ()
    if data[:3] == b"v=0" and data[3:4] in b"\r\n":
        facts = Facts()
        _sdp(data, facts)
        return (observe("rtsp", frame, facts),)
    if not _START.match(data.lstrip(b"\r\n")[:32]):
        return ()
    return [found for part in _answers(data) if (found := _observation(part, frame)) is not None]


def _answers(data: bytes) -> Iterator[bytes]:
    """The answers in one side's bytes; media packets between them are passed over."""
    starts = [found.start() for found in _START.finditer(data)][:MAX_ANSWERS]
    for begin, end in zip(starts, [*starts[1:], len(data)], strict=True):
        yield data[begin:end]


def _observation(data: bytes, frame: Frame) -> Observation | None:
    message = head.parse(data, decode_body=False)
    facts = Facts()
    facts.add("rtsp.status", message.code)
    facts.add_all("rtsp.server", message.all("server"))
    facts.add_all("rtsp.www_authenticate", message.all("www-authenticate"))
    facts.add_all("rtsp.realm", head.realms(message.all("www-authenticate")))
    facts.add("rtsp.public", message.get("public"))
    facts.add("rtsp.head", message.text)
    body = _body(message)
    if body:
        _sdp(body, facts)
    method = "DESCRIBE" if body else _method(message, frame)
    if method:
        facts.add("rtsp.answered", f"{message.code} {method}")
    return observe("rtsp", frame, facts, raw=data[: message.size] + body)


def _body(message: head.Head) -> bytes:
    """The session description behind the head, without what follows it on the connection."""
    size = message.get("content-length") or ""
    limit = int(size) if size.isdecimal() and len(size) < 7 else MAX_SDP_BYTES
    body = message.body[: min(limit, MAX_SDP_BYTES)]
    return body if body.lstrip(b"\r\n")[:2] == b"v=" else b""


def _method(message: head.Head, frame: Frame) -> str:
    """What was answered, as far as the answer or its carrier tells."""
    if message.get("public"):
        return "OPTIONS"
    word = frame.request.partition(" ")[0]
    return word if word.isalpha() and word.isupper() else ""


def _sdp(data: bytes, facts: Facts) -> None:
    """Session-level lines; controls and media of the streams too."""
    text = decode(data[:MAX_SDP_BYTES])
    facts.add("rtsp.sdp", text)
    in_media = False
    for line in text.splitlines()[:256]:
        kind, _, value = line.strip().partition("=")
        if kind == "m":
            in_media = True
            facts.add("rtsp.sdp.media", value)
        elif kind == "s" and not in_media and clean(value).lower() not in _ABSENT_NAMES:
            facts.add("rtsp.sdp.session", value)
        elif kind == "i" and not in_media:
            facts.add("rtsp.sdp.info", value)
        elif kind == "o" and not in_media:
            facts.add("rtsp.sdp.origin", value)
        elif kind == "a":
            _attribute(value, facts)


def _attribute(value: str, facts: Facts) -> None:
    name, _, rest = value.partition(":")
    if name in {"tool", "control"} and rest not in {"", "*"}:
        facts.add(f"rtsp.sdp.{name}", rest)


PROBE = Probe(
    name="rtsp",
    title="RTSP",
    touch=Touch.UNICAST,
    ports=PORTS,
    emits=MappingProxyType(
        {
            "rtsp.status": "status code",
            "rtsp.server": "Server header",
            "rtsp.www_authenticate": "WWW-Authenticate header, one fact each",
            "rtsp.realm": "a realm in it",
            "rtsp.public": "Public header: the methods on offer",
            "rtsp.head": "the whole head",
            "rtsp.sdp": "the whole session description",
            "rtsp.sdp.session": "s=, the session's name",
            "rtsp.sdp.info": "i=, about the session",
            "rtsp.sdp.origin": "o=, who made it",
            "rtsp.sdp.tool": "a=tool, the software",
            "rtsp.sdp.control": "a=control, of session and streams",
            "rtsp.sdp.media": "m=, one stream",
            "rtsp.answered": "status code and method: 200 DESCRIBE is a stream open to everybody",
        }
    ),
    parse=parse,
    free_text=frozenset({"rtsp.realm", "rtsp.server", "rtsp.sdp.session", "rtsp.sdp.info"}),
    queries=queries,
    crosses_routers=True,
)
