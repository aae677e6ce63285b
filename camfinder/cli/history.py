"""`camfinder history`: what happened to one device."""

from typing import Annotated, Any

import typer

from camfinder.cli import options


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("history")(history)


def history(
    device: Annotated[
        str, typer.Argument(help="Its id, an earlier id, a MAC, or the address it had last.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the events as JSON.")] = False,
    site: options.OfSite = None,
    db: options.Db = None,
) -> None:
    """Show when a device appeared, moved, changed, went, and came back, with the run of each."""
    from camfinder.cli.listing import change_row, proof, show
    from camfinder.cli.opening import opened
    from camfinder.cli.output import print_json
    from camfinder.store import reading

    with opened(db) as database, database.reading() as connection:
        found = reading.find_device(connection, device, site)
        events = reading.history(connection, found)
        proofs = [
            reading.evidence_for(change, reading.device_in(connection, run.id, found.members))
            for run, change in events
        ]
        note = reading.triage(connection, [found.id]).get(found.id)
    if as_json:
        import msgspec

        told: list[dict[str, Any]] = [
            {
                "run": run.id,
                **msgspec.to_builtins(change),
                "evidence": msgspec.to_builtins(items),
            }
            for (run, change), items in zip(events, proofs, strict=True)
        ]
        whose = {"device": found.name, "site": found.site or None}
        print_json({**whose, "triage": msgspec.to_builtins(note), "events": told})
        return
    print(f"{found.name}{f' at {found.site}' if found.site else ''}")
    if note is not None:
        said = [note.status, note.label, note.note, f"{note.at:%Y-%m-%d}"]
        show(("Said of it",), [("; ".join(filter(None, said)),)], "")
    rows = [
        (
            f"{change.at:%Y-%m-%d %H:%M}",
            str(run.id),
            *change_row(change)[:1],
            *change_row(change)[2:],
            proof(items),
        )
        for (run, change), items in zip(events, proofs, strict=True)
    ]
    show(("When", "Run", "What", "Field", "Before", "After", "Evidence"), rows, "no run saw it")
