"""Every parser with messages for it: what `growing` makes larger."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from struct import pack
from typing import Any

from capture_files import Dialogue, block, classic, enhanced, framed, interface, section, udp
from growing import Growth
from places import ROOT
from shipped import engine

from camfinder.capture.pcap import Capture
from camfinder.document import build, dumps, loads
from camfinder.flow.cases import identify_case
from camfinder.flow.reader import Reader
from camfinder.flow.replay import replay
from camfinder.model import CamfinderError, Frame, ParseError
from camfinder.probes import Probe, all_probes
from camfinder.records.known import read_known, read_sightings
from camfinder.wire import dns, exchange, head, paths, scopes, soap, text

Call = Callable[[bytes], object]


def guarded(call: Call) -> Call:
    """The call, with its own complaints borne."""

    def run(data: bytes) -> object:
        with suppress(ParseError, CamfinderError):
            return call(data)
        return None

    return run


def parser(probe: Probe, heard: Frame) -> Call:
    """What a probe makes of a frame with other bytes."""
    return guarded(lambda data: list(probe.parse(replace(heard, payload=data))))


@cache
def recorded() -> Mapping[str, list[Frame]]:
    """Probe to the largest frames of `pcaps/` that it reads, one for each request."""
    largest: dict[str, dict[tuple[str, str], Frame]] = {}
    for case in sorted((ROOT / "pcaps").glob("*/capture.pcapng")):
        for frame in Capture(case, case.name, strict=True).frames():
            if not isinstance(frame, Frame):
                continue
            for seen in _reader().read(frame):
                of_probe = largest.setdefault(seen.probe, {})
                way = (frame.transport.value, frame.request)
                known = of_probe.get(way)
                if known is None or len(known.payload) < len(frame.payload):
                    of_probe[way] = frame
    return {
        name: sorted(of_probe.values(), key=lambda each: -len(each.payload))[:3]
        for name, of_probe in largest.items()
    }


@cache
def _reader() -> Reader:
    return Reader(all_probes(), lambda _problem: None)


def name(*labels: bytes) -> bytes:
    """A DNS name."""
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def dns_message(records: bytes, count: int, kind: int = 2) -> bytes:
    """A DNS answer with records of its second section."""
    counts = [0, 0, 0, 0]
    counts[kind - 1] = min(count, 65_535)
    return pack(">HH4H", 0, 0x8400 if kind > 1 else 0, *counts) + records


def _pointers(count: int) -> bytes:
    """Names of which each points to the one before."""
    records = name(b"_http", b"_tcp", b"local")
    out, last = b"", 12
    for number in range(min(count, 16_000 // 20)):
        target = (b"\3x%02d" % (number % 100) + pack(">H", 0xC000 | last)) if number else records
        last_at = 12 + len(out)
        out += target + pack(">HHIH", 12, 1, 120, 2) + pack(">H", 0xC000 | last_at)
        last = last_at
    return dns_message(out, count)


VAR = bytes.fromhex("300f 0608 2b06010201010100 0403") + b"abc"
PTR = name(b"_http", b"_tcp", b"local") + pack(">HHI", 12, 1, 120)
FRAMED: Mapping[str, Mapping[str, Callable[[int], bytes]]] = {
    "mdns": {
        "pointers to pointers": _pointers,
        "records": lambda n: dns_message((PTR + b"\0\4\1x\xc0\x0c") * n, n),
        "instances": lambda n: dns_message(
            b"".join(PTR + b"\0\x08" + b"\5%05d" % k + b"\xc0\x0c" for k in range(n)), n
        ),
        "questions": lambda n: dns_message((name(b"a", b"local") + b"\0\x0c\0\1") * n, n, 1),
        "strings": lambda n: dns_message(
            name(b"x", b"_http", b"_tcp", b"local")
            + pack(">HHIH", 16, 1, 120, min(4 * n, 65_000))
            + b"\3a=b" * n,
            1,
        ),
    },
    "cloud": {
        "questions": lambda n: dns_message((name(b"p2p", b"x") + b"\0\1\0\1") * n, n, 1),
        "labels": lambda n: dns_message(b"\1a" * n + b"\0\0\1\0\1", 1, 1),
    },
    "snmp": {
        "bindings": lambda n: ber(0x30, b"\2\1\1\4\1x" + ber(0xA2, _numbers() + ber(0x30, VAR * n)))
    },
    "dhcp": {"options": lambda n: _dhcp(b"\x0c\4cam1" * n), "pads": lambda n: _dhcp(bytes(n))},
    "kasa": {
        "members": lambda n: _kasa(
            b'{"system":{"get_sysinfo":{%s"model":"KC1","mic_type":"IOT.IPCAMERA"}}}'
            % (b'"a":1,' * n)
        )
    },
    "dhip": {
        "members": lambda n: _dhip(
            b'{"mac":"14:a7:8b:00:10:44","params":{"deviceInfo":{%s"DeviceType":"IPC"}}}'
            % (b'"b":"",' * n)
        )
    },
    "ubnt": {"records": lambda n: pack(">BBH", 1, 0, min(7 * n, 65_535)) + b"\x0b\0\4name" * n},
}
"""Messages whose lengths fit as they grow."""


def ber(kind: int, content: bytes) -> bytes:
    """An element of the basic encoding rules."""
    return bytes([kind, 0x84]) + len(content).to_bytes(4, "big") + content


def _numbers() -> bytes:
    return b"\2\1\1\2\1\0\2\1\0"


def _dhcp(options: bytes) -> bytes:
    head = bytes((1, 1, 6, 0)) + bytes(24) + bytes.fromhex("00408c000001") + bytes(10 + 192)
    return head + bytes.fromhex("63825363") + b"\x35\1\3" + options + b"\xff"


def _kasa(plain: bytes) -> bytes:
    key, out = 0xAB, bytearray()
    for byte in plain:
        key ^= byte
        out.append(key)
    return bytes(out)


def _dhip(body: bytes) -> bytes:
    size = len(body)
    return pack("<I4sIIIIII", 32, b"DHIP", 0, 0, size, 0, size, 0) + body


def messages(probe: Probe) -> Iterator[tuple[Call, bytes]]:
    """The parser of each recorded frame of a probe, and the frame's bytes."""
    for frame in recorded().get(probe.name, ()):
        yield parser(probe, frame), frame.payload


def framings(probe: Probe) -> Iterator[tuple[Call, Growth]]:
    """The same for messages made for it."""
    for what, made in FRAMED.get(probe.name, {}).items():
        frame = recorded()[probe.name][0]
        yield parser(probe, frame), Growth(what, build=made)


@dataclass(frozen=True)
class Reading:
    """Another parser: what it is called, the call, and messages that it reads."""

    name: str
    call: Call
    samples: tuple[bytes, ...] = ()
    growths: tuple[Growth, ...] = ()


HEAD = (
    b"HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nDate: Tue, 24 Nov 2026 08:00:00 GMT\r\n"
    b'WWW-Authenticate: Digest realm="IP Camera(F4812)", nonce="aa", qop="auth"\r\n'
    b"Set-Cookie: a=b; path=/\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
)
XML = (
    b'<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">'
    b'<s:Body><a:b xmlns:a="urn:a" c="d">text</a:b></s:Body></s:Envelope>'
)
SCOPES = "onvif://www.onvif.org/name/AXIS%20P3245 onvif://www.onvif.org/hardware/P3245-V "


def wires() -> Iterator[Reading]:
    """The parsers that the probes share."""
    yield Reading("head", head.parse, (HEAD,))
    yield Reading("realms", lambda data: head.realms([text.decode(data)]), (b'Digest realm="a", ',))
    yield Reading("xml", soap.parse, (XML,))
    yield Reading("loose xml", lambda data: soap.loose_texts(data, "b"), (XML,))
    yield Reading("scopes", lambda data: scopes.parse(text.decode(data)), (SCOPES.encode(),))
    yield Reading("dns", dns.parse, (dns_message(PTR + b"\0\4\1x\xc0\x0c", 1),))
    yield Reading("lines", exchange.assignments, (b"root.Brand.Brand=AXIS\r\n",))
    yield Reading("json", exchange.json_object, (b'{"a":{"b":[1,2]},"c":"d"}',))
    yield Reading("path", lambda data: paths.is_safe(text.decode(data)), (b"/a/../b?c=d%20",))
    yield Reading("mac", lambda data: text.mac_in(text.decode(data), bare=True), (b"a 00:40:8c:",))
    yield Reading("uuid", lambda data: text.mac_from_uuid(text.decode(data)), (b"urn:uuid:3f1c-",))
    yield Reading("clean", text.clean, (b" a\x00",))


def _capture(data: bytes) -> object:
    reader = _reader()
    for item in Capture(io.BytesIO(data), "made").frames():
        if isinstance(item, Frame):
            reader.read(item)
    return None


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CONVERSATIONS: Mapping[str, Callable[[int], list[bytes]]] = {
    "datagrams": lambda n: [framed(udp(b"a" * 40, a_port=5000 + k % 999)) for k in range(n)],
    "pieces": lambda n: _dialogue().ask(b"GET / HTTP/1.1\r\n\r\n").tell(*[b"HTTP/1"] * n).packets,
    "answers": lambda n: _asked(n).tell(ANSWER * n).packets,
    "heads": lambda n: _dialogue().tell(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * n).packets,
    "backwards": lambda n: _dialogue().tell(*[b"x" * 40] * n).packets[:2:-1],
    "records": lambda n: _dialogue(443).tell(*[b"\x16\x03\x03\x00\x01\x02"] * n).packets,
    "connections": lambda n: [
        packet for k in range(n) for packet in _dialogue(80, 20_000 + k % 40_000).packets
    ],
    "fragments": lambda n: [_fragment(k) for k in range(n)],
}


def _dialogue(port: int = 80, client_port: int = 40_000) -> Dialogue:
    return Dialogue(port, client_port)


def _asked(count: int) -> Dialogue:
    return _dialogue().ask(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * count)


def _fragment(number: int) -> bytes:
    """The same datagram's pieces over and over, none of them the last."""
    whole = bytearray(udp(b"a" * 40))
    whole[6:8] = pack(">H", 0x2000 | number % 8000)
    return framed(bytes(whole))


def _pcap(packets: list[bytes]) -> bytes:
    framed_ones = [each if each[:6] == b"\xff" * 6 else framed(each) for each in packets]
    return section() + interface() + b"".join(enhanced(each) for each in framed_ones)


def captures() -> Iterator[Reading]:
    """Files of packets."""
    grown = tuple(
        Growth(what, build=lambda n, make=make: _pcap(make(n)))  # type: ignore[misc]
        for what, make in CONVERSATIONS.items()
    )
    packet = framed(udp(b"a" * 40))
    more = (
        Growth("interfaces", section(), interface(), enhanced(packet)),
        Growth("options", build=lambda n: section() + interface(options=b"\1\0\4\0abcd" * n)),
        Growth("unknown blocks", section() + interface(), block(0x0BAD, b"abcd"), b""),
        Growth("sections", b"", section() + interface() + enhanced(packet), b""),
        Growth("pcap", classic([]), classic([packet])[24:], b""),
        Growth("tags", build=lambda n: classic([framed(udp(b"a"), tags=(0x8100,) * n)])),
    )
    yield Reading("capture", _capture, growths=(*grown, *more))


TABLE = b"address,mac,model,serial,location\r\n10.0.0.1,00:40:8c:00:00:01,P3245-V,X1,Gate\r\n"
NMAP = (
    b'<?xml version="1.0"?><nmaprun><host><status state="up"/><address addr="10.0.0.1" '
    b'addrtype="ipv4"/><hostnames><hostname name="a"/></hostnames><ports><port protocol="tcp" '
    b'portid="80"><state state="open"/></port></ports></host></nmaprun>'
)
LEASES = b'lease 10.0.0.1 {\n  hardware ethernet 00:40:8c:00:00:01;\n  client-hostname "a";\n}\n'
ARP = b"? (10.0.0.1) at 00:40:8c:00:00:01 [ether] on eth0\n"
SWITCH = b"Internet  10.0.0.1   5   0040.8c00.0001  ARPA   Vlan1\n"


def lists() -> Iterator[Reading]:
    """Lists of devices and evidence, and inventory documents."""
    for what, sample in (("table", TABLE), ("plain", b"10.0.0.1\n00:40:8c:00:00:01\n")):
        yield Reading(what, lambda data: read_known(data, "made.csv", {}), (sample,))
    for what, sample in (("nmap", NMAP), ("leases", LEASES), ("arp", ARP), ("switch", SWITCH)):
        yield Reading(what, lambda data: read_sightings(data, "made", {}), (sample,))
    grown = Growth("devices", build=_documents)
    yield Reading("document", lambda data: loads(data, "made"), growths=(grown,))


@cache
def _document() -> dict[str, Any]:
    """A real inventory document."""
    case = ROOT / "pcaps" / "dahua-dhip" / "capture.pcapng"
    found = build(replay([case], engine=engine(), probes=all_probes()))
    document: dict[str, Any] = json.loads(dumps(found))
    return document


def _documents(count: int) -> bytes:
    return json.dumps({**_document(), "devices": _document()["devices"][:1] * count}).encode()


KINDS = (
    "http.title", "http.server", "http.body", "http.response", "http.realm", "rtsp.response",
    "rtsp.sdp", "tls.subject", "ftp.banner", "telnet.banner", "snmp.sysdescr", "onvif.scope",
    "mdns.service", "mac", "hikvision.sadp", "dahua.dhip", "upnp.description", "ssdp.response",
)  # fmt: skip
WORDS = b"AXIS P3245-V Network Camera Hikvision DS-2CD2143G2-IS V5.7.12 build 230328 NVR "


def _identify(kind: str, value: str) -> object:
    case = {"id": "1", "observations": [{"kind": kind, "value": value}]}
    return identify_case(case, engine(), all_probes())


def _identify_many(lines: bytes) -> object:
    found: list[Any] = [
        {"kind": "http.title", "value": f"{line} {number}"}
        for number, line in enumerate(lines.decode("latin-1").split("\n"))
    ]
    return identify_case({"id": "1", "observations": found}, engine(), all_probes())


def engines() -> Iterator[Reading]:
    """The engine: one observation whose text grows, and more observations."""
    for kind in KINDS:
        yield Reading(
            f"identify {kind}",
            lambda data, kind=kind: _identify(kind, text.decode(data)),  # type: ignore[misc]
            (WORDS,),
        )
    yield Reading("identify many", _identify_many, growths=(Growth("more", unit=WORDS + b"\n"),))
