"""`python -m camfinder.lab.ask [ADDRESS...]` asks plain questions and prints what is answered.

One JSON object a line: `question`, `source`, `port`, `hex`. Multicast and broadcast questions go
out on the interface of the route to the first address; each address is then asked by HTTP, RTSP
and by listening. It is the yardstick beside the scanner: the tests and recordings use it, so it
shares no code with the probes. What only apps and managers ask (`hnap`, `netwave`, `snmp`) is asked
when it is named: camfinder hears the answers.
"""

import asyncio
import json
import socket
import ssl
import sys
import uuid
from asyncio import DatagramProtocol, DatagramTransport
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple

ALL_HOSTS = "255.255.255.255"
_WSD = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope'
    ' xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
    '<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>'
    "<a:MessageID>urn:uuid:{id}</a:MessageID>"
    "<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
    "</a:Address></a:ReplyTo>"
    '<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>'
    "<s:Body><d:Probe>{types}</d:Probe></s:Body></s:Envelope>"
)
_SEARCH = (
    "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
    'MAN: "ssdp:discover"\r\nMX: 1\r\nST: {target}\r\n\r\n'
)
_TVT = "urn:schemas-upnp-org:service:EmbeddedNetDeviceControl:1"
_NAMES = (
    "_services._dns-sd._udp.local", "_axis-video._tcp.local", "_http._tcp.local",
    "_ipp._tcp.local", "_airplay._tcp.local",
)  # fmt: skip
_IPRO_TAGS = (
    "fff00026002000210022002300250028004000410042004400a500a600a700a800ad00b300b400b700b8ffff1170"
)

_INFORMATION = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">'
    '<s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    '<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
)

APPS = frozenset({"hnap", "netwave", "snmp"})
_SNMP = bytes.fromhex(  # version 2c, get sysDescr and sysObjectID
    "303c020101 040e 6c61622d7365637265742d313631 a027 020101 020100 020100 301c"
    "300c 0608 2b06010201010100 0500 300c 0608 2b06010201010200 0500"
)


class Question(NamedTuple):
    """A datagram for a group or for everybody.

    Attributes:
        name: What it is called in the output.
        to: Group or broadcast address.
        port: Destination port.
        payload: The datagram.
        local: Local port to ask from; 0 for any.
        also: Further local port that answers come to.
        joins: Group that answers come to.
    """

    name: str
    to: str
    port: int
    payload: bytes
    local: int = 0
    also: int = 0
    joins: str = ""


def questions(mine: str) -> Iterator[Question]:
    """The questions of the protocols that the lab speaks; `mine` is the asker's address."""
    group = "239.255.255.250"
    for name, types in (("wsd", "<d:Types>dn:NetworkVideoTransmitter</d:Types>"), ("wsd-any", "")):
        yield Question(name, group, 3702, _WSD.format(id=uuid.uuid4(), types=types).encode())
    names = b"".join(
        b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
        + b"\0\0\x0c\0\1"
        for name in _NAMES
    )
    head = bytes((0, 0, 0, 0, 0, len(_NAMES), 0, 0, 0, 0, 0, 0))
    yield Question("mdns", "224.0.0.251", 5353, head + names)
    for name, target in (("ssdp", "upnp:rootdevice"), ("tvt-ssdp", _TVT)):
        yield Question(name, group, 1900, _SEARCH.format(target=target).encode())
    sadp = (
        '<?xml version="1.0" encoding="utf-8"?><Probe>'
        f"<Uuid>{str(uuid.uuid4()).upper()}</Uuid><Types>inquiry</Types></Probe>"
    )
    yield Question("sadp", group, 37020, sadp.encode())
    dhip = b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}'
    size = len(dhip).to_bytes(4, "little") + bytes(4)
    yield Question("dhip", ALL_HOSTS, 37810, b"\x20\0\0\0DHIP" + bytes(8) + size * 2 + dhip)
    yield from _makers(mine)


def _makers(mine: str) -> Iterator[Question]:
    """The searches of single makers, bytes of their protocols."""
    packet_id = bytes(range(0x41, 0x53))
    ipro = (
        "0001002a000d" + "00" * 6 + "024c00000001" + socket.inet_aton(mine).hex()
        + "000020111e11231f1e1913000002010000000000000000000000" + _IPRO_TAGS
    )  # fmt: skip
    rows: tuple[tuple[str, int, str, int, int], ...] = (
        ("bosch", 1757, "9939a427 0badcafe ff0006de", 0, 1758),
        ("ipro", 10670, ipro, 10669, 0),
        ("sony", 2380, "02454e513a616c6c696e666fff03", 0, 0),
        ("vivotek", 10000, "02 4a5d8f1c", 0, 0),
        ("ubiquiti", 10001, "01000000", 0, 0),
        ("xiongmai", 34569, "ff" + "00" * 13 + "fa05 00000000", 34569, 0),
        ("tapo", 20002, "02000001 00000000 00000000 463cb5d3", 0, 0),
        ("vstarcam", 8600, "44480101", 0, 0),
        ("pppp", 32108, "f1300000", 0, 0),
        ("reolink", 2000, "aaaa0000", 0, 3000),
    )
    for mode in (1, 6):
        payload = bytes((mode,)) + packet_id + bytes(243)
        yield Question("hanwha", ALL_HOSTS, 7701, payload, 0, 7711)
    for name, port, digits, local, also in rows:
        yield Question(name, ALL_HOSTS, port, bytes.fromhex(digits), local, also)
    tvt = bytes.fromhex("4d48454408000100 01000000") + bytes(128)
    yield Question("tvt", "234.55.55.55", 23456, tvt, 23456, 0, "234.55.55.56")


class _Ear(DatagramProtocol):
    def __init__(self, name: str, mine: str) -> None:
        self._name = name
        self._mine = mine

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr[0] != self._mine:
            tell(self._name, addr[0], addr[1], data)


def tell(question: str, source: str, port: int, data: bytes) -> None:
    """One line of output."""
    line = {"question": question, "source": source, "port": port, "hex": data.hex()}
    sys.stdout.write(json.dumps(line) + "\n")


def _socket(mine: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(mine))
    sock.bind(("0.0.0.0", port))
    return sock


async def ask_all(mine: str, addresses: Iterable[str], wait_s: float, only: frozenset[str]) -> None:
    """Asks every question once; on the loopback those for everybody one address at a time."""
    loop = asyncio.get_running_loop()
    open_now: list[DatagramTransport] = []
    loopback = mine.startswith("127.")
    for question in questions(mine):
        if only and question.name not in only:
            continue
        # The ear for the answers is open before the question goes out.
        for port in ((question.also,) if question.also else ()) + (question.local,):
            sock = _socket(mine, port)
            if question.joins:
                member = socket.inet_aton(question.joins) + socket.inet_aton(mine)
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            transport, _ = await loop.create_datagram_endpoint(
                lambda name=question.name: _Ear(name, mine),  # type: ignore[misc]
                sock=sock,
            )
            open_now.append(transport)
            if port == question.local:
                everybody = loopback and question.to == ALL_HOSTS
                for to in addresses if everybody else (question.to,):
                    transport.sendto(question.payload, (to, question.port))
        await asyncio.sleep(0.02)
    await asyncio.sleep(wait_s)
    for transport in open_now:
        transport.close()


async def _converse(address: str, port: int, *, tls: bool, says: tuple[bytes, ...]) -> bytes:
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    async with asyncio.timeout(2):
        reader, writer = await asyncio.open_connection(address, port, ssl=context)
    heard = b""
    try:
        for said in says or (b"",):
            writer.write(said)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    heard += await reader.read(65_536)
    finally:
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
    return heard


def _get(address: str, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode()


async def _manage(address: str) -> None:
    """Asks by SNMP, as a network manager does."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Ear("snmp", ""), remote_addr=(address, 161)
    )
    transport.sendto(_SNMP)
    await asyncio.sleep(0.2)
    transport.close()


async def visit(address: str, shift: int, only: frozenset[str]) -> None:
    """HTTP, HTTPS, ONVIF, RTSP and the ports that speak first, one after the other."""
    web = _get(address, "/")
    url = f"rtsp://{address}/"
    rtsp = tuple(
        f"{method} {url} RTSP/1.0\r\nCSeq: {number}\r\nUser-Agent: camfinder\r\n\r\n".encode()
        for number, method in ((1, "OPTIONS"), (2, "DESCRIBE"))
    )
    onvif = (
        f"POST /onvif/device_service HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n"
        "Content-Type: application/soap+xml; charset=utf-8\r\n"
        f"Content-Length: {len(_INFORMATION)}\r\n\r\n{_INFORMATION}"
    ).encode()
    visits = (
        ("http", 80, False, (web,)),
        ("https", 443, True, (web,)),
        *(("onvif", port, False, (onvif,)) for port in (80, 2020, 8000, 8899)),
        ("rtsp", 554, False, rtsp),
        ("banner", 21, False, ()),
        ("banner", 6036, False, ()),
        ("hnap", 80, False, (_get(address, "/HNAP1/"),)),
        ("netwave", 80, False, (_get(address, "/get_status.cgi"),)),
    )
    if "snmp" in only:
        await _manage(address)
    for name, port, tls, says in visits:
        if name not in (only or {visit[0] for visit in visits} - APPS):
            continue
        here = port + shift if port < 1024 else port
        with suppress(OSError, ssl.SSLError, TimeoutError):
            heard = await _converse(address, here, tls=tls, says=says)
            if heard:
                tell(name, address, port, heard)


def _own_address(first: str) -> str:
    """The address that this machine has on the way to another."""
    if first.startswith("127."):
        return "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((first, 9))
        return str(sock.getsockname()[0])


async def main(arguments: list[str]) -> None:
    """Asks.

    `--shift N` where low ports are moved, `--wait S` for slow devices, `--only NAME,..` for some
    questions.
    """
    options = dict(pairwise(arguments))
    shift = int(options.get("--shift", "0"))
    wait_s = float(options.get("--wait", "1.0"))
    only = frozenset(options.get("--only", "").split(",")) - {""}
    addresses = [each for each in arguments if each.count(".") == 3]
    if addresses:
        await ask_all(_own_address(addresses[0]), addresses, wait_s, only)
        for address in addresses:
            await visit(address, shift, only)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
