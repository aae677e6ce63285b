"""The text of fingerprint files turned into records; whatever is wrong becomes a complaint."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import tomli

from camfinder.datafiles import Complaint
from camfinder.match.countries import COUNTRIES
from camfinder.match.labels import SELLS, rules_of
from camfinder.match.nouns import Hit, Miss, ModelForm, Rule, Vendor
from camfinder.match.patterns import PROGRAM_SIZE, Later, compile_pattern
from camfinder.match.templates import placeholders
from camfinder.model import Kind, Slot, Strength

Record = TypeVar("Record", ModelForm, Rule)
ExampleKind = TypeVar("ExampleKind", Hit, Miss)

SCHEMA = 1
STRENGTHS = {strength.word: strength for strength in Strength}
KINDS = {kind.value: kind for kind in Kind if kind is not Kind.UNKNOWN}
FORM_KINDS = {word: kind for word, kind in KINDS.items() if kind is not Kind.SURVEILLANCE}
GIVEN = {
    slot.value: slot
    for slot in (
        Slot.KIND,
        Slot.BRAND,
        Slot.MAKER,
        Slot.MODEL,
        Slot.FIRMWARE,
        Slot.SERIAL,
        Slot.MAC,
        Slot.HOSTNAME,
        Slot.CHANNELS,
    )
}
"""Slots that a rule may give."""

FILE_KEYS = frozenset({"schema", "vendor", "model", "rule"})
VENDOR_KEYS = frozenset(
    {
        "id",
        "name",
        "aliases",
        "country",
        "cpe_vendor",
        "makes_own",
        "relabels",
        "kind",
        "sells",
        "source",
    }
)
MODEL_KEYS = frozenset({"id", "match", "kind", "proves", "free_text", "hits", "misses", "source"})
RULE_KEYS = frozenset(
    {
        "id",
        "fact",
        "match",
        "requires",
        "proves",
        "gives",
        "strengths",
        "cpe",
        "source",
        "hit",
        "miss",
    }
)
HIT_KEYS = frozenset({"text", "banner", "hex", "with", "gives"})
MISS_KEYS = frozenset({"text", "banner", "hex", "with", "why"})


@dataclass(slots=True)
class Table:
    """One TOML table being read: what is missing or of the wrong type is complained of once."""

    data: Mapping[str, Any]
    file: str
    id: str
    complaints: list[Complaint]
    good: bool = True
    trusted: bool = False

    def complain(self, problem: str, remedy: str) -> None:
        """Note what is wrong; the table gives no record then."""
        self.good = False
        self.complaints.append(Complaint(self.file, self.id, problem, remedy))

    def known(self, keys: Iterable[str]) -> None:
        """Complain of keys that nothing reads."""
        allowed = sorted(keys)
        for key in self.data:
            if key not in allowed:
                self.complain(f"unknown key {key!r}", f"allowed here: {', '.join(allowed)}")

    def text(self, key: str, *, needed: bool = True) -> str:
        """A string; empty where it is absent and not needed."""
        value = self.data.get(key)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or not value:
            self.complain(f"{key} is not a text", f'write {key} = "..."')
            return ""
        return value

    def flag(self, key: str) -> bool:
        """A truth value, false where absent."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.complain(f"{key} is neither true nor false", f"write {key} = true, or leave out")
            return False
        return value

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of strings; one string stands for a list of one."""
        value = self.data.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            self.complain(f"{key} is not a list of texts", f'write {key} = ["..."]')
            return ()
        if needed and not listed:
            self.complain(f"{key} is missing", f'write {key} = ["..."]')
        return tuple(listed)

    def texts_by_key(self, key: str) -> dict[str, str]:
        """A table of strings, empty where absent."""
        value = self.data.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            self.complain(f"{key} is not a table of texts", f'write {key} = {{ a = "..." }}')
            return {}
        return value

    def tables(self, key: str) -> list["Table"]:
        """The tables of an array of tables, empty where absent."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.complain(f"{key} is not an array of tables", f"write [[...{key}]]")
            return []
        return [
            Table(one, self.file, self.id, self.complaints, trusted=self.trusted) for one in value
        ]

    def word(self, key: str, known: Mapping[str, Any], *, needed: bool = True) -> Any:
        """One of the words of `known`, as its value there."""
        text = self.text(key, needed=needed)
        if text and text not in known:
            self.complain(f"{key}: unknown word {text!r}", f"one of: {', '.join(sorted(known))}")
        return known.get(text)

    def compiled(self, key: str, pattern: str) -> Any:
        """The pattern compiled, or None with a complaint; of a trusted file compiled later."""
        if self.trusted:
            return Later(pattern)
        try:
            found = compile_pattern(pattern)
        except ValueError as error:
            self.complain(f"{key} is no RE2 pattern: {error}", "see github.com/google/re2 syntax")
            return None
        if found._regexp.ProgramSize() > PROGRAM_SIZE:  # noqa: SLF001 - the wrapper hides it
            problem = f"{key} is too dear: more than {PROGRAM_SIZE} steps"
            self.complain(problem, "repeat less: {1,500} counts for 500 copies")
            return None
        return found


@dataclass
class Reader:
    """All files of one folder.

    Attributes:
        below: Vendors of the folders that this one lies over.
        trusted: The files were checked before: patterns are compiled when they are needed.
    """

    below: Mapping[str, Vendor] = field(default_factory=dict)
    trusted: bool = False
    vendors: dict[str, Vendor] = field(default_factory=dict)
    forms: dict[str, ModelForm] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, file: str, id_: str, problem: str, remedy: str) -> None:
        """Note what is wrong with a file."""
        self.complaints.append(Complaint(file, id_, problem, remedy))

    def add(self, path: Path, data: bytes) -> None:
        """Read one file; what is right in it is kept, what is wrong complained of."""
        file = str(path)
        try:
            document = tomli.loads(data.decode())
        except (UnicodeDecodeError, tomli.TOMLDecodeError, RecursionError) as error:
            self.complain(file, "", f"is no TOML: {error}", "correct the syntax")
            return
        top = Table(document, file, "", self.complaints, trusted=self.trusted)
        top.known(FILE_KEYS)
        if document.get("schema") != SCHEMA:
            top.complain("schema is not 1", "begin the file with schema = 1")
        owner = self._owner(path, top)
        if owner is None:
            return
        for table in top.tables("model"):
            self._keep(self.forms, table, read_form(table, owner), owner)
        for table in top.tables("rule"):
            self._keep(self.rules, table, read_rule(table, owner), owner)

    def _owner(self, path: Path, top: Table) -> str | None:
        """The vendor's id, or for files such as `_generic.toml` their name without the dash."""
        if path.stem.startswith("_"):
            if "vendor" in top.data or "model" in top.data:
                top.complain("has a vendor or models", "put them into a file of the vendor's name")
            return path.stem[1:]
        table = top.data.get("vendor")
        if table is None and path.stem in self.below:
            return path.stem
        if not isinstance(table, dict):
            remedy = "write [vendor] with id, name and source; only files for vendors of a folder "
            top.complain("has no [vendor]", f"{remedy}beneath need none")
            return None
        vendor = read_vendor(Table(table, str(path), path.stem, self.complaints))
        if vendor is None:
            return None
        if vendor.id != path.stem:
            top.complain(f"vendor id {vendor.id!r} is not the file's name", "make them equal")
        self.vendors[vendor.id] = vendor
        self.rules.update((rule.id, rule) for rule in rules_of(vendor))
        return vendor.id

    def _keep(
        self, kept: dict[str, Record], table: Table, record: Record | None, owner: str
    ) -> None:
        """Put a record under its id, if it is right and the id is new."""
        if record is None:
            return
        if record.id in self.forms or record.id in self.rules:
            table.complain("this id stands twice", "give every rule and model its own id")
        elif not record.id.startswith(f"{owner}."):
            table.complain("the id does not begin with the vendor's", f"call it {owner}.…")
        else:
            kept[record.id] = record


def read_vendor(table: Table) -> Vendor | None:
    """A `[vendor]` table, or None with complaints."""
    table.known(VENDOR_KEYS)
    vendor = Vendor(
        id=table.text("id"),
        name=table.text("name"),
        aliases=table.texts("aliases"),
        country=table.text("country", needed=False) or None,
        cpe_vendor=table.text("cpe_vendor", needed=False) or None,
        makes_own=table.flag("makes_own"),
        relabels=table.texts("relabels"),
        kind=table.word("kind", FORM_KINDS, needed=False),
        source=table.text("source"),
        file=table.file,
        sells=table.word("sells", SELLS, needed=False) or "",
    )
    if not all(char.isdigit() or "a" <= char <= "z" or char == "-" for char in vendor.id):
        table.complain(f"id {vendor.id!r} holds more than a-z, 0-9 and -", "rename it")
    if vendor.country and vendor.country not in COUNTRIES:
        remedy = "write the two capitals of ISO 3166 (GB, not UK), or leave it out"
        table.complain(f"country {vendor.country!r} is none", remedy)
    return vendor if table.good else None


def read_form(table: Table, owner: str) -> ModelForm | None:
    """A `[[model]]` table, or None with complaints."""
    table.id = str(table.data.get("id") or "[[model]] without id")
    table.known(MODEL_KEYS)
    form = ModelForm(
        id=table.text("id"),
        vendor=owner,
        match=table.text("match"),
        kind=table.word("kind", FORM_KINDS, needed=False),
        proves=table.word("proves", STRENGTHS),
        free_text=table.flag("free_text"),
        hits=table.texts("hits", needed=True),
        misses=table.texts("misses", needed=True),
        source=table.text("source"),
        file=table.file,
    )
    if form.match:
        table.compiled("match", form.match)
    return form if table.good else None


def read_rule(table: Table, owner: str) -> Rule | None:
    """A `[[rule]]` table, or None with complaints."""
    table.id = str(table.data.get("id") or "[[rule]] without id")
    table.known(RULE_KEYS)
    proves = table.word("proves", STRENGTHS)
    gives = _given(table)
    match = table.text("match")
    rule = Rule(
        id=table.text("id"),
        vendor=owner,
        facts=table.texts("fact", needed=True),
        match=match,
        pattern=table.compiled("match", match),
        requires={
            key: table.compiled(f"requires.{key}", text)
            for key, text in table.texts_by_key("requires").items()
        },
        proves=proves,
        gives=gives,
        strengths=_strengths(table, gives, proves),
        cpe=table.texts("cpe"),
        source=table.text("source"),
        hits=tuple(read_example(one, Hit) for one in table.tables("hit")),
        misses=tuple(read_example(one, Miss) for one in table.tables("miss")),
        file=table.file,
    )
    if rule.pattern is not None and not table.trusted:
        _check_groups(table, rule)
    return rule if table.good else None


def _given(table: Table) -> dict[Slot, str]:
    """The `gives` of a rule or hit."""
    found: dict[Slot, str] = {}
    for word, value in table.texts_by_key("gives").items():
        if word not in GIVEN:
            table.complain(f"gives: unknown slot {word!r}", f"one of: {', '.join(sorted(GIVEN))}")
        elif word == "kind" and value not in KINDS:
            table.complain(f"gives.kind {value!r}", f"one of: {', '.join(sorted(KINDS))}")
        else:
            found[GIVEN[word]] = value
    return found


def _strengths(
    table: Table, gives: Mapping[Slot, str], proves: Strength | None
) -> dict[Slot, Strength]:
    """Strength by slot: `proves`, save where `strengths` says otherwise."""
    special = table.texts_by_key("strengths")
    for word, value in special.items():
        if GIVEN.get(word) not in gives or value not in STRENGTHS:
            table.complain(f"strengths.{word} = {value!r}", "name a slot of gives and a strength")
    proved = proves or Strength.HINT
    return {slot: STRENGTHS.get(special.get(slot.value, ""), proved) for slot in gives}


def _check_groups(table: Table, rule: Rule) -> None:
    """Every placeholder is a group of `match`, every named group is used."""
    groups = set(rule.pattern.groupindex)
    used = {name for value in rule.gives.values() for name in placeholders(value)}
    for name in sorted(used - groups):
        table.complain(f"gives names {{{name}}}", f"match has no group (?P<{name}>...)")
    for name in sorted(groups - used):
        table.complain(f"group {name!r} of match is not used", "use it in gives or do not name it")
    if not rule.gives:
        table.complain("gives nothing", "say what the fact tells")
    if not rule.hits or not rule.misses:
        table.complain("has no hit or no miss", "give at least one [[rule.hit]] and [[rule.miss]]")


def read_example(table: Table, make: type[ExampleKind]) -> ExampleKind:
    """A `[[rule.hit]]` or `[[rule.miss]]` table."""
    table.known(HIT_KEYS if make is Hit else MISS_KEYS)
    given = [key for key in ("text", "banner", "hex") if key in table.data]
    if len(given) != 1:
        table.complain("an example has not just one of text, banner, hex", "keep one of them")
    raw: bytes | None = None
    try:
        if "banner" in table.data:
            raw = str(table.data["banner"]).encode("latin-1")
        elif "hex" in table.data:
            raw = bytes.fromhex(str(table.data["hex"]))
    except ValueError:
        table.complain("banner is not Latin-1, or hex no hexadecimal digits", "correct it")
    value = table.data.get("text")
    if value is not None and not isinstance(value, str):
        table.complain("text is not a text", "put it in quotes")
    return make(
        text=value,
        raw=raw,
        with_facts=table.texts_by_key("with"),
        gives=_given(table) if make is Hit else {},
        why=table.text("why", needed=False),
    )
