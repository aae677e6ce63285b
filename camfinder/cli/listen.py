"""`camfinder listen`: hear what is said, send nothing, report."""

from typing import Annotated

import typer

from camfinder.cli import options


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("listen")(listen)


def listen(
    interface: Annotated[
        list[str],
        typer.Option("--interface", "-i", help="Interface; default all that are up. May repeat."),
    ] = [],  # noqa: B006
    for_s: Annotated[
        float | None,
        typer.Option("--for", min=0.1, help="Seconds to listen; default until Ctrl-C."),
    ] = None,
    promiscuous: Annotated[
        bool, typer.Option("--promisc", help="Hear frames for others too: on a mirror port.")
    ] = False,
    join: Annotated[
        bool,
        typer.Option(
            "--join",
            help="Join the discovery groups, so that switches send them here. The system then "
            "sends IGMP and MLD reports.",
        ),
    ] = False,
    output: options.Outputs = [],  # noqa: B006
    as_json: options.AsJson = False,
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
    everything: options.Everything = False,
    quiet: options.Quiet = False,
) -> None:
    """Find cameras by what they say unasked; sends nothing at all.

    Announcements, DHCP, ARP, names of camera clouds in DNS and TLS, certificates, HTTP and RTSP
    heads, streams. As root (or with CAP_NET_RAW) all of it; else datagrams to well-known ports.
    Ctrl-C ends it and writes the report.
    """
    from camfinder.cli import listening
    from camfinder.cli.knowing import Given
    from camfinder.cli.running import Rules, ending
    from camfinder.cli.storing import kept
    from camfinder.flow.listen import Ears
    from camfinder.store.content import Plan

    rules = Rules(policy, policies, fail_on)
    given = Given(known, evidence, maps, save_map, token_file)
    end = ending(output, rules, given, fingerprints, as_json=as_json, everything=everything)
    ears = Ears(tuple(interface), for_s, promiscuous, join, site)
    plan = Plan(targets=list(interface))
    with kept(db, no_store=no_store, mode="listen", site=site, plan=plan) as keeping:
        inventory = listening.run(
            ears, fingerprints=fingerprints, quiet=quiet, journal=keeping.journal
        )
        settled = end.settle(inventory, keeping)
    raise typer.Exit(end.report(inventory, settled, named=frozenset({"promisc"})))
