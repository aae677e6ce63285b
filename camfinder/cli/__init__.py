"""Commands, settings, exit codes: the only package that prints."""

import sys


def main() -> None:
    """Run the command line; the entry point of the `camfinder` script."""
    from camfinder.cli.app import run

    sys.exit(run(sys.argv[1:]))
