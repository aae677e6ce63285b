"""Opening, unpacking and hashing of capture files."""

import gzip
import hashlib
import io
from pathlib import Path

import pytest
import zstandard
from capture_files import classic, framed, frames, problems, udp

from camfinder.capture import source
from camfinder.capture.pcap import Capture
from camfinder.model import CamfinderError, ProblemKind

PLAIN = classic([framed(udp(b"<hello%d/>" % number)) for number in range(50)])


def packed(kind: str) -> bytes:
    """`PLAIN`, packed."""
    if kind == "gzip members":
        return gzip.compress(PLAIN[:500]) + gzip.compress(PLAIN[500:]) + bytes(512)
    if kind == "gzip":
        return gzip.compress(PLAIN)
    return zstandard.compress(PLAIN[:700]) + zstandard.compress(PLAIN[700:])


@pytest.mark.parametrize("kind", ["gzip", "gzip members", "zstd"])
def test_packed_captures_give_the_same_frames(kind: str) -> None:
    """Packing changes nothing, neither do several members nor zeros behind them."""
    assert frames(packed(kind)) == frames(PLAIN)


@pytest.mark.parametrize("kind", ["gzip", "gzip members", "zstd"])
def test_digest_is_of_the_file_on_the_disk(kind: str, tmp_path: Path) -> None:
    """`sha256sum` agrees with the report, packed or not, and packets are counted."""
    path = tmp_path / "office.pcap.packed"
    path.write_bytes(packed(kind))
    capture = Capture(path, path.name)
    assert len(list(capture.frames())) == 50
    assert capture.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert capture.source.packets == 50


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_cut_packing_keeps_what_came_before(kind: str) -> None:
    """A download that broke off gives its first packets and says so."""
    data = packed(kind)[:-40]
    assert 0 < len(frames(data)) < 50
    assert [one.kind for one in problems(data)] == [ProblemKind.TRUNCATED]


def test_damaged_packing_is_told() -> None:
    """Flipped bits in a gzip file are a truncation, not a traceback."""
    data = bytearray(packed("gzip"))
    data[60:70] = b"\xff" * 10
    assert ProblemKind.TRUNCATED in {one.kind for one in problems(bytes(data))}


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_bombs_are_stopped(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacking ends at 200 times the size of the file; memory never holds more than a chunk."""
    monkeypatch.setattr(source, "FREE_BYTES", 1 << 20)
    bomb = pack(bytes(64 << 20))  # type: ignore[operator]  # either packer
    opened = source.Input(io.BytesIO(bomb), "bomb")
    sizes: list[int] = []
    with pytest.raises(source.CutShort, match="200 times"):
        sizes.extend(len(chunk) for chunk in opened.chunks())
    assert max(sizes) <= source.CHUNK
    assert sum(sizes) <= max(1 << 20, source.MAX_RATIO * len(bomb))
    opened.close()


class Dripping(io.RawIOBase):
    """A pipe that gives one byte at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        """One byte."""
        return self._data.read(min(size, 1))


@pytest.mark.parametrize(
    "data", [PLAIN, packed("gzip"), packed("zstd")], ids=["plain", "gz", "zst"]
)
def test_pipes_may_drip(data: bytes) -> None:
    """Standard input that comes byte by byte is read like a file."""
    capture = Capture(Dripping(data), "-")  # type: ignore[arg-type]  # read() is all it needs
    assert len(list(capture.frames())) == 50
    assert capture.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"Hello, world, this is text", "no packet capture"),
        (b"snoop\0\0\0\0\0\0\2", "editcap"),
        (b"PK\x03\x04rest of it", "unpack it first"),
        (PLAIN[:20], "cut off inside its file header"),
        (gzip.compress(b"only text", mtime=0), "no packet capture"),
    ],
)
def test_what_is_no_capture_is_refused(content: bytes, words: str) -> None:
    """One clear line that names the file and says what to do."""
    with pytest.raises(CamfinderError, match=words) as caught:
        frames(content)
    assert "made.pcap" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("where", ["nowhere.pcap", "."])
def test_unreadable_files_are_refused(where: str, tmp_path: Path) -> None:
    """A missing file and a folder are the user's fault, told by name."""
    with pytest.raises(CamfinderError, match="cannot read office"):
        list(Capture(tmp_path / where, "office").frames())
