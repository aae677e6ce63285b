"""`camfinder identify`: single observations, as JSON Lines, to identifications."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from camfinder.cli import options
from camfinder.cli.codes import Exit

MAX_LINE = 16 * 1024 * 1024

GARBAGE = 50_000
"""Objects made between two looks for cycles: cases leave next to none behind."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("identify")(identify)


def identify(
    file: Annotated[
        Path, typer.Argument(help="JSON Lines, one case each (docs/identify.md); - reads stdin.")
    ],
    fingerprints: options.Folders = [],  # noqa: B006
) -> None:
    """Identify devices from banners and messages that somebody else collected, one case a line.

    Prints one JSON object per case. A line that is no case gives an object with "error" and exit
    code 2 at the end; the other lines are answered all the same.
    """
    import msgspec

    from camfinder.cli.knowledge import engine
    from camfinder.flow.cases import decode_case, identify_case
    from camfinder.model import CamfinderError
    from camfinder.probes import all_probes

    loaded, probes = engine(fingerprints), all_probes()
    encode = msgspec.json.Encoder().encode
    gc.freeze()  # what is loaded stays: it need not be looked through again and again
    gc.set_threshold(GARBAGE)
    failed = False
    out = sys.stdout.buffer
    for number, line in _lines(file):
        try:
            answer = identify_case(decode_case(line), loaded, probes)
        except (
            msgspec.DecodeError,
            UnicodeDecodeError,
            RecursionError,
            CamfinderError,
        ) as error:
            failed = True
            answer = {"line": number, "error": str(error)}
        failed = failed or "error" in answer
        out.write(encode(answer) + b"\n")
    out.flush()
    raise typer.Exit(Exit.USAGE if failed else Exit.OK)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    from camfinder.model import CamfinderError

    try:
        file = sys.stdin.buffer if str(path) == "-" else path.open("rb")
    except OSError as error:
        raise CamfinderError(f"{path}: {error.strerror}; give a file of cases or -") from error
    with file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise CamfinderError(f"{path}: line {number} is longer than {MAX_LINE} bytes")
            if line.strip():
                yield number, line
