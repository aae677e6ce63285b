"""`camfinder advisories`: known vulnerabilities of firmware, listed, imported, their age told."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camfinder.model import CamfinderError

if TYPE_CHECKING:
    from camfinder.judge.advisories import Advisories, Advisory
    from camfinder.match.fingerprint import Fingerprints

commands = typer.Typer(
    help="List known vulnerabilities of firmware, import feeds, say how old the data is.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="advisories")


@commands.callback()
def list_advisories(
    context: typer.Context,
    vendor: Annotated[
        str | None, typer.Option("--vendor", help="Only those of this vendor (id or name).")
    ] = None,
    kev: Annotated[
        bool, typer.Option("--kev", help="Only those in CISA's catalogue of exploited ones.")
    ] = False,
) -> None:
    """List known vulnerabilities of firmware, import feeds, say how old the data is.

    Advisories are judged in every scan, replay and judge; nothing is ever tried on a device.
    """
    if context.invoked_subcommand is not None:
        return
    from camfinder.cli.judging import advisories

    known = advisories()
    wanted = None if vendor is None else known.vendor(vendor)
    if wanted is not None and wanted not in known.by_vendor:
        raise CamfinderError(f"--vendor {vendor}: no advisories; `camfinder advisories` lists all")
    shown = [
        each
        for each in known.all.values()
        if wanted in {None, each.vendor} and (each.kev is not None or not kev)
    ]
    print(f"{'id':<15} {'vendor':<16} {'KEV since':<11} {'CVSS':<5} what")
    for each in sorted(shown, key=lambda one: (one.vendor, one.published or "", one.id)):
        print(_line(each))
    print(f"{len(shown)} advisories; {_data(known)}")


def _line(each: "Advisory") -> str:
    score = f"{each.cvss:.1f}{'' if each.cvss_certain else '?'}" if each.cvss is not None else "-"
    sure = "" if each.certain else " (record not confirmed)"
    return f"{each.id:<15} {each.vendor:<16} {each.kev or '-':<11} {score:<5} {each.title}{sure}"


def _data(known: "Advisories") -> str:
    return f"digest {known.digest}, checked {known.date}, imported {known.imported or 'none'}"


@commands.command("import")
def import_feeds(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CISA KEV, NVD JSON 2.0, CVE records (JSON 5) or CSAF; also in ZIP or gzip."
        ),
    ],
) -> None:
    """Import vulnerability feeds from files; only makers of surveillance devices are kept.

    All files or none: a broken one leaves what was imported before. Nothing is fetched.
    """
    from camfinder.cli.judging import advisories
    from camfinder.flow.feeds import import_files, store_path
    from camfinder.flow.vendors import feed_vendors

    path = store_path()
    vendors = feed_vendors(_fingerprints(), advisories())
    store = import_files(files, path, vendors, told=print)
    print(f"wrote {path}: {len(store.advisories)} advisories, {len(store.kev)} days of KEV")


def _fingerprints() -> "Fingerprints":
    from camfinder.cli.knowledge import fingerprints

    return fingerprints([])


@commands.command("status")
def status() -> None:
    """Say where the advisories come from and how old they are."""
    from camfinder.cli.judging import advisories
    from camfinder.flow.feeds import read_store, store_path

    known = advisories()
    path = store_path()
    store = read_store(path)
    today = datetime.now(UTC).date()
    own = [each for each in known.all.values() if each.origin != "import"]
    exploited = sum(each.kev is not None for each in known.all.values())
    print(f"shipped   {len(own)} advisories, checked {known.date}{_age(known.date, today)}")
    for feed in store.feeds:
        when = feed.imported_at.astimezone(UTC).date().isoformat()
        of = f"of {feed.date}{_age(feed.date, today)}" if feed.date else "of an unknown day"
        print(
            f"imported  {feed.name}: {feed.kind} {of}, {feed.kept} of {feed.records} records kept, "
            f"on {when}, SHA-256 {feed.sha256[:12]}"
        )
    if not store.feeds:
        print(f"imported  nothing yet ({path}); see `camfinder advisories import --help`")
    print(f"together  {len(known.all)} advisories, {exploited} known to be exploited")
    print(f"digest    {known.digest}")


def _age(day: str | None, today: date) -> str:
    try:
        days = (today - date.fromisoformat(day or "")).days
    except ValueError:
        return ""
    return f" ({days} days ago)" if days > 1 else " (yesterday)" if days == 1 else ""
