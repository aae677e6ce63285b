"""`camfinder lab`: a simulated building to try camfinder on."""

import sys
from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer(
    help="A simulated building of cameras and their neighbours, on this machine only.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Personas = Annotated[
    Path | None,
    typer.Option("--personas", help="Your own devices (docs/lab.md) instead of the shipped ones."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="lab")


@commands.command("up")
def up(personas: Personas = None) -> None:
    """Start the building; it ends by itself after an hour, or with `camfinder lab down`."""
    from camfinder.lab import run

    lab = run.up(personas)
    why = f": {lab.why}" if lab.why else ""
    print(f"{len(lab.residents)} devices on {', '.join(lab.networks)} ({lab.mode}{why})")
    for resident in lab.residents:
        print(f"  {resident.address:<15} {resident.title}")
    print("scan it: camfinder lab scan; end it: camfinder lab down")


@commands.command("down")
def down() -> None:
    """End the building and all that belongs to it."""
    from camfinder.lab import run

    print("ended" if run.down() else "no lab was up")


@commands.command(
    "scan", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def scan(context: typer.Context) -> None:
    """Scan the building from inside it; takes the options of `camfinder scan`."""
    from camfinder.lab import run
    from camfinder.model import CamfinderError

    lab = run.status()
    if lab is None:
        raise CamfinderError("no lab is running: start one with `camfinder lab up`")
    command = [sys.executable, "-m", "camfinder", "scan", *lab.networks, *context.args]
    raise typer.Exit(run.enter(command, lab))
