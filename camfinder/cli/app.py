"""The application: commands, settings from files, errors as one clear line."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from camfinder import __version__
from camfinder.cli.codes import Exit
from camfinder.cli.settings import defaults
from camfinder.model import CamfinderError

MODULES = {
    "scan": ("scan",),
    "replay": ("replay",),
    "listen": ("listen",),
    "identify": ("identify",),
    "explain": ("explain",),
    "judge": ("judge",),
    "report": ("report",),
    "reconcile": ("reconcile",),
    "export": ("export",),
    "diff": ("diff",),
    "history": ("history",),
    "triage": ("accept", "false-positive", "label"),
    "runs": ("runs", "prune", "rematch"),
    "fingerprints": ("fingerprints",),
    "policies": ("policies",),
    "advisories": ("advisories",),
    "protocols": ("protocols",),
    "lab": ("lab",),
    "system": ("doctor",),
}
"""Module of this package to the commands that it adds, in the order of the help."""


def application(wanted: str | None = None) -> typer.Typer:
    """All commands; only those of one module where `wanted` is one of them: it starts sooner."""
    app = typer.Typer(
        name="camfinder",
        help=_options.__doc__,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    chosen = [name for name, commands in MODULES.items() if wanted in commands] or MODULES
    for name in chosen:
        import_module(f"camfinder.cli.{name}").register(app)
    for command in app.registered_commands:
        command.short_help = _first(command.callback.__doc__ if command.callback else None)
    for group in app.registered_groups:
        told = group.typer_instance.info.help if group.typer_instance else None
        group.short_help = _first(told if isinstance(told, str) else None)
    return app


def _first(text: str | None) -> str:
    """The first sentence, whole: left alone, the list of commands cuts it at the line's end."""
    return " ".join((text or "").partition("\n\n")[0].split()).rstrip(".")


def _version(value: bool) -> None:
    if value:
        print(f"camfinder {__version__}")
        raise typer.Exit


def _options(
    _show: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Find every IP camera, recorder, encoder and video doorbell on a network, with evidence."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    try:
        command = typer.main.get_command(application(next(iter(arguments), None)))
        code = command.main(
            args=list(arguments),
            prog_name="camfinder",
            standalone_mode=False,
            default_map=defaults(),
        )
    except typer.TyperException as error:
        show = getattr(error, "show", None)  # with the usage line, where it knows the command
        print(f"camfinder: {error.format_message()}", file=sys.stderr) if show is None else show()
        return Exit.USAGE
    except CamfinderError as error:
        print(f"camfinder: {error}", file=sys.stderr)
        return Exit.USAGE
    except (typer.Abort, KeyboardInterrupt):
        print("camfinder: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Exit.OK
    return code if isinstance(code, int) else Exit.OK
