"""Capture files to frames: pcap and pcapng, plain, gzip or zstd, from a path or a stream."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from camfinder.capture import prefilter
from camfinder.capture.decode import Decoder
from camfinder.capture.records import Record, Records
from camfinder.capture.source import CutShort, Input
from camfinder.model import Frame, Problem, ProblemKind, Source


class Capture:
    """One capture, read once from front to back.

    Args:
        path: The file, or an open binary stream such as standard input.
        name: What reports call it; `Frame.origin` is `name#packet`.
        strict: Our own bugs propagate instead of becoming a `Problem(BUG)`.
        filtered: Whether libpcap may throw bulk media away first. The frames are the same.

    Attributes:
        packets: Packets in the file, as far as read.
        sha256: Of the file as it lies on the disk, complete once `frames` is exhausted.
    """

    def __init__(
        self, path: Path | BinaryIO, name: str, *, strict: bool = False, filtered: bool = True
    ) -> None:
        self._path = path
        self._name = name
        self._strict = strict
        self._prefilter = prefilter.program if filtered else _everything
        self.packets = 0
        self.sha256 = ""

    @property
    def source(self) -> Source:
        """For the report, once `frames` is exhausted."""
        return Source(name=self._name, sha256=self.sha256, packets=self.packets)

    def frames(self) -> Iterator[Frame | Problem]:
        """Every frame, in the order in which it became complete, then what went wrong.

        A file that is cut off or damaged gives all that stands before the damage and a
        `Problem(TRUNCATED)`; link types that are not read give one `Problem(SKIPPED)` each.

        Raises:
            CamfinderError: The file cannot be opened, or is no capture.
        """
        opened = Input(self._path, self._name)
        records = Records(opened.chunks(), self._prefilter)
        decoder = Decoder(self._name)
        cut: Problem | None = None
        try:
            try:
                for record in records.read(self._name):
                    yield from self._frames(decoder, record)
            except CutShort as reason:
                detail = f"{self._name}: {reason}; what stands before it was read"
                cut = Problem(ProblemKind.TRUNCATED, None, None, detail)
            yield from decoder.finish()
            yield from decoder.problems()
            if records.strays:
                yield Problem(
                    ProblemKind.MALFORMED,
                    None,
                    None,
                    f"{self._name}: {records.strays} packets belong to no described interface",
                )
            if cut is not None:
                yield cut
            opened.drain()
        finally:
            self.packets = records.count
            self.sha256 = opened.sha256
            opened.close()

    def _frames(self, decoder: Decoder, record: Record) -> list[Frame] | list[Problem]:
        try:
            return decoder.feed(record)
        except Exception as error:
            if self._strict:
                raise
            detail = f"{self._name}#{record.number}: {type(error).__name__}: {error}"
            return [Problem(ProblemKind.BUG, None, None, detail)]


def read(path: Path | BinaryIO, name: str, *, strict: bool = False) -> Iterator[Frame | Problem]:
    """The frames of one capture, and what went wrong; see `Capture` for digest and count.

    Raises:
        CamfinderError: The file cannot be opened, or is no capture.
    """
    return Capture(path, name, strict=strict).frames()


def _everything(_link: int) -> None:
    """No filter: every packet is decoded."""
