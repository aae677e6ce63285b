"""Commands, settings, exit codes: the only package that prints."""

import os
import sys


def main() -> None:
    """Run the command line; the entry point of the `camfinder` script."""
    # Typer checks values with pydantic, which would look for plugins at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    from camfinder.cli.app import run

    sys.exit(run(sys.argv[1:]))
