"""Where and when bytes were seen, and how a frame says so."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from camfinder.model import Address

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class Seen(NamedTuple):
    """The packet that bytes came in.

    Attributes:
        number: 1 for the first packet of its file.
        at_ns: Nanoseconds since 1970 UTC.
        mac: Sender of the link-layer frame, where known.
        comment: Of the packet; `record` leaves notes there.
    """

    number: int
    at_ns: int
    mac: str | None = None
    comment: str = ""


@lru_cache(maxsize=65_536)
def address(raw: bytes) -> Address:
    """The address of 4 or 16 bytes."""
    return IPv4Address(raw) if len(raw) == 4 else IPv6Address(raw)


def moment(at_ns: int) -> datetime:
    """UTC, to the microsecond; times that no calendar holds become the nearest that it does."""
    try:
        return _EPOCH + timedelta(microseconds=at_ns // 1000)
    except OverflowError:
        return _LAST if at_ns > 0 else _EPOCH
