"""Observations to evidence: every rule, declared field, model grammar and brand name.

Built for a flood of answers that are equal, or differ in their digits: what a value tells by
itself, and what all values of one shape tell, is found once and remembered (bounded).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from camfinder.match.finding import Finding, no_serial_as_model, with_maker
from camfinder.match.forms import Forms
from camfinder.match.names import vendor_keys
from camfinder.match.nouns import Fingerprints
from camfinder.match.organisation import organisation
from camfinder.match.patterns import encodable, encoded
from camfinder.match.ready import KeyRules, Ready, filled, rules_by_key
from camfinder.match.running import Texts
from camfinder.match.shapes import ShapeMemo
from camfinder.match.values import (
    brand_text,
    channels_text,
    firmware_text,
    kind_text,
    mac_text,
    model_text,
    serial_text,
    uuid_text,
)
from camfinder.model import Evidence, Fact, Observation, Slot, Strength

CACHE = 8_192
"""Values remembered per table; with values of at most `CACHED_CHARS` about 30 MB at worst."""

CACHED_CHARS = 1_024
ORGANISATION = "mac.organization"
_NOTHING: tuple[Finding, ...] = ()
_CLEAN: Mapping[Slot, Callable[[str], str]] = {
    Slot.BRAND: brand_text,
    Slot.MAKER: brand_text,
    Slot.MODEL: model_text,
    Slot.FIRMWARE: firmware_text,
    Slot.SERIAL: serial_text,
    Slot.MAC: mac_text,
    Slot.ENDPOINT_UUID: uuid_text,
    Slot.CHANNELS: channels_text,
    Slot.HOSTNAME: str.strip,
    Slot.CLAIMED_ADDRESS: str.strip,
    Slot.KIND: kind_text,
}


class _Look(NamedTuple):
    """What is looked for in the values of one fact key.

    Attributes:
        rules: The rules on it, if there are any.
        slot: The slot that the field was made for.
        free: Running text.
        text: Running text, or a field made for the model: for grammars and brand words.
        state: What a value is kept as that claims nothing.
    """

    rules: KeyRules | None
    slot: Slot | None
    free: bool
    text: bool
    state: Finding | None


class _Glance(NamedTuple):
    """What the values of one fact key and one shape tell.

    Attributes:
        findings: What each of them tells by itself; None where that depends on its digits.
        likely: Places of the rules that may occur in them.
        quiet: As running text they name no brand, and hold no model number.
        whole: What each of them tells where nothing else was observed; None as above.
    """

    findings: tuple[Finding, ...] | None
    likely: tuple[int, ...]
    quiet: bool
    whole: tuple[Finding, ...] | None


class Engine:
    """The fingerprints, compiled for one catalogue of facts."""

    def __init__(
        self,
        fingerprints: Fingerprints,
        *,
        declares: Mapping[str, Slot],
        free_text: frozenset[str],
        keep: frozenset[str] = frozenset(),
    ) -> None:
        """Compile.

        Args:
            fingerprints: As loaded.
            declares: Fact key to the slot that the field was made for.
            free_text: Fact keys of running text.
            keep: Fact keys kept as evidence that claims nothing: states that findings rest on.
        """
        self.fingerprints = fingerprints
        self._forms = Forms(fingerprints)
        self._texts = Texts(self._forms)
        self._looks = _looks(rules_by_key(fingerprints.rules), declares, free_text, keep)
        self._macs = frozenset(key for key, slot in declares.items() if slot is Slot.MAC)
        self._glance = ShapeMemo(self._glanced)
        self._alone = lru_cache(CACHE)(self._told_alone)
        self._together = lru_cache(CACHE)(self._told_together)

    def evidence(self, observation: Observation) -> tuple[Evidence, ...]:
        """Everything that the observation tells, in the order of its facts."""
        return tuple(_evidence(observation, *told) for told in self.told(observation))

    def told(self, observation: Observation) -> list[tuple[Fact, Finding]]:
        """The same without its source: facts, and what each tells."""
        facts = observation.facts
        if len(facts) == 1 and facts[0].key in self._looks and not observation.mac:
            (fact,) = facts
            glance = self._glance(fact.key, encoded(fact.value))
            if glance.whole is not None:
                return [(fact, finding) for finding in glance.whole]
            look = self._looks[fact.key]
            if look.slot is None and (glance.quiet or not look.text) and not self._by_itself(fact):
                return [] if look.state is None else [(fact, look.state)]
        return self._told_in_turn(self._facts(observation))

    def _told_in_turn(self, facts: tuple[Fact, ...]) -> list[tuple[Fact, Finding]]:
        """What facts tell, looked at one after the other."""
        found: list[tuple[Fact, Finding]] = []
        texts: list[tuple[Fact, bool]] = []
        states: list[tuple[Fact, Finding]] = []
        for fact in dict.fromkeys(facts):
            key, value = fact
            look = self._looks.get(key)
            if look is None:  # most headers of a page
                continue
            glance = self._glance(key, encoded(value))
            findings = self._by_itself(fact) if glance.findings is None else glance.findings
            found += [
                (fact, finding)
                for finding in findings
                if not finding.requires or _holds(finding, facts)
            ]
            if look.text:
                texts.append((fact, glance.quiet))
            if look.state is not None:
                states.append((fact, look.state))
        if texts:
            found += self._told_by_texts(texts, found)
        if found:
            found = no_serial_as_model(found)
        return found + states if states else found

    def _by_itself(self, fact: Fact) -> tuple[Finding, ...]:
        """What a fact tells by itself, where its shape does not settle that."""
        tell = self._alone if len(fact.value) <= CACHED_CHARS else self._told_alone
        return tell(*fact)

    def _told_by_texts(
        self, texts: Sequence[tuple[Fact, bool]], found: Sequence[tuple[Fact, Finding]]
    ) -> list[tuple[Fact, Finding]]:
        """What running texts and model fields tell beside what was found in them by themselves.

        Args:
            texts: And whether they are quiet.
            found: What was found in all values by themselves.
        """
        if not found and all(quiet for _fact, quiet in texts):
            return []  # most texts of a flood: of nobody, about nothing
        telling: list[tuple[Fact, bool]] = []
        names: list[str] = []
        for fact, quiet in texts:
            speaks = not quiet
            if speaks and self._looks[fact.key].free:
                scan = self._texts.scan(encoded(fact.value))
                names += [word.vendor for word in scan.words if word.sure]
                speaks = bool(scan.words or scan.numbers)
            telling.append((fact, speaks))
        context = _context((finding for _fact, finding in found), names)
        numbered = any(map(self._forms.numbers, context[1]))
        more: list[tuple[Fact, Finding]] = []
        for fact, speaks in telling:
            if speaks or numbered:
                tell = self._together if len(fact.value) <= CACHED_CHARS else self._told_together
                more += [(fact, one) for one in tell(*fact, context)]
        return more

    def _glanced(self, key: str, form: bytes) -> _Glance:
        """What the values of a key and a shape have in common."""
        look = self._looks[key]
        quiet = look.free and self._texts.scan(form).quiet
        likely = look.rules.likely(form) if look.rules else ()
        if look.slot is not None or key == ORGANISATION or (look.rules and not look.rules.by_shape):
            return _Glance(None, likely, quiet, None)
        findings: tuple[Finding, ...] = ()
        for ready in look.rules.at(likely) if look.rules else ():
            if not ready.sure:
                return _Glance(None, likely, quiet, None)
            findings += self._said(ready, form)
        return _Glance(findings, likely, quiet, self._whole(look, form, findings))

    def _whole(
        self, look: _Look, form: bytes, findings: tuple[Finding, ...]
    ) -> tuple[Finding, ...] | None:
        """What a value tells that was observed alone, given what rules find in all of its shape."""
        whole: tuple[Finding, ...] | None = findings
        if look.text:
            sure = [word.vendor for word in self._texts.scan(form).words if word.sure]
            _stated, named = _context(findings, sure)
            more = self._texts.in_shape(form, named)
            whole = None if more is None else findings + more
        if whole is None or any(one.requires or Slot.SERIAL in one.claims for one in whole):
            return None
        return whole if look.state is None else (*whole, look.state)

    def _facts(self, observation: Observation) -> tuple[Fact, ...]:
        """The facts, and the organisations that registered the MACs."""
        own = self._macs
        macs = [value for key, value in observation.facts if key in own]
        if observation.mac:
            macs.append(observation.mac)
        if not macs:
            return observation.facts
        names = dict.fromkeys(organisation(mac) for mac in map(mac_text, macs) if mac)
        return observation.facts + tuple(Fact(ORGANISATION, name) for name in names if name)

    def _told_alone(self, key: str, value: str) -> tuple[Finding, ...]:
        """What rules and fields say of a value, wherever it was read."""
        found: list[Finding] = []
        look = self._looks[key]
        if look.rules is not None:
            text = encoded(value)
            for ready in look.rules.occurring(text, self._glance(key, text).likely):
                found += self._said(ready, text)
        if look.slot is not None:
            found += self._declared(key, look.slot, _refined(found, look.slot) or value)
        elif key == ORGANISATION and not found:
            vendor = self._vendor(value)
            if vendor in self.fingerprints.vendors:
                hint = {Slot.MAKER: Strength.HINT}
                found.append(Finding(f"field:{key}", {Slot.MAKER: vendor}, hint))
        return tuple(found) if found else _NOTHING

    def _said(self, ready: Ready, text: bytes) -> tuple[Finding, ...]:
        """What a likely rule says of the text; nothing where it does not occur."""
        spans = () if ready.sure else ready.pattern.search(text) or ()
        if not spans and not ready.sure:
            return _NOTHING
        if ready.said is not None:
            return ready.said
        rule = ready.rule
        claims: dict[Slot, str] = {}
        for slot, template in ready.templates.items():
            value = self.cleaned(slot, filled(template, text, spans))
            if value:
                claims[slot] = value
        said = _NOTHING
        if claims:
            strengths = {slot: rule.strengths[slot] for slot in claims}
            with_maker(self.fingerprints.vendors, claims, strengths)
            requires = tuple(rule.requires.items())
            said = (Finding(rule.id, claims, strengths, requires, lasting=ready.fixed),)
        if ready.fixed:
            ready.said = said
        return said

    def _declared(self, key: str, slot: Slot, value: str) -> list[Finding]:
        """What a field made for a slot states."""
        text = self.cleaned(slot, value)
        if not text:
            return []
        claims = {slot: text}
        strengths = {slot: Strength.DECLARED}
        with_maker(self.fingerprints.vendors, claims, strengths)
        return [Finding(f"field:{key}", claims, strengths)]

    def cleaned(self, slot: Slot, value: str) -> str:
        """A claim's value in the form that claims are kept in; empty where it claims nothing."""
        text = _CLEAN[slot](encodable(value))
        if text and slot is Slot.MODEL:
            return model_text(self._forms.split_brand(text)[1])
        if text and (slot is Slot.BRAND or slot is Slot.MAKER):
            return self._vendor(text)
        return text

    def _vendor(self, name: str) -> str:
        """The id of the vendor of this name; unknown names as they are."""
        if name in self.fingerprints.vendors:
            return name
        known = self.fingerprints.by_name
        return next((known[key] for key in vendor_keys(name) if key in known), name)

    def _told_together(
        self, key: str, value: str, context: tuple[tuple[str, ...], tuple[str, ...]]
    ) -> tuple[Finding, ...]:
        """What model grammars and brand names say, given whom else the observation names."""
        stated, named = context
        if self._looks[key].slot is Slot.MODEL:
            text = model_text(encodable(value))
            return self._forms.of_field(text, stated) if text else _NOTHING
        return self._texts.in_text(value, named)


def _looks(
    rules: Mapping[str, KeyRules],
    declares: Mapping[str, Slot],
    free_text: frozenset[str],
    keep: frozenset[str],
) -> dict[str, _Look]:
    """What is looked for, by fact key; nothing is in the values of other keys."""
    return {
        key: _Look(
            rules=rules.get(key),
            slot=declares.get(key),
            free=key in free_text,
            text=key in free_text or declares.get(key) is Slot.MODEL,
            state=Finding(f"state:{key}", {}, {}, lasting=True) if key in keep else None,
        )
        for key in {*rules, *declares, *free_text, *keep, ORGANISATION}
    }


def _refined(found: Iterable[Finding], slot: Slot) -> str:
    """What a rule surely reads out of a field made for the slot; empty where none does."""
    return next(
        (
            finding.claims[slot]
            for finding in found
            if slot in finding.claims
            and finding.strengths[slot] >= Strength.DISTINCT
            and not finding.requires
        ),
        "",
    )


def _context(
    found: Iterable[Finding], words: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The brands that an observation surely is of, and those that anything in it names."""
    stated: dict[str, None] = {}
    named: dict[str, None] = {}
    for finding in found:
        brand = finding.claims.get(Slot.BRAND)
        if brand and finding.strengths[Slot.BRAND] >= Strength.FAMILY:
            named[brand] = None
            if finding.strengths[Slot.BRAND] >= Strength.DISTINCT:
                stated[brand] = None
    named.update(dict.fromkeys(words))
    return tuple(stated), tuple(named)


def _holds(finding: Finding, facts: tuple[Fact, ...]) -> bool:
    """All that the rule requires occurs in the observation."""
    return all(
        any(key == fact.key and pattern.search(encoded(fact.value)) for fact in facts)
        for key, pattern in finding.requires
    )


def _evidence(observation: Observation, fact: Fact, finding: Finding) -> Evidence:
    """The finding with its source."""
    return Evidence(
        fingerprint=finding.fingerprint,
        fact=fact,
        claims=finding.claims,
        strengths=finding.strengths,
        probe=observation.probe,
        address=observation.address,
        port=observation.port,
        transport=observation.transport,
        seen_at=observation.seen_at,
        where=observation.origin,
        raw=observation.raw,
    )
