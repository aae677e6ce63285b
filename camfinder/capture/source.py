"""The bytes of a capture file: opened, hashed, unpacked, bounded."""

import hashlib
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import zstandard

from camfinder.model import CamfinderError

CHUNK = 1 << 20
"""Bytes read, or unpacked, at a time."""
MAX_RATIO = 200
"""A compressed capture may grow this many times; real ones stay below 50."""
FREE_BYTES = 256 << 20
"""The ratio is not looked at before this many bytes were unpacked."""
MAX_WINDOW = 1 << 27
"""Largest zstd window, in bytes: what `zstd --long` writes by default."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class CutShort(Exception):  # noqa: N818 - not an error: all that came before is kept
    """The capture ends before it should; the text says why, for people."""


class Input:
    """One input file, read once from front to back.

    Attributes:
        sha256: Of the file as it lies on the disk (so `sha256sum` agrees), complete once
            `chunks` is exhausted.
    """

    def __init__(self, path: Path | BinaryIO, name: str) -> None:
        """Opens a path, or takes a stream such as standard input.

        Raises:
            CamfinderError: The file cannot be opened.
        """
        self._name = name
        self._hash = hashlib.sha256()
        # Hashing runs beside the decoding: it takes as long, and needs no interpreter lock.
        self._hasher = ThreadPoolExecutor(1, thread_name_prefix="capture-digest")
        self._hashing: Future[None] | None = None
        self._raw_bytes = 0
        self._own = isinstance(path, Path)
        try:
            self._raw: BinaryIO = path.open("rb") if isinstance(path, Path) else path
        except OSError as error:
            raise CamfinderError(
                f"cannot read {name}: {error.strerror}; give a pcap or pcapng file"
            ) from error

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of what was read so far."""
        self._settle()
        return self._hash.hexdigest()

    def read(self, size: int = CHUNK) -> bytes:
        """The next bytes as they lie on the disk; empty at the end.

        Raises:
            CutShort: The disk or the pipe failed.
        """
        try:
            data = self._raw.read(min(size, CHUNK) if size > 0 else CHUNK)
        except OSError as error:
            raise CutShort(f"reading failed: {error.strerror or error}") from error
        self._settle()
        self._hashing = self._hasher.submit(self._hash.update, data)
        self._raw_bytes += len(data)
        return data

    def _settle(self) -> None:
        """Waits for the hashing of the last bytes: never more than one piece is under way."""
        if self._hashing is not None:
            self._hashing.result()

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes, at most `CHUNK` at a time.

        Raises:
            CutShort: Packing or disk is broken, or the file grows beyond all measure.
        """
        first = self.read()
        while first and len(first) < len(_ZSTD):  # a pipe may give single bytes
            more = self.read()
            if not more:
                break
            first += more
        rest = _Chained(first, self)
        if first.startswith(_GZIP):
            yield from self._bounded(_gunzip(rest))
        elif first.startswith(_ZSTD):
            yield from self._bounded(_unzstd(rest))
        else:
            while chunk := rest.read(CHUNK):
                yield chunk

    def drain(self) -> None:
        """Reads to the end, so that `sha256` is that of the whole file."""
        try:
            while self.read():
                pass
        except CutShort:
            return  # already told, or nothing that changes what was found

    def close(self) -> None:
        """Closes the file, unless the caller brought it."""
        self._hasher.shutdown()
        if self._own:
            self._raw.close()

    def _bounded(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        total = 0
        for chunk in chunks:
            total += len(chunk)
            if total > FREE_BYTES and total > MAX_RATIO * self._raw_bytes:
                raise CutShort(
                    f"unpacks to more than {MAX_RATIO} times its size: stopped there; "
                    "unpack it yourself if that is meant"
                )
            yield chunk


class _Chained:
    """A few bytes already read, then the rest of an input; as file objects read."""

    def __init__(self, first: bytes, rest: Input) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int) -> bytes:
        if self._first:
            data, self._first = self._first[:size], self._first[size:]
            return data
        return self._rest.read(size)


def _gunzip(packed: _Chained) -> Iterator[bytes]:
    """Unpacks every member of a gzip file (RFC 1952)."""
    engine = zlib.decompressobj(wbits=31)
    while data := packed.read(1 << 16):
        while data:
            if engine.eof:
                data = data.lstrip(b"\0")  # tapes and some loggers pad with zeros
                if not data:
                    break
                engine = zlib.decompressobj(wbits=31)
            try:
                unpacked = engine.decompress(data, CHUNK)
            except zlib.error as error:
                raise CutShort(f"the gzip packing is damaged ({error})") from error
            yield unpacked
            while len(unpacked) == CHUNK and not engine.unconsumed_tail and not engine.eof:
                unpacked = engine.decompress(b"", CHUNK)  # what zlib still holds back
                yield unpacked
            data = engine.unused_data if engine.eof else engine.unconsumed_tail
    if not engine.eof:
        raise CutShort("the gzip packing ends early")


def _unzstd(packed: _Chained) -> Iterator[bytes]:
    """Unpacks every frame of a zstd file (RFC 8878)."""
    engine = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
    reader = engine.stream_reader(packed, read_across_frames=True)  # type: ignore[arg-type]  # needs read() only
    try:
        while unpacked := reader.read(CHUNK):
            yield unpacked
    except zstandard.ZstdError as error:
        raise CutShort(f"the zstd packing is damaged ({error})") from error
