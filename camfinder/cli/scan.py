"""`camfinder scan`: sweep, discover, identify, report."""

from pathlib import Path
from typing import Annotated

import typer

from camfinder.cli import options


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("scan")(scan)


def scan(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="CIDR, range, octet range, host name, IPv6 with zone; auto: own subnets; -: stdin."
        ),
    ] = None,
    output: options.Outputs = [],  # noqa: B006
    as_json: options.AsJson = False,
    exclude: Annotated[
        list[str],
        typer.Option(
            "--exclude", help="Never touch these; wins over all.", envvar="CAMFINDER_EXCLUDE"
        ),
    ] = [],  # noqa: B006
    exclude_file: Annotated[
        list[Path], typer.Option("--exclude-file", help="The same, one per line.")
    ] = [],  # noqa: B006
    targets_file: Annotated[
        list[Path], typer.Option("--targets-file", help="Further targets, one per line.")
    ] = [],  # noqa: B006
    ports: Annotated[
        str | None,
        typer.Option("--ports", help="TCP ports instead of the built-in list: 80,554,8000-8010."),
    ] = None,
    rate: Annotated[
        float,
        typer.Option("--rate", min=1, help="Packets per second over all.", envvar="CAMFINDER_RATE"),
    ] = 1000.0,
    gentle: Annotated[
        bool,
        typer.Option("--gentle", help="For fragile networks; slow.", envvar="CAMFINDER_GENTLE"),
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, max=60, help="Seconds per connection attempt.")
    ] = 2.0,
    retries: Annotated[
        int, typer.Option("--retries", min=0, max=3, help="How often a timeout is tried again.")
    ] = 1,
    deadline: Annotated[
        float | None, typer.Option("--deadline", min=1, help="End after so many seconds.")
    ] = None,
    allow_public: Annotated[
        bool, typer.Option("--allow-public", help="Permit public addresses. Have the permission.")
    ] = False,
    max_addresses: Annotated[
        int,
        typer.Option(
            "--max-addresses",
            min=1,
            help="Refuse to sweep more addresses than this.",
            envvar="CAMFINDER_MAX_ADDRESSES",
        ),
    ] = options.MAX_ADDRESSES,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be asked; send nothing.")
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="Keep what was sent and heard, for `camfinder replay`."),
    ] = None,
    only: Annotated[
        list[str],
        typer.Option(
            "--only",
            help="Only these methods: wsd,sadp (see `camfinder protocols`). One that cannot run "
            "gives exit code 3. May repeat.",
            envvar="CAMFINDER_ONLY",
        ),
    ] = [],  # noqa: B006
    credentials: Annotated[
        Path | None,
        typer.Option(
            "--credentials",
            help="Accounts for devices that ask for a login, communities for SNMP (TOML, mode "
            "0600; docs/commands.md).",
            envvar="CAMFINDER_CREDENTIALS",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the last scan of these targets that was cut short (without targets: "
            "of any); what was asked is not asked again.",
        ),
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
    everything: options.Everything = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the cameras in the targets: ask politely, identify by evidence, report.

    Only the targets are touched. Nothing is changed, no picture is fetched, and no login is tried
    but, with --credentials, one for a device that asks for it. SNMP is asked only with a
    community from there.
    Ctrl-C ends the scan and still writes the report.
    """
    from camfinder.cli import scanning, storing
    from camfinder.cli.knowing import Given
    from camfinder.cli.running import Rules, ending

    rules = Rules(policy, policies, fail_on)
    given = Given(known, evidence, maps, save_map, token_file)
    end = ending(output, rules, given, fingerprints, as_json=as_json, everything=everything)
    wanted = [*(targets or []), *scanning.lines(targets_file)]
    unwanted = [*exclude, *scanning.lines(exclude_file)]
    if resume and not wanted:
        left = storing.unfinished(db, site)
        wanted, unwanted, ports, only = left.targets, left.exclude, left.ports, left.only
    plan = scanning.plan(
        targets=wanted,
        exclude=unwanted,
        ports=ports,
        rate=rate,
        gentle=gentle,
        timeout_s=timeout,
        retries=retries,
        deadline_s=deadline,
        allow_public=allow_public,
        site=site,
        only=only,
        credentials=credentials,
    )
    if dry_run:
        print("\n".join(scanning.describe(plan, only, max_addresses)))
        return
    scanning.within(plan, max_addresses, only)
    asked = scanning.asked(plan, ports, only)
    with storing.kept(
        db, no_store=no_store, mode="scan", site=site, plan=asked, resume=resume
    ) as kept:
        inventory = scanning.run(
            plan,
            only=only,
            fingerprints=fingerprints,
            record=record,
            quiet=quiet,
            journal=kept.journal,
        )
        settled = end.settle(inventory, kept, plan.scope)
    raise typer.Exit(end.report(inventory, settled, named=scanning.names(only)))
