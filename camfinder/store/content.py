"""What is kept as bytes: observations, parts of documents, plans, and the keys of queries."""

import hashlib
import threading
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import msgspec
import zstandard

from camfinder.model import CamfinderError, Fact, Observation, Query, Transport

MAX_RAW = 65_536
"""More of one observation's bytes is not kept; no probe reads longer answers."""

MAX_UNPACKED = 256 * 1024 * 1024
"""What a packed value may grow to: a broken database must not fill the memory."""

_PLAIN, _ZSTD = b"\x00", b"\x01"
_WORTH_IT = 64
"""Shorter values do not get smaller."""


class _Zstd(threading.local):
    """Each thread's own: zstandard's objects take one caller at a time."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=3).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_zstd = _Zstd()


class Plan(msgspec.Struct, kw_only=True):
    """What a scan was asked to do, as far as a resumed one must do the same."""

    targets: list[str] = []
    exclude: list[str] = []
    ports: str | None = None
    only: list[str] = []
    covers: list[tuple[int, str, str]] = []
    """IP version, first and last address of what could be asked, exclusions taken out."""


def squeeze(data: bytes) -> bytes:
    """One byte for the form, then the data, compressed where that helps."""
    if len(data) >= _WORTH_IT:
        packed = _zstd.compress(data)
        if len(packed) < len(data):
            return _ZSTD + packed
    return _PLAIN + data


def unsqueeze(data: bytes) -> bytes:
    """What `squeeze` was given.

    Raises:
        CamfinderError: The database holds something else.
    """
    if data[:1] == _PLAIN:
        return data[1:]
    try:
        if zstandard.frame_content_size(data[1:]) > MAX_UNPACKED:
            raise CamfinderError("the store holds a value of more than 256 MiB: it is damaged")
        return _zstd.decompress(data[1:])
    except zstandard.ZstdError as error:
        raise CamfinderError(f"the store holds a value that cannot be read ({error})") from error


def pack_json(value: object) -> bytes:
    """A msgspec value, compressed."""
    return squeeze(msgspec.json.encode(value))


def unpack_json(data: bytes, kind: Any) -> Any:
    """The value of this type.

    Raises:
        CamfinderError: The database holds something else.
    """
    try:
        return msgspec.json.decode(unsqueeze(data), type=kind)
    except msgspec.DecodeError as error:
        raise CamfinderError(f"the store holds a value that cannot be read ({error})") from error


def pack(observation: Observation) -> bytes:
    """Facts, origin and raw bytes in one value: facts repeat the bytes, so they compress well."""
    facts = [(f.key, f.value.encode("utf-8", "surrogatepass")) for f in observation.facts]
    origin = observation.origin.encode("utf-8", "surrogatepass")
    return squeeze(msgspec.msgpack.encode((facts, origin, observation.raw[:MAX_RAW])))


def observation_row(run: int, number: int, observation: Observation) -> dict[str, Any]:
    """An observation as a row."""
    return {
        "run": run,
        "number": number,
        "probe": observation.probe,
        "address": None if observation.address is None else str(observation.address),
        "port": observation.port,
        "transport": observation.transport.value,
        "mac": observation.mac,
        "seen_at": observation.seen_at,
        "last_seen": observation.last_seen,
        "content": pack(observation),
    }


def observation_of(row: Any) -> Observation:
    """A row as the observation that it was.

    Raises:
        CamfinderError: The database holds something else.
    """
    try:
        facts, origin, raw = msgspec.msgpack.decode(
            unsqueeze(row.content), type=tuple[list[tuple[str, bytes]], bytes, bytes]
        )
        return Observation(
            probe=row.probe,
            address=None if row.address is None else ip_address(row.address),
            port=row.port,
            transport=Transport(row.transport),
            facts=tuple(Fact(key, value.decode("utf-8", "surrogatepass")) for key, value in facts),
            seen_at=row.seen_at,
            origin=origin.decode("utf-8", "surrogatepass"),
            raw=raw,
            mac=row.mac,
            last_seen=row.last_seen,
        )
    except (msgspec.DecodeError, ValueError) as error:
        raise CamfinderError(f"the store holds an observation that is none ({error})") from error


def key(query: Query, sender: str = "") -> bytes:
    """16 bytes that stand for a question, and for the own address where it goes to everybody."""
    parts: Sequence[object] = (
        query.probe,
        query.transport.value,
        str(query.address),
        query.port,
        query.payload,
        query.request,
        query.headers,
        query.then,
        sender,
    )
    return hashlib.sha256(msgspec.msgpack.encode(parts)).digest()[:16]
