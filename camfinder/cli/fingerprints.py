"""`camfinder fingerprints`: the knowledge, checked, listed, shown, added to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from camfinder.cli import options
from camfinder.cli.authoring import new
from camfinder.cli.codes import Exit
from camfinder.model import CamfinderError

if TYPE_CHECKING:
    from camfinder.match.nouns import ModelForm, Rule, Vendor

commands = typer.Typer(
    help="Check, list, show and add to the fingerprints.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="fingerprints")


commands.command("new")(new)


@commands.command("check")
def check(
    vendors: Annotated[
        list[str], typer.Argument(help="Only files of these vendors, and what their rules touch.")
    ] = [],  # noqa: B006
    folders: options.Folders = [],  # noqa: B006
) -> None:
    """Check every file: schema, hits, misses, overlap, greed. Exit code 2 on complaints.

    Each complaint names file, rule and remedy. A rule that cannot be read is not checked further.
    """
    from camfinder.cli.knowledge import layers
    from camfinder.flow.reader import Reader
    from camfinder.match.check import check as complaints_of
    from camfinder.match.fingerprint import read
    from camfinder.probes import all_probes, catalogue

    loaded, unread = read(layers(folders))
    only = {id_ for id_, one in loaded.by_id.items() if one.vendor in vendors}
    if vendors:
        unread = tuple(each for each in unread if Path(each.file).stem.lstrip("_") in vendors)
        known = {one.vendor for one in loaded.by_id.values()} | set(loaded.vendors)
        read_at_all = known | {Path(each.file).stem for each in unread}
        if missing := [each for each in vendors if each not in read_at_all]:
            raise CamfinderError(f"{missing[0]}: no such vendor; see `camfinder fingerprints list`")
    reader = Reader(all_probes(), lambda _problem: None, strict=True)
    found = [*unread]
    if only or not vendors:
        checked = complaints_of(loaded, catalogue=catalogue(), parse=reader.read, only=only)
        found += checked
    for complaint in found:
        print(complaint)
    sums = f"{len(loaded.vendors)} vendors, {len(loaded.rules)} rules, {len(loaded.models)} models"
    print(f"{sums}, {len(found)} complaints")
    raise typer.Exit(Exit.USAGE if found else Exit.OK)


@commands.command("list")
def list_vendors(
    as_json: AsJson = False,
    folders: options.Folders = [],  # noqa: B006
) -> None:
    """List the vendors and how much is known of each."""
    from collections import Counter

    from camfinder.cli.knowledge import fingerprints

    loaded = fingerprints(folders)
    rules = Counter(rule.vendor for rule in loaded.rules)
    models = Counter(form.vendor for form in loaded.models)
    if as_json:
        _print([
            {**_vendor(vendor), "rules": rules[key], "models": models[key]}
            for key, vendor in sorted(loaded.vendors.items())
        ])  # fmt: skip
        return
    print(f"{'vendor':<24} {'rules':>5} {'models':>6}  name")
    for key, vendor in sorted(loaded.vendors.items()):
        print(f"{key:<24} {rules[key]:>5} {models[key]:>6}  {vendor.name}")


@commands.command("show")
def show(
    what: Annotated[str, typer.Argument(help="Id of a vendor, rule or model form, or a name.")],
    as_json: AsJson = False,
    folders: options.Folders = [],  # noqa: B006
) -> None:
    """Show a rule, or a vendor with all its rules, and the files they stand in."""
    from camfinder.cli.knowledge import fingerprints
    from camfinder.match.names import vendor_key

    loaded = fingerprints(folders)
    wanted = {what, loaded.by_name.get(vendor_key(what), what)}
    rules = [r for r in loaded.rules if wanted & {r.id, r.vendor}]
    forms = [m for m in loaded.models if wanted & {m.id, m.vendor}]
    vendors = [v for key, v in loaded.vendors.items() if key in wanted]
    if not (rules or forms or vendors):
        raise CamfinderError(f"{what}: no such vendor or rule; see `camfinder fingerprints list`")
    if as_json:
        _print({
            "vendors": [_vendor(each) for each in vendors],
            "models": [_form(each) for each in forms],
            "rules": [_rule(each) for each in rules],
        })  # fmt: skip
        return
    for vendor in vendors:
        print(f"{vendor.name} ({vendor.id}): {', '.join(vendor.aliases) or 'no other names'}")
        print(f"    {vendor.file}")
    for form in forms:
        kind = form.kind or "the vendor's kind"
        print(f"{form.id}\n    model  {form.match}\n    {form.proves.word}: {kind}")
        print(f"    source: {form.source}")
    for rule in rules:
        print(f"{rule.id}\n    {', '.join(rule.facts)}  {rule.match}")
        for key, pattern in rule.requires.items():
            print(f"    requires {key}  {pattern.pattern}")
        given = ", ".join(f"{slot} = {value}" for slot, value in rule.gives.items())
        print(f"    {rule.proves.word}: {given}")
        print(f"    source: {rule.source}")


@commands.command("facts")
def facts(as_json: AsJson = False) -> None:
    """List the facts that a rule may name, with their meaning."""
    from camfinder.probes import catalogue

    known = sorted(catalogue().emits.items())
    if as_json:
        _print([{"fact": key, "meaning": meaning} for key, meaning in known])
        return
    for key, meaning in known:
        print(f"{key:<32} {meaning}")


@commands.command("schema")
def schema() -> None:
    """Print the JSON Schema of fingerprint files, for editors (docs/fingerprints.md)."""
    from camfinder.match.schema import schema as made
    from camfinder.probes import catalogue

    _print(made(catalogue().emits))


def _print(value: Any) -> None:
    from camfinder.cli.output import print_json

    print_json(value)


def _vendor(vendor: "Vendor") -> dict[str, Any]:
    return {
        "id": vendor.id,
        "name": vendor.name,
        "aliases": list(vendor.aliases),
        "country": vendor.country,
        "relabels": list(vendor.relabels),
        "file": vendor.file,
    }


def _form(form: "ModelForm") -> dict[str, Any]:
    return {
        "id": form.id,
        "match": form.match,
        "kind": form.kind,
        "proves": form.proves.word,
        "free_text": form.free_text,
        "source": form.source,
        "file": form.file,
    }


def _rule(rule: "Rule") -> dict[str, Any]:
    return {
        "id": rule.id,
        "facts": list(rule.facts),
        "match": rule.match,
        "requires": {key: pattern.pattern for key, pattern in rule.requires.items()},
        "gives": dict(rule.gives),
        "strengths": {slot.value: strength.word for slot, strength in rule.strengths.items()},
        "source": rule.source,
        "file": rule.file,
    }
