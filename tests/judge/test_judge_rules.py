"""No rule accuses: all rules and examples, held against the makers of all policies."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from judged import knowledge, rules

from camfinder.flow.reader import Reader
from camfinder.match.check import observed
from camfinder.match.nouns import Fingerprints, Rule
from camfinder.model import Evidence, Slot, Strength
from camfinder.probes import all_probes

WEAK = ("mac.organization", "import.", "nmap.", "arp.", "ndp.", "cloud.")
"""Facts that carry no more than a hint of who made a device."""


def listed() -> frozenset[str]:
    """Every maker that any clause of any policy names."""
    policies = knowledge().policies.values()
    return frozenset(n.id for each in policies for clause in each.clauses for n in clause.makers)


def related(fingerprints: Fingerprints, vendor: str) -> frozenset[str]:
    """Makers that this vendor is known to sell, or to belong to."""
    known = fingerprints.vendors.get(vendor)
    company = knowledge().makers.by_id.get(vendor)
    relations = company.relations if company is not None else ()
    return frozenset([*(known.relabels if known else ()), *(each.of for each in relations)])


def accusing(fingerprints: Fingerprints) -> Iterator[Rule]:
    """Rules in a file of another vendor that name a listed maker."""
    makers = listed()
    for rule in fingerprints.rules:
        if rule.vendor not in makers and rule.gives.get(Slot.MAKER) in makers:
            yield rule


def loose(fingerprints: Fingerprints) -> list[str]:
    """Those whose evidence is not the maker's own platform, seen on the device."""
    return [
        rule.id
        for rule in accusing(fingerprints)
        if rule.strengths[Slot.MAKER] < Strength.FAMILY
        or any(key.startswith(WEAK) for key in rule.facts)
        or rule.gives[Slot.MAKER] not in related(fingerprints, rule.vendor)
    ]


def test_the_lists_are_there() -> None:
    """The makers that the laws name are among the vendors that rules name."""
    assert len(listed()) >= 8
    assert {"hikvision", "dahua", "huawei", "zte", "hytera"} <= listed()
    assert listed() <= set(rules().fingerprints.vendors)


def test_rules_of_other_brands_name_a_listed_maker_by_its_platform_only() -> None:
    """`family` evidence of the device itself, of a maker that the brand is known to sell."""
    fingerprints = rules().fingerprints
    assert len(list(accusing(fingerprints))) >= 10
    assert loose(fingerprints) == []


@pytest.mark.parametrize(
    "change",
    [
        {"strengths": {Slot.MAKER: Strength.HINT}},
        {"facts": ("mac.organization",)},
        {"vendor": "axis"},
    ],
    ids=["hint", "MAC prefix", "no relabel"],
)
def test_a_rule_that_accuses_would_be_found(change: dict[str, object]) -> None:
    """The test above is not empty: each way of accusing is seen in a rule that was made so."""
    fingerprints = rules().fingerprints
    rule = replace(next(accusing(fingerprints)), **change)  # type: ignore[arg-type]
    assert loose(replace(fingerprints, rules=(rule,))) == [rule.id]


@dataclass(frozen=True)
class Named:
    """A listed maker that a rule of its own names on an example of somebody else's rule."""

    rule: Rule
    slot: Slot
    maker: str
    evidence: Evidence


def named() -> Iterator[Named]:
    """All of them, whatever the strength."""
    engine, makers = rules(), listed()
    parse = Reader(all_probes(), lambda _problem: None, strict=True).read
    for rule in engine.fingerprints.rules:
        if rule.vendor in makers:
            continue
        for key in rule.facts:
            for hit in rule.hits:
                for seen in observed(key, hit, parse):
                    for each in engine.evidence(seen):
                        for slot in (Slot.BRAND, Slot.MAKER):
                            if each.claims.get(slot) in makers and each.fingerprint != rule.id:
                                yield Named(rule, slot, each.claims[slot], each)


def test_examples_of_other_vendors_name_no_listed_maker() -> None:
    """At `family` or better only where the brand is known to sell it, or the text names it."""
    fingerprints = rules().fingerprints
    wrong, seen = [], 0
    for each in named():
        seen += 1
        if each.evidence.strengths[each.slot] < Strength.FAMILY:
            continue
        vendor = fingerprints.vendors[each.maker]
        text = each.evidence.fact.value.casefold()
        spelled = any(name.casefold() in text for name in (vendor.name, *vendor.aliases))
        if not spelled and each.maker not in related(fingerprints, each.rule.vendor):
            wrong.append((each.rule.id, each.evidence.fingerprint, each.maker))
    assert seen >= 20, "relabelled equipment is among the examples"
    assert wrong == []
