"""`camfinder lab`: a simulated building to try camfinder on."""

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
