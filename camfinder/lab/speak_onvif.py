"""The ONVIF device service of a device (ONVIF Core Specification 23.06, chapters 5.9 and 8).

Operations of access class PRE_AUTH are answered to anybody, others after a login or where the
persona says so; a refusal is HTTP 401 with Digest, or the SOAP fault ter:NotAuthorized.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from xml.sax.saxutils import escape

import re2

from camfinder.lab import digest
from camfinder.lab.persona import Onvif
from camfinder.lab.seat import Seat

_DEVICE = "http://www.onvif.org/ver10/device/wsdl"
_PRE_AUTH = frozenset(
    {
        "GetWsdlUrl", "GetServices", "GetServiceCapabilities", "GetCapabilities", "GetHostname",
        "GetSystemDateAndTime", "GetEndpointReference",
    }
)  # fmt: skip
_OPERATION = re2.compile(r"Body[^>]*>\s*<(?:[A-Za-z0-9_-]+:)?([A-Za-z]{3,60})[\s/>]")
_ELEMENTS = r"<(?:[A-Za-z0-9_-]+:)?{0}(?:\s[^>]*)?>([^<]*)<"
_TOKEN = {
    name: re2.compile(_ELEMENTS.format(name))
    for name in ("Username", "Password", "Nonce", "Created")
}


class Request(NamedTuple):
    """An HTTP request: headers by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def respond(seat: Seat, onvif: Onvif, request: Request) -> tuple[int, tuple[str, ...], bytes]:
    """Status, header lines and body of the answer to one call."""
    text = request.body.decode("utf-8", "replace")
    found = _OPERATION.search(text)
    if request.method != "POST" or found is None:
        return 400, (), b""
    operation = found.group(1)
    allowed = (operation in _PRE_AUTH and operation not in onvif.closed) or operation in onvif.open
    if not allowed and not (onvif.tokens and _logged_in(onvif, text)):
        header = request.headers.get("authorization", "")
        admitted, stale = digest.verdict(seat, onvif, request.method, request.path, header)
        if onvif.refusal != "http" or not admitted:
            return _refusal(seat, onvif, stale=stale)
    sources = operation == "GetVideoSources"
    body = _video_sources(onvif) if sources else _answer(seat, onvif, operation)
    if body is None:
        return _soap(400, _fault("s:Receiver", "ter:ActionNotSupported", "Not implemented"))
    return _soap(200, body)


def _logged_in(onvif: Onvif, text: str) -> bool:
    """WS-Security UsernameToken digest: Base64(SHA-1(nonce + created + password))."""
    if not onvif.user:
        return False
    got: dict[str, str] = {
        name: match.group(1) for name, each in _TOKEN.items() if (match := each.search(text))
    }
    if len(got) < len(_TOKEN) or got["Username"] != onvif.user:
        return False
    try:
        nonce = base64.b64decode(got["Nonce"], validate=True)
    except ValueError:
        return False
    if onvif.clock_ahead_s is not None and not _is_timely(got["Created"], onvif.clock_ahead_s):
        return False
    told = nonce + got["Created"].encode() + onvif.secret.encode()
    digest = hashlib.sha1(told, usedforsecurity=False).digest()  # the profile prescribes SHA-1
    return got["Password"] == base64.b64encode(digest).decode()


def _is_timely(created: str, ahead_s: float) -> bool:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return False
    return abs(moment - datetime.now(UTC) - timedelta(seconds=ahead_s)) < timedelta(seconds=10)


def _refusal(seat: Seat, onvif: Onvif, *, stale: bool) -> tuple[int, tuple[str, ...], bytes]:
    if onvif.refusal == "http":
        return 401, (digest.challenge(seat, onvif, stale=stale),), b""
    return _soap(400, _fault("s:Sender", "ter:NotAuthorized", "Sender not Authorized"))


def _soap(status: int, body: str) -> tuple[int, tuple[str, ...], bytes]:
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        f' xmlns:tds="{_DEVICE}" xmlns:tt="http://www.onvif.org/ver10/schema"'
        ' xmlns:ter="http://www.onvif.org/ver10/error">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )
    return status, ("Content-Type: application/soap+xml; charset=utf-8",), envelope.encode()


def _fault(code: str, subcode: str, reason: str) -> str:
    return (
        f"<s:Fault><s:Code><s:Value>{code}</s:Value>"
        f"<s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
    )


def _answer(seat: Seat, onvif: Onvif, operation: str) -> str | None:
    """The element inside the Body, or None for an operation that the device does not know."""

    def said(text: str) -> str:
        return escape(seat.text(text))

    match operation:
        case "GetSystemDateAndTime":
            inner = _clock(onvif.clock_ahead_s or 0.0)
        case "GetDeviceInformation":
            inner = "".join(
                f"<tds:{name}>{said(text)}</tds:{name}>"
                for name, text in (
                    ("Manufacturer", onvif.manufacturer),
                    ("Model", onvif.model),
                    ("FirmwareVersion", onvif.firmware),
                    ("SerialNumber", onvif.serial),
                    ("HardwareId", onvif.hardware_id),
                )
            )
        case "GetServices":
            inner = _services(seat, onvif)
        case "GetCapabilities":
            inner = _capabilities(seat, onvif)
        case "GetHostname":
            inner = (
                "<tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
                f"<tt:Name>{said(onvif.hostname)}</tt:Name></tds:HostnameInformation>"
            )
        case "GetEndpointReference":
            wsd = seat.persona.wsd
            inner = f"<tds:GUID>{said(wsd.endpoint if wsd else '${uuid}')}</tds:GUID>"
        case "GetScopes":
            inner = _scopes(seat, onvif)
        case "GetNetworkInterfaces":
            inner = _interface(seat)
        case _:
            return None
    return f"<tds:{operation}Response>{inner}</tds:{operation}Response>"


def _clock(ahead_s: float) -> str:
    now = datetime.now(UTC) + timedelta(seconds=ahead_s)
    return (
        "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ>"
        "</tt:TimeZone><tt:UTCDateTime><tt:Time>"
        f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
        f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date>"
        f"<tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month>"
        f"<tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
    )


def _xaddr(seat: Seat, onvif: Onvif) -> str:
    host = seat.values["authority"] if onvif.port == 80 else f"{seat.address}:{onvif.port}"
    return f"http://{host}{onvif.path}"


def _services(seat: Seat, onvif: Onvif) -> str:
    return "".join(
        f"<tds:Service><tds:Namespace>{escape(namespace)}</tds:Namespace>"
        f"<tds:XAddr>{_xaddr(seat, onvif)}</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
        "<tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
        for namespace in (_DEVICE, *onvif.services)
    )


def _capabilities(seat: Seat, onvif: Onvif) -> str:
    xaddr = f"<tt:XAddr>{_xaddr(seat, onvif)}</tt:XAddr>"
    return (
        f"<tds:Capabilities><tt:Device>{xaddr}</tt:Device>"
        f"<tt:Media>{xaddr}</tt:Media></tds:Capabilities>"
    )


def _scopes(seat: Seat, onvif: Onvif) -> str:
    wsd = seat.persona.wsd
    scopes = onvif.scopes or (wsd.scopes if wsd else ())
    return "".join(
        "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
        f"<tt:ScopeItem>{escape(seat.text(scope))}</tt:ScopeItem></tds:Scopes>"
        for scope in scopes
    )


def _video_sources(onvif: Onvif) -> str:
    """Of the media service (ONVIF Media Service Specification, section 5.3)."""
    sources = "".join(
        f'<trt:VideoSources token="source{number}"><tt:Framerate>25</tt:Framerate>'
        "<tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution>"
        "</trt:VideoSources>"
        for number in range(1, onvif.video_sources + 1)
    )
    name = "trt:GetVideoSourcesResponse"
    return f'<{name} xmlns:trt="http://www.onvif.org/ver10/media/wsdl">{sources}</{name}>'


def _interface(seat: Seat) -> str:
    return (
        '<tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info>'
        f"<tt:Name>eth0</tt:Name><tt:HwAddress>{seat.mac}</tt:HwAddress><tt:MTU>1500</tt:MTU>"
        "</tt:Info><tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:Manual>"
        f"<tt:Address>{seat.address}</tt:Address><tt:PrefixLength>24</tt:PrefixLength>"
        "</tt:Manual><tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4></tds:NetworkInterfaces>"
    )
