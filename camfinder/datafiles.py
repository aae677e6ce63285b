"""Folders of data files that come with camfinder or lie over it: found, bounded, digested.

What a file says is for its readers: fingerprints, advisories, policies.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from camfinder.model import CamfinderError

__all__ = ["MAX_FILE_BYTES", "Complaint", "DataKind", "Digest", "refuse"]

MAX_FILE_BYTES = 4 * 1024 * 1024
"""A larger file is no data file."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong in a data file.

    Attributes:
        file: Path of the file, as given.
        where: Rule, clause, vendor or table in it; empty for the file as a whole.
        problem: What is wrong.
        remedy: What to do.
    """

    file: str
    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.where}" if self.where else self.file
        return f"{where}: {self.problem}; {self.remedy}"


class Digest:
    """What was read, as 12 hexadecimal digits: the same for the same names and bytes in order."""

    def __init__(self) -> None:
        """Of nothing yet."""
        self._hash = hashlib.sha256()

    def add(self, path: Path, data: bytes) -> None:
        """Take in a file by its name, whatever the folder, and its bytes."""
        self._hash.update(path.name.encode("utf-8", "surrogateescape") + b"\0" + data)

    def __str__(self) -> str:
        return self._hash.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class DataKind:
    """A kind of data.

    Attributes:
        name: Of its folder: `advisories`.
        one: Of what one file is, for messages: `advisory`.
        error: What is raised.
        option: Of the command line, that names another folder; empty for none.
    """

    name: str
    one: str
    error: type[CamfinderError]
    option: str = ""

    def default_folder(self) -> Path:
        """The folder that came with camfinder.

        In the wheel it is package data, in a checkout it lies beside the package.

        Raises:
            CamfinderError: Neither is there; of the kind's own class.
        """
        package = Path(str(resources.files("camfinder")))
        for folder in (package / "_data" / self.name, package.parent / self.name):
            if folder.is_dir():
                return folder
        other = f", or name a folder with {self.option}" if self.option else ""
        raise self.error(f"no {self.name} beside {package}: install camfinder again{other}")

    def files(
        self, folder: Path, digest: Digest, complaints: list[Complaint]
    ) -> Iterator[tuple[Path, bytes]]:
        """The TOML files of a folder in order of name, with their bytes, each digested.

        Args:
            folder: Where they lie.
            digest: Takes in what is read.
            complaints: Of what cannot be read is told here.

        Raises:
            CamfinderError: The folder is not there or holds no file; of the kind's own class.
        """
        if not folder.is_dir():
            raise self.error(f"{folder}: no such folder; name a folder of {self.one} files")
        found = sorted(folder.glob("*.toml"))
        if not found:
            raise self.error(f"{folder}: no .toml file in it; see docs/{self.name}.md")
        for path in found:
            data = _data(path, complaints)
            if data is not None:
                digest.add(path, data)
                yield path, data


def _data(path: Path, complaints: list[Complaint]) -> bytes | None:
    """The bytes of a file; None with a complaint where it is no file, or too large a one."""
    try:
        if not path.is_file():  # a pipe would never end
            kind = "a folder" if path.is_dir() else "no file"
            complaints.append(Complaint(str(path), "", f"is {kind}", "give it another ending"))
            return None
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        complaints.append(Complaint(str(path), "", f"cannot be read: {why}", "allow or remove it"))
        return None
    if len(data) > MAX_FILE_BYTES:
        complaints.append(Complaint(str(path), "", "larger than 4 MiB", "split the file"))
        return None
    return data


def refuse(complaints: Sequence[object], error: type[CamfinderError]) -> None:
    """Nothing where there is no complaint.

    Raises:
        CamfinderError: Of the given class: the first complaint, and how many more there are.
    """
    if complaints:
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        raise error(f"{complaints[0]}{more}")
