"""`camfinder fingerprints`: the knowledge, checked, listed, shown."""

from typing import Annotated

import typer

from camfinder.cli import options
from camfinder.cli.codes import Exit
from camfinder.model import CamfinderError

commands = typer.Typer(
    help="Check, list and show the fingerprints.", no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="fingerprints")


@commands.command("check")
def check(folders: options.Folders = []) -> None:  # noqa: B006
    """Check every file: schema, hits, misses, overlap, greed. Exit code 2 on complaints.

    Each complaint names file, rule and remedy. A rule that cannot be read is not checked further.
    """
    from camfinder.cli.knowledge import layers
    from camfinder.flow.reader import Reader
    from camfinder.match.check import check as complaints_of
    from camfinder.match.fingerprint import read
    from camfinder.probes import all_probes, catalogue

    loaded, unread = read(layers(folders))
    reader = Reader(all_probes(), lambda _problem: None, strict=True)
    found = [*unread, *complaints_of(loaded, catalogue=catalogue(), parse=reader.read)]
    for complaint in found:
        print(complaint)
    sums = f"{len(loaded.vendors)} vendors, {len(loaded.rules)} rules, {len(loaded.models)} models"
    print(f"{sums}, {len(found)} complaints")
    raise typer.Exit(Exit.USAGE if found else Exit.OK)


@commands.command("list")
def list_vendors(folders: options.Folders = []) -> None:  # noqa: B006
    """List the vendors and how much is known of each."""
    from camfinder.cli.knowledge import fingerprints

    loaded = fingerprints(folders)
    rules: dict[str, int] = {}
    models: dict[str, int] = {}
    for rule in loaded.rules:
        rules[rule.vendor] = rules.get(rule.vendor, 0) + 1
    for form in loaded.models:
        models[form.vendor] = models.get(form.vendor, 0) + 1
    print(f"{'vendor':<24} {'rules':>5} {'models':>6}  name")
    for key, vendor in sorted(loaded.vendors.items()):
        print(f"{key:<24} {rules.get(key, 0):>5} {models.get(key, 0):>6}  {vendor.name}")


@commands.command("show")
def show(
    what: Annotated[str, typer.Argument(help="A vendor id or a rule id.")],
    folders: options.Folders = [],  # noqa: B006
) -> None:
    """Show a rule, or a vendor with all its rules."""
    from camfinder.cli.knowledge import fingerprints

    loaded = fingerprints(folders)
    rules = [r for r in loaded.rules if what in {r.id, r.vendor}]
    forms = [m for m in loaded.models if what in {m.id, m.vendor}]
    if not rules and not forms and what not in loaded.vendors:
        raise CamfinderError(f"{what}: no such vendor or rule; see `camfinder fingerprints list`")
    if what in loaded.vendors:
        vendor = loaded.vendors[what]
        print(f"{vendor.name} ({vendor.id}): {', '.join(vendor.aliases) or 'no other names'}")
    for form in forms:
        print(f"{form.id}\n    model  {form.match}\n    {form.kind}, {form.proves.word}")
    for rule in rules:
        print(
            f"{rule.id}\n    {', '.join(rule.facts)}  {rule.match}\n    {rule.proves.word}: ",
            end="",
        )
        print(", ".join(f"{slot} = {value}" for slot, value in rule.gives.items()))
        print(f"    source: {rule.source}")


@commands.command("facts")
def facts() -> None:
    """List the facts that a rule may name, with their meaning."""
    from camfinder.probes import catalogue

    for key, meaning in sorted(catalogue().emits.items()):
        print(f"{key:<32} {meaning}")
