"""`camfinder explain`: every claim about a device, down to the bytes."""

from pathlib import Path
from typing import Annotated

import typer

from camfinder.model import CamfinderError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    what: Annotated[str, typer.Argument(help="Address, MAC or device id.")],
    source: Annotated[
        Path, typer.Option("--from", help="An inventory document (JSON) of scan or replay.")
    ],
) -> None:
    """Show why camfinder says what it says of a device: claim, rule, fact, bytes, place, time."""
    from camfinder.cli.documents import read_document
    from camfinder.cli.explanation import lines

    document = read_document(source)
    wanted = what.lower()
    plain = wanted.replace(":", "").replace("-", "").replace(".", "")
    found = [
        device
        for device in document.devices
        if wanted in {device.id.lower(), *(a.lower() for a in device.addresses)}
        or (device.mac and device.mac.replace(":", "") == plain)
    ]
    if not found:
        raise CamfinderError(
            f"{what}: not in {source}; it holds {len(document.devices)} devices, named by address,"
            " MAC or id"
        )
    for device in found:
        print("\n".join(lines(device)))
