"""`camfinder judge`: an inventory document judged again, by today's rules or those of a day."""

from pathlib import Path
from typing import Annotated

import typer

from camfinder.cli import options


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("judge")(judge)


def judge(
    source: Annotated[Path, typer.Argument(help="An inventory document (JSON); - reads stdin.")],
    policy: options.Policy = [],  # noqa: B006
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Judge by the rules of this day (2024-05-31); else today's."),
    ] = None,
    policies: options.PolicyFolders = [],  # noqa: B006
    fail_on: options.FailOn = [],  # noqa: B006
    output: options.Outputs = [],  # noqa: B006
    as_json: options.AsJson = False,
    everything: options.Everything = False,
) -> None:
    """Judge an inventory document: verdicts of policies and posture findings, made anew.

    Nothing is sent. Without --policy the verdicts that the document holds are kept.
    """
    from camfinder.cli.codes import highest
    from camfinder.cli.documents import read_document
    from camfinder.cli.judging import judging
    from camfinder.cli.output import check_outputs, finish

    check_outputs(output)
    judged = judging(policy, policies, fail_on, as_of=as_of)
    document = read_document(source)
    judged.judge(document)
    written = finish(document, output, as_json=as_json, everything=everything)
    raise typer.Exit(highest(written, judged.code(document)))
