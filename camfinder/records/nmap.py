"""Nmap's XML output: hosts that were up, with addresses, MACs, names and open ports.

Source: Nmap's nmap.dtd, elements host, status, address, hostnames, ports. The document type that
Nmap writes is allowed as long as it defines nothing.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from camfinder.model import CamfinderError
from camfinder.records.record import Sighting
from camfinder.records.values import addresses, macs

MAX_HOSTS = 500_000
MAX_PORTS = 200
_HEAD = 65_536


def is_nmap(data: bytes) -> bool:
    """The output of `nmap -oX`."""
    return b"<nmaprun" in data[:_HEAD]


def nmap(data: bytes, source: str) -> Iterator[Sighting]:
    """The hosts that were up, one sighting for each of their addresses.

    Raises:
        CamfinderError: It is broken, or defines entities.
    """
    if b"<!ENTITY" in data or b"<!ATTLIST" in data or b"<!ELEMENT" in data:
        raise CamfinderError(f"{source} defines XML entities; nmap -oX writes none")
    steps = etree.iterparse(
        io.BytesIO(data),
        tag="host",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,  # an interrupted scan ends in the middle
    )
    count = 0
    try:
        for _event, host in steps:
            count += 1
            if count > MAX_HOSTS:
                raise CamfinderError(f"{source} has more than {MAX_HOSTS:,} hosts; split it")
            yield from _host(host, source, count)
            host.clear()
            while host.getprevious() is not None:
                del host.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise CamfinderError(f"{source} is broken XML ({error}); run nmap -oX again") from error


def _host(host: etree._Element, source: str, number: int) -> Iterator[Sighting]:
    status = host.find("status")
    if status is not None and status.get("state") != "up":
        return
    places = [place.get("addr", "") for place in host.findall("address")]
    found = [each for place in places for each in addresses(place)]
    mac = next((each for place in places for each in macs(place, numbers=False)), None)
    name = host.find("hostnames/hostname")
    services = tuple(_services(host))
    raw = f"nmap: {' '.join(places)}; open: " + " ".join(
        f"{p}/{t} {s}".strip() for p, t, s in services
    )
    at = _moment(host.get("endtime") or host.get("starttime"))
    hostname = name.get("name") if name is not None else None
    reached: list[str | None] = [*found] or ([None] if mac else [])
    for address in reached:
        yield Sighting(source, number, "nmap", address, mac, raw[:2_048], hostname, services, at)


def _services(host: etree._Element) -> Iterator[tuple[int, str, str]]:
    for port in host.findall("ports/port")[:MAX_PORTS]:
        state, number = port.find("state"), port.get("portid", "")
        transport = port.get("protocol", "")
        opened = state is not None and state.get("state") == "open"
        if not opened or not number.isdecimal() or transport not in {"tcp", "udp"}:
            continue
        service = port.find("service")
        words = [] if service is None else [service.get("name"), service.get("product")]
        if 0 < int(number) < 65_536:
            yield int(number), transport, " ".join(word for word in words if word)[:200]


def _moment(text: str | None) -> datetime | None:
    """Seconds since 1970 as a moment."""
    if not text or not text.isdecimal() or len(text) > 11:
        return None
    return datetime.fromtimestamp(int(text), UTC)
