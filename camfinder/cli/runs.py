"""`camfinder runs`, `prune`, `rematch`: the stored runs themselves."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from camfinder.cli import options
from camfinder.model import CamfinderError

_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("runs")(runs)
    app.command("prune")(prune)
    app.command("rematch")(rematch)


def runs(
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """List the runs in the store."""
    from camfinder.cli.listing import show
    from camfinder.cli.opening import opened
    from camfinder.cli.output import print_json
    from camfinder.store import reading
    from camfinder.store import runs as stored

    with opened(db) as database, database.reading() as connection:
        found = stored.listing(connection, site)
        counts = reading.counts(connection)
    if as_json:
        keys = ("id", "site", "mode", "state", "started_at", "ended_at")
        print_json(
            [
                {**{key: getattr(run, key) for key in keys}, "devices": counts.get(run.id, 0)}
                for run in found
            ]
        )
        return
    rows = [
        (
            str(run.id),
            f"{run.started_at:%Y-%m-%d %H:%M}",
            run.site,
            run.mode,
            run.state,
            str(counts.get(run.id, 0)),
            " ".join(run.plan.targets),
        )
        for run in found
    ]
    columns = ("Run", "Started", "Site", "Mode", "State", "Surveillance", "Targets")
    show(columns, rows, "the store has no runs yet")


def prune(
    keep: Annotated[str, typer.Option("--keep", help="How long runs are kept: 90d, 12w, 1y.")],
    db: options.Db = None,
) -> None:
    """Remove old runs and what they saw.

    The last run of every network stays, and so do devices, their names and what was said of them.
    """
    from camfinder.cli.opening import opened
    from camfinder.store import runs as stored

    before = datetime.now(UTC) - duration(keep)
    with opened(db) as database:
        print(f"{stored.remove(database, before)} runs removed")


def duration(text: str) -> timedelta:
    """A number of days, weeks, months or years.

    Raises:
        CamfinderError: It is none.
    """
    number, unit = text[:-1], text[-1:].lower()
    if not (number.isascii() and number.isdecimal()) or unit not in _UNITS or len(number) > 5:
        raise CamfinderError(f"--keep {text}: write 90d, 12w, 6m or 1y")
    return timedelta(days=int(number) * _UNITS[unit])


def rematch(
    run: Annotated[
        str, typer.Option("--run", help="Which run: its number, a day, latest, or all.")
    ] = "latest",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the changes as JSON.")] = False,
    policy: options.Policy = [],  # noqa: B006
    policies: options.PolicyFolders = [],  # noqa: B006
    fingerprints: options.Folders = [],  # noqa: B006
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """Identify stored devices anew by the fingerprints of today; the network is not touched."""
    from camfinder.cli.judging import judging
    from camfinder.cli.knowledge import engine
    from camfinder.cli.listing import change_row, show
    from camfinder.cli.opening import opened
    from camfinder.cli.output import print_json
    from camfinder.document import Document, build
    from camfinder.flow.known import vendors
    from camfinder.flow.rematch import Rematch
    from camfinder.model import Inventory
    from camfinder.store import runs as stored
    from camfinder.store.rematching import rematch as again

    judged = judging(policy, policies, [])
    loaded = engine(fingerprints)
    rematching = Rematch(loaded)

    def document(inventory: Inventory) -> Document:
        made = build(inventory)
        rematching.complete(made)
        judged.judge(made)
        return made

    told = []
    with opened(db) as database:
        with database.reading() as connection:
            everything = stored.ended(stored.listing(connection, site))
            wanted = everything if run == "all" else [stored.find(connection, run, site)]
        for one in wanted:
            changes = again(
                database,
                one,
                rematching.devices,
                document,
                loaded.fingerprints.digest,
                vendor=vendors(loaded.fingerprints),
                keep=not dry_run,
            )
            told += [(one, change) for change in changes]
    if as_json:
        import msgspec

        print_json([{"run": one.id, **msgspec.to_builtins(change)} for one, change in told])
        return
    columns = ("Run", "What", "Device", "Field", "Before", "After")
    rows = [(str(one.id), *change_row(change)) for one, change in told]
    show(columns, rows, f"nothing is otherwise by fingerprints {loaded.fingerprints.digest}")
