"""`camfinder replay`: an inventory from recorded traffic."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from camfinder.cli import options
from camfinder.cli.codes import Exit, highest
from camfinder.model import CamfinderError, ProblemKind


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(
    files: Annotated[
        list[Path], typer.Argument(help="pcap or pcapng, also .gz and .zst; - reads stdin.")
    ],
    output: options.Outputs = [],  # noqa: B006
    as_json: options.AsJson = False,
    each: Annotated[
        bool, typer.Option("--each", help="Every file is a network of its own.")
    ] = False,
    db: options.Db = None,
    no_store: options.NoStore = False,
    site: options.Site = None,
    known: options.KnownLists = [],  # noqa: B006
    evidence: options.EvidenceFiles = [],  # noqa: B006
    maps: options.Maps = [],  # noqa: B006
    save_map: options.SaveMap = None,
    token_file: options.NetboxToken = None,
    policy: options.Policy = [],  # noqa: B006
    policies: options.PolicyFolders = [],  # noqa: B006
    fail_on: options.FailOn = [],  # noqa: B006
    fingerprints: options.Folders = [],  # noqa: B006
    strict: Annotated[
        bool, typer.Option("--strict", help="Raise bugs of parsers instead of noting them.")
    ] = False,
    everything: options.Everything = False,
    quiet: options.Quiet = False,
) -> None:
    """Read recorded traffic and report the cameras in it, by the parsers of a live scan.

    All files together are one network, unless --each is given. Nothing is sent.
    """
    from camfinder.cli.knowing import Given
    from camfinder.cli.knowledge import engine
    from camfinder.cli.progress import progress
    from camfinder.cli.running import Rules, ending
    from camfinder.cli.storing import kept
    from camfinder.flow.replay import replay as run
    from camfinder.probes import all_probes
    from camfinder.store.content import Plan

    rules = Rules(policy, policies, fail_on)
    given = Given(known, evidence, maps, save_map, token_file)
    end = ending(output, rules, given, fingerprints, as_json=as_json, everything=everything)
    loaded = engine(fingerprints)
    stop: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: stop.append(number))
    code = Exit.OK

    def one(group: list[Path]) -> Exit:
        plan = Plan(targets=[str(file) for file in group])
        with kept(db, no_store=no_store, mode="replay", site=site, plan=plan) as keeping:
            with progress(quiet=quiet) as told:
                inventory = run(
                    group,
                    engine=loaded,
                    probes=all_probes(),
                    site=site,
                    strict=strict,
                    progress=told,
                    journal=keeping.journal,
                    stopped=lambda: bool(stop),
                )
            settled = end.settle(inventory, keeping)
        for problem in inventory.problems:
            if problem.kind is ProblemKind.UNREADABLE:
                print(f"camfinder: {problem.detail}", file=sys.stderr)
        if each and not as_json:
            print(f"{group[0]}:")
        paths = [_own_name(path, group[0]) for path in output] if each else output
        return end.report(inventory, settled, outputs=paths)

    try:
        for group in [[file] for file in files] if each else [files]:
            try:
                code = highest(code, one(group))
            except CamfinderError as error:
                if not each:
                    raise
                print(f"camfinder: {error}", file=sys.stderr)
                code = highest(code, Exit.USAGE)
            if stop:
                break
    finally:
        signal.signal(signal.SIGINT, before)
    raise typer.Exit(code)


def _own_name(output: Path, source: Path) -> Path:
    """`report.json` for `a.pcap` becomes `report-a.json`, so that --each overwrites nothing."""
    stem, dot, suffixes = output.name.partition(".")
    return output.with_name(f"{stem}-{source.name.partition('.')[0]}{dot}{suffixes}")
