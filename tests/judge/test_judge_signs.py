"""No single sign ever accuses: every shipped rule that names a listed maker, one at a time."""

import pytest
from judged import document_of, information, knowledge, rules, verdict

from camfinder.flow.cases import HERE, NEVER, CaseReader
from camfinder.judge.relabel import FAMILY, traces_of
from camfinder.match.identify import describe
from camfinder.match.nouns import Hit, Rule
from camfinder.model import Fact, Observation, Slot, Strength, Transport
from camfinder.probes import all_probes

LISTED = frozenset({"hikvision", "dahua", "huawei", "zte", "hytera", "ezviz", "hilook", "hiwatch"})
ACCUSED = {"listed", "listed-through-maker"}


def _rules() -> list[tuple[Rule, Hit]]:
    """Rules that name a listed maker without naming it as the brand, with one example each."""
    return [
        (rule, hit)
        for rule in rules().fingerprints.rules
        for hit in rule.hits[:1]
        if rule.gives.get(Slot.MAKER) in LISTED
        and rule.gives.get(Slot.BRAND) is None
        and hit.text is not None
    ]


def _observation(rule: Rule, hit: Hit) -> Observation:
    """The example as a probe would have read it."""
    assert hit.text is not None
    facts = [Fact(rule.facts[0], hit.text), *(Fact(k, v) for k, v in hit.with_facts.items())]
    probe = rule.facts[0].partition(".")[0]
    return Observation(
        probe, HERE, 80, Transport.TCP, tuple(facts), NEVER, "case", hit.text.encode()
    )


@pytest.mark.parametrize("brand", [("Axis", "P3245-LVE"), ("Vivotek", "FD9369")])
def test_one_sign_beside_an_honest_label_accuses_nobody(brand: tuple[str, str]) -> None:
    """An honest device that shows one thing in common with a listed maker is not listed."""
    kind, value = information(*brand)
    read, _problems = CaseReader(all_probes()).read(
        {"observations": [{"kind": kind, "value": value}]}
    )
    tried = 0
    for rule, hit in _rules():
        seen = [*read, _observation(rule, hit)]
        device = describe([(one, rules().evidence(one)) for one in seen], rules().fingerprints)
        assert device is not None
        doc = document_of(device).devices[0]
        finding = verdict(doc, "us-ndaa-889")
        signs = {t.kind for m in LISTED for t in traces_of(doc).get(m, ()) if t.strength >= FAMILY}
        if len(signs) < 2 and finding is not None:
            assert finding.verdict not in ACCUSED, (rule.id, finding.because)
            tried += 1
    assert tried >= 30


def test_hints_alone_accuse_nobody() -> None:
    """All rules that only hint at listed makers, together on one device without a label."""
    seen = [
        _observation(rule, hit)
        for rule in rules().fingerprints.rules
        for hit in rule.hits[:1]
        if rule.gives.get(Slot.MAKER) in LISTED
        and rule.strengths[Slot.MAKER] is Strength.HINT
        and hit.text is not None
    ]
    assert len(seen) >= 4
    hints = []
    for one in seen:
        evidence = rules().evidence(one)
        hints.append((one, tuple(e for e in evidence if e.strength is Strength.HINT)))
    device = describe(hints, rules().fingerprints)
    assert device is not None
    doc = document_of(device).devices[0]
    assert doc.maker is None
    for policy in knowledge().policies:
        finding = verdict(doc, policy)
        assert finding is None or finding.verdict not in ACCUSED


def test_rules_of_other_brands_never_hint_or_merely_assert_a_listed_maker() -> None:
    """A rule in another brand's file names a listed maker with family evidence, or not at all."""
    loose = [
        rule.id
        for rule in rules().fingerprints.rules
        if rule.gives.get(Slot.MAKER) in LISTED
        and rule.vendor not in LISTED
        and rule.strengths[Slot.MAKER] < Strength.FAMILY
    ]
    assert loose == []


def test_what_a_brand_is_known_for_is_no_sign() -> None:
    """A rule in the brand's own file that adds the maker from knowledge does not count."""
    kind, value = information("Amcrest", "IP8M-2496EB", serial="AMC0123456789ABCD")
    read, _problems = CaseReader(all_probes()).read(
        {"observations": [{"kind": kind, "value": value}]}
    )
    device = describe([(one, rules().evidence(one)) for one in read], rules().fingerprints)
    assert device is not None
    assert any(e.claims.get(Slot.MAKER) == "dahua" for e in device.evidence)
    finding = verdict(document_of(device).devices[0], "us-ndaa-889")
    assert finding is not None
    assert finding.verdict == "brand-known-to-relabel"


def test_firmware_forms_in_brands_files_are_the_makers_form() -> None:
    """A brand's file names another maker by a firmware form only where it is that maker's form."""
    shapes = {"dahua": ("0.000.", "1.000.", "2.420.", "2.520.", "2.800.", "3.", "4.")}
    seen = 0
    for rule in rules().fingerprints.rules:
        maker = rule.gives.get(Slot.MAKER, rule.vendor)
        if maker == rule.vendor or not any(key.endswith(".firmware") for key in rule.facts):
            continue
        for hit in rule.hits:
            assert (hit.text or "").startswith(shapes[maker]), rule.id
            seen += 1
    assert seen >= 3
