"""What is otherwise between two runs: devices that appeared or are gone, values that changed.

No database here. Silence is no change: a value that one run did not learn, a port that it did not
try, an address that was not in its scope say nothing.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address

from camfinder.document import ChangeDoc
from camfinder.match.names import bare, vendor_key
from camfinder.match.values import firmware_key
from camfinder.store.content import Plan

Values = tuple[tuple[str, str], ...]
"""Values of a slot with their strengths; the one that reports show comes first."""

Spans = tuple[tuple[int, int, int], ...]
"""IP version, first and last address, sorted."""

_WEAK = frozenset({"hint"})
_KEYS: Mapping[str, Callable[[str], str]] = {
    "kind": str,
    "brand": vendor_key,
    "maker": vendor_key,
    "model": bare,
    "firmware": firmware_key,
    "serial": bare,
    "mac": str,
    "hostname": str.casefold,
}
"""Fields that are compared, and the form in which they are."""


@dataclass(frozen=True, slots=True)
class View:
    """One device in one run.

    Attributes:
        device: The store's number; of merged devices that of the one they are.
        name: Its id in documents.
        surveillance: As in the document.
        possible: As in the document.
        slots: `claims` rows by slot.
    """

    device: int
    name: str
    surveillance: bool | None
    possible: bool
    slots: Mapping[str, Values]

    @property
    def counts(self) -> bool:
        """It is a surveillance device, or may be one."""
        return bool(self.surveillance) or self.possible

    def value(self, slot: str) -> str | None:
        """The value that reports show."""
        values = self.slots.get(slot, ())
        return values[0][0] if values else None

    def all(self, slot: str) -> list[str]:
        """Every value of a slot."""
        return [value for value, _ in self.slots.get(slot, ())]

    @property
    def title(self) -> str:
        """Brand, model and address, for people."""
        parts = (self.value("brand") or self.value("maker"), self.value("model"))
        return " ".join(filter(None, (*parts, self.value("address")))) or self.name


@dataclass(frozen=True, slots=True)
class RunView:
    """One run with its devices.

    Attributes:
        id: Its number.
        mode: `scan`, `replay` or `listen`.
        complete: It came to its end.
        covered: What it could ask.
        ended_at: UTC.
        devices: By the store's number.
    """

    id: int
    mode: str
    complete: bool
    covered: Spans
    ended_at: datetime
    devices: Mapping[int, View] = field(default_factory=dict)

    def would_see(self, view: View) -> bool:
        """Whether a device that is where this one was would be in this run.

        Only a scan asks; one capture without a device says nothing.
        """
        if not self.complete or self.mode != "scan":
            return False
        addresses = view.all("address")
        return not addresses or any(covers(self.covered, address) for address in addresses)


def spans_of(plan: Plan) -> Spans:
    """What a scan by this plan could ask, in order."""
    return tuple(
        sorted(
            (version, int(ip_address(first)), int(ip_address(last)))
            for version, first, last in plan.covers
        )
    )


def covers(spans: Spans, address: str) -> bool:
    """Whether the address is in one of the spans."""
    try:
        wanted = ip_address(address)
    except ValueError:
        return False
    at = bisect_right(spans, (wanted.version, int(wanted), 1 << 128)) - 1
    return at >= 0 and spans[at][0] == wanted.version and int(wanted) <= spans[at][2]


def compare(
    before: RunView, after: RunView, *, met: frozenset[int] = frozenset(), everything: bool = False
) -> list[ChangeDoc]:
    """The changes from one run to the other, by device name.

    Args:
        before: The earlier run.
        after: The later run.
        met: Devices that runs before the later one saw: one that comes back into scope has not
            appeared.
        everything: Devices that are certainly something else, too.
    """
    found: list[ChangeDoc] = []
    at = after.ended_at
    for device, now in after.devices.items():
        then = before.devices.get(device)
        if not everything and not now.counts and not (then and then.counts):
            continue
        if then is not None:
            found += changed(then, now, at)
        elif device not in met or _expected(before, after, now):
            found.append(ChangeDoc(kind="appeared", device=now.name, after=now.title, at=at))
    for device, then in before.devices.items():
        wanted = everything or then.counts
        if wanted and device not in after.devices and _expected(after, before, then):
            found.append(ChangeDoc(kind="gone", device=then.name, before=then.title, at=at))
    order = ("appeared", "gone", "changed")
    return sorted(found, key=lambda c: (order.index(c.kind), c.device, c.field or ""))


def _expected(run: RunView, other: RunView, view: View) -> bool:
    """Whether it says something that the device of the other run is not in this one."""
    if run.mode == other.mode != "scan":
        return run.complete  # two captures that somebody wants compared
    return run.would_see(view)


def changed(then: View, now: View, at: datetime) -> Iterator[ChangeDoc]:
    """What is otherwise about one device."""
    for name in _KEYS:
        before, after = then.value(name), now.value(name)
        if before and after and _differ(name, then.slots[name], now.slots[name]):
            yield ChangeDoc(
                kind="changed", device=now.name, field=name, before=before, after=after, at=at
            )
    moved = _moved(then.all("address"), now.all("address"))
    if moved:
        yield ChangeDoc(
            kind="changed", device=now.name, field="address", before=moved[0], after=moved[1], at=at
        )
    closed, opened = _ports(then, now)
    if closed or opened:
        yield ChangeDoc(
            kind="changed",
            device=now.name,
            field="ports",
            before=_listed(closed),
            after=_listed(opened),
            at=at,
        )


def _differ(name: str, then: Values, now: Values) -> bool:
    """Neither run claims what the other one shows, and both know enough to be believed."""
    (before, how_before), (after, how_after) = then[0], now[0]
    if {how_before, how_after} & _WEAK or "unknown" in {before, after}:
        return False
    key = _KEYS[name]
    if key(before) in {key(v) for v, _ in now} or key(after) in {key(v) for v, _ in then}:
        return False
    short, long = sorted((before.strip().casefold(), after.strip().casefold()), key=len)
    if name in {"model", "firmware"} and long.startswith(short):
        # `V5.7.15` and `V5.7.15 build 240201` are the same told more exactly, `1.2` and `1.25` not.
        more = long[len(short) :][:1]
        return more.isalnum() or more == "."
    return True


def _moved(then: Sequence[str], now: Sequence[str]) -> tuple[str, str] | None:
    """Addresses left and taken; IPv6 only where there is no IPv4, for it changes by itself."""
    for separator in (".", ":"):
        before = [address for address in then if separator in address]
        after = [address for address in now if separator in address]
        if before and after:
            left = [address for address in before if address not in after]
            taken = [address for address in after if address not in before]
            return (", ".join(left), ", ".join(taken)) if left and taken else None
    return None


def _ports(then: View, now: View) -> tuple[set[int], set[int]]:
    """TCP ports that closed and opened, of those that the other run tried."""
    was, is_open = _numbers(then, "port"), _numbers(now, "port")
    tried_then, tried_now = _numbers(then, "tried"), _numbers(now, "tried")
    return (was - is_open) & tried_now, (is_open - was) & tried_then


def _numbers(view: View, slot: str) -> set[int]:
    return {int(number) for number in (view.value(slot) or "").split()}


def _listed(ports: Iterable[int]) -> str | None:
    return ", ".join(f"{port}/tcp" for port in sorted(ports)) or None


def history(runs: Sequence[RunView], device: int) -> list[tuple[int, ChangeDoc]]:
    """The events of one device, each with the number of the run that noticed it.

    A value is compared with the last one known, however many runs ago that was.

    Args:
        runs: All runs of the site in order, with this device only.
        device: Its number.
    """
    events: list[tuple[int, ChangeDoc]] = []
    last: View | None = None
    present = False
    for run in runs:
        now = run.devices.get(device)
        if now is None:
            if present and last is not None and run.would_see(last):
                present = False
                gone = ChangeDoc(kind="gone", device=last.name, before=last.title, at=run.ended_at)
                events.append((run.id, gone))
            continue
        if not present:
            there = ChangeDoc(kind="appeared", device=now.name, after=now.title, at=run.ended_at)
            events.append((run.id, there))
        if last is not None:
            found = sorted(changed(last, now, run.ended_at), key=lambda c: c.field or "")
            events += [(run.id, change) for change in found]
        last, present = _remembered(last, now), True
    return events


def _remembered(last: View | None, now: View) -> View:
    """The device with what earlier runs knew and this one did not learn."""
    if last is None:
        return now
    return View(now.device, now.name, now.surveillance, now.possible, {**last.slots, **now.slots})
