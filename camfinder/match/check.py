"""Fingerprint files held against their own examples and against each other."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from camfinder.datafiles import Complaint
from camfinder.match.engine import ORGANISATION, Engine
from camfinder.match.greedy import check_greed
from camfinder.match.names import vendor_key
from camfinder.match.nouns import Example, Fingerprints, ModelForm, Rule
from camfinder.match.patterns import compile_pattern, encodable
from camfinder.match.templates import placeholders
from camfinder.model import (
    SURVEILLANCE_KINDS,
    Evidence,
    Fact,
    Frame,
    Kind,
    Observation,
    Slot,
    Strength,
    Transport,
)


class Facts(Protocol):
    """The facts that all probes can make: `camfinder.probes.Catalogue`."""

    @property
    def emits(self) -> Mapping[str, str]:
        """Fact key to meaning; a key ending in `.*` stands for a family."""

    @property
    def declares(self) -> Mapping[str, Slot]:
        """Facts that are fields made for a slot."""

    @property
    def free_text(self) -> frozenset[str]:
        """Facts that are running text."""


Parse = Callable[[Frame], Iterable[Observation]]
"""Offers a frame to all parsers."""

CARRIERS: Mapping[str, tuple[Transport, int]] = {
    "http": (Transport.HTTP, 80),
    "upnp": (Transport.HTTP, 80),
    "onvif": (Transport.HTTP, 80),
    "isapi": (Transport.HTTP, 80),
    "axis": (Transport.HTTP, 80),
    "rtsp": (Transport.TCP, 554),
    "ftp": (Transport.TCP, 21),
    "ssh": (Transport.TCP, 22),
    "telnet": (Transport.TCP, 23),
    "tls": (Transport.TLS, 443),
    "sip": (Transport.UDP, 5060),
    "snmp": (Transport.UDP, 161),
    "ssdp": (Transport.UDP, 1900),
    "wsd": (Transport.UDP, 3702),
    "mdns": (Transport.UDP, 5353),
    "dhcp": (Transport.UDP, 68),
    "sadp": (Transport.UDP, 37020),
    "dhip": (Transport.UDP, 37810),
    "ubnt": (Transport.UDP, 10001),
    "tapo": (Transport.UDP, 20002),
}
"""How a `banner` or `hex` example of a protocol travels, by the prefix of the fact; others are
datagrams that their parsers know by their first bytes."""

CPE_SLOTS = frozenset({"model", "firmware"})
_ONE_VALUE = (Slot.BRAND, Slot.MAKER, Slot.MODEL, Slot.FIRMWARE, Slot.SERIAL)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def check(
    fingerprints: Fingerprints,
    *,
    catalogue: Facts,
    parse: Parse | None = None,
    only: Collection[str] = (),
) -> list[Complaint]:
    """Everything that is wrong with fingerprints that could be read.

    Args:
        fingerprints: As loaded.
        catalogue: The facts that may be named.
        parse: Runs `banner` and `hex` examples through their protocol's parser; without it they
            are left out.
        only: Ids of rules and forms: these alone are checked, and the examples of others that
            they take. Empty for all.
    """
    engine = Engine(fingerprints, declares=catalogue.declares, free_text=catalogue.free_text)
    rules = [rule for rule in fingerprints.rules if not only or rule.id in only]
    forms = [form for form in fingerprints.models if not only or form.id in only]
    touched = [rule for rule in fingerprints.rules if only and _touched(rule, rules)]
    found = [
        *_check_facts(rules, catalogue.emits),
        *_check_names(fingerprints),
        *_check_forms(forms),
        *check_greed(fingerprints, catalogue.free_text, only),
        *(each for rule in rules for each in _check_words(rule)),
        *(each for rule in (*rules, *touched) for each in _check_examples(rule, engine, parse)),
    ]
    return list(dict.fromkeys(found))


def _touched(rule: Rule, others: Sequence[Rule]) -> bool:
    """Some other rule's pattern occurs in an example that this rule is for."""
    return any(
        other.pattern.search(hit.text)
        for other in others
        if other.id != rule.id and not set(other.facts).isdisjoint(rule.facts)
        for hit in rule.hits
        if hit.text is not None
    )


def _known_fact(key: str, emits: Mapping[str, str]) -> bool:
    if key in emits or key == ORGANISATION:
        return True
    return any(f"{key[:at]}.*" in emits for at, char in enumerate(key) if char == ".")


def _check_facts(rules: Iterable[Rule], emits: Mapping[str, str]) -> Iterator[Complaint]:
    """Every fact that is named must be read by some probe."""
    for rule in rules:
        examples: tuple[Example, ...] = (*rule.hits, *rule.misses)
        named = {*rule.facts, *rule.requires, *(key for one in examples for key in one.with_facts)}
        for key in sorted(named):
            if not _known_fact(key, emits):
                remedy = "see the list of facts (camfinder fingerprints facts)"
                yield Complaint(rule.file, rule.id, f"no probe makes the fact {key!r}", remedy)


def _check_names(fingerprints: Fingerprints) -> Iterator[Complaint]:
    """One name must not mean two vendors."""
    for vendor in fingerprints.vendors.values():
        for name in (vendor.id, vendor.name, *vendor.aliases):
            owner = fingerprints.by_name.get(vendor_key(name), vendor.id)
            if owner != vendor.id:
                problem = f"{name!r} is also a name of {owner}"
                yield Complaint(vendor.file, vendor.id, problem, "take it off one of the two")


def _check_forms(forms: Iterable[ModelForm]) -> Iterator[Complaint]:
    """Model forms match their hits and not their misses (whole, case does not count)."""
    for form in forms:
        pattern = compile_pattern(f"(?i)^(?:{form.match})$")
        for text in form.hits:
            if not pattern.search(text):
                yield Complaint(form.file, form.id, f"hit {text!r} does not match", "correct match")
        for text in form.misses:
            if pattern.search(text):
                yield Complaint(form.file, form.id, f"miss {text!r} matches", "make match narrower")


def _check_words(rule: Rule) -> Iterator[Complaint]:
    """CPE templates and the strength of accusations."""
    for template in rule.cpe:
        if not template.startswith("cpe:2.3:") or template.count(":") != 12:
            remedy = "write cpe:2.3:<part>:<vendor>:<product>:<version>:... with 13 parts"
            yield Complaint(rule.file, rule.id, f"{template!r} is no CPE 2.3 name", remedy)
        for name in placeholders(template):
            if name not in CPE_SLOTS:
                remedy = "only {model} and {firmware} of the device are known there"
                yield Complaint(rule.file, rule.id, f"cpe names {{{name}}}", remedy)
    maker = rule.gives.get(Slot.MAKER)
    weak = rule.strengths.get(Slot.MAKER, Strength.HINT) < Strength.FAMILY
    if maker and maker != rule.vendor and weak:
        remedy = "a hint accuses nobody: leave maker out or prove family"
        yield Complaint(rule.file, rule.id, f"names another maker ({maker}) at hint", remedy)


def observed(key: str, example: Example, parse: Parse | None) -> Iterable[Observation]:
    """The example as a parser would have read it; nothing where it cannot be read here."""
    if example.raw is not None:
        return parse(_frame(key, example.raw)) if parse else ()
    others = (Fact(name, value) for name, value in example.with_facts.items())
    facts = (Fact(key, example.text or ""), *others)
    return (
        Observation(key.split(".", 1)[0], None, 0, Transport.UDP, facts, _NEVER, "example", b""),
    )


def _frame(key: str, raw: bytes) -> Frame:
    """The bytes as they would have arrived."""
    transport, port = CARRIERS.get(key.split(".", 1)[0], (Transport.UDP, 0))
    return Frame(transport, None, port, raw, _NEVER, "example", destination_port=port)


def _check_examples(rule: Rule, engine: Engine, parse: Parse | None) -> Iterator[Complaint]:
    """Hits fire and give what they say, misses do not, and nobody else claims the hit."""
    for key in rule.facts:
        for hit in rule.hits:
            if hit.raw is not None and parse is None:
                continue
            found = [each for one in observed(key, hit, parse) for each in engine.evidence(one)]
            yield from _check_hit(rule, key, hit, found, engine)
        for miss in rule.misses:
            if miss.text is not None and not rule.pattern.search(encodable(miss.text)):
                continue
            found = [each for one in observed(key, miss, parse) for each in engine.evidence(one)]
            if any(each.fingerprint == rule.id and each.fact.key == key for each in found):
                problem = f"miss {_shown(miss)} fires on {key}"
                yield Complaint(rule.file, rule.id, problem, "make match narrower")


def _check_hit(
    rule: Rule, key: str, hit: Example, found: Sequence[Evidence], engine: Engine
) -> Iterator[Complaint]:
    own = [each for each in found if each.fingerprint == rule.id and each.fact.key == key]
    if not own:
        remedy = "correct match or requires (give `with` for required facts)"
        yield Complaint(rule.file, rule.id, f"hit {_shown(hit)} does not fire on {key}", remedy)
        return
    for slot, value in hit.gives.items():
        expected = engine.cleaned(slot, value)
        if not any(each.claims.get(slot) == expected for each in own):
            given = sorted({each.claims.get(slot, "nothing") for each in own})
            problem = f"hit {_shown(hit)} gives {slot} {given}, not {value!r}"
            yield Complaint(rule.file, rule.id, problem, "correct the rule or the example")
    for other in found:
        yield from _check_rival(rule, own[0], other, hit, engine.fingerprints)


def _check_rival(
    rule: Rule, own: Evidence, other: Evidence, hit: Example, fingerprints: Fingerprints
) -> Iterator[Complaint]:
    """No other vendor's rule may name another brand or maker as surely."""
    source = fingerprints.by_id.get(other.fingerprint)
    if source is None:
        return
    if source.vendor == rule.vendor:
        if isinstance(source, Rule) and other.fact.key == own.fact.key:
            yield from _check_sibling(rule, own, other, hit)
        return
    for slot in (Slot.BRAND, Slot.MAKER):
        mine, theirs = own.claims.get(slot), other.claims.get(slot)
        if mine and theirs and mine != theirs and other.strengths[slot] >= Strength.DISTINCT:
            problem = f"on hit {_shown(hit)} {other.fingerprint} says {slot} {theirs}, not {mine}"
            yield Complaint(rule.file, rule.id, problem, "make one of the two narrower")
    if _opposed(own, other):
        problem = f"on hit {_shown(hit)} {other.fingerprint} says kind {other.claims[Slot.KIND]}"
        yield Complaint(rule.file, rule.id, problem, "make one of the two narrower")


def _check_sibling(rule: Rule, own: Evidence, other: Evidence, hit: Example) -> Iterator[Complaint]:
    """No other rule of the same vendor may read another value out of the same fact as surely."""
    for slot in _ONE_VALUE:
        mine, theirs = own.claims.get(slot), other.claims.get(slot)
        if mine and theirs and mine != theirs and other.strengths[slot] == own.strengths[slot]:
            problem = f"on hit {_shown(hit)} {other.fingerprint} says {slot} {theirs}, not {mine}"
            remedy = "make one of the two narrower, or weaker by strengths"
            yield Complaint(rule.file, rule.id, problem, remedy)


def _opposed(own: Evidence, other: Evidence) -> bool:
    """One says surveillance, the other something else, at least as surely."""
    mine, theirs = own.claims.get(Slot.KIND), other.claims.get(Slot.KIND)
    if not mine or not theirs or other.strengths[Slot.KIND] < own.strengths[Slot.KIND]:
        return False
    if other.strengths[Slot.KIND] < Strength.FAMILY:
        return False
    return (Kind(mine) in SURVEILLANCE_KINDS) != (Kind(theirs) in SURVEILLANCE_KINDS)


def _shown(example: Example) -> str:
    text = example.text if example.text is not None else repr(example.raw)
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
