"""`camfinder policies`: the rules that devices can be judged by."""

from typing import TYPE_CHECKING, Annotated

import typer

from camfinder.cli import options

if TYPE_CHECKING:
    from camfinder.judge.makers import Makers
    from camfinder.judge.policy import Clause, Policy


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("policies")(policies)


def policies(
    which: Annotated[str | None, typer.Argument(help="A policy, to show its clauses.")] = None,
    folders: options.PolicyFolders = [],  # noqa: B006
) -> None:
    """List the policies with their dates and sources, or show the clauses of one.

    None is judged unless --policy of scan, replay or judge names it.
    """
    from camfinder.cli.judging import knowledge

    known = knowledge(folders)
    if which is not None:
        (policy,) = known.chosen([which])
        print("\n".join(_full(policy, known.makers)))
        return
    for policy in known.policies.values():
        print(f"{policy.id:<22} {policy.name} [{policy.jurisdiction}]")
        print(f"{'':<22} {policy.about}")
        for clause in policy.clauses:
            print(f"{'':<24} {clause.id}: {_held(clause)}; {clause.reference}")
            print(f"{'':<24}   source: {clause.source}")
    print(f"{len(known.policies)} policies; digest {known.digest}, checked {known.checked}")


def _held(clause: "Clause") -> str:
    until = f" until {clause.until}" if clause.until else ""
    return f"{clause.kind}, from {clause.effective}{until}"


def _full(policy: "Policy", makers: "Makers") -> list[str]:
    lines = [f"{policy.name} ({policy.id}) [{policy.jurisdiction}]", policy.about]
    lines.append(f"checked {policy.checked}; {policy.file}")
    for clause in policy.clauses:
        named = ", ".join(
            makers.name(each.id)
            + (f" (since {each.since})" if each.since else "")
            + ("" if each.certain else " (not confirmed)")
            for each in clause.makers
        )
        rows = {
            "kind": _held(clause),
            "reference": clause.reference,
            "scope": clause.scope,
            "applies to": clause.applies_to,
            "makers": named,
            "approved": ", ".join(makers.name(each) for each in clause.approved),
            "countries": " ".join([*clause.countries, clause.countries_note]),
            "affiliates": f"{clause.affiliates} {clause.affiliates_note}",
            "relabelled": f"{clause.relabelled} {clause.relabelled_note}",
            "conditions": "; ".join(clause.conditions),
            "not visible": clause.outside,
            "note": clause.note,
            "source": clause.source,
        }
        lines += ["", f"{clause.id}: {clause.name}"]
        lines += [f"    {key:<11} {text.strip()}" for key, text in rows.items() if text.strip()]
    return lines
