"""Clouds of camera makers, overheard: who asks for their names in DNS, or greets them in TLS.

Often all that a camera shows which opens no port. It is a hint and no more: the maker's app on a
phone asks for some of the same names, and a resolver asks for the names of others. The domains are
public facts, read 2026-11; graded A where the maker's own documents or several independent
programs name them, B where one does. Clouds that lamps and locks use as well name no kind of
device here: Tuya, TP-Link, mydlink and Eufy's are left out.
Source: RFC 1035 section 4.1 (questions), RFC 6066 section 3 (server name); for each domain below.
"""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import NamedTuple

from camfinder.model import Direction, Frame, Observation, ParseError, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire import dns
from camfinder.wire.text import Facts, observe

PORT = 53
MAX_NAME = 253
MAX_QUESTIONS = 8


class Cloud(NamedTuple):
    """Whose cloud a domain is.

    Attributes:
        service: As people call it.
        brand: The label whose devices alone use it; empty for a platform of many labels.
        platform: The platform's maker where many labels share it; empty otherwise.
    """

    service: str
    brand: str = ""
    platform: str = ""


CLOUDS: MappingProxyType[str, Cloud] = MappingProxyType(
    {
        # Amazon: support pages on ports and domains (A); blinkpy and other clients (A).
        "ring.com": Cloud("Ring", brand="Ring"),
        "immedia-semi.com": Cloud("Blink", brand="Blink"),
        # pyaarlo and other clients: message broker of base stations and cameras (A).
        "arlo.com": Cloud("Arlo", brand="Arlo"),
        "arloxcld.com": Cloud("Arlo", brand="Arlo"),
        # Firmware of the maker (A).
        "wyzecam.com": Cloud("Wyze", brand="Wyze"),
        # Dropcam's names, which Nest cameras kept (A: several clients).
        "dropcam.com": Cloud("Nest", brand="Google Nest"),
        # Clients and recorders' own settings pages (A).
        "ezvizlife.com": Cloud("EZVIZ", brand="EZVIZ"),
        "ezviz7.com": Cloud("EZVIZ", brand="EZVIZ"),
        "ys7.com": Cloud("EZVIZ", brand="EZVIZ"),
        "hik-connect.com": Cloud("Hik-Connect", platform="Hikvision"),
        "hik-online.com": Cloud("Hik-Online", platform="Hikvision"),
        "guardingvision.com": Cloud("Guarding Vision", platform="Hikvision"),
        # Public clients of the peer-to-peer protocol; SDK headers (A).
        "easy4ipcloud.com": Cloud("Easy4IP", platform="Dahua"),
        "easy4ip.com": Cloud("Easy4IP", platform="Dahua"),
        "dahuap2pcloud.com": Cloud("Dahua P2P", platform="Dahua"),
        "dahuaddns.com": Cloud("Dahua DDNS", platform="Dahua"),
        "quickddns.com": Cloud("Quick DDNS", platform="Dahua"),
        "imoulife.com": Cloud("Imou Life", brand="Imou"),
        # neolink, and several analyses of firmware (A).
        "p2p.reolink.com": Cloud("Reolink", brand="Reolink"),
        "devices-apis.reolink.com": Cloud("Reolink", brand="Reolink"),
        "pushx.reolink.com": Cloud("Reolink", brand="Reolink"),
        # Analyses of firmware, and the device's own settings `NetWork.Nat` (A).
        "secu100.net": Cloud("XMEye", platform="Xiongmai"),
        "xmeye.net": Cloud("XMEye", platform="Xiongmai"),
        # Names that free firmware for these cameras shuts off (A).
        "xiaoyi.com": Cloud("Yi", brand="YI"),
        "xiaoyi.com.tw": Cloud("Yi", brand="YI"),
        # Firewall lists of video services and of the maker (A).
        "connect.axis.com": Cloud("Axis Cloud Connect", brand="Axis"),
        "myfoscam.org": Cloud("Foscam DDNS", brand="Foscam"),
        # The maker's own tests of what a camera reaches (B).
        "control.verkada.com": Cloud("Verkada", brand="Verkada"),
    }
)


def cloud_of(name: str) -> tuple[str, Cloud] | None:
    """The listed domain that a host name is in, and whose it is.

    Reolink numbers its rendezvous hosts: `p2p6.reolink.com` counts as `p2p.reolink.com`.
    """
    name = name.lower().rstrip(".")
    if not name or len(name) > MAX_NAME:
        return None
    labels = name.split(".")
    labels[0] = "p2p" if labels[0].rstrip("0123456789") == "p2p" else labels[0]
    for at in range(len(labels) - 1):
        domain = ".".join(labels[at:])
        if domain in CLOUDS:
            return domain, CLOUDS[domain]
    return None


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation about the asker for each listed name; answers give nothing."""
    found = []
    for seen, name in _names(frame):
        known = cloud_of(name)
        if known is None:
            continue
        _, cloud = known
        facts = Facts()
        facts.add("cloud.seen", seen)
        facts.add("cloud.domain", name.lower().rstrip("."))
        facts.add("cloud.service", cloud.service)
        facts.add("cloud.brand", cloud.brand)
        facts.add("cloud.platform", cloud.platform)
        # The asker's port changes with every question and means nothing.
        found.append(replace(observe("cloud", frame, facts), port=0))
    return found


def _names(frame: Frame) -> Iterable[tuple[str, str]]:
    """How and for what a frame asks."""
    data = frame.payload
    if frame.transport is Transport.TLS and frame.direction is Direction.REQUEST:
        return (("tls", _text(data)),)
    if frame.transport is not Transport.UDP or frame.destination_port != PORT:
        return ()
    if len(data) < 17 or data[2] & 0x80:
        return ()
    try:
        message = dns.parse(data)
    except ParseError:
        return ()  # other things go to port 53 as well
    return tuple(("dns", name) for name, _type in message.questions[:MAX_QUESTIONS])


def _text(name: bytes) -> str:
    """A server name; empty for what is none (addresses are no names: RFC 6066)."""
    try:
        text = name[:MAX_NAME].decode("ascii")
    except UnicodeDecodeError:
        return ""
    try:
        ip_address(text)
    except ValueError:
        return text
    return ""


PROBE = Probe(
    name="cloud",
    title="Names of camera clouds in DNS and TLS",
    touch=Touch.PASSIVE,
    ports=frozenset({PORT}),
    emits=MappingProxyType(
        {
            "cloud.seen": "`dns` for a question, `tls` for the name in a ClientHello",
            "cloud.domain": "the whole name asked for",
            "cloud.service": "the cloud that it belongs to",
            "cloud.brand": "the label whose devices use it",
            "cloud.platform": "the maker of the platform, where many labels use it",
        }
    ),
    parse=parse,
)
