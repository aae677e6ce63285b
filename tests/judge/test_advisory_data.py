"""The shipped advisories: every bound has a version inside and one outside, checked by judging."""

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import re2
from vulnerable import device, samples, stepped

from camfinder.judge.advisories import Advisories, Advisory, Affected, default_folder, load, pattern
from camfinder.judge.advisory import SEVERAL, findings
from camfinder.judge.firmware import SCHEMES, read
from camfinder.judge.ranges import holds

DAY = date(2026, 11, 24)
ADVISORIES = load([default_folder()])
ALL = [
    (f"{advisory.id}-{number}", advisory, table)
    for advisory in ADVISORIES.all.values()
    for number, table in enumerate(advisory.affected)
]
BOUNDED = [each for each in ALL if each[2].range.bounded and not each[2].component]
OPEN = [each for each in ALL if not each[2].range.bounded and not each[2].component]
COMPONENTS = [each for each in ALL if each[2].component]
DATED = {"hikvision": "V9.9.9 build {:%y%m%d}", "dahua": "2.999.0000000.1.R.{:%y%m%d}"}


class Pair(NamedTuple):
    """Versions inside and outside; None where the scheme knows no such version."""

    inside: str | None
    outside: str | None


def versions(table: Affected) -> Iterator[Pair]:
    """The pairs of a table, one per bound."""
    span, scheme = table.range, SCHEMES[table.scheme]
    if span.build_before:
        form = DATED[table.scheme]
        yield Pair(form.format(span.build_before - timedelta(1)), form.format(span.build_before))
    if span.up_to:
        newer = stepped(scheme, span.up_to, 1)
        yield Pair(span.up_to, newer)
    if span.before:
        yield Pair(stepped(scheme, span.before, -1), span.before)
    if span.start and not span.build_before:
        yield Pair(span.start, stepped(scheme, span.start, -1))
    for each in span.exactly:
        newer = stepped(scheme, each, 1)
        yield Pair(each, newer or f"{each}9" if table.scheme == "text" else newer)


def model_of(advisory: Advisory, table: Affected) -> str:
    """A model that the table takes in, and no other table of the advisory if that can be."""
    others = [each for each in advisory.affected if each is not table and each.match]
    fitting = [
        text
        for text in samples(table.match)
        if not (table.but_not and pattern(table.but_not).search(text))
        and (not table.match or pattern(table.match).search(text))
    ]
    assert fitting, f"no model is found by {table.match}"
    alone = (t for t in fitting if not any(pattern(o.match).search(t) for o in others))
    return next(alone, fitting[0])


def verdict(advisory: Advisory, model: str, firmware: str | None) -> str | None:
    """What judging a device of that vendor says of the advisory alone."""
    one = Advisories({advisory.id: advisory}, ADVISORIES.names, "", "")
    brand = "Some Brand" if advisory.vendor == SEVERAL else advisory.vendor
    found = findings(device(brand, model, firmware), one, as_of=DAY, not_in_range=True)
    return found[0].verdict if found else None


def test_all_entries_of_the_facts_are_there(shared: Path) -> None:
    """No entry of the collected facts was lost, none was invented."""
    text = (shared / "facts" / "advisories.yaml").read_text()
    facts = {line.removeprefix("- id: ").strip() for line in text.splitlines() if "- id: " in line}
    assert set(ADVISORIES.all) == facts
    assert len(facts) == 190


def test_kev_days_agree_with_the_catalogue(shared: Path) -> None:
    """Every advisory that CISA's catalogue has carries its day, and no other is in it earlier."""
    import json

    data = json.loads((shared / "facts/samples/kev-2025-08-25.json").read_bytes())
    days = {each["cveID"]: each["dateAdded"] for each in data["vulnerabilities"]}
    for advisory in ADVISORIES.all.values():
        if advisory.id in days:
            assert advisory.kev == days[advisory.id]
        else:
            assert advisory.kev is None or advisory.kev > "2025-08-25"


@pytest.mark.parametrize(("_id", "advisory", "table"), BOUNDED)
def test_a_version_inside_and_one_outside(_id: str, advisory: Advisory, table: Affected) -> None:
    """Inside is affected (possibly, where not confirmed), outside is not in the range."""
    model = model_of(advisory, table)
    sure = table.certain and advisory.certain and advisory.vendor != SEVERAL
    told = 0
    for inside, outside in versions(table):
        if inside is not None and _within(table, inside):
            told += 1
            assert verdict(advisory, model, inside) == ("affected" if sure else "possibly-affected")
        if outside is not None and not _others_hold(advisory, table, model, outside):
            told += 1
            assert verdict(advisory, model, outside) == "not-in-range"
    assert told, "neither a version inside nor one outside was found"


def _within(table: Affected, raw: str) -> bool:
    """The version is one of the table's track and of all its other ends."""
    version = read(SCHEMES[table.scheme], raw)
    return version is not None and holds(table.range, SCHEMES[table.scheme], version) is True


def _others_hold(advisory: Advisory, table: Affected, model: str, raw: str) -> bool:
    """Another bound of the advisory may still take the version in, or cannot tell."""
    for each in advisory.affected:
        if each.match and not pattern(each.match).search(model):
            continue
        version = read(SCHEMES[each.scheme], raw)
        tracked = version is not None and each.track and not raw.startswith(each.track)
        if tracked:
            continue
        if version is None or holds(each.range, SCHEMES[each.scheme], version) is not False:
            return True
    return False


def test_most_bounds_were_really_tried() -> None:
    """The helper finds both sides of nearly every bound: the test above is not empty."""
    inside = outside = total = 0
    for _key, _advisory, table in BOUNDED:
        for pair in versions(table):
            total += 1
            inside += pair.inside is not None
            outside += pair.outside is not None
    assert total > 300
    assert (inside / total, outside / total) > (0.95, 0.9)


@pytest.mark.parametrize(("_id", "advisory", "table"), OPEN)
def test_no_bound_gives_possibly_affected_unless_all_are(
    _id: str, advisory: Advisory, table: Affected
) -> None:
    """Without a bound: possibly affected; where every version is: affected by the model alone."""
    sure = table.certain and advisory.certain and advisory.vendor != SEVERAL and table.all_versions
    expected = "affected" if sure else "possibly-affected"
    model = model_of(advisory, table)
    assert verdict(advisory, model, "1.0.0") == expected
    assert verdict(advisory, model, None) == expected


@pytest.mark.parametrize(("_id", "advisory", "table"), BOUNDED)
def test_an_unknown_version_is_possibly_affected(
    _id: str, advisory: Advisory, table: Affected
) -> None:
    """No version, or one of another form: never affected, never excluded."""
    model = model_of(advisory, table)
    assert verdict(advisory, model, None) == "possibly-affected"
    if table.scheme != "text":
        assert verdict(advisory, model, "no version at all") == "possibly-affected"


@pytest.mark.parametrize(("_id", "advisory", "table"), COMPONENTS)
def test_components(_id: str, advisory: Advisory, table: Affected) -> None:
    """A component alone is no finding; with the vendor shown by other evidence at most possibly."""
    one = Advisories({advisory.id: advisory}, ADVISORIES.names, "", "")
    banner = [("http.server", table.component)]
    stranger = device(None, None, None, shows=banner)
    assert findings(stranger, one, as_of=DAY) == []
    model = next(samples(table.match)) if table.match else "X-1"
    own = device(advisory.vendor, model, "1.0", shows=banner)
    found = [each.verdict for each in findings(own, one, as_of=DAY)]
    expected = [] if advisory.vendor == SEVERAL else ["possibly-affected"]
    assert found == expected


@pytest.mark.parametrize(("_id", "advisory", "table"), ALL)
def test_expressions_are_anchored(_id: str, advisory: Advisory, table: Affected) -> None:
    """No expression takes in an empty model or a foreign one."""
    del advisory
    if table.match:
        assert not pattern(table.match).search("")
        assert not pattern(table.match).search("ZZZ-UNRELATED-99")
    assert isinstance(pattern(table.match or "x"), re2._Regexp)


PAIRS = tomllib.loads((Path(__file__).parent / "advisory_pairs.toml").read_text())["pair"]


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{p['id']}-{p['model']}" for p in PAIRS])
def test_hand_written_pairs(pair: dict[str, str]) -> None:
    """Versions read in the record itself: inside affected, outside not in the range."""
    for side, expected in (("inside", "affected"), ("outside", "not-in-range")):
        if side in pair:
            seen = device(pair["brand"], pair["model"], pair[side], maker=pair.get("maker"))
            found = {
                each.id: each.verdict
                for each in findings(seen, ADVISORIES, as_of=DAY, not_in_range=True)
            }
            assert found.get(pair["id"]) == pair.get(side + "_is", expected)


def test_there_are_enough_hand_written_pairs() -> None:
    """At least 60 advisories have a pair with both sides and a record."""
    whole = {pair["id"] for pair in PAIRS if "inside" in pair and "outside" in pair}
    assert len(whole) >= 60
    assert all(pair["record"] for pair in PAIRS)
