"""`camfinder report`: an inventory document rendered to any format."""

from pathlib import Path
from typing import Annotated

import typer

from camfinder.cli import options


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def _formats(value: bool) -> None:
    if value:
        from camfinder.reports import all_reports

        for known in all_reports():
            print(f"{known.suffix:<10} {known.title}")
        raise typer.Exit


def report(
    source: Annotated[
        Path | None,
        typer.Argument(help="An inventory document (JSON), - for stdin; default: the store's."),
    ] = None,
    output: options.Outputs = [],  # noqa: B006
    as_json: options.AsJson = False,
    everything: options.Everything = False,
    redacted: Annotated[
        bool,
        typer.Option(
            "--redact",
            help="For sharing: pseudonyms for serial numbers, MACs and names, the same throughout.",
        ),
    ] = False,
    without_addresses: Annotated[
        bool,
        typer.Option("--redact-addresses", help="The same, for IP addresses and networks, too."),
    ] = False,
    run: Annotated[
        str, typer.Option("--run", help="Which stored run: its number, a day, or latest.")
    ] = "latest",
    site: options.OfSite = None,
    db: options.Db = None,
    known: options.KnownLists = [],  # noqa: B006
    evidence: options.EvidenceFiles = [],  # noqa: B006
    maps: options.Maps = [],  # noqa: B006
    save_map: options.SaveMap = None,
    token_file: options.NetboxToken = None,
    fingerprints: options.Folders = [],  # noqa: B006
    _list: Annotated[
        bool,
        typer.Option("--formats", callback=_formats, is_eager=True, help="List the formats."),
    ] = False,
) -> None:
    """Render an inventory document, or a run of the store, to any format.

    With --known or --evidence it is compared with lists first, as `reconcile` does with a document;
    what is stored stays as it was.
    """
    from camfinder.cli.documents import document_of
    from camfinder.cli.output import check_outputs, finish

    check_outputs(output)
    document = document_of(source, run, site, db)
    if known or evidence or maps or save_map:
        from camfinder.cli.knowing import Given, knowing

        given = Given(known, evidence, maps, save_map, token_file)
        knowing(given, fingerprints, []).apply(document)
    if redacted or without_addresses:
        from camfinder.reports.redact import redact

        document = redact(document, addresses=without_addresses)
    code = finish(document, output, as_json=as_json, everything=everything)
    raise typer.Exit(code)
