"""The JSON documents in a feed file: plain, in gzip, in a ZIP file, one at a time and bounded."""

import gzip
import mmap
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from camfinder.model import CamfinderError

MAX_FILE_BYTES = 4 << 30
"""A larger JSON file is refused: the yearly NVD files have about 250 MB."""

MAX_MEMBER_BYTES = 64 << 20
"""A larger record in a ZIP file is refused: the largest CVE record has about 5 MB."""

MAX_TOTAL_BYTES = 16 << 30
MAX_RATIO = 400
"""A ZIP member that grows more than this is a bomb; CVE records grow about tenfold."""

MAX_MEMBERS = 1_000_000
_CHUNK = 1 << 20


class FeedError(CamfinderError):
    """A feed file cannot be used: the message names the file, what is wrong and a remedy."""


def documents(file: Path) -> Iterator[bytes | memoryview]:
    """The JSON documents of a file, one after the other.

    Raises:
        FeedError: It is larger than allowed.
    """
    with file.open("rb") as opened:
        head = opened.read(4)
        opened.seek(0)
        if head == b"PK\x03\x04":
            yield from _members(file, opened)
        elif head[:2] == b"\x1f\x8b":
            with tempfile.TemporaryFile() as spilled, gzip.GzipFile(fileobj=opened) as packed:
                _spill(file, packed, spilled, MAX_FILE_BYTES)
                with _mapped(file, spilled) as data:
                    yield data
        else:
            with _mapped(file, opened) as data:
                yield data


@contextmanager
def _mapped(file: Path, opened: BinaryIO) -> Iterator[bytes | memoryview]:
    """The whole file, without reading it into memory."""
    size = opened.seek(0, os.SEEK_END)
    if size > MAX_FILE_BYTES:
        raise FeedError(f"{file}: larger than 4 GiB; nothing was imported")
    if size == 0:
        yield b""
        return
    data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        yield memoryview(data)
    finally:
        with suppress(BufferError):  # records still point into it: it goes with the last of them
            data.close()


def _spill(file: Path, packed: IO[bytes] | gzip.GzipFile, spilled: BinaryIO, limit: int) -> None:
    total = 0
    while chunk := packed.read(_CHUNK):
        total += len(chunk)
        if total > limit:
            raise FeedError(f"{file}: unpacks to more than {limit >> 20} MiB; nothing was imported")
        spilled.write(chunk)
    spilled.flush()


def _members(file: Path, opened: BinaryIO) -> Iterator[bytes | memoryview]:
    """The JSON members of a ZIP file; a ZIP file in it is opened, too, one level deep.

    Raises:
        FeedError: Too many, too large, or growing as no feed does.
    """
    total = 0
    with zipfile.ZipFile(opened) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise FeedError(f"{file}: more than {MAX_MEMBERS:,} files in it; nothing was imported")
        for member in members:
            inner = member.filename.casefold().endswith(".zip")
            if not inner and not _is_record(member.filename):
                continue
            large = inner or len(members) == 1
            total += member.file_size
            _check(file, member, total, MAX_FILE_BYTES if large else MAX_MEMBER_BYTES)
            with archive.open(member) as packed:
                if not large:
                    yield packed.read(MAX_MEMBER_BYTES + 1)
                    continue
                with tempfile.TemporaryFile() as spilled:
                    _spill(file, packed, spilled, member.file_size)
                    if inner:
                        yield from _inner(file, spilled, total)
                    else:
                        with _mapped(file, spilled) as data:
                            yield data


def _inner(file: Path, spilled: BinaryIO, total: int) -> Iterator[bytes]:
    """Records of a ZIP file in a ZIP file, as the CVE Program publishes them."""
    spilled.seek(0)
    with zipfile.ZipFile(spilled) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise FeedError(f"{file}: more than {MAX_MEMBERS:,} files in it; nothing was imported")
        for member in members:
            if _is_record(member.filename):
                total += member.file_size
                _check(file, member, total, MAX_MEMBER_BYTES)
                with archive.open(member) as packed:
                    yield packed.read(MAX_MEMBER_BYTES + 1)


def _is_record(name: str) -> bool:
    """A JSON file that is no list of changes (`delta.json`, `deltaLog.json`)."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].casefold()
    return last.endswith(".json") and not last.startswith(("delta", "."))


def _check(file: Path, member: zipfile.ZipInfo, total: int, limit: int) -> None:
    if member.file_size > limit or total > MAX_TOTAL_BYTES:
        raise FeedError(f"{file}: {member.filename[:80]!r} is too large; nothing was imported")
    if member.file_size > MAX_RATIO * max(member.compress_size, 1_024):
        raise FeedError(f"{file}: {member.filename[:80]!r} grows too much; nothing was imported")
