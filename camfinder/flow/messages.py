"""Whole messages, as others quote them, turned into the frames that would have carried them."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from camfinder.flow.kinds import device_information, elements
from camfinder.model import Address, Direction, Frame, Transport

MAX_BYTES = 4 * 1024 * 1024
"""A longer message of a case is refused."""

TRANSPORTS = {
    word.value: word for word in Transport if word not in {Transport.MULTICAST, Transport.BROADCAST}
}


class BadValue(ValueError):  # noqa: N818 (it names the value, which is at fault)
    """A case is not of the documented form; the message says what is wrong."""


def _text(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def _hex(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise BadValue("hex holds something else than hexadecimal digits") from None


def _sdp(value: str) -> bytes:
    """A session description as the DESCRIBE answer that it was in."""
    body = _text(value.replace("\r\n", "\n").replace("\n", "\r\n"))
    start = f"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}"
    return start.encode() + b"\r\n\r\n" + body


def _match(value: str) -> bytes:
    """A message of WS-Discovery; where only its match was kept, in an envelope."""
    if "Envelope" not in value and "ProbeMatch>" in value:
        value = f"<Envelope><Body><ProbeMatches>{value}</ProbeMatches></Body></Envelope>"
    return _text(value)


def _device_info(value: str) -> bytes:
    return _text(elements('DeviceInfo xmlns="http://www.std-cgi.com/ver20/XMLSchema"', value))


def _sadp(value: str) -> bytes:
    return _text(elements("ProbeMatch", value))


def _description(value: str) -> bytes:
    """A UPnP description; where only its device was kept, in the root that belongs around it."""
    first, last = value.find("<device>"), value.rfind("</device>")
    if "<root" not in value and 0 <= first < last:
        value = f"<root>{value[first:last]}</device></root>"
    return _text(value)


def _name(text: str) -> bytes:
    """A domain name without compression (RFC 1035 section 3.1), one label before the type."""
    instance, dot, rest = text.rstrip(".").partition("._")
    labels = [instance] if not dot else [instance, *f"_{rest}".split(".")]
    if not dot:
        labels = instance.split(".")
    packed = [_text(label)[:63] for label in labels if label]
    return b"".join(bytes([len(label)]) + label for label in packed) + b"\0"


def _record(name: str, kind: int, data: bytes) -> bytes:
    fixed = kind.to_bytes(2, "big") + b"\0\x01" + (120).to_bytes(4, "big")
    return _name(name) + fixed + len(data).to_bytes(2, "big") + data


def _mdns(value: str) -> bytes:
    """A service as the DNS answer that announced it.

    Args:
        value: JSON (type, name, port, hostname, txt), or its type alone.
    """
    if value[:1] != "{" and "._" in f".{value}":
        value = json.dumps({"type": value})  # a type alone: _axis-video._tcp.local.
    try:
        service = json.loads(value)
    except (ValueError, RecursionError):
        raise BadValue("mdns.service is no JSON") from None
    if not isinstance(service, dict) or not isinstance(service.get("type"), str):
        raise BadValue("mdns.service has no type")
    kind = service["type"].rstrip(".").removesuffix(".local") + ".local"
    name = str(service.get("name") or f"unnamed.{kind}")
    if kind not in name:
        name = f"{name}.{kind}"
    host = str(service.get("hostname") or service.get("server") or "unnamed.local")
    port = service.get("port")
    port = port if isinstance(port, int) and 0 <= port < 65_536 else 0
    strings = _strings(service.get("txt") or {})
    txt = b"".join(bytes([len(one)]) + one for one in strings) or b"\0"
    records = [
        _record(kind, 12, _name(name)),
        _record(name, 33, b"\0\0\0\0" + port.to_bytes(2, "big") + _name(host)),
        _record(name, 16, txt),
    ]
    head = b"\0\0\x84\0\0\0" + len(records).to_bytes(2, "big") + b"\0\0\0\0"
    return head + b"".join(records)


def _strings(txt: Any) -> list[bytes]:
    """The strings of a TXT record, given as a table or as a list."""
    if isinstance(txt, dict):
        pairs = [key if value is None else f"{key}={value}" for key, value in txt.items()]
    else:
        pairs = [str(one) for one in txt] if isinstance(txt, list) else [str(txt)]
    return [_text(str(pair))[:255] for pair in pairs if pair]


Carrier = tuple[Transport, int, str]
_HTTP = (Transport.HTTP, 80, "")
MESSAGES: Mapping[str, tuple[Callable[[str], bytes], tuple[Carrier, ...]]] = {
    "http.response": (_text, (_HTTP,)),
    "rtsp.response": (_text, ((Transport.TCP, 554, ""),)),
    "rtsp.sdp": (_sdp, ((Transport.TCP, 554, "DESCRIBE"),)),
    "sip.response": (_text, ((Transport.UDP, 5060, ""),)),
    "wsd.probematch": (_match, ((Transport.UDP, 3702, ""),)),
    "onvif.device_information": (
        device_information,
        ((Transport.HTTP, 80, "GetDeviceInformation"),),
    ),
    "isapi.device_info": (_device_info, ((Transport.HTTP, 80, "GET /ISAPI/System/deviceInfo"),)),
    "hikvision.sadp": (_sadp, ((Transport.UDP, 37020, ""),)),
    "dahua.dhip": (_text, ((Transport.UDP, 37810, ""),)),
    "tplink.discovery": (_text, ((Transport.UDP, 9999, ""), (Transport.UDP, 20002, ""))),
    "ubnt.discovery": (_text, ((Transport.UDP, 10001, ""),)),
    "ubnt.discovery.hex": (_hex, ((Transport.UDP, 10001, ""),)),
    "axis.getbrand": (_text, ((Transport.HTTP, 80, "GET /axis-cgi/param.cgi"),)),
    "ssdp.response": (_text, ((Transport.UDP, 1900, ""),)),
    "upnp.description": (_description, ((Transport.HTTP, 49152, "GET /description.xml"),)),
    "mdns.service": (_mdns, ((Transport.UDP, 5353, ""),)),
}
"""Kinds that are whole messages: their bytes, and how they would have travelled."""


def message_frames(kind: str, value: str, source: Address, seen_at: datetime) -> Iterable[Frame]:
    """The frames that a message of this kind may have come in, likeliest first.

    Raises:
        BadValue: The value is not of the kind's form.
    """
    encode, carriers = MESSAGES[kind]
    payload = encode(value)
    for transport, port, request in carriers:
        yield Frame(transport, source, port, payload, seen_at, "case", request=request)


def frame_of(value: Any, source: Address, seen_at: datetime) -> Frame:
    """An observation of kind `frame`: an object, or its JSON text.

    Raises:
        BadValue: It is not of the documented form.
    """
    fields = value
    if isinstance(value, str):
        try:
            fields = json.loads(value)
        except (ValueError, RecursionError):
            raise BadValue("frame is no JSON") from None
    if not isinstance(fields, dict):
        raise BadValue("frame is no object")
    transport, port = TRANSPORTS.get(str(fields.get("transport"))), fields.get("port")
    if transport is None:
        raise BadValue(f"frame.transport is none of {', '.join(sorted(TRANSPORTS))}")
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port < 65_536:
        raise BadValue("frame.port is no port")
    payload = fields.get("hex")
    if not isinstance(payload, str) or len(payload) > 2 * MAX_BYTES:
        raise BadValue("frame.hex is no text of at most 4 MiB")
    direction = fields.get("direction") or Direction.ANSWER.value
    if direction not in {word.value for word in Direction}:
        raise BadValue("frame.direction is neither answer nor request")
    return Frame(
        transport=transport,
        source=_source(fields.get("source"), source),
        source_port=port,
        payload=_hex(payload),
        seen_at=seen_at,
        origin="case",
        direction=Direction(direction),
        request=str(fields.get("request") or ""),
    )


def _source(text: Any, default: Address) -> Address:
    if text is None:
        return default
    try:
        return ip_address(str(text))
    except ValueError:
        raise BadValue("frame.source is no address") from None
