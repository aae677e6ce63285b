"""Cases of `camfinder identify`: observations that somebody else collected, one device a case.

A case is `{"id": ..., "observations": [{"kind": ..., "value": ...}]}` (docs/identify.md). Single
values become facts as they are, whole messages and frames go through the parsers of live traffic.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any

import msgspec

from camfinder.flow.answers import answer
from camfinder.flow.kinds import canonical
from camfinder.flow.messages import MESSAGES, BadValue, frame_of, message_frames
from camfinder.match.alone import Describer
from camfinder.match.engine import Engine
from camfinder.match.memo import Memo
from camfinder.model import Fact, Frame, Observation, ParseError, Transport
from camfinder.probes import Probe
from camfinder.wire import head, scopes

HERE = IPv4Address("192.0.2.1")
"""The address of every case that names none (RFC 5737)."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
MAX_OBSERVATIONS = 1_000
REPEATS = 16_384
"""Cases of each generation whose answers are remembered."""

REPEAT_CHARS = 1_024
"""A case with longer values is not remembered. With its answer one takes 3 KB, all 50 MB."""

MAX_ORDERS = 4_096
"""Orders of parsers kept: frames may name any port."""

RENAMED: Mapping[str, str] = {"upnp.server": "ssdp.server", "mac": "arp.mac"}
"""Kinds of single values whose fact has another name."""

PASSED: Mapping[str, tuple[Transport, int]] = {
    "telnet.banner": (Transport.TCP, 23),
    "ftp.banner": (Transport.TCP, 21),
    "ssh.banner": (Transport.TCP, 22),
}
"""Single values that a parser cleans; one that it does not take becomes a fact as it is."""

DERIVED = frozenset({"tls.subject", "tls.issuer", "rtsp.www_authenticate"})
"""Single values in which a parser would have read further facts."""


class _Item(msgspec.Struct):
    """An observation of a case."""

    kind: str
    value: Any = None


class Case(msgspec.Struct):
    """A case of the documented form; what else stands in its line is not even decoded."""

    observations: list[_Item]
    id: Any = None


_decode = msgspec.json.Decoder(Case).decode


def decode_case(line: bytes) -> Any:
    """A line of the input: as a `Case` where it has that form, else whatever it holds.

    Raises:
        msgspec.DecodeError: It is no JSON.
        UnicodeDecodeError: It is no UTF-8.
        RecursionError: It nests without end.
    """
    try:
        return _decode(line)
    except msgspec.ValidationError:
        return msgspec.json.decode(line)


@dataclass(slots=True)
class _Reading:
    """What was read of one case so far."""

    web: list[Fact] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


_Read = Callable[[str, str, _Reading], None]
"""Takes a kind and a value."""


class CaseReader:
    """The parsers of all probes, for single messages."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        self._probes = tuple(probes)
        self._facts = frozenset(key for probe in probes for key in probe.emits)
        self._kinds = {"frame", "onvif.scopes", *MESSAGES, *PASSED, *RENAMED, *self._facts}
        self._kinds -= {old for old, new in RENAMED.items() if new not in self._facts}
        self._readers = {kind: self._reader_of(kind) for kind in self._kinds - {"frame"}}
        self._greeters = {
            kind: [probe for probe in probes if kind in probe.emits] for kind in PASSED
        }
        self._likely: dict[tuple[int, tuple[str, ...]], tuple[list[Probe], list[Probe]]] = {}
        self._magics: dict[int, list[tuple[bytes, str]]] = {}
        for probe in probes:
            for magic in filter(None, probe.magics):
                self._magics.setdefault(magic[0], []).append((magic, probe.name))

    def read(self, case: Case | Mapping[str, Any]) -> tuple[list[Observation], list[str]]:
        """The observations of a case, and what could not be read of it.

        Raises:
            BadValue: The case is not of the documented form, or its only observation is not.
        """
        items = case.observations if isinstance(case, Case) else _items(case)
        if not items:
            raise BadValue("observations is no list with something in it")
        reading = _Reading()
        for item in items[:MAX_OBSERVATIONS]:
            try:
                self._observation(item.kind, item.value, reading)
            except BadValue as error:  # costs the other observations nothing
                if len(items) == 1:
                    raise
                reading.problems.append(str(error))
        return self._together(reading), reading.problems

    def _known(self, kind: str) -> bool:
        """A kind that is understood by its name."""
        return kind in self._kinds or kind.startswith("http.header.")

    def _observation(self, kind: str, value: Any, reading: _Reading) -> None:
        """Read one observation into facts."""
        if kind not in self._kinds:
            kind = canonical(kind, value, self._known)
        if kind == "frame":
            self._frames([frame_of(value, HERE, NEVER)], kind, reading)
            return
        if not isinstance(value, str):
            raise BadValue(f"the value of {kind} is no text")
        read = self._readers.get(kind) or self._reader_of(kind)
        read(kind, value, reading)

    def _reader_of(self, kind: str) -> _Read:
        """What reads the values of a kind."""
        if kind in MESSAGES:
            return self._message
        if kind == "onvif.scopes":
            return _scopes
        if kind in PASSED:
            return self._banner
        if kind.startswith("http."):
            return self._web
        key = RENAMED.get(kind, kind)
        return _fact_reader(key) if key in self._facts else _unknown

    def _message(self, kind: str, value: str, reading: _Reading) -> None:
        """A whole message through the parsers."""
        self._frames(message_frames(kind, value, HERE, NEVER), kind, reading)

    def _banner(self, kind: str, value: str, reading: _Reading) -> None:
        """A greeting through its parser, or as it is."""
        transport, port = PASSED[kind]
        raw = value.encode("latin-1" if _is_latin1(value) else "utf-8", "replace")
        frame = Frame(transport, HERE, port, raw, NEVER, "case")
        probe = self._greeters.get(kind, ())
        found = [each for each in self._run(probe, frame, reading) if each.first(kind)]
        reading.observations += found or [
            _observed(kind.partition(".")[0], [Fact(kind, value)], value)
        ]

    def _web(self, kind: str, value: str, reading: _Reading) -> None:
        """A piece of an HTTP answer, and what follows from it."""
        reading.web.append(Fact(kind, value))
        if kind == "http.www_authenticate":
            reading.web += [Fact("http.realm", realm) for realm in head.realms([value])]
        elif kind == "http.body":
            page = b"HTTP/1.1 200 OK\r\n\r\n" + value.encode("utf-8", "replace")
            frame = Frame(Transport.HTTP, HERE, 80, page, NEVER, "case")
            for each in self._parsed(frame, _Reading()):
                reading.web += [fact for fact in each.facts if fact.key != "http.status"]

    def _frames(self, frames: Iterable[Frame], kind: str, reading: _Reading) -> None:
        """Frames through the parsers; the first frame that is understood counts."""
        for frame in frames:
            found = self._parsed(frame, reading)
            if found:
                reading.observations += found
                return
        reading.problems.append(f"{kind}: no parser understands it")

    def _parsed(self, frame: Frame, reading: _Reading) -> list[Observation]:
        """What the likely parsers read, or where they read nothing, all the others."""
        likely, rest = self._order(frame)
        return self._run(likely, frame, reading) or self._run(rest, frame, reading)

    def _order(self, frame: Frame) -> tuple[list[Probe], list[Probe]]:
        """The probes of the frame's port or first bytes, and the others."""
        payload = frame.payload
        begins = self._magics.get(payload[0], ()) if payload else ()
        named = tuple(name for magic, name in begins if payload.startswith(magic))
        key = (frame.source_port, named)
        order = self._likely.get(key)
        if order is None:
            order = ([], [])
            for probe in self._probes:
                first = frame.source_port in probe.ports or probe.name in named
                order[not first].append(probe)
            if len(self._likely) < MAX_ORDERS:
                self._likely[key] = order
        return order

    def _run(self, probes: Iterable[Probe], frame: Frame, reading: _Reading) -> list[Observation]:
        found: list[Observation] = []
        for probe in probes:
            try:
                found += probe.parse(frame)
            except ParseError as error:
                reading.problems.append(f"{probe.name}: {error}")
        return found

    def _together(self, reading: _Reading) -> list[Observation]:
        """All pieces of one HTTP answer in one observation."""
        if not reading.web:
            return reading.observations
        if len(reading.web) == 1 and not reading.observations:
            return [_observed("http", reading.web, reading.web[0].value, Transport.HTTP)]
        for index, each in enumerate(reading.observations):
            if each.probe == "http":
                facts = dict.fromkeys((*each.facts, *reading.web))
                reading.observations[index] = replace(each, facts=tuple(facts))
                return reading.observations
        text = "\n".join(fact.value for fact in reading.web)
        facts = dict.fromkeys(reading.web)
        return [_observed("http", facts, text, Transport.HTTP), *reading.observations]


def _items(case: Mapping[str, Any]) -> list[_Item]:
    """The observations of a case that is not of the documented form, or was made by hand.

    Raises:
        BadValue: They are not of the documented form.
    """
    items = case.get("observations")
    if not isinstance(items, list):
        return []
    for item in items[:MAX_OBSERVATIONS]:
        if not isinstance(item, dict) or not isinstance(item.get("kind"), str):
            raise BadValue("an observation has no kind")
    return [_Item(item["kind"], item.get("value")) for item in items[:MAX_OBSERVATIONS]]


def _scopes(_kind: str, value: str, reading: _Reading) -> None:
    """A list of ONVIF scopes."""
    reading.observations.append(_observed("wsd", scopes.parse(value), value))


def _fact_reader(key: str) -> _Read:
    """What reads single values that are facts as they are."""
    probe = key.partition(".")[0]

    def read(_kind: str, value: str, reading: _Reading) -> None:
        facts = (Fact(key, value), *(_derived(key, value) if key in DERIVED else ()))
        reading.observations.append(_observed(probe, facts, value))

    return read


def _unknown(kind: str, _value: str, reading: _Reading) -> None:
    reading.problems.append(f"unknown kind {kind}")


def _is_latin1(value: str) -> bool:
    return value.isascii() or all(ord(char) < 256 for char in value)


def _derived(key: str, value: str) -> Iterator[Fact]:
    """Facts that a parser would have read out of the same field."""
    if key in {"tls.subject", "tls.issuer"}:
        for part in value.replace("/", ",").split(","):
            name, _, text = part.strip().partition("=")
            if key == "tls.subject" and name.strip().upper() in {"CN", "O", "OU"} and text.strip():
                yield Fact(f"tls.subject.{name.strip().lower()}", text.strip())
    elif key == "rtsp.www_authenticate":
        for realm in head.realms([value]):
            yield Fact("rtsp.realm", realm)


def _observed(
    probe: str, facts: Iterable[Fact], text: str, transport: Transport = Transport.UDP
) -> Observation:
    """Facts as an observation of the case's device."""
    raw = text.encode("utf-8", "replace")
    return Observation(probe, HERE, 0, transport, tuple(facts), NEVER, "case", raw)


class _Work:
    """What cases are worked on with, one after the other."""

    def __init__(self, engine: Engine, probes: Sequence[Probe]) -> None:
        self.engine = engine
        self.probes = probes
        self._read = CaseReader(probes).read
        self._describe = Describer(engine)
        self._known: Memo[tuple[str, ...], dict[str, Any]] = Memo(REPEATS)

    def answer(self, case: Case | Mapping[str, Any]) -> dict[str, Any]:
        """The identification of a case without its id: of equal cases the same one.

        Raises:
            BadValue: The case is not of the documented form.
        """
        key = _key(case) if isinstance(case, Case) else ()
        found = self._known.get(key) if key else None
        if found is None:
            observations, problems = self._read(case)
            found = answer(self._describe(observations), problems)
            if key:
                self._known.keep(key, found)
        return found


def _key(case: Case) -> tuple[str, ...]:
    """What makes a case equal to another; empty where it is too long to be remembered."""
    key: list[str] = []
    size = 0
    for item in case.observations:
        value = item.value
        if not isinstance(value, str):
            return ()
        key += (item.kind, value)
        size += len(value)
    return tuple(key) if size <= REPEAT_CHARS else ()


_last: list[_Work] = []
"""The last one: engine and probes do not hash."""


def _work(engine: Engine, probes: Sequence[Probe]) -> _Work:
    """The same one from case to case."""
    if not _last or _last[0].probes is not probes or _last[0].engine is not engine:
        _last[:] = [_Work(engine, probes)]
    return _last[0]


def identify_case(
    case: Case | Mapping[str, Any], engine: Engine, probes: Sequence[Probe]
) -> dict[str, Any]:
    """The identification of one case, as `camfinder identify` prints it.

    A case that is not of the documented form gives `id` and `error`; nothing is raised for it.

    Args:
        case: A line of the input, as of `decode_case`.
        engine: The loaded fingerprints.
        probes: Whose parsers read messages and frames.
    """
    if isinstance(case, Case):
        name = case.id
    elif isinstance(case, Mapping):
        name = case.get("id")
    else:
        return {"id": None, "error": "the line is no JSON object"}
    try:
        return {"id": name, **_work(engine, probes).answer(case)}
    except BadValue as error:
        return {"id": name, "error": str(error)}
