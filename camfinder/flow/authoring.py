"""A rule written from an observation, checked before it is kept."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from camfinder.datafiles import Complaint
from camfinder.flow.proposal import Proposal, Wanted, propose
from camfinder.flow.samples import Sample
from camfinder.match.check import Facts, check
from camfinder.match.fingerprint import read
from camfinder.match.greedy import BARE, CLASSES
from camfinder.match.names import vendor_key, words
from camfinder.match.nouns import Fingerprints
from camfinder.match.patterns import compile_pattern, encodable
from camfinder.match.writing import NewRule, NewVendor, rule_text, vendor_text
from camfinder.model import CamfinderError, Fact, Kind, Observation, Slot, Strength
from camfinder.reports.placeholders import Placeholders
from camfinder.reports.redact import OWNERS_TEXT, PRODUCT_WORDS

WHOLE_CHARS = 200
"""A longer value is a page or a message: the author says which part of it tells."""

NAMES = frozenset({"hostname", "instance", "friendly_name", "name", "sysname", "location", "txt"})
"""Last parts of facts that owners fill in: they prove `family` at most."""

_ID = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_KIND_WORDS = (
    ("doorbell", Kind.DOORBELL), ("door station", Kind.DOORBELL), ("intercom", Kind.DOORBELL),
    ("nvr", Kind.RECORDER), ("dvr", Kind.RECORDER), ("recorder", Kind.RECORDER),
    ("encoder", Kind.ENCODER), ("video server", Kind.ENCODER),
    ("camera", Kind.CAMERA), ("ipcam", Kind.CAMERA), ("webcam", Kind.CAMERA),
    ("netcam", Kind.CAMERA),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the author says; empty texts are for what camfinder proposes.

    Attributes:
        vendor: Id of the vendor that the rule names.
        name: The vendor's name, where it is a new one.
        part: The part of the fact's value that tells.
        kind: What the device is.
        proves: Strength.
        rule: Id of the rule.
        source: Where the fact was learnt.
        today: The day that stands for an observation without one.
    """

    vendor: str
    name: str = ""
    part: str = ""
    model: str = ""
    firmware: str = ""
    kind: str = ""
    proves: str = ""
    rule: str = ""
    source: str = ""
    today: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule before it is kept.

    Attributes:
        vendor: Written in front where the vendor is a new one.
        observed: The value, or the part of it, that the rule has to fire on.
        notes: What the author has to look at.
    """

    vendor: NewVendor
    rule: NewRule
    observed: str
    notes: tuple[str, ...]


def draft(
    sample: Sample, fact: Fact, asked: Asked, known: Fingerprints, declares: Mapping[str, Slot]
) -> Draft:
    """A rule for the fact.

    Args:
        sample: The device.
        fact: One of its facts.
        asked: What the author says.
        known: The fingerprints so far.
        declares: Facts that are fields made for a slot.

    Raises:
        CamfinderError: Something has to be said by the author; the message says by which option.
    """
    value = encodable(asked.part or fact.value)
    if not asked.part and (len(value) > WHOLE_CHARS or "\n" in value):
        raise CamfinderError(
            f"--fact {fact.key}: {len(value)} characters; say which part of it is the maker's own: "
            "--part 'TEXT' (copied from the value)"
        )
    slot = declares.get(fact.key)
    if slot in _IDENTIFYING or fact.key.rpartition(".")[2] == "location":
        raise CamfinderError(
            f"--fact {fact.key}: tells one device from others, not whose make it is"
        )
    vendor = _vendor(asked, known, sample)
    names = _names(vendor, known)
    pieces = Placeholders(sample.identity, names).pieces(value)
    wanted = Wanted(asked.model, asked.firmware, is_firmware=slot is Slot.FIRMWARE)
    made = propose(pieces, wanted, names, whole=not asked.part)
    proves, why = _strength(asked, fact, made, names)
    gives = {Slot.BRAND: vendor.id, Slot.KIND: _kind(asked, value)}
    gives |= {slot: f"{{{slot}}}" for slot in made.gives}
    notes = [*made.notes, why, *_owners(fact, made, names)]
    rule = NewRule(
        id=asked.rule or _new_id(vendor.id, fact.key, known),
        fact=fact.key,
        match=made.pattern,
        proves=proves,
        gives=gives,
        source=vendor.source,
        hit=made.hit,
        hit_gives=made.gives,
        miss=_miss(fact.key, made.pattern),
    )
    if rule.id in known.by_id:
        raise CamfinderError(f"{rule.id} is there already; give the new rule another --id")
    return Draft(vendor, rule, value, tuple(filter(None, notes)))


_IDENTIFYING = {
    Slot.SERIAL, Slot.MAC, Slot.ENDPOINT_UUID, Slot.CLAIMED_ADDRESS, Slot.CHANNELS,
}  # fmt: skip


def _vendor(asked: Asked, known: Fingerprints, sample: Sample) -> NewVendor:
    source = asked.source or f"observation of a scan, {sample.day or asked.today}"
    if asked.vendor in known.vendors:
        return NewVendor(asked.vendor, known.display(asked.vendor), source)
    name = asked.name or asked.vendor.replace("-", " ").title()
    for spelling in (name, asked.vendor):
        if (owner := known.by_name.get(vendor_key(spelling))) is not None:
            raise CamfinderError(
                f"--vendor {asked.vendor}: {spelling} is {owner}: --vendor {owner}"
            )
    return NewVendor(asked.vendor, name, source)


def _names(vendor: NewVendor, known: Fingerprints) -> list[str]:
    """What the vendor is called, longest first."""
    there = known.vendors.get(vendor.id)
    names = {vendor.id, vendor.name, *(there.aliases if there else ())}
    return sorted(names, key=len, reverse=True)


def _strength(
    asked: Asked, fact: Fact, made: Proposal, names: Sequence[str]
) -> tuple[Strength, str]:
    """As the author says, else what can be answered for; and why."""
    if asked.proves:
        return Strength[asked.proves.upper()], ""
    text = f" {' '.join(words(made.literal))} "
    named = any(f" {' '.join(words(name))} " in text for name in names if len(name) >= 2)
    if not named:
        return Strength.HINT, (
            "proves only a hint: the vendor's name is no part of the pattern; if no other maker's "
            "firmware says this, give --proves distinct"
        )
    if fact.key.rpartition(".")[2] in NAMES:
        return Strength.FAMILY, "proves family: owners can write this fact themselves"
    return Strength.DISTINCT, ""


def _kind(asked: Asked, value: str) -> str:
    if asked.kind:
        return asked.kind
    text = value.casefold()
    found = next((kind for word, kind in _KIND_WORDS if word in text), None)
    if found is None:
        raise CamfinderError(
            "what is it? give --kind camera, recorder, encoder, doorbell, vms or other; "
            "--kind surveillance where it is one of the first five"
        )
    return found.value


def _owners(fact: Fact, made: Proposal, names: Iterable[str]) -> list[str]:
    """A warning where the example holds words that may be the owner's."""
    if fact.key.rpartition(".")[2] not in OWNERS_TEXT:
        return []
    ours = PRODUCT_WORDS | {word for name in names for word in words(name)}
    odd = [word for word in words(made.literal) if word.isalpha() and word not in ours]
    if not odd:
        return []
    shown = ", ".join(dict.fromkeys(odd[:6]))
    return [f"owners can write this fact: is none of these a name of a place or person? {shown}"]


def _new_id(vendor: str, key: str, known: Fingerprints) -> str:
    number, name = 1, f"{vendor}.{key}"
    while name in known.by_id:
        number += 1
        name = f"{vendor}.{key}.{number}"
    return name


def _miss(key: str, pattern: str) -> tuple[str, str]:
    """What anybody says under this key, and the pattern does not take."""
    compiled = compile_pattern(pattern)
    for text in (*BARE.get(key, ()), *CLASSES, "another maker's"):
        if not compiled.search(text):
            return text, "anybody may say so"
    return "-", "says nothing"


@dataclass(frozen=True, slots=True)
class Written:
    """The file with the rule in it.

    Attributes:
        path: Where it belongs; None where it is only shown.
        text: The whole of it.
        complaints: Of the check.
    """

    path: Path | None
    text: str
    complaints: tuple[Complaint, ...]


def target(folder: Path | None, vendor: str) -> Path | None:
    """The file of a vendor in a folder, or the file itself where one is named; None for none.

    Raises:
        CamfinderError: It would lie elsewhere, is another vendor's, or the vendor's id is none.
    """
    if not vendor or not set(vendor) <= _ID:
        other = "-".join(words(vendor)) or "acme"
        raise CamfinderError(f"--vendor {vendor}: an id of a-z, 0-9 and -; perhaps {other}")
    if folder is None:
        return None
    path = folder if folder.suffix == ".toml" else folder / f"{vendor}.toml"
    if path.name != f"{vendor}.toml":
        raise CamfinderError(f"--to {path}: rules of {vendor} stand in {vendor}.toml")
    if not path.parent.is_dir():
        raise CamfinderError(f"--to {folder}: {path.parent} does not exist; make it first")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise CamfinderError(f"--to {path}: is no plain file; name the folder that it lies in")
    return path


def written(
    made: Draft,
    path: Path | None,
    folders: Sequence[Path],
    known: Fingerprints,
    catalogue: Facts,
    parse: Callable[..., Iterable[Observation]],
) -> Written:
    """The file as it would be, checked as `camfinder fingerprints check` does.

    Args:
        made: The rule.
        path: The file that it is for; it is not touched here.
        folders: Of the fingerprints that it lies over.
        known: What they hold.
        catalogue: The facts that may be named.
        parse: Runs examples that are bytes through the parsers.

    Raises:
        CamfinderError: The file is there and cannot be read.
    """
    try:
        before = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CamfinderError(f"--to {path}: {error}") from error
    if before.strip():
        text = before.rstrip("\n") + "\n"
    elif made.vendor.id in known.vendors:
        text = "schema = 1\n"
    else:
        text = vendor_text(made.vendor)
    text += rule_text(made.rule)
    shown = path or Path(f"{made.vendor.id}.toml")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / shown.name).write_text(text, encoding="utf-8")
        everything, unread = read([*folders, Path(folder)])
        found = [each for each in unread if each.file.startswith(folder)]
        if made.rule.id in everything.by_id:
            found += check(everything, catalogue=catalogue, parse=parse, only={made.rule.id})
    place = str(Path(folder) / shown.name)
    complaints = [
        Complaint(str(shown), each.where, each.problem, each.remedy) if each.file == place else each
        for each in found
    ]
    if not compile_pattern(made.rule.match).search(made.observed):
        problem = "match does not take the value that was observed"
        complaints.append(Complaint(str(shown), made.rule.id, problem, "write the pattern by hand"))
    return Written(path, text, tuple(complaints))
