"""Reading inventory documents that earlier runs wrote."""

import sys
from pathlib import Path

from camfinder.document import Document, loads
from camfinder.model import CamfinderError


def read_document(path: Path) -> Document:
    """The document in a file; `-` is standard input.

    Raises:
        CamfinderError: The file is missing or no inventory document.
    """
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise CamfinderError(
            f"{path}: {error.strerror}; make one with `camfinder scan TARGET -o FILE.json`"
        ) from error
    return loads(data, str(path))
