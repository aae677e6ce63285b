"""SIP, overheard: what an endpoint calls itself in answers and in its own requests.

An exception to the rule that a request is no device: the `User-Agent` of a request names its
sender (RFC 3261 section 20.41), and a door station is mostly heard when it registers. Nothing is
asked. Of a message only the first line and the naming headers are kept: `Authorization`, user
names and caller ids stay out.

Source: RFC 3261, sections 7.3, 20.35 (Server) and 20.41 (User-Agent).
"""

from collections.abc import Iterable

from camfinder.model import Frame, Observation, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire import head
from camfinder.wire.text import Facts, observe

PORT = 5060
METHODS = (b"REGISTER ", b"INVITE ", b"OPTIONS ", b"NOTIFY ", b"MESSAGE ", b"SUBSCRIBE ")
NAMING = ("server", "user-agent")


def parse(frame: Frame) -> Iterable[Observation]:
    """Server and User-Agent of a SIP message."""
    if frame.transport not in {Transport.UDP, Transport.TCP}:
        return ()
    start = frame.payload[:4096].lstrip(b"\r\n\x00")
    answers = start.startswith(b"SIP/2.0 ")
    if not answers and not (start.startswith(METHODS) and b" SIP/2.0" in start.split(b"\n", 1)[0]):
        return ()
    message = head.parse(frame.payload, decode_body=False)
    kept = [(name, value) for name, value in message.headers if name.lower() in NAMING]
    facts = Facts()
    if answers:
        facts.add("sip.status", message.code)
        facts.add("sip.server", message.get("server"))
    else:
        facts.add("sip.method", message.method)
    facts.add("sip.user_agent", message.get("user-agent"))
    if not kept and not answers:
        return ()
    first = message.start if answers else f"{message.method} SIP/2.0"
    raw = "\r\n".join([first, *(f"{name}: {value}" for name, value in kept), "", ""])
    return (observe("sip", frame, facts, raw=raw.encode("utf-8", "replace")),)


PROBE = Probe(
    name="sip",
    title="SIP, overheard",
    touch=Touch.PASSIVE,
    ports=frozenset({PORT}),
    emits={
        "sip.status": "status code of an answer",
        "sip.method": "method of a request",
        "sip.server": "Server header",
        "sip.user_agent": "User-Agent header",
    },
    parse=parse,
    free_text=frozenset({"sip.server", "sip.user_agent"}),
    magics=(b"SIP/2.0 ", *METHODS),
)
