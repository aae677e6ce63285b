"""SSDP of a device (UPnP Device Architecture 1.1, chapter 1) on UDP 1900."""

from collections.abc import Iterable

from camfinder.lab.persona import Ssdp
from camfinder.lab.seat import Seat
from camfinder.lab.services import Heard, Reply, UdpService, silent

GROUP = "239.255.255.250"
PORT = 1900
AGAIN_S = 0.2
"""UPnP Device Architecture 1.1, 1.2.2: more than once, as datagrams get lost."""
_ROOT = "upnp:rootdevice"


def services(seat: Seat) -> Iterable[UdpService]:
    """The responder on UDP 1900, where the persona has one."""
    ssdp = seat.persona.ssdp
    if ssdp:
        says = announce if ssdp.notify else silent
        yield UdpService(PORT, answer, (GROUP,), says, again_s=AGAIN_S)


def answer(seat: Seat, heard: Heard) -> Iterable[Reply]:
    """An answer to an M-SEARCH for one of the device's targets, one each for `ssdp:all`."""
    ssdp = seat.persona.ssdp
    lines = heard.payload.decode("latin-1").splitlines()
    if ssdp is None or not lines or not lines[0].startswith("M-SEARCH "):
        return
    if heard.unicast and not ssdp.unicast:
        return
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines[1:])
    }
    if headers.get("man", "").strip('"') != "ssdp:discover":
        return
    wanted = headers.get("st", "")
    for target in _targets(seat, ssdp):
        if wanted in {"ssdp:all", target}:
            head = ("HTTP/1.1 200 OK", "EXT:", f"ST: {target}")
            yield Reply(
                _message(seat, ssdp, head, target), heard.sender, seat.delay_s(ssdp.delay_ms)
            )


def announce(seat: Seat) -> Iterable[Reply]:
    """ssdp:alive for every target."""
    ssdp = seat.persona.ssdp
    if ssdp:
        for target in _targets(seat, ssdp):
            head = (
                "NOTIFY * HTTP/1.1",
                f"HOST: {GROUP}:{PORT}",
                f"NT: {target}",
                "NTS: ssdp:alive",
            )
            delay = seat.delay_s(ssdp.delay_ms)
            yield Reply(_message(seat, ssdp, head, target), (GROUP, PORT), delay)


def _targets(seat: Seat, ssdp: Ssdp) -> tuple[str, ...]:
    return (_ROOT, seat.text(ssdp.uuid), *map(seat.text, ssdp.targets))


def _message(seat: Seat, ssdp: Ssdp, head: tuple[str, ...], target: str) -> bytes:
    uuid = seat.text(ssdp.uuid)
    lines = (
        *head,
        "CACHE-CONTROL: max-age=1800",
        f"LOCATION: {seat.text(ssdp.location)}",
        f"SERVER: {seat.text(ssdp.server)}",
        f"USN: {uuid}" if target == uuid else f"USN: {uuid}::{target}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
