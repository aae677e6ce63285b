"""`--known` and `--evidence`: lists read before anything is sent, compared at the end."""

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from camfinder.cli import failing, knowledge
from camfinder.cli.knowledge import engine
from camfinder.document import Document, ProblemDoc
from camfinder.flow import imported, known
from camfinder.match.engine import Engine
from camfinder.match.writing import quoted
from camfinder.model import CamfinderError, Observation, ProblemKind
from camfinder.net.scope import Scope
from camfinder.records import netbox as netbox_records
from camfinder.records.known import read_sightings
from camfinder.records.outcome import reconcile
from camfinder.records.record import FIELDS, Known
from camfinder.records.tables import NameVendor

TOKEN_VARIABLE = "CAMFINDER_NETBOX_TOKEN"  # noqa: S105 - the name of a variable
NEEDS_RECORDS = frozenset({"unrecorded", "not-seen", "answered-otherwise", "recorded-differently"})
"""Words of `--fail-on` that count nothing where nothing is compared."""
MAX_MAP_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Knowing:
    """What was read: ready to be compared with devices."""

    known: tuple[Known, ...] = ()
    evidence: tuple[imported.Imported, ...] = ()
    engine: Engine | None = None
    vendor: NameVendor | None = None

    def apply(self, document: Document, scope: Scope | None = None) -> None:
        """Put evidence and records into the document.

        Args:
            document: Changed in place.
            scope: Of the scan that made it; None to go by the document.
        """
        if self.vendor is None:
            return
        if self.engine is not None:
            imported.add(document, self.evidence, self.engine)
        asked = known.of_document(document) if scope is None else known.of_scope(scope)
        reconcile(document, self.known, self.vendor, asked)
        told = {problem.detail for problem in document.problems}
        found = [each.trouble for each in self.known] + [each.trouble for each in self.evidence]
        for detail in found:
            if detail and detail not in told:
                kind = ProblemKind.MALFORMED.value
                document.problems.append(
                    ProblemDoc(kind=kind, probe=None, address=None, detail=detail)
                )

    def seen(self, document: Document) -> list[Observation]:
        """The evidence as observations, to be kept."""
        if self.engine is None:
            return []
        return imported.observations(self.evidence, self.engine, document.run.ended_at)


class Given(NamedTuple):
    """Values of the options about lists.

    Attributes:
        known: `--known`: files, or web addresses of a NetBox.
        evidence: `--evidence`.
        maps: `--map`: `field=header`, or TOML files of them.
        save_map: Where to write the columns as they were read.
        token_file: Holds the token for NetBox.
    """

    known: Sequence[str]
    evidence: Sequence[Path]
    maps: Sequence[str]
    save_map: Path | None
    token_file: Path | None


def knowing(given: Given, fingerprints: Sequence[Path], fail_on: Sequence[str]) -> Knowing:
    """Read all of it.

    Args:
        given: What to read.
        fingerprints: Folders of further fingerprints.
        fail_on: Values of `--fail-on`, which may need lists.

    Raises:
        CamfinderError: A list cannot be read, or nothing in it is recognised.
    """
    needs = sorted(NEEDS_RECORDS & set(failing.words(fail_on)))
    if needs and not given.known:
        raise CamfinderError(f"--fail-on {needs[0]}: nothing to compare with; add --known FILE")
    if not given.known and not given.evidence:
        if given.maps or given.save_map:
            raise CamfinderError("--map and --save-map: no list is read; add --known FILE")
        return Knowing()
    # Compiling takes a second more than reading; names of vendors need no patterns.
    compiled = engine(fingerprints) if given.evidence else None
    names = knowledge.fingerprints(fingerprints) if compiled is None else compiled.fingerprints
    vendor = known.vendors(names)
    read = tuple(
        _known(source, mapping(given.maps, Path(source).name), vendor, given.token_file)
        for source in given.known
    )
    seen = tuple(
        _evidence(path, mapping(given.maps, path.name, only=True)) for path in given.evidence
    )
    if given.save_map is not None:
        _save(given.save_map, read)
    return Knowing(read, seen, compiled, vendor)


def _known(
    source: str, said: Mapping[str, str], vendor: NameVendor, token_file: Path | None
) -> Known:
    if source.startswith(("https://", "http://")):
        from camfinder.net import netbox

        client = netbox.Client(netbox.place(source), token(token_file))
        snapshot = client.devices()
        read = netbox_records.known(snapshot)
        if not client.narrows(snapshot):
            query = source.partition("?")[2]
            print(
                f"known {read.source}: ?{query} leaves no device out "
                "(filters that NetBox does not know do nothing)",
                file=sys.stderr,
            )
    else:
        read = known.known_file(Path(source), said, vendor)
    columns = ", ".join(f"{field}={header!r}" for field, header in read.columns.items())
    skipped = f", {read.skipped} rows are none" if read.skipped else ""
    print(
        f"known {read.source}: {len(read.records)} records ({read.form}{skipped})"
        + (f"; columns: {columns}" if columns else ""),
        file=sys.stderr,
    )
    _warn(read.trouble)
    return read


def _warn(trouble: str) -> None:
    if trouble:
        print(f"camfinder: {trouble}", file=sys.stderr)


def _evidence(path: Path, said: Mapping[str, str]) -> imported.Imported:
    data = known.read_file(path)
    form, seen = read_sightings(data, path.name, said)
    print(f"evidence {path.name}: {len(seen)} entries ({form})", file=sys.stderr)
    read = imported.imported(path.name, data, form, seen)
    _warn(read.trouble)
    return read


def mapping(maps: Sequence[str], file: str = "", *, only: bool = False) -> dict[str, str]:
    """Field to header, from `field=header`, `list.csv:field=header`, and files of them.

    Args:
        maps: Values of `--map`; later ones win.
        file: Name of the list that they are wanted for.
        only: Leave out what is said of all lists.

    Raises:
        CamfinderError: A field is unknown, a file is broken.
    """
    said: dict[str, str] = {}
    for each in maps:
        left, sign, header = each.partition("=")
        name, _, field = left.strip().rpartition(":")
        if sign and field in FIELDS:
            if name == file or not (name or only):
                said[field] = header.strip()
        elif sign and not Path(each).is_file():
            raise CamfinderError(
                f"--map {each}: no field {field!r}; fields are {', '.join(FIELDS)}"
            )
        elif not only:
            said |= _saved(Path(each))
    return said


def _saved(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            found = tomllib.loads(file.read(MAX_MAP_BYTES).decode())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CamfinderError(
            f"--map {path}: {error}; write address=HEADER, or name a file of --save-map"
        ) from error
    table = found.get("columns", found)
    if not isinstance(table, dict) or not set(table) <= set(FIELDS):
        raise CamfinderError(f"--map {path}: fields are {', '.join(FIELDS)}")
    return {field: str(header) for field, header in table.items()}


def _save(path: Path, read: Sequence[Known]) -> None:
    """The columns of the first table, in the form that `--map` reads."""
    columns = next((each.columns for each in read if each.columns), None)
    if columns is None:
        raise CamfinderError("--save-map: none of the lists is a table")
    lines = ["# How the columns of a list are read: camfinder ... --map THIS_FILE", "[columns]"]
    lines += [f"{field} = {quoted(columns[field])}" for field in FIELDS if field in columns]
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise CamfinderError(f"--save-map {path}: {error.strerror}") from error


def token(path: Path | None) -> str | None:
    """The token for NetBox, from the file or the environment; never from the command line.

    Raises:
        CamfinderError: The file cannot be read, or is empty.
    """
    if path is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(4_096).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CamfinderError(f"--netbox-token-file {path}: {error}") from error
    if not text:
        raise CamfinderError(f"--netbox-token-file {path} is empty; put the token into it")
    return text
