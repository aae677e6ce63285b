"""The user's lists: files read within bounds, names of vendors, and what the run had in scope."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

from camfinder.document import Document
from camfinder.match.fingerprint import Fingerprints
from camfinder.match.names import vendor_keys
from camfinder.model import CamfinderError
from camfinder.net.scope import Scope
from camfinder.records.known import MAX_BYTES, read_known
from camfinder.records.outcome import InScope, unknown_scope
from camfinder.records.record import Known
from camfinder.records.tables import NameVendor


def read_file(path: Path) -> bytes:
    """The bytes of a list; one that is too long is refused before it is read.

    Raises:
        CamfinderError: It is missing, unreadable, or longer than `MAX_BYTES`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CamfinderError(f"{path}: {error.strerror}; give a file that can be read") from error
    if len(data) > MAX_BYTES:
        raise CamfinderError(
            f"{path} is longer than {MAX_BYTES >> 20} MiB; "
            "keep the columns with addresses, MACs and names, or split it"
        )
    return data


def known_file(path: Path, said: Mapping[str, str], vendor: NameVendor) -> Known:
    """The records in a file.

    Raises:
        CamfinderError: It cannot be read, or nothing in it is recognised.
    """
    return read_known(read_file(path), path.name, said, vendor)


def vendors(fingerprints: Fingerprints) -> NameVendor:
    """The id of a vendor by any of its names; empty where nobody is known by it."""
    known = fingerprints.by_name

    @lru_cache(8_192)
    def vendor(name: str) -> str:
        return next((known[key] for key in vendor_keys(name) if key in known), "")

    return vendor


def of_scope(scope: Scope) -> InScope:
    """Whether a running scan may ask an address."""

    def permits(address: str) -> bool:
        return scope.permits(ip_address(address))

    return permits


def of_document(document: Document) -> InScope:
    """The same, of a scan whose document was kept.

    Names and `auto` were resolved where the scan ran: what they meant is not known here, so with
    them an address that nothing else covers may have been asked or not.
    """
    if document.run.mode != "scan":
        return unknown_scope
    exclude = [text.removeprefix("not ") for text in document.run.scope if text.startswith("not ")]
    targets = [text for text in document.run.scope if not text.startswith("not ")]
    scopes, unclear = [], False
    for target in targets:
        try:
            made = Scope.parse(
                [target], exclude=exclude, allow_public=True, resolve=_nothing, interfaces=()
            )
        except CamfinderError:
            unclear = True
        else:
            scopes.append(made)
    if not scopes:
        return unknown_scope

    def permits(address: str) -> bool | None:
        where = ip_address(address)
        if any(scope.permits(where) for scope in scopes):
            return True
        return None if unclear else False

    return permits


def _nothing(_name: str) -> tuple[str, ...]:
    return ()
