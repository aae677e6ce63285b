"""The application: commands, settings from files, errors as one clear line."""

import os
import sys
from collections.abc import Sequence

import typer

from camfinder import __version__
from camfinder.cli import advisories as advisories_command
from camfinder.cli import (
    diff,
    explain,
    export,
    fingerprints,
    history,
    identify,
    lab,
    reconcile,
    report,
    system,
    triage,
)
from camfinder.cli import judge as judge_command
from camfinder.cli import listen as listen_command
from camfinder.cli import policies as policies_command
from camfinder.cli import protocols as protocols_command
from camfinder.cli import replay as replay_command
from camfinder.cli import runs as runs_command
from camfinder.cli import scan as scan_command
from camfinder.cli.codes import Exit
from camfinder.cli.settings import defaults
from camfinder.model import CamfinderError

app = typer.Typer(
    name="camfinder",
    help="Find every IP camera, recorder, encoder and video doorbell on a network, with evidence.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    scan_command,
    replay_command,
    listen_command,
    identify,
    explain,
    judge_command,
    report,
    reconcile,
    export,
    diff,
    history,
    triage,
    runs_command,
    fingerprints,
    policies_command,
    advisories_command,
    protocols_command,
    lab,
    system,
):
    module.register(app)


def _version(value: bool) -> None:
    if value:
        print(f"camfinder {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _show: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Find every IP camera, recorder, encoder and video doorbell on a network, with evidence."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    try:
        command = typer.main.get_command(app)
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
