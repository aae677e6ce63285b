"""Who makes and who sells: brands, companies, how they belong together, where they sit.

Data: `policies/makers.toml` (docs/policies.md). A relation says what a company is or was; it never
says who made a device.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from camfinder.judge.dates import begun, holds
from camfinder.judge.tables import Table, is_id

KINDS = ("maker", "brand-of", "subsidiary-of", "oem-of", "formerly", "component-of")
STATUS = ("confirmed", "unconfirmed")
MAX_OWNERS = 8
"""How far up a chain of owners is followed."""

WORDS: Mapping[str, str] = {
    "brand-of": "a brand of",
    "subsidiary-of": "a subsidiary of",
    "oem-of": "known to sell equipment made by",
    "formerly": "formerly owned by",
    "component-of": "a maker of components that belongs to",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """How a brand or company stands to another.

    Attributes:
        kind: `maker` makes its own equipment; `brand-of` a brand name of that maker; `oem-of`
            sells that maker's equipment under its own name; `subsidiary-of` owned by it;
            `formerly` was owned by it or was it; `component-of` makes components and belongs to it.
        of: Id of the other; empty for `maker`.
        start: From when (a day, a month or a year), None for not known.
        end: Until when; None where it goes on.
        certain: Confirmed.
        note: Which models, which years ...
    """

    kind: str
    of: str
    start: str | None
    end: str | None
    certain: bool
    note: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A state in which a company may be at home, and the reading that says so."""

    country: str
    because: str


@dataclass(frozen=True, slots=True)
class Maker:
    """A brand or company.

    Attributes:
        id: As in the fingerprints.
        name: As reports show it.
        aliases: Other names of it.
        seats: One state; several where it is doubtful; none where not established.
        seat_certain: The one seat is confirmed.
        certain: Its main relation is confirmed.
        platform: It makes what others sell: its name in a banner is no label.
        relations: In order of the file.
        sources: Where it was read.
        note: Anything else.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    seats: tuple[Seat, ...]
    seat_certain: bool
    certain: bool
    platform: bool
    relations: tuple[Relation, ...]
    sources: tuple[str, ...]
    note: str

    @property
    def only_sells(self) -> bool:
        """All that is known of it is whose equipment it sells: its own seat decides nothing."""
        kinds = {relation.kind for relation in self.relations}
        return "oem-of" in kinds and kinds <= {"oem-of", "formerly"}


@dataclass(frozen=True, slots=True)
class Owner:
    """A company that stands above another, with the words for the chain.

    Attributes:
        id: The owner.
        own_brand: Reached by `brand-of` alone: the owner itself under another name.
        certain: Every link is confirmed.
        words: `EZVIZ is a subsidiary of Hikvision`.
    """

    id: str
    own_brand: bool
    certain: bool
    words: str


@dataclass(frozen=True)
class Makers:
    """All that is known of brands and companies."""

    by_id: Mapping[str, Maker]
    companies: Mapping[str, str]

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        """Ids by name and alias, letters and digits only; a name goes before another's alias."""
        found: dict[str, str] = {}
        for maker in self.by_id.values():
            found.setdefault(plain(maker.name), maker.id)
            found.setdefault(plain(maker.id), maker.id)
        for maker in self.by_id.values():
            for name in maker.aliases:
                found.setdefault(plain(name), maker.id)
        found.pop("", None)
        return found

    def name(self, maker: str) -> str:
        """The name for reports; an unknown one as it is."""
        known = self.by_id.get(maker)
        return known.name if known else self.companies.get(maker, maker)

    def owners(self, maker: str, day: date) -> tuple[Owner, ...]:
        """Those above the maker on the day, the nearest first; not the maker itself."""
        found: dict[str, Owner] = {}
        queue = [Owner(maker, own_brand=True, certain=True, words="")]
        while queue and len(found) < MAX_OWNERS:
            below = queue.pop(0)
            for relation in self._above(below.id, day):
                if relation.of in found or relation.of == maker:
                    continue
                owner = self._owner(below, relation)
                found[relation.of] = owner
                queue.append(owner)
        return tuple(found.values())

    def _above(self, maker: str, day: date) -> Iterator[Relation]:
        known = self.by_id.get(maker)
        for relation in known.relations if known else ():
            owned = relation.kind in {"brand-of", "subsidiary-of"}
            then = relation.kind == "formerly" and relation.end is not None
            if (owned or then) and holds(relation.start, relation.end, day):
                yield relation

    def _owner(self, below: Owner, relation: Relation) -> Owner:
        kind = "subsidiary-of" if relation.kind == "formerly" else relation.kind
        link = f"{self.name(below.id)} is {WORDS[kind]} {self.name(relation.of)}"
        return Owner(
            relation.of,
            own_brand=below.own_brand and kind == "brand-of",
            certain=below.certain and relation.certain,
            words=f"{below.words}; {link}" if below.words else link,
        )

    def habits(self, maker: str, day: date) -> tuple[Relation, ...]:
        """Whose equipment the brand is known to sell or was once part of.

        A habit that has ended still counts: the devices of that time are still there. An owner or
        name of another time without an end in the data says nothing of what is sold.
        """
        known = self.by_id.get(maker)
        return tuple(
            relation
            for relation in (known.relations if known else ())
            if (relation.kind == "oem-of" or (relation.kind == "formerly" and relation.end))
            and begun(relation.start, day)
        )


def plain(name: str) -> str:
    """Letters and digits of a name, in lower case."""
    return "".join(char for char in name.casefold() if char.isalnum())


def read_makers(root: Table) -> tuple[dict[str, Maker], dict[str, str]]:
    """The makers and owning companies of one file, by id; complains about the rest."""
    sources = root.take("sources")
    known_sources = set(sources) if isinstance(sources, dict) else set()
    companies = root.take("companies")
    named = companies if isinstance(companies, dict) else {}
    makers: dict[str, Maker] = {}
    for table in root.tables("maker"):
        maker = _maker(table, known_sources)
        if maker.id in makers:
            table.complain("the id stands here twice", "join the two tables")
        makers[maker.id] = maker
    return makers, {str(key): str(value) for key, value in named.items()}


def _maker(table: Table, known_sources: set[str]) -> Maker:
    key = table.text("id", required=True)
    if key and not is_id(key):
        table.complain(f"id is {key!r}", "write lower case letters, digits and hyphens")
    certain = table.word("status", STATUS) == "confirmed"
    country = table.text("country")
    if country:
        table.is_country("country", country)
    seats = _seats(table) or ((Seat(country, ""),) if country else ())
    seat_status = table.word("country_status", STATUS, "confirmed" if certain else "unconfirmed")
    sources = table.texts("sources")
    for source in sources:
        if source not in known_sources:
            table.complain(f"sources: no {source!r}", "add it under [sources] or correct it")
    if not sources:
        table.complain("sources is missing", 'write sources = ["KEY"], a key of [sources]')
    maker = Maker(
        id=key,
        name=table.text("name", required=True),
        aliases=table.texts("aliases"),
        seats=seats,
        seat_certain=seat_status == "confirmed",
        certain=certain,
        platform=table.flag("platform", default=False),
        relations=tuple(_relation(each, certain) for each in table.tables("relations")),
        sources=sources,
        note=table.text("note"),
    )
    table.done()
    return maker


def _seats(table: Table) -> tuple[Seat, ...]:
    found: list[Seat] = []
    for each in table.tables("seats"):
        country = each.text("country", required=True)
        if country:
            each.is_country("country", country)
        found.append(Seat(country, each.text("because", required=True)))
        each.done()
    return tuple(found)


def _relation(table: Table, certain: bool) -> Relation:
    kind = table.word("kind", KINDS)
    of = table.text("of")
    if (kind == "maker") == bool(of):
        table.complain(f"{kind} with of = {of!r}", "`maker` has no `of`, every other kind has one")
    status = table.word("status", STATUS, "confirmed" if certain else "unconfirmed")
    relation = Relation(
        kind=kind,
        of=of,
        start=table.day("from"),
        end=table.day("until"),
        certain=status == "confirmed",
        note=table.text("note"),
    )
    table.done()
    return relation


def dangling(makers: Makers) -> Iterator[tuple[str, str]]:
    """Maker and the other of a relation, where no file knows the other."""
    for maker in makers.by_id.values():
        for relation in maker.relations:
            if relation.of and relation.of not in {*makers.by_id, *makers.companies}:
                yield maker.id, relation.of
