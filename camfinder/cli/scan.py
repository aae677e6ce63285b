"""`camfinder scan`: sweep, discover, identify, report."""

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
