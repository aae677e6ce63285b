"""Policy verdicts: what a regime says of each surveillance device, on a given day.

The words are those of the inventory document: `listed`, `listed-through-maker`,
`brand-known-to-relabel`, `not-listed`, `cannot-tell`. The worst failure is a false accusation: a
hint never accuses, one sign of a maker under another label never does, and what is not confirmed
about companies never does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from camfinder.document import DeviceDoc, FindingDoc
from camfinder.judge.makers import WORDS, Makers, Relation
from camfinder.judge.policy import Clause, Policy
from camfinder.judge.reach import DOUBT, NO, YES, Reach, reach
from camfinder.judge.relabel import (
    DECLARED,
    DISTINCT,
    FAMILY,
    MAC,
    NEEDED,
    PROTOCOL,
    Label,
    Trace,
    label_of,
    shown,
    traces_of,
)

LISTED = "listed"
THROUGH_MAKER = "listed-through-maker"
CANNOT_TELL = "cannot-tell"
RELABELS = "brand-known-to-relabel"
NOT_LISTED = "not-listed"
ORDER = (LISTED, THROUGH_MAKER, CANNOT_TELL, RELABELS, NOT_LISTED)
"""Of several clauses of one regime the first of these decides."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict with its reason and the ids of the evidence that carries it."""

    word: str
    because: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """A device as a rule sees it.

    Attributes:
        label: The brand it carries, if one is known.
        traces: Signals that count, by maker; the label's own are among them.
        makers: For names and relations.
        day: The day of judgement.
    """

    label: Label | None
    traces: dict[str, tuple[Trace, ...]]
    makers: Makers
    day: date

    @property
    def sells_as(self) -> str:
        """The label in words."""
        return self.label.name if self.label else "a label that was not seen"

    def others(self) -> list[tuple[str, tuple[Trace, ...]]]:
        """Makers other than a label that is certain, the best shown first."""
        own = self.label.id if self.label and not self.label.rivals else ""
        found = [(maker, traces) for maker, traces in self.traces.items() if maker != own]
        return sorted(found, key=lambda pair: (-len(pair[1]), -pair[1][0].strength, pair[0]))


def judge_device(device: DeviceDoc, policy: Policy, makers: Makers, day: date) -> FindingDoc | None:
    """What the regime says of the device on the day.

    None for devices that are certainly no surveillance device, and for undecided ones unless a
    hint points to a maker that the regime reaches: then `cannot-tell`.

    Args:
        device: As the inventory document holds it.
        policy: The regime.
        makers: Brands and companies.
        day: The day of judgement: rules that do not hold on it say nothing.
    """
    if not device.surveillance and not device.possible:
        return None
    subject = _subject(device, makers, day)
    judge = _verdict if device.surveillance else _undecided
    judged = [(clause, judge(clause, subject)) for clause in policy.clauses]
    clause, verdict = min(judged, key=lambda pair: ORDER.index(pair[1].word))
    if not device.surveillance and verdict.word != CANNOT_TELL:
        return None
    alike = [other.id for other, each in judged if each.word == verdict.word and other != clause]
    return _finding(policy, clause, verdict, alike)


def _finding(policy: Policy, clause: Clause, verdict: Verdict, alike: Sequence[str]) -> FindingDoc:
    because = verdict.because
    if verdict.word in {LISTED, THROUGH_MAKER}:
        if clause.conditions:
            because += f". It also depends on: {'; '.join(clause.conditions)}"
        if alike:
            because += f". The same by {', '.join(alike)}"
    return FindingDoc(
        kind="policy",
        id=policy.id,
        verdict=verdict.word,
        title=f"{policy.name}: {clause.name}",
        because=because,
        evidence=sorted(dict.fromkeys(verdict.evidence), key=_number),
        clause=clause.id,
        date=clause.effective,
        reference=clause.reference,
    )


def _number(key: str) -> tuple[int, str]:
    return int(key[1:]) if key[1:].isdecimal() else 0, key


def _subject(device: DeviceDoc, makers: Makers, day: date) -> Subject:
    traces = {
        makers.by_name.get(vendor, vendor) if vendor not in makers.by_id else vendor: counted
        for vendor, each in traces_of(device).items()
        if (counted := shown(each))
    }
    label = label_of(device, makers)
    if label is not None and label.id not in makers.by_id:
        makers = Makers(makers.by_id, {**makers.companies, label.id: label.name})
    return Subject(label, traces, makers, day)


def _verdict(clause: Clause, subject: Subject) -> Verdict:
    """One clause."""
    if not clause.in_force(subject.day):
        ended = clause.begun(subject.day)
        words = f"ended by {clause.until}" if ended else f"holds from {clause.effective}"
        return Verdict(NOT_LISTED, f"on {subject.day} the rule did not hold: it {words}")
    if clause.outside:
        return Verdict(CANNOT_TELL, clause.outside)
    return (
        _by_label(clause, subject)
        or _by_traces(clause, subject)
        or _by_own_make(subject)
        or _by_doubt(clause, subject)
        or _by_habit(clause, subject)
        or _by_nothing(clause, subject)
    )


def _undecided(clause: Clause, subject: Subject) -> Verdict:
    """One clause, for a device of which the evidence does not decide what it is."""
    if not clause.in_force(subject.day) or clause.outside:
        return Verdict(NOT_LISTED, "")
    by_label = _by_label(clause, subject)
    sure = by_label if by_label is not None and by_label.word == LISTED else None
    found = sure or _by_traces(clause, subject)
    if found is None:
        return Verdict(NOT_LISTED, "")
    words = f"it is not settled that this is a surveillance device; {found.because}"
    return Verdict(CANNOT_TELL, words, found.evidence)


def _label_reach(clause: Clause, subject: Subject) -> Reach | None:
    """Whether the rule reaches the company behind the label.

    None where that company is only known to sell what others make: then its seat, or that it is
    on no list, decides nothing.
    """
    label = subject.label
    if label is None:
        return None
    found = reach(clause, label.id, subject.makers, subject.day)
    known = subject.makers.by_id.get(label.id)
    by_list = any(named.id == label.id for named in clause.makers)
    decided = by_list or clause.approved or found.answer == NO
    if known is not None and known.only_sells and not decided:
        owned = subject.makers.owners(label.id, subject.day)
        return found if owned and found.answer == YES else None
    return found


def _by_label(clause: Clause, subject: Subject) -> Verdict | None:
    """The label is the maker's own, or one of its group."""
    label, found = subject.label, _label_reach(clause, subject)
    if label is None or found is None or found.answer != YES:
        return None
    if label.rivals:
        return None
    own = subject.traces.get(label.id, ())
    known = subject.makers.by_id.get(label.id)
    enough = DECLARED if known is not None and known.platform else DISTINCT
    if label.strength < enough and len(own) < NEEDED:
        words = f"one sign says {label.name} ({_signs(own) or 'the label'}): too little; by it, "
        return Verdict(CANNOT_TELL, f"{words}{found.because}", label.evidence)
    made = _made_by_others(clause, subject)
    if made is not None:
        return made
    return Verdict(LISTED, f"the device says it is {label.name}: {found.because}", label.evidence)


def _made_by_others(clause: Clause, subject: Subject) -> Verdict | None:
    """Labels that a rule reaches by a list of approved makers only: who made it may be approved."""
    if not clause.approved:
        return None
    for maker, traces in subject.others():
        if len(traces) >= NEEDED and reach(clause, maker, subject.makers, subject.day).answer == NO:
            words = f"sold as {subject.sells_as}, but {_shows(subject, maker, traces)}"
            return Verdict(CANNOT_TELL, f"{words}, an approved maker", _ids(traces))
    return None


def _by_traces(clause: Clause, subject: Subject) -> Verdict | None:
    """Another maker's signs under the label."""
    weak: Verdict | None = None
    for maker, traces in subject.others():
        found = reach(clause, maker, subject.makers, subject.day)
        if found.answer == NO:
            continue
        sure = len(traces) >= NEEDED and traces[0].strength >= FAMILY
        if sure and found.answer == YES:
            return _through(clause, subject, maker, traces, found)
        if sure or found.answer == YES:
            weak = weak or _weak(subject, maker, traces, found, sure=sure)
    return weak


def _through(
    clause: Clause, subject: Subject, maker: str, traces: Sequence[Trace], found: Reach
) -> Verdict:
    """Two or more independent signs of a maker that the rule reaches."""
    label = subject.label
    shows = _shows(subject, maker, traces)
    if label is None:
        return Verdict(LISTED, f"no label was seen; {shows}: {found.because}", _ids(traces))
    ids = (*_ids(traces), *label.evidence)
    words = f"sold as {_named(label)}; {shows}: {found.because}"
    if clause.relabelled == "no":
        words += "; but the rule does not reach equipment under another label"
        return Verdict(NOT_LISTED, words, ids)
    if clause.relabelled_note:
        words += f" (relabelled equipment: {clause.relabelled_note})"
    return Verdict(THROUGH_MAKER, words, ids)


def _weak(
    subject: Subject, maker: str, traces: Sequence[Trace], found: Reach, *, sure: bool
) -> Verdict:
    """A single sign, or a maker of whom it is open whether the rule reaches it."""
    label = subject.label
    if sure:
        words = f"sold as {subject.sells_as}; {_shows(subject, maker, traces)}: {found.because}"
        return Verdict(CANNOT_TELL, words, _ids(traces))
    name = subject.makers.name(maker)
    seen = f"sold as {_named(label)}; " if label else "no label was seen; "
    words = (
        f"{seen}only one sign points to {name} as the maker ({_signs(traces)}): a hint, no proof"
    )
    return Verdict(CANNOT_TELL, f"{words}; by it, {found.because}", _ids(traces))


def _by_own_make(subject: Subject) -> Verdict | None:
    """A brand that also sells others' equipment, whose own firmware answers here."""
    label = subject.label
    if label is None or not subject.makers.habits(label.id, subject.day):
        return None
    traces = subject.traces.get(label.id, ())
    own = [trace for trace in traces if trace.makes and trace.kind != MAC]
    if len(own) < NEEDED and not any(trace.kind == PROTOCOL for trace in own):
        return None
    words = f"{label.name} sells others' equipment, too, but here its own make answers"
    return Verdict(NOT_LISTED, f"{words} ({_signs(own)})", _ids(own))


def _by_doubt(clause: Clause, subject: Subject) -> Verdict | None:
    """It is open whether the rule reaches the company of the label."""
    label, found = subject.label, _label_reach(clause, subject)
    if label is None:
        return None
    if label.rivals:
        rivals = " and ".join((label.name, *label.rivals))
        return Verdict(CANNOT_TELL, f"equal evidence says {rivals}", label.evidence)
    if found is None or found.answer != DOUBT:
        return None
    return Verdict(
        CANNOT_TELL, f"the device says it is {label.name}; {found.because}", label.evidence
    )


def _by_habit(clause: Clause, subject: Subject) -> Verdict | None:
    """Nothing but what the brand is known for."""
    label = subject.label
    if label is None or _shown_other(subject):
        return None
    sure: list[str] = []
    open_: list[str] = []
    for relation in subject.makers.habits(label.id, subject.day):
        answer = _habit_reach(clause, relation, subject)
        if answer == YES and relation.certain:
            sure.append(_habit(relation, label, subject.makers))
        elif answer != NO:
            open_.append(_habit(relation, label, subject.makers))
    if sure:
        words = f"{'; '.join(sure)}: that says nothing yet about this device"
        return Verdict(RELABELS, words, label.evidence)
    if open_:
        words = f"by sources that are not confirmed {'; '.join(open_)}"
        return Verdict(CANNOT_TELL, f"{words}; else the rule does not reach it", label.evidence)
    return None


def _habit_reach(clause: Clause, relation: Relation, subject: Subject) -> str:
    if relation.of not in subject.makers.by_id:  # nobody established who the makers are
        several = relation.kind == "oem-of" and (clause.countries or clause.approved)
        return DOUBT if several else NO
    return reach(clause, relation.of, subject.makers, subject.day).answer


def _habit(relation: Relation, label: Label, makers: Makers) -> str:
    words = f"{label.name} is {WORDS[relation.kind]} {makers.name(relation.of)}"
    if relation.note:
        return f"{words} ({relation.note})"
    return f"{words} (until {relation.end})" if relation.end else words


def _shown_other(subject: Subject) -> bool:
    """The device's own evidence shows a maker other than the label, so the habit is settled."""
    return any(
        len(traces) >= NEEDED and traces[0].strength >= FAMILY
        for _maker, traces in subject.others()
    )


def _by_nothing(clause: Clause, subject: Subject) -> Verdict:
    """No reason is left to think that the rule reaches it."""
    label = subject.label
    if label is None:
        made = subject.others()
        if made and len(made[0][1]) >= NEEDED:
            shows = _shows(subject, *made[0])
            return Verdict(NOT_LISTED, f"{shows}, which the rule does not reach", _ids(made[0][1]))
        return Verdict(CANNOT_TELL, "neither the label nor the maker is known")
    if not label.familiar:
        words = f"nothing is known of the brand {label.name} and of who makes its equipment"
        return Verdict(CANNOT_TELL, words, label.evidence)
    found = reach(clause, label.id, subject.makers, subject.day)
    return Verdict(
        NOT_LISTED, f"the device says it is {label.name}: {found.because}", label.evidence
    )


def _named(label: Label) -> str:
    """The label, with the brands that equal evidence speaks for."""
    return " or ".join((label.name, *label.rivals))


def _shows(subject: Subject, maker: str, traces: Sequence[Trace]) -> str:
    name = subject.makers.name(maker)
    return f"the device's own evidence shows {name} as the maker ({_signs(traces)})"


def _signs(traces: Sequence[Trace]) -> str:
    return ", ".join(f"{trace.kind}: {trace.shown}" for trace in traces)


def _ids(traces: Sequence[Trace]) -> tuple[str, ...]:
    return tuple(key for trace in traces for key in trace.evidence)
