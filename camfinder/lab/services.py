"""What a persona does on the network, free of sockets: the same for one device or a crowd."""

from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from camfinder.lab.persona import Certificate
from camfinder.lab.seat import Seat

ALL_HOSTS = "255.255.255.255"
MAX_REQUEST_BYTES = 16_384
"""No question to a camera is longer; longer ones are not answered."""


class Heard(NamedTuple):
    """A datagram that came in.

    Attributes:
        payload: Its bytes.
        sender: Address and port.
        unicast: It was sent to the device's own address, not to a group or everybody.
    """

    payload: bytes
    sender: tuple[str, int]
    unicast: bool


class Reply(NamedTuple):
    """A datagram to send.

    Attributes:
        payload: Its bytes.
        to: Address and port.
        delay_s: After how long.
        from_port: From which port (0: the listening one).
    """

    payload: bytes
    to: tuple[str, int]
    delay_s: float = 0.0
    from_port: int = 0


Answer = Callable[[Seat, Heard], Iterable[Reply]]
Announce = Callable[[Seat], Iterable[Reply]]
Talk = Callable[[Seat, StreamReader, StreamWriter], Awaitable[None]]


def silent(_seat: Seat) -> Iterable[Reply]:
    """Says nothing by itself."""
    return ()


@dataclass(frozen=True)
class UdpService:
    """A datagram protocol of a device.

    Attributes:
        port: Listening port.
        answer: Question to answers.
        groups: Multicast groups to join.
        announce: What it says on start.
        from_ports: Further local ports that answers are sent from (-1: any).
        again_s: After how long a device that boots announces once more; 0: it does not.
    """

    port: int
    answer: Answer
    groups: tuple[str, ...] = ()
    announce: Announce = silent
    from_ports: frozenset[int] = field(default_factory=frozenset)
    again_s: float = 0.0


@dataclass(frozen=True)
class TcpService:
    """A TCP port of a device: `talk` is one conversation; a certificate means TLS."""

    port: int
    talk: Talk
    certificate: Certificate | None = None
