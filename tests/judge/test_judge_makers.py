"""Brands and companies: the shipped data against the fact file and the fingerprints."""

from datetime import date
from pathlib import Path

import yaml
from judged import knowledge, rules

from camfinder.judge.makers import plain

RAISED = {"ezviz", "hikrobot", "tiandy"}
"""Confirmed beyond the fact file, by a source of our own that makers.toml names."""


def test_the_ids_are_those_of_the_fingerprints() -> None:
    """Where the fingerprints know the vendor under the same name, the id is the same."""
    known = rules().fingerprints
    makers = knowledge().makers
    for maker in makers.by_id.values():
        if maker.id in known.vendors:
            continue
        same = [v.id for v in known.vendors.values() if plain(v.name) == plain(maker.name)]
        assert same == [], maker.id


def test_no_fact_was_raised_to_confirmed(shared: Path) -> None:
    """What the fact file has as unconfirmed is so here, and its relations are the same."""
    facts = yaml.safe_load((shared / "facts" / "makers.yaml").read_text(encoding="utf-8"))
    listed = next(v for v in facts.values() if isinstance(v, list) and len(v) > 100)
    makers = knowledge().makers
    by_name = {plain(maker.name): maker for maker in makers.by_id.values()}
    assert len(listed) > 200
    for fact in listed:
        maker = by_name[plain(fact["name"])]
        confirmed = fact["status"] == "CONFIRMED"
        assert maker.certain == (confirmed or maker.id in RAISED), maker.id
        kinds = {relation["relation"] for relation in fact["relations"]}
        ours = {relation.kind for relation in maker.relations}
        assert ours <= kinds | {"component-of"}, maker.id
        if len(maker.seats) == 1 and fact["country"]:
            assert maker.seats[0].country == fact["country"], maker.id


def test_owners_follow_the_chain_and_the_calendar() -> None:
    """Lorex belonged to Dahua until 24 November 2022, and not on that day."""
    makers = knowledge().makers
    before = makers.owners("lorex", date(2022, 11, 23))
    assert [owner.id for owner in before] == ["dahua"]
    assert not before[0].own_brand
    assert makers.owners("lorex", date(2022, 11, 24)) == ()
    assert [owner.id for owner in makers.owners("ezviz", date(2026, 1, 1))] == ["hikvision"]
    hilook = makers.owners("hilook", date(2026, 1, 1))
    assert hilook[0].own_brand
    assert hilook[0].certain
    assert not makers.owners("imou", date(2026, 1, 1))[0].certain


def test_habits_outlive_their_end() -> None:
    """IndigoVision stopped in 2021; what it sold before is still there."""
    makers = knowledge().makers
    assert [h.of for h in makers.habits("indigovision", date(2026, 1, 1))] == ["dahua"]
    assert makers.habits("axis", date(2026, 1, 1)) == ()
    assert makers.habits("hanwha", date(2026, 1, 1)) == ()


def test_doubtful_seats_have_readings() -> None:
    """Several states, each with the reading that says so."""
    for key in ("reolink", "tplink"):
        maker = knowledge().makers.by_id[key]
        assert len({seat.country for seat in maker.seats}) == 2
        assert all(seat.because for seat in maker.seats)


def test_no_alias_is_the_name_of_another() -> None:
    """HiSilicon is not Huawei: an alias that is another company's name would accuse it."""
    makers = knowledge().makers.by_id.values()
    names = {plain(maker.name): maker.id for maker in makers}
    clashes = [
        (maker.id, alias)
        for maker in makers
        for alias in maker.aliases
        if names.get(plain(alias), maker.id) != maker.id
    ]
    assert clashes == []
