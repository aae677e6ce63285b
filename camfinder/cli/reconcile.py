"""`camfinder reconcile`: an inventory document compared with the user's lists."""

from pathlib import Path
from typing import Annotated

import typer

from camfinder.cli import options


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reconcile")(reconcile)


def reconcile(
    source: Annotated[Path, typer.Argument(help="An inventory document (JSON); - reads stdin.")],
    known: options.KnownLists = [],  # noqa: B006
    evidence: options.EvidenceFiles = [],  # noqa: B006
    maps: options.Maps = [],  # noqa: B006
    save_map: options.SaveMap = None,
    token_file: options.NetboxToken = None,
    fail_on: options.FailOn = [],  # noqa: B006
    output: options.Outputs = [],  # noqa: B006
    as_json: options.AsJson = False,
    fingerprints: options.Folders = [],  # noqa: B006
    everything: options.Everything = False,
) -> None:
    """Compare a document with lists of what should be there, and print what became of them.

    Nothing is sent, but to a NetBox that --known names. What the document held of records is
    replaced.
    """
    from camfinder.cli.codes import highest
    from camfinder.cli.documents import read_document
    from camfinder.cli.judging import judging
    from camfinder.cli.knowing import Given, knowing
    from camfinder.cli.output import check_outputs, finish
    from camfinder.model import CamfinderError

    check_outputs(output)
    if not known and not evidence:
        raise CamfinderError("nothing to compare with; add --known FILE or --evidence FILE")
    judged = judging([], [], fail_on)
    given = Given(known, evidence, maps, save_map, token_file)
    lists = knowing(given, fingerprints, fail_on)
    document = read_document(source)
    lists.apply(document)
    written = finish(document, output, as_json=as_json, everything=everything)
    raise typer.Exit(highest(written, judged.code(document)))
