"""Live sniffing: packets of an interface as records for the decoder. Sends nothing at all.

A packet socket hears what the interface hears; no group is joined with the network (no IGMP, no
MLD goes out), the interface is only told to let every multicast frame through. Media is dropped in
the kernel by the program of `prefilter`.
Source: packet(7), socket(7) on SO_ATTACH_FILTER, linux/if_arp.h.
"""

import asyncio
import ctypes
import socket
import struct
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from camfinder.capture import prefilter
from camfinder.capture.records import Record

# Linux numbers that the socket module does not name.
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_STATISTICS = 263, 1, 6
PACKET_MR_PROMISC, PACKET_MR_ALLMULTI = 1, 2
SO_ATTACH_FILTER, SO_RCVBUFFORCE = 26, 33
ETH_P_ALL = 0x0003
OUTGOING = 4
LINKS = {1: 1, 772: 1, 801: 105, 802: 119, 803: 127, 65534: 101, 768: 101, 769: 101, 776: 101}
"""ARPHRD_ number of the interface to LINKTYPE_ number of its packets."""
RECEIVE_BUFFER = 16 * 1024 * 1024
AT_ONCE = 256
"""Packets read before the loop gets its turn again."""
MAX_PACKET = 1 << 17


class Sniffer:
    """One interface under the loop's ears; a context manager.

    Args:
        interface: Its name.
        give: Takes each packet.
        promiscuous: Hear frames for other stations too: on a mirror port.

    Attributes:
        packets: Heard so far, after the filter.

    Raises:
        PermissionError: No right to a packet socket (CAP_NET_RAW).
        OSError: No such interface, or it is of a kind whose packets are not read.
    """

    def __init__(
        self, interface: str, give: Callable[[Record], None], *, promiscuous: bool = False
    ) -> None:
        self.packets = 0
        self._give = give
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        # Protocol 0: nothing is heard before the filter stands and the interface is chosen.
        self._sock = socket.socket(socket.AF_PACKET, kind, 0)
        try:
            self._prepare(interface, promiscuous=promiscuous)
        except BaseException:
            self._sock.close()
            raise

    def _prepare(self, interface: str, *, promiscuous: bool) -> None:
        try:
            self._sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        except PermissionError:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._sock.bind((interface, 0))
        hardware = int(self._sock.getsockname()[3])
        if hardware not in LINKS:
            raise OSError(0, f"interface {interface} is of a kind ({hardware}) that is not read")
        self._link = LINKS[hardware]
        self._loopback = hardware == 772
        _attach(self._sock, self._link)
        index = socket.if_nametoindex(interface)
        for wanted in (PACKET_MR_ALLMULTI, *((PACKET_MR_PROMISC,) if promiscuous else ())):
            request = struct.pack("=iHH8s", index, wanted, 0, b"")
            self._sock.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, request)
        self._sock.bind((interface, ETH_P_ALL))

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._sock.fileno(), self._ready)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ready()
        asyncio.get_running_loop().remove_reader(self._sock.fileno())
        self._sock.close()

    def lost(self) -> int:
        """Packets that the kernel dropped since the last call, because they came too fast."""
        data = self._sock.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        return int(struct.unpack("=II", data)[1])

    def _ready(self) -> None:
        for _ in range(AT_ONCE):
            try:
                data, sender = self._sock.recvfrom(MAX_PACKET)
            except BlockingIOError:
                return
            except OSError:  # the interface went down, or away
                return
            if sender[2] == OUTGOING:
                continue  # our own; on the loopback it comes back as incoming
            self.packets += 1
            self._give(Record(self.packets, time.time_ns(), self._link, data, len(data)))


def _attach(sock: socket.socket, link: int) -> None:
    """Lets the kernel drop bulk media; where there is no program for it, all comes up."""
    steps = prefilter.instructions(link)
    if not steps:
        return
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(steps), ctypes.addressof(held))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
