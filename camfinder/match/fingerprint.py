"""Fingerprint files: found, read, laid over each other."""

from collections.abc import Sequence
from pathlib import Path

from camfinder.datafiles import Complaint, DataKind, Digest, refuse
from camfinder.match.nouns import (
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

FINGERPRINTS = DataKind("fingerprints", "fingerprint", FingerprintError, "--fingerprints")


def default_folder() -> Path:
    """The fingerprints that came with camfinder.

    In the wheel they are package data, in a checkout they lie beside the package.

    Raises:
        FingerprintError: Neither is there.
    """
    return FINGERPRINTS.default_folder()


def load(folders: Sequence[Path]) -> Fingerprints:
    """The fingerprints of all folders; a later folder's vendors and rules replace by id.

    Raises:
        FingerprintError: Something in a file is wrong; it names file, rule and remedy.
    """
    fingerprints, complaints = read(folders, trusted=default_folder())
    refuse(complaints, FingerprintError)
    return fingerprints


def read(
    folders: Sequence[Path], *, trusted: Path | None = None
) -> tuple[Fingerprints, tuple[Complaint, ...]]:
    """The readable part of all folders, and every complaint about the rest.

    Args:
        folders: The lowest first.
        trusted: A folder whose patterns were checked when it was made (`fingerprints check`).

    Raises:
        FingerprintError: A folder is not there or holds no fingerprint file.
    """
    vendors: dict[str, Vendor] = {}
    forms: dict[str, ModelForm] = {}
    rules: dict[str, Rule] = {}
    complaints: list[Complaint] = []
    digest = Digest()
    for folder in folders:
        layer = Reader(below=vendors, trusted=folder == trusted)
        for path, data in FINGERPRINTS.files(folder, digest, complaints):
            layer.add(path, data)
        vendors |= layer.vendors
        forms |= layer.forms
        rules |= layer.rules
        complaints += layer.complaints
    complaints += _dangling(vendors, rules)
    read_all = Fingerprints(vendors, tuple(forms.values()), tuple(rules.values()), str(digest))
    return read_all, tuple(complaints)


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
