"""`camfinder protocols`: what is asked, heard, and what it yields."""

import json
import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("protocols")(protocols)


def protocols(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, one object a method.")] = False,
) -> None:
    """Show every method: how it is asked or heard, on which ports, and what it yields."""
    from camfinder.flow.methods import methods
    from camfinder.probes import all_probes

    rows = methods(all_probes())
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("method", "what", "asked by", "ports", "routers", "rights", "yields"):
        table.add_column(name, overflow="fold", no_wrap=name == "method")
    for row in rows:
        routers = "crosses" if row.crosses_routers else "-"
        ports = row.ports + (f" → {row.replies}" if row.replies else "")
        table.add_row(
            row.name, row.title, row.transport, ports or "-", routers, row.needs_rights or "-",
            row.yields,
        )  # fmt: skip
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160
    Console(width=width, highlight=False).print(table)
