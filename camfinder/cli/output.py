"""What a run leaves behind: report files, the table or the document on stdout, an exit code."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from camfinder.cli.codes import Exit, highest
from camfinder.document import Document, dumps, encode
from camfinder.model import CamfinderError
from camfinder.reports import Report, all_reports, report_for


def check_outputs(paths: Sequence[Path]) -> None:
    """Refuse what could not be written before anything is sent or read.

    Raises:
        CamfinderError: No format has this suffix, or the folder is not there.
    """
    for path in paths:
        _format(path)
        if not path.absolute().parent.is_dir():
            raise CamfinderError(f"{path}: the folder {path.parent} does not exist; make it first")


def finish(
    document: Document,
    outputs: Sequence[Path],
    *,
    as_json: bool,
    everything: bool,
) -> Exit:
    """Write every report, print the result; one that fails does not stop the others."""
    code = Exit.OK
    for path in outputs:
        try:
            write(path, _format(path).render(document))
        except (OSError, CamfinderError) as error:
            print(f"camfinder: {path} not written: {_why(error)}", file=sys.stderr)
            code = highest(code, Exit.USAGE)
        else:
            print(f"wrote {path}", file=sys.stderr)
    if as_json:
        sys.stdout.buffer.write(dumps(document))
        sys.stdout.flush()
    else:
        print_table(document, everything=everything)
    return code


def print_json(value: Any) -> None:
    """Any msgspec value on stdout, indented by two."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(encode(value), indent=2) + b"\n")
    sys.stdout.flush()


def print_table(document: Document, *, everything: bool) -> None:
    """The table on stdout; colours follow the terminal and NO_COLOR."""
    from rich.console import Console

    from camfinder.reports.to_table import FILE_WIDTH, view

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else FILE_WIDTH
    Console(width=width, highlight=False, soft_wrap=False).print(
        view(document, everything=everything)
    )


def write(path: Path, data: bytes) -> None:
    """Replace the file in one step: a reader sees the old one or the whole new one.

    Raises:
        OSError: The disk is full, the folder is read-only.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _format(path: Path) -> Report:
    report = report_for(path.name)
    if report is None:
        known = " ".join(sorted(r.suffix for r in all_reports()))
        raise CamfinderError(f"{path}: no report format has this suffix; known are {known}")
    return report


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
