"""Rules drafted from observations: strength, kind, names, what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from shipped import fingerprints

from camfinder.flow.authoring import Asked, Draft, draft, written
from camfinder.flow.samples import Sample
from camfinder.match.fingerprint import Fingerprints, default_folder
from camfinder.model import CamfinderError, Fact, Kind, Slot, Strength
from camfinder.probes import catalogue

NOBODY = Sample("10.0.0.7", frozenset(), "", known=False, facts=(), identity=(), day="2026-11-02")


@pytest.fixture
def known() -> Fingerprints:
    """All shipped fingerprints."""
    return fingerprints()


def drafted(known: Fingerprints, key: str, value: str, **asked: str) -> Draft:
    """A draft for one fact of a new vendor."""
    wanted = Asked(**{"vendor": "zephyrcam", "kind": "camera", **asked})
    return draft(NOBODY, Fact(key, value), wanted, known, catalogue().declares)


@pytest.mark.parametrize(
    ("key", "value", "proves", "note"),
    [
        ("http.title", "Zephyrcam Viewer", Strength.DISTINCT, None),
        ("http.title", "ZEPHYRCAM ZC-2010", Strength.DISTINCT, None),
        ("http.server", "ZW/1.2", Strength.HINT, "give --proves distinct"),
        ("mdns.instance", "Zephyrcam 1", Strength.FAMILY, "owners can write"),
        ("http.title", "Townhall Zephyrcam", Strength.DISTINCT, "place or person? townhall"),
        ("http.realm", "Zephyr 5.7.1", Strength.HINT, "only if it is the firmware's"),
    ],
)
def test_strength_is_what_can_be_answered_for(
    known: Fingerprints, key: str, value: str, proves: Strength, note: str | None
) -> None:
    """The vendor's name makes it distinct, an owner's field less; else it is a hint."""
    made = drafted(known, key, value)
    assert made.rule.proves is proves
    assert made.rule.source == "observation of a scan, 2026-11-02"
    assert note is None or any(note in each for each in made.notes), made.notes


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Zephyrcam NVR", Kind.RECORDER), ("Zephyrcam Video Server", Kind.ENCODER),
        ("Zephyrcam Doorbell Camera", Kind.DOORBELL), ("Zephyrcam IP Camera", Kind.CAMERA),
    ],
)  # fmt: skip
def test_the_kind_is_read_where_it_stands(known: Fingerprints, value: str, kind: Kind) -> None:
    """Words for kinds of devices; the author's word wins."""
    assert drafted(known, "http.title", value, kind="").rule.gives[Slot.KIND] == kind
    assert drafted(known, "http.title", value, kind="other").rule.gives[Slot.KIND] == "other"


@pytest.mark.parametrize(
    ("key", "value", "asked", "says"),
    [
        ("http.title", "Zephyrcam", {"kind": ""}, "give --kind camera"),
        ("http.body", "x" * 300, {}, "--part 'TEXT'"),
        ("http.title", "a\nb", {}, "--part 'TEXT'"),
        ("sadp.serial", "ZC1", {}, "tells one device from others"),
        ("onvif.scope.location", "cellar", {}, "tells one device from others"),
        ("http.title", "x", {"vendor": "hik", "name": "Hikvision"}, "--vendor hikvision"),
        ("http.title", "x", {"rule": "hikvision.sadp.answer"}, "another --id"),
    ],
)
def test_what_is_refused(
    known: Fingerprints, key: str, value: str, asked: dict[str, str], says: str
) -> None:
    """The message says by which option it goes."""
    with pytest.raises(CamfinderError, match=says):
        drafted(known, key, value, **asked)


def test_names_and_numbers_of_the_device_are_not_kept(known: Fingerprints) -> None:
    """What identifies the device is replaced in the hit, and general in the pattern."""
    sample = replace(NOBODY, identity=(("serial", "ZC48120377AF"), ("host", "cellar-3")))
    fact = Fact("http.title", "Zephyrcam cellar-3 SN ZC48120377AF")
    asked = Asked("zephyrcam", kind="camera")
    made = draft(sample, fact, asked, known, catalogue().declares)
    assert "48120377" not in made.rule.hit + made.rule.match
    assert "cellar" not in made.rule.hit + made.rule.match
    assert made.observed == fact.value


def test_a_rule_against_another_vendor_is_complained_of(known: Fingerprints) -> None:
    """The same check as `camfinder fingerprints check`: a title of Axis is not the new one's."""
    made = drafted(known, "http.title", "AXIS P3245-LVE Network Camera", proves="distinct")
    done = written(made, None, [default_folder()], known, catalogue(), lambda _frame: ())
    assert any("axis" in str(each) for each in done.complaints)
    assert all(each.remedy for each in done.complaints)


def test_a_file_that_cannot_be_read_is_left_alone(known: Fingerprints, tmp_path: Path) -> None:
    """Bytes that are no text are the user's: nothing is written over them."""
    path = tmp_path / "zephyrcam.toml"
    path.write_bytes(b"\xff")
    made = drafted(known, "http.title", "Zephyrcam")
    with pytest.raises(CamfinderError, match=r"zephyrcam\.toml"):
        written(made, path, [default_folder()], known, catalogue(), lambda _frame: ())
    path.write_text("schema = 1\n[vendor\n")
    done = written(made, path, [default_folder()], known, catalogue(), lambda _frame: ())
    assert any("is no TOML" in each.problem for each in done.complaints)
