"""`camfinder fingerprints new`: a rule from an observation of a scan."""

import sys
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camfinder.cli import options
from camfinder.cli.codes import Exit
from camfinder.model import CamfinderError

if TYPE_CHECKING:
    from camfinder.flow.authoring import Draft
    from camfinder.flow.samples import Sample

STDOUT = "-"

Given = Annotated[str, typer.Argument(help="Address, MAC or id; without it devices are listed.")]
From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        help="An inventory document, cases of `identify` (JSON Lines), or a capture, instead of "
        "the store.",
    ),
]
Run = Annotated[str, typer.Option("--run", help="Which run of the store: number, day, latest.")]
FactKey = Annotated[
    str, typer.Option("--fact", help="Rule on this fact; without it what was read is listed.")
]
Part = Annotated[str, typer.Option("--part", help="The part of the value that tells, as it is.")]
Vendor = Annotated[str, typer.Option("--vendor", help="Id of the vendor: known, or a new one.")]
Name = Annotated[str, typer.Option("--name", help="Name of a new vendor as reports show it.")]
ModelGroup = Annotated[
    str,
    typer.Option("--model-group", help="The part of the value that is the model number; or none."),
]
FirmwareGroup = Annotated[
    str,
    typer.Option("--firmware-group", help="The part that is the firmware's version; or none."),
]
KindOption = Annotated[
    str, typer.Option("--kind", help="camera, recorder, encoder, doorbell, vms, other, ...")
]
Proves = Annotated[
    str, typer.Option("--proves", help="declared, distinct, family or hint (docs/fingerprints.md).")
]
RuleId = Annotated[str, typer.Option("--id", help="Id of the rule; default VENDOR.FACT.")]
SourceText = Annotated[
    str, typer.Option("--source", help="Where the fact was learnt; default: a scan, with the day.")
]
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        help="Folder or .toml file to write into; - for stdout. Default: the user's own folder, "
        "which every command reads.",
    ),
]
Show = Annotated[bool, typer.Option("--stdout", help="Print the file, write nothing.")]


def new(
    device: Given = "",
    source: From = None,
    run: Run = "latest",
    fact: FactKey = "",
    part: Part = "",
    vendor: Vendor = "",
    name: Name = "",
    model_group: ModelGroup = "",
    firmware_group: FirmwareGroup = "",
    kind: KindOption = "",
    proves: Proves = "",
    rule: RuleId = "",
    told: SourceText = "",
    to: To = None,
    stdout: Show = False,
    folders: options.Folders = [],  # noqa: B006
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """Write a rule from what a scan saw of a device, with serials, MACs, names replaced.

    Step by step: without DEVICE the devices are listed, without --fact what was read of one. The
    rule is checked at once, and nothing is written where the check complains.
    """
    from camfinder.cli.knowledge import fingerprints, layers
    from camfinder.flow import authoring, samples
    from camfinder.flow.reader import Reader
    from camfinder.match.reading import KINDS, STRENGTHS
    from camfinder.probes import all_probes, catalogue

    _one_of("--kind", kind, KINDS)
    _one_of("--proves", proves, STRENGTHS)
    facts = catalogue()
    found = _samples(source, run, site, db)
    sample = _chosen(found, device)
    if not fact:
        _list_facts(sample)
        raise CamfinderError("choose one of these: --fact KEY")
    value = samples.pick(sample, fact, part)
    if not vendor:
        raise CamfinderError(
            "whose is it? --vendor ID, known (`fingerprints list`) or new (--name)"
        )
    path = authoring.target(None if stdout or to == STDOUT else _folder(to), vendor)
    if path is not None and any(path.parent.glob("*.toml")):
        folders = [*folders, path.parent]  # what stands there already counts, too
    known = fingerprints(folders)
    today = datetime.now(UTC).date().isoformat()
    asked = authoring.Asked(
        vendor, name, part, model_group, firmware_group, kind, proves, rule, told, today
    )
    made = authoring.draft(sample, value, asked, known, facts.declares)
    reader = Reader(all_probes(), lambda _problem: None)
    done = authoring.written(made, path, layers(folders), known, facts, reader.read)
    if path is None:
        sys.stdout.write(done.text)
    for complaint in done.complaints:
        print(complaint, file=sys.stderr)
    if done.complaints:
        _explain_nothing_written(path)
        raise typer.Exit(Exit.USAGE)
    if path is not None:
        _write(path, done.text)
    _next_steps(made, path, to)


def _one_of(option: str, value: str, known: Collection[str]) -> None:
    if value and value not in known:
        raise CamfinderError(f"{option} {value}: one of {', '.join(sorted(known))}")


def _samples(source: Path | None, run: str, site: str | None, db: str | None) -> "list[Sample]":
    from camfinder.flow import samples
    from camfinder.probes import all_probes, catalogue

    declares = catalogue().declares
    if source is not None:
        return samples.from_file(source, all_probes(), declares)
    from camfinder.cli.opening import opened
    from camfinder.store import reading
    from camfinder.store import runs as stored

    with opened(db) as database, database.reading() as connection:
        one = stored.find(connection, run, site)
        document = reading.document(connection, one, compared=False)
        return samples.from_run(document, reading.observations(connection, one.id), declares)


def _chosen(found: "list[Sample]", device: str) -> "Sample":
    """The device; where it is not said which, they are listed first."""
    from camfinder.cli.listing import show
    from camfinder.flow.samples import chosen

    if not device and len(found) > 1:
        rows = [
            (each.name, each.title, str(len(each.facts)))
            for each in sorted(found, key=lambda one: one.known)
        ]
        show(("Device", "Known as", "Facts"), rows, "")
        raise CamfinderError("choose one of these: camfinder fingerprints new DEVICE ...")
    return chosen(found, device)


def _list_facts(sample: "Sample") -> None:
    from camfinder.cli.listing import show

    show(("Fact", "Value"), list(sample.facts), f"nothing was read of {sample.name}")


def _folder(to: str | None) -> Path:
    """Where to write; the user's own folder is made where it is not there yet."""
    from camfinder.cli.knowledge import own_folder

    if to is not None:
        return Path(to)
    folder = own_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CamfinderError(f"{folder}: {error.strerror}; give --to FOLDER") from error
    return folder


def _write(path: Path, text: str) -> None:
    from camfinder.cli.output import write

    try:
        write(path, text.encode())
    except OSError as error:
        raise CamfinderError(f"{path}: {error.strerror}; give another --to FOLDER") from error


def _explain_nothing_written(path: Path | None) -> None:
    if path is not None:
        print(
            f"camfinder: nothing is written to {path}; mend it by the options, or take the text of"
            " --stdout and edit it",
            file=sys.stderr,
        )


def _next_steps(made: "Draft", path: Path | None, to: str | None) -> None:
    """What there is and what the author has to do, on stderr."""
    rule = made.rule
    where = f"wrote {rule.id} to {path}" if path else f"{rule.id}: nothing is written"
    lines = [f"{where}; it fires on {made.observed!r}", f"  match  {rule.match}"]
    lines += [f"  look   {note}" for note in made.notes]
    lines.append("  look   is everything private replaced in the hit? (serial, MAC, names, places)")
    if path is not None:
        folder = "" if to is None else f" --fingerprints {path.parent}"
        lines += [
            "  next   give it misses: what others say that is nearly the same",
            f"  next   camfinder fingerprints check {rule.id.split('.', 1)[0]}{folder}",
            f"  next   camfinder rematch --dry-run{folder}",
        ]
    print("\n".join(lines), file=sys.stderr)
