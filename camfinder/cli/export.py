"""`camfinder export`: what was found, written into the records of others."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from camfinder.cli import options

PLAN_LINES = 200
"""Steps of a plan that are printed; all of them with --all."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Write what was found into other systems.")
    group.command("netbox")(netbox)
    app.add_typer(group, name="export")


def netbox(
    url: Annotated[
        str, typer.Option("--url", help="https://netbox.example", envvar="CAMFINDER_NETBOX_URL")
    ],
    site: Annotated[
        str,
        typer.Option("--site", help="Slug or name of the site in NetBox.", envvar="CAMFINDER_SITE"),
    ],
    source: Annotated[
        Path | None,
        typer.Argument(help="An inventory document (JSON), - for stdin; default: the store's."),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option("--role", help="Role of new devices; default: Camera, Recorder ..."),
    ] = None,
    token_file: options.NetboxToken = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write. Without it the plan is printed, no more.")
    ] = False,
    run: Annotated[
        str, typer.Option("--run", help="Which stored run: its number, a day, or latest.")
    ] = "latest",
    of_site: Annotated[
        str | None,
        typer.Option("--run-site", help="The last run of this network, by the name its runs had."),
    ] = None,
    db: options.Db = None,
    fingerprints: options.Folders = [],  # noqa: B006
    everything: Annotated[bool, typer.Option("--all", help="Print every step of a plan.")] = False,
) -> None:
    """Put the surveillance devices of a document, or of a stored run, into NetBox.

    Manufacturers, device types, roles, devices, interfaces with MACs, addresses and the custom
    fields camfinder_id, camfinder_firmware and camfinder_last_seen. Devices that NetBox has are
    found by what they are; nothing that somebody wrote there is changed.
    """
    from camfinder.cli import knowing
    from camfinder.cli.documents import document_of
    from camfinder.cli.knowledge import fingerprints as load
    from camfinder.flow.known import vendors
    from camfinder.net.netbox import Client, place
    from camfinder.records.netbox import reachable
    from camfinder.records.netbox_plan import plan

    document = document_of(source, run, of_site, db)
    client = Client(place(url), knowing.token(token_file))
    snapshot = client.devices(site=site, everything=True)
    addresses = [reachable(device) for device in document.devices if device.surveillance]
    snapshot = client.with_addresses(snapshot, [str(each) for each in addresses if each])
    names = vendors(load(fingerprints))
    made = plan(document, snapshot, role=role, vendor=names, ports=client.interfaces_of_type)
    for line in made.kept:
        print(f"stays: {line}")
    for line in made.skipped:
        print(f"left to you: {line}")
    if not apply:
        shown = made.steps if everything else made.steps[:PLAN_LINES]
        for step in shown:
            print(step)
        if len(shown) < len(made.steps):
            print(f"... and {len(made.steps) - len(shown)} more (--all)")
        print(f"{len(made.steps)} steps; nothing is written without --apply", file=sys.stderr)
        return
    done = client.apply(made, told=print)
    print(f"{done} steps done", file=sys.stderr)
