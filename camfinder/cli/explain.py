"""`camfinder explain`: every claim about a device, down to the bytes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camfinder.cli import options
from camfinder.model import CamfinderError

if TYPE_CHECKING:
    from camfinder.document import DeviceDoc, TriageDoc


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    what: Annotated[str, typer.Argument(help="Address, MAC or device id.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", help="An inventory document (JSON) instead of the store."),
    ] = None,
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """Show why camfinder says what it says of a device: claim, rule, fact, bytes, place, time."""
    from camfinder.cli.explanation import lines

    found = _stored(what, site, db) if source is None else _written(what, source)
    for device in found:
        print("\n".join(lines(device)))
        if device.triage is not None:
            print(_said(device.triage))


def _stored(what: str, site: str | None, db: str | None) -> "list[DeviceDoc]":
    """The device as the last run saw it that did."""
    from camfinder.cli.opening import opened
    from camfinder.store import reading

    with opened(db) as database, database.reading() as connection:
        found = reading.find_device(connection, what, site)
        device = reading.device_in(connection, found.last_run, found.members)
    if device is None:
        raise CamfinderError(f"{what}: the runs that saw it are pruned")
    return [device]


def _written(what: str, source: Path) -> "list[DeviceDoc]":
    """The devices of a document file that this may name."""
    from camfinder.cli.documents import read_document

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
    return found


def _said(triage: "TriageDoc") -> str:
    from camfinder.reports.inert import visible

    said = [triage.status, triage.label and f"label {triage.label}", triage.note]
    return f"  said of it on {triage.at:%Y-%m-%d}: {visible('; '.join(filter(None, said)))}"
