"""Fingerprint files: found, read, laid over each other."""

import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from camfinder.match.nouns import (
    Complaint,
    FingerprintError,
    Fingerprints,
    Hit,
    Miss,
    ModelForm,
    Rule,
    Vendor,
)
from camfinder.match.reading import Reader
from camfinder.model import Slot

__all__ = [
    "Complaint",
    "FingerprintError",
    "Fingerprints",
    "Hit",
    "Miss",
    "ModelForm",
    "Rule",
    "Vendor",
    "default_folder",
    "load",
    "read",
]

MAX_FILE_BYTES = 4 * 1024 * 1024
"""A larger file is no fingerprint file."""


def default_folder() -> Path:
    """The fingerprints that came with camfinder.

    In the wheel they are package data, in a checkout they lie beside the package.

    Raises:
        FingerprintError: Neither is there.
    """
    package = Path(str(resources.files("camfinder")))
    for folder in (package / "_data" / "fingerprints", package.parent / "fingerprints"):
        if folder.is_dir():
            return folder
    raise FingerprintError(
        f"no fingerprints beside {package}: install camfinder again, or name a folder with "
        "--fingerprints"
    )


def load(folders: Sequence[Path]) -> Fingerprints:
    """The fingerprints of all folders; a later folder's vendors and rules replace by id.

    Raises:
        FingerprintError: Something in a file is wrong; it names file, rule and remedy.
    """
    fingerprints, complaints = read(folders)
    if complaints:
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        raise FingerprintError(f"{complaints[0]}{more}")
    return fingerprints


def read(folders: Sequence[Path]) -> tuple[Fingerprints, tuple[Complaint, ...]]:
    """The readable part of all folders, and every complaint about the rest.

    Raises:
        FingerprintError: A folder is not there or holds no fingerprint file.
    """
    vendors: dict[str, Vendor] = {}
    forms: dict[str, ModelForm] = {}
    rules: dict[str, Rule] = {}
    complaints: list[Complaint] = []
    digest = hashlib.sha256()
    for folder in folders:
        layer = Reader()
        for path in _files(folder):
            data = path.read_bytes()
            digest.update(path.name.encode("utf-8", "surrogateescape") + b"\0" + data)
            if len(data) > MAX_FILE_BYTES:
                layer.complain(str(path), "", "larger than 4 MiB", "split the file")
                continue
            layer.add(path, data)
        vendors |= layer.vendors
        forms |= layer.forms
        rules |= layer.rules
        complaints += layer.complaints
    complaints += _dangling(vendors, rules)
    read_all = Fingerprints(
        vendors, tuple(forms.values()), tuple(rules.values()), digest.hexdigest()[:12]
    )
    return read_all, tuple(complaints)


def _files(folder: Path) -> list[Path]:
    """The fingerprint files of a folder in order of name."""
    if not folder.is_dir():
        raise FingerprintError(f"{folder}: no such folder; name a folder of fingerprint files")
    found = sorted(folder.glob("*.toml"))
    if not found:
        raise FingerprintError(f"{folder}: no .toml file in it; see docs/fingerprints.md")
    return found


def _dangling(vendors: dict[str, Vendor], rules: dict[str, Rule]) -> list[Complaint]:
    """Complaints about vendor ids that no file defines."""
    known = "add the vendor's file or correct the id"
    found = [
        Complaint(vendor.file, vendor.id, f"relabels: no vendor {other!r}", known)
        for vendor in vendors.values()
        for other in vendor.relabels
        if other not in vendors
    ]
    for rule in rules.values():
        for slot in (Slot.BRAND, Slot.MAKER):
            value = rule.gives.get(slot, "")
            if value and "{" not in value and value not in vendors:
                problem = f"gives.{slot}: no vendor {value!r}"
                found.append(Complaint(rule.file, rule.id, problem, known))
    return found
