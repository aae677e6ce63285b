"""`camfinder diff`: what changed between two stored runs."""

from typing import Annotated, Any

import typer

from camfinder.cli import options
from camfinder.cli.codes import Exit

KINDS = ("appeared", "gone", "changed")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diff")(diff)


def diff(
    before: Annotated[
        str | None,
        typer.Argument(help="A run (see `camfinder runs`) or a day; default: the one before."),
    ] = None,
    after: Annotated[
        str, typer.Argument(help="A run or a day: the last run until then.")
    ] = "latest",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the changes with their evidence as JSON.")
    ] = False,
    fail_on: Annotated[
        list[str],
        typer.Option(
            "--fail-on",
            help="Exit code 1 on: appeared, gone, changed. Accepted devices may appear.",
        ),
    ] = [],  # noqa: B006
    everything: options.Everything = False,
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """Show which devices appeared, are gone, or changed between two runs of one network.

    A value that one run did not learn, a port it did not try and an address outside its scope are
    no change.
    """
    from camfinder.cli.failing import words
    from camfinder.cli.listing import change_row, proof, show
    from camfinder.cli.opening import opened
    from camfinder.cli.output import print_json
    from camfinder.model import CamfinderError
    from camfinder.store import reading, runs

    wanted = words(fail_on)
    if unknown := set(wanted) - set(KINDS):
        raise CamfinderError(f"--fail-on {min(unknown)}: known are {', '.join(KINDS)}")
    with opened(db) as database, database.reading() as connection:
        later = runs.find(connection, after, site)
        earlier = (
            reading.run_before(connection, later)
            if before is None
            else runs.find(connection, before, site if site is not None else later.site or "")
        )
        if earlier is None:
            raise CamfinderError(f"{later.title} is the first of its sort: nothing to compare with")
        changes = reading.compare(connection, earlier, later, everything=everything)
        proofs = reading.proofs(connection, earlier, later, changes)
        settled = reading.settled(connection)
    if as_json:
        told = [_as_json(c, items) for c, items in zip(changes, proofs, strict=True)]
        print_json({"before": _run(earlier), "after": _run(later), "changes": told})
    else:
        print(f"{earlier.title} -> {later.title}")
        rows = [(*change_row(c), proof(i)) for c, i in zip(changes, proofs, strict=True)]
        columns = ("What", "Device", "Field", "Before", "After", "Evidence")
        show(columns, rows, "nothing changed")
    found = {c.kind for c in changes if c.kind != "appeared" or c.device not in settled}
    raise typer.Exit(Exit.FOUND if found & set(wanted) else Exit.OK)


def _as_json(change: Any, evidence: Any) -> dict[str, Any]:
    import msgspec

    return {**msgspec.to_builtins(change), "evidence": msgspec.to_builtins(evidence)}


def _run(run: Any) -> dict[str, Any]:
    return {
        "run": run.id,
        "site": run.site,
        "mode": run.mode,
        "complete": run.state == "complete",
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }
