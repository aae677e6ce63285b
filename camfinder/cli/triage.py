"""`camfinder accept`, `false-positive`, `label`: what people say of devices, kept over runs."""

from typing import Annotated

import typer

from camfinder.cli import options

Device = Annotated[
    str, typer.Argument(help="Its id, an earlier id, a MAC, or the address it had last.")
]
Note = Annotated[str | None, typer.Option("--note", help="Why, for those who read the report.")]
Clear = Annotated[bool, typer.Option("--clear", help="Take it back.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("accept")(accept)
    app.command("false-positive")(false_positive)
    app.command("label")(label)


def accept(
    device: Device,
    note: Note = None,
    clear: Clear = False,
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """Note that a device is approved; reports show it, --fail-on appeared leaves it out."""
    _say(db, device, site, status=None if clear else "accepted", note=note)


def false_positive(
    device: Device,
    note: Note = None,
    clear: Clear = False,
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """Note that a device is not what camfinder says; its evidence stays as it is."""
    _say(db, device, site, status=None if clear else "false-positive", note=note)


def label(
    device: Device,
    text: Annotated[str, typer.Argument(help="A name of your own; empty takes it away.")],
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """Give a device a name of your own."""
    _say(db, device, site, label=text or None)


def _say(db: str | None, device: str, site: str | None, **said: str | None) -> None:
    from camfinder.cli.opening import opened
    from camfinder.reports.inert import visible
    from camfinder.store.saying import say

    with opened(db) as database:
        found = say(database, device, site, **said)
    words = ", ".join(f"{name} {visible(value)}" for name, value in said.items() if value)
    print(f"{visible(found.name)}: {words or 'nothing is said of it any more'}")
