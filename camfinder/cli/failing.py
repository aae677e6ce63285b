"""`--fail-on`: what makes exit code 1, as a table of words and what each of them counts."""

from collections.abc import Callable, Mapping, Sequence

from camfinder.document import Document, FindingDoc
from camfinder.model import CamfinderError


def _findings(wanted: Callable[[FindingDoc], bool]) -> Callable[[Document], int]:
    """How many devices have a finding of this sort."""

    def count(document: Document) -> int:
        return sum(any(wanted(each) for each in device.findings) for device in document.devices)

    return count


def _recorded(status: str) -> Callable[[Document], int]:
    """How many surveillance devices the records say this of."""

    def count(document: Document) -> int:
        told = (d.record for d in document.devices if d.surveillance)
        return sum(record is not None and record.status == status for record in told)

    return count


def _became(status: str) -> Callable[[Document], int]:
    """What became of so many records; an address that nobody asked is no sign of absence."""

    def count(document: Document) -> int:
        return sum(r.status == status and r.in_scope is not False for r in document.records)

    return count


def _appeared(document: Document) -> int:
    """New since the run before, and nobody has said yet that they may be there."""
    settled = {d.id for d in document.devices if d.triage is not None and d.triage.status}
    changes = document.changes or []
    return sum(each.kind == "appeared" and each.device not in settled for each in changes)


COUNTS: Mapping[str, Callable[[Document], int]] = {
    "listed": _findings(lambda f: f.kind == "policy" and f.verdict == "listed"),
    "listed-through-maker": _findings(
        lambda f: f.kind == "policy" and f.verdict == "listed-through-maker"
    ),
    "kev": _findings(lambda f: f.kind == "advisory" and f.verdict == "affected" and f.kev is True),
    "affected": _findings(lambda f: f.kind == "advisory" and f.verdict == "affected"),
    "posture": _findings(lambda f: f.kind == "posture"),
    "unrecorded": _recorded("unrecorded"),
    "recorded-differently": _recorded("recorded-differently"),
    "not-seen": _became("not-seen"),
    "answered-otherwise": _became("answered-otherwise"),
    "appeared": _appeared,
}
"""Word to the number of devices, or records, that it names."""

NEEDS_POLICY = frozenset({"listed", "listed-through-maker"})


def words(values: Sequence[str]) -> tuple[str, ...]:
    """Words of a repeated, comma-separated option, each once."""
    parts = (part.strip() for value in values for part in value.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def check(wanted: Sequence[str], *, policies: Sequence[object]) -> None:
    """Refuse words that nothing can ever count.

    Raises:
        CamfinderError: An unknown word, or a verdict without a policy that could give it.
    """
    for word in wanted:
        if word not in COUNTS:
            raise CamfinderError(f"--fail-on {word}: no such word; known are {', '.join(COUNTS)}")
        if word in NEEDS_POLICY and not policies:
            raise CamfinderError(f"--fail-on {word}: no policy is judged; add --policy ID")


def failed(document: Document, wanted: Sequence[str]) -> dict[str, int]:
    """The words that count something, with how many."""
    counted = {word: COUNTS[word](document) for word in wanted}
    return {word: number for word, number in counted.items() if number}
