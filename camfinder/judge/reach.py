"""Whether a clause reaches a company on a day: yes, no, or in doubt with the readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from camfinder.judge.dates import holds
from camfinder.judge.makers import Makers, Owner, Seat
from camfinder.judge.policy import Clause

YES = "yes"
NO = "no"
DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Reach:
    """The answer, and why in plain words."""

    answer: str
    because: str


def reach(clause: Clause, company: str, makers: Makers, day: date) -> Reach:
    """Whether the clause reaches equipment made by the company.

    By its name, by whose brand or subsidiary it is, by its seat where that is the test, or because
    it is missing on a list of approved makers.
    """
    if clause.approved:
        return _approved(clause, company, makers, day)
    owners = makers.owners(company, day)
    answers = [
        *_by_name(clause, company, makers, day),
        *_by_owner(clause, owners, makers, day),
        *_by_component(clause, company, makers),
    ]
    if clause.countries:
        answers += _by_country(clause, company, owners, makers)
    for wanted in (YES, DOUBT):
        found = [answer.because for answer in answers if answer.answer == wanted]
        if found:
            return Reach(wanted, found[0] if wanted == YES else "; ".join(dict.fromkeys(found)))
    name = makers.name(company)
    if clause.countries:
        where = " or ".join(clause.countries)
        return Reach(NO, f"{name} is not a company of {where} ({_seats_text(company, makers)})")
    return Reach(NO, f"{name} is neither named nor known to belong to a named maker")


def _approved(clause: Clause, company: str, makers: Makers, day: date) -> Reach:
    name = makers.name(company)
    if company in clause.approved:
        return Reach(NO, f"{name} is an approved maker")
    for owner in makers.owners(company, day):
        if owner.id in clause.approved and owner.own_brand and owner.certain:
            return Reach(NO, f"{owner.words}, which is an approved maker")
    return Reach(YES, f"{name} is not among the approved makers")


def _by_name(clause: Clause, company: str, makers: Makers, day: date) -> list[Reach]:
    name = makers.name(company)
    found: list[Reach] = []
    for named in clause.makers:
        if named.id != company or not holds(named.since, named.until, day):
            continue
        if named.certain:
            found.append(Reach(YES, f"{name} is named in it"))
        else:
            found.append(
                Reach(
                    DOUBT, f"that {name} is named in it is not confirmed: one reading is that it is"
                )
            )
    return found


def _by_owner(clause: Clause, owners: Sequence[Owner], makers: Makers, day: date) -> list[Reach]:
    """Brands and subsidiaries of named makers."""
    found: list[Reach] = []
    for owner in owners:
        for above in _by_name(clause, owner.id, makers, day):
            if above.answer == DOUBT:
                found.append(Reach(DOUBT, f"{owner.words}; {above.because}"))
            elif not owner.certain:
                words = f"that {owner.words}, which it names, rests on one weak source"
                found.append(Reach(DOUBT, f"{words}: by one reading it is reached"))
            elif owner.own_brand or clause.affiliates == "yes":
                found.append(Reach(YES, f"{owner.words}, which is named in it"))
            elif clause.affiliates == "unknown":
                words = f"{owner.words}, which is named in it"
                found.append(
                    Reach(DOUBT, f"{words}, but the text does not say whether subsidiaries count")
                )
    return found


def _by_component(clause: Clause, company: str, makers: Makers) -> list[Reach]:
    """Makers of components that belong to a named maker: not visible from outside."""
    known = makers.by_id.get(company)
    names = {named.id for named in clause.makers}
    return [
        Reach(
            DOUBT,
            f"{known.name} makes components and belongs to {makers.name(relation.of)}; whether "
            "they are a substantial part of this device is not visible",
        )
        for relation in (known.relations if known else ())
        if known and relation.kind == "component-of" and relation.of in names and clause.components
    ]


def _by_country(
    clause: Clause, company: str, owners: Sequence[Owner], makers: Makers
) -> list[Reach]:
    """The maker's seat, and that of those it belongs to."""
    found = [_by_seat(clause, company, makers)]
    for owner in owners:
        above = _by_seat(clause, owner.id, makers)
        if above.answer == NO or not (owner.own_brand or clause.affiliates == "yes"):
            continue
        answer = above.answer if owner.certain else DOUBT
        if owner.id in makers.by_id:
            found.append(Reach(answer, f"{owner.words}; {above.because}"))
    return found


def _by_seat(clause: Clause, company: str, makers: Makers) -> Reach:
    name = makers.name(company)
    known = makers.by_id.get(company)
    if known is None or not known.seats:
        return Reach(DOUBT, f"the country of {name} is not established")
    countries = {seat.country for seat in known.seats}
    inside = countries.intersection(clause.countries)
    if not inside and not countries.intersection(clause.doubtful_countries):
        return Reach(NO, "")
    if len(countries) > 1:
        return Reach(DOUBT, f"the country of {name} is doubtful: {_readings(known.seats)}")
    country = known.seats[0].country
    doubt = ""
    if not inside:
        doubt = f"{name} is a company of {country}: whether that counts is open"
    elif not known.seat_certain:
        doubt = f"that {name} is a company of {country} rests on one weak source"
    elif not clause.countries_certain:
        doubt = f"{name} is a company of {country}; {clause.countries_note}"
    if doubt:
        return Reach(DOUBT, doubt)
    note = f" ({clause.countries_note})" if clause.countries_note else ""
    return Reach(YES, f"{name} is a company of {country}; the test is the maker's country{note}")


def _readings(seats: Sequence[Seat]) -> str:
    return "; ".join(f"{seat.country} ({seat.because})" for seat in seats)


def _seats_text(company: str, makers: Makers) -> str:
    known = makers.by_id.get(company)
    return ", ".join(seat.country for seat in known.seats) if known else ""
