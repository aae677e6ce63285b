"""Vulnerability feeds from files into our own store, and back: bounded, all or nothing.

Every file is read whole before anything is written; then the store is replaced in one step. What a
broken file leaves is the data of before.
"""

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from camfinder.flow.feed_files import FeedError, documents
from camfinder.judge.advisories import Advisories, Advisory
from camfinder.judge.feeds import csaf, cve5, kev, nvd
from camfinder.judge.feeds.products import Vendors

STORE_SCHEMA = 1
STORE_NAME = "imported.json"


class FeedDoc(msgspec.Struct, kw_only=True):
    """A file that was imported.

    `date` is what the feed says of its own age (the youngest change in it), null where it says
    nothing.
    """

    name: str
    kind: str
    sha256: str
    date: str | None
    imported_at: datetime
    records: int
    kept: int


class Store(msgspec.Struct, kw_only=True):
    """All that was imported: our own format, one JSON file."""

    schema: int = STORE_SCHEMA
    feeds: list[FeedDoc] = []
    kev: dict[str, str] = {}
    advisories: dict[str, list[Advisory]] = {}

    @property
    def date(self) -> str:
        """The youngest day that a feed tells of itself; empty where none does."""
        return max((feed.date for feed in self.feeds if feed.date), default="")

    @property
    def digest(self) -> str:
        """Over the digests of the imported files."""
        text = " ".join(sorted(feed.sha256 for feed in self.feeds))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass
class _Found:
    """What one file held."""

    kind: str = ""
    date: str = ""
    records: int = 0
    kev: dict[str, str] = field(default_factory=dict)
    advisories: dict[str, list[Advisory]] = field(default_factory=dict)

    def take(self, kind: str, day: str, found: Sequence[Advisory]) -> None:
        """Count a record and keep what it gives."""
        if self.kind not in {"", kind}:
            kind = "mixed"
        self.kind, self.date = kind, max(self.date, day)
        self.records += 1
        for advisory in found:
            self.advisories.setdefault(advisory.id, []).append(advisory)


class _Vulnerabilities(msgspec.Struct):
    """The top of any file that may be a feed."""

    data_type: str = msgspec.field(default="", name="dataType")
    catalog_version: str = msgspec.field(default="", name="catalogVersion")
    released: str = msgspec.field(default="", name="dateReleased")
    format: str = ""
    timestamp: str = ""
    document: msgspec.Raw = msgspec.Raw(b"")
    meta: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="cveMetadata")
    vulnerabilities: list[msgspec.Raw] = []


class _Updated(msgspec.Struct):
    updated: str = msgspec.field(default="", name="dateUpdated")


class _Issued(msgspec.Struct):
    class _Tracking(msgspec.Struct):
        current_release_date: str = ""

    tracking: _Tracking = msgspec.field(default_factory=_Tracking)


_top = msgspec.json.Decoder(_Vulnerabilities)


def store_path() -> Path:
    """Where imported advisories are kept: the user's data folder (XDG)."""
    import platformdirs

    return Path(platformdirs.user_data_dir("camfinder")) / "advisories" / STORE_NAME


def read_store(path: Path) -> Store:
    """What was imported; empty where nothing was.

    Raises:
        FeedError: The file is broken, or of a later camfinder.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Store()
    except OSError as error:
        raise FeedError(f"{path}: {error.strerror}; imported advisories are not used") from error
    remedy = "import the feeds again, or remove it"
    try:
        store = msgspec.json.decode(data, type=Store)
    except msgspec.DecodeError as error:
        raise FeedError(f"{path}: not what was imported ({error}); {remedy}") from error
    if store.schema != STORE_SCHEMA:
        raise FeedError(f"{path}: schema {store.schema}, this camfinder has 1; {remedy}")
    return store


def with_store(advisories: Advisories, store: Store) -> Advisories:
    """The shipped advisories with what was imported."""
    if not store.feeds:
        return advisories
    several = (each for found in store.advisories.values() for each in found)
    return advisories.with_feed(several, store.kev, store.digest, store.date)


def import_files(
    files: Sequence[Path],
    path: Path,
    vendors: Vendors,
    *,
    now: datetime | None = None,
    told: Callable[[str], None] = lambda _line: None,
) -> Store:
    """Read feeds into the store: all of them, or none.

    Records of the same number replace earlier ones; a KEV catalogue replaces the one before.

    Args:
        files: JSON, or JSON in ZIP or gzip.
        path: The store.
        vendors: Whose records are kept.
        now: For `imported_at`.
        told: Gets a line per file.

    Raises:
        FeedError: A file cannot be read or is no feed; the store is as before.
    """
    store = read_store(path)
    moment = now or datetime.now(UTC)
    for file in files:
        digest = _digest(file)
        found = _read(file, vendors)
        kept = len(found.kev) + len(found.advisories)
        feed = FeedDoc(
            name=file.name.encode("utf-8", "replace").decode(),
            kind=found.kind,
            sha256=digest,
            date=found.date[:10] or None,
            imported_at=moment,
            records=found.records,
            kept=kept,
        )
        store.feeds = [
            each for each in store.feeds if each.sha256 != digest and not _older(each, feed)
        ]
        store.feeds.append(feed)
        store.kev = found.kev or store.kev
        store.advisories |= found.advisories
        told(f"{file}: {found.kind}, {found.records} records, {kept} kept")
    _write(path, msgspec.json.encode(store))
    return store


def _older(before: FeedDoc, now: FeedDoc) -> bool:
    """The catalogue is one whole: the new one takes the place of the old."""
    return before.kind == now.kind == "kev"


def _write(path: Path, data: bytes) -> None:
    """Replace the file in one step.

    Raises:
        FeedError: The disk is full, the folder is read-only.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FeedError(f"{path}: {error.strerror}; nothing was imported") from error


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise FeedError(f"{file}: {error.strerror}; nothing was imported") from error


def _read(file: Path, vendors: Vendors) -> _Found:
    """All records of a file.

    Raises:
        FeedError: It is no feed, broken, or too large.
    """
    found = _Found()
    try:
        for data in documents(file):
            _take(data, found, vendors)
    except (msgspec.DecodeError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise FeedError(
            f"{file}: {error}; it is broken or no feed, nothing was imported: fetch it again"
        ) from error
    except (NotImplementedError, RuntimeError, RecursionError, ValueError) as error:
        raise FeedError(f"{file}: {error}; nothing was imported") from error
    if not found.records:
        raise FeedError(
            f"{file}: no feed in it; give CISA KEV, NVD JSON 2.0, CVE records or CSAF, "
            "as JSON or in a ZIP file; nothing was imported"
        )
    return found


def _take(data: bytes | memoryview, found: _Found, vendors: Vendors) -> None:
    """One JSON document, of whichever kind.

    Raises:
        msgspec.DecodeError: It is no JSON, or a record lacks what it must have.
    """
    top = _top.decode(data)
    if top.data_type == "CVE_RECORD":
        updated = msgspec.json.decode(top.meta, type=_Updated).updated
        found.take("cve", updated, cve5.read(data, vendors))
    elif top.catalog_version:
        for raw in top.vulnerabilities:
            entry = kev.read(raw, vendors)
            found.take("kev", top.released, ())
            if entry is not None:
                found.kev[entry[0]] = entry[1]
    elif top.format == "NVD_CVE":
        for raw in top.vulnerabilities:
            found.take("nvd", top.timestamp, nvd.read(raw, vendors))
    elif bytes(top.document):
        issued = msgspec.json.decode(top.document, type=_Issued).tracking.current_release_date
        found.take("csaf", issued, csaf.read(data, vendors))
