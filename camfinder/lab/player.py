"""The process that plays all devices of a building: `python -m camfinder.lab.player FOLDER`.

It reads the order, one line of JSON, from its standard input, writes `state.json` into the
folder when every service answers, and ends on SIGTERM, after its lifetime, or, with `--tied`,
when its standard input closes. Nothing of the lab outlives it.
"""

import asyncio
import os
import resource
import signal
import socket
import sys
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from random import Random

from camfinder.lab import (
    certificates,
    namespaces,
    speak_http,
    speak_mdns,
    speak_rtsp,
    speak_snmp,
    speak_ssdp,
    speak_vendor,
    speak_wsd,
)
from camfinder.lab.building import Building, decode_order
from camfinder.lab.seat import Seat
from camfinder.lab.services import TcpService, UdpService
from camfinder.lab.sockets import Stand, UdpPort, open_tcp, open_udp
from camfinder.lab.state import Resident, State, forget, process_start, save, unlink_state
from camfinder.lab.topology import Wiring, wire
from camfinder.model import CamfinderError

_READY_S = 30.0


def udp_services(seat: Seat) -> list[UdpService]:
    """Everything that the device does with datagrams."""
    return [
        *speak_wsd.services(seat),
        *speak_mdns.services(seat),
        *speak_ssdp.services(seat),
        *speak_snmp.services(seat),
        *speak_vendor.udp_services(seat),
    ]


def tcp_services(seat: Seat) -> list[TcpService]:
    """Everything that the device listens for on TCP."""
    return [
        *speak_http.services(seat),
        *speak_rtsp.services(seat),
        *speak_vendor.tcp_services(seat),
    ]


class Play:
    """The running devices of a building."""

    def __init__(self, building: Building, wiring: Wiring | None) -> None:
        self._building = building
        self._wiring = wiring
        self._ports: list[UdpPort] = []
        self._servers: list[asyncio.Server] = []
        self._heralds: list[tuple[float, UdpPort]] = []

    async def start(self) -> None:
        """Every device listens and has said hello.

        Raises:
            CamfinderError: An address or port cannot be had, or a service does not answer.
        """
        for stand in self._stands():
            first = next(iter(stand.seats.values()))
            ports = open_udp(stand, udp_services(first))
            self._ports += ports
            self._servers += await open_tcp(stand, tcp_services(first), certificates.context)
            if len(stand.seats) == 1:  # nobody would hear a crowd behind its router
                self._heralds += [(self._boots_at_s(first), port) for port in ports]
        await self._answers()
        self._announce()

    def _announce(self) -> None:
        """All devices that say something by themselves say it, now and again."""
        loop, order = asyncio.get_running_loop(), self._building.order
        for after_s, port in self._heralds:
            loop.call_later(after_s, partial(port.announce, boots=order.boot_s is not None))
        loop.call_later(order.announce_every_s, self._announce)

    def _boots_at_s(self, seat: Seat) -> float:
        """When a device begins to speak by itself, the same for a seed."""
        order = self._building.order
        chance = Random(f"{order.seed} boots {seat.address}")  # noqa: S311 - play, not security
        return chance.uniform(*order.boot_s) if order.boot_s else 0.0

    def _stands(self) -> list[Stand]:
        shift = self._building.order.port_shift
        seats = [{str(seat.address): seat} for seat in self._building.seats]
        if self._wiring is None:
            return [Stand(each, None, shift) for each in seats]
        crowds = [
            {str(seat.address): seat for seat in members} for _, members in self._building.crowds
        ]
        spaces = (*self._wiring.devices, *self._wiring.crowds)
        return [
            Stand(each, space)
            for each, space in zip((*seats, *crowds), spaces, strict=True)
            if each
        ]

    async def _answers(self) -> None:
        """From where the scanner will stand, every TCP port of every device can be reached."""
        shift = self._building.order.port_shift
        some = [members[0] for _, members in self._building.crowds if members]
        async with asyncio.timeout(_READY_S):
            for seat in (*self._building.seats, *some):
                for service in tcp_services(seat):
                    port = service.port + (shift if service.port < 1024 else 0)
                    await self._reach(str(seat.address), port)

    async def _reach(self, address: str, port: int) -> None:
        with namespaces.inside(self._wiring.scanner) if self._wiring else nullcontext():
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        with sock:
            try:
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
            except OSError as error:
                raise CamfinderError(f"the lab's {address}:{port}: {error.strerror}") from error

    def stop(self) -> None:
        """Nothing listens any more."""
        self._heralds.clear()
        for port in self._ports:
            port.close()
        for server in self._servers:
            server.close()


async def play(building: Building, wiring: Wiring | None, place: Path, *, tied: bool) -> None:
    """Plays until SIGTERM, SIGINT, the end of the lifetime, or the end of the input if tied."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    if tied:
        loop.add_reader(sys.stdin.fileno(), stop.set)
    running = Play(building, wiring)
    try:
        await running.start()
        save(place, _state(building, wiring))
        with suppress(TimeoutError):
            async with asyncio.timeout(building.order.lifetime_s):
                await stop.wait()
    finally:
        running.stop()


def _state(building: Building, wiring: Wiring | None) -> State:
    residents = tuple(
        Resident(
            persona=seat.persona.id,
            title=seat.persona.title,
            address=str(seat.address),
            mac=seat.mac,
            expect=seat.persona.expect,
        )
        for seat in building.seats
    )
    pid = os.getpid()
    return State(
        pid=pid,
        started=process_start(pid),
        mode=building.mode,
        networks=building.networks,
        scanner=namespaces.path_of(wiring.scanner) if wiring else "",
        user=f"/proc/{pid}/ns/user" if wiring and namespaces.rootless() else "",
        port_shift=building.order.port_shift,
        residents=residents,
    )


def main() -> int:
    """Reads the order, plays it; what goes wrong is one line on standard error."""
    place, tied = Path(sys.argv[1]), "--tied" in sys.argv
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        text = sys.stdin.buffer.readline()
        building = Building.of(decode_order(text))
        wiring = wire(building) if building.mode == "namespace" else None
        asyncio.run(play(building, wiring, place, tied=tied))
    except (CamfinderError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if tied:  # its parent may be dead already
        forget(place)
    else:
        unlink_state(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
