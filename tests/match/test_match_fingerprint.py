"""Fingerprint files: what is read, what is complained of, how folders overlay."""

from pathlib import Path

import pytest

from camfinder.match.fingerprint import FingerprintError, default_folder, load, read
from camfinder.model import Kind, Slot, Strength

VENDOR = """schema = 1
[vendor]
id = "nordcam"
name = "Nordcam"
aliases = ["Nordcam AS"]
country = "NO"
makes_own = true
source = "made up"
"""
RULE = """
[[rule]]
id = "nordcam.http.server"
fact = "http.server"
match = '^Nordcam-Web/(?P<firmware>[0-9.]+)'
requires = { "http.title" = 'Live' }
proves = "distinct"
gives = { brand = "nordcam", kind = "camera", firmware = "{firmware}" }
strengths = { kind = "family" }
source = "made up"
  [[rule.hit]]
  text = "Nordcam-Web/5.7"
  with = { "http.title" = "Live view" }
  gives = { firmware = "5.7" }
  [[rule.miss]]
  text = "Apache"
"""
MODEL = """
[[model]]
id = "nordcam.model.dome"
match = 'ND-[0-9]{4}'
kind = "camera"
proves = "distinct"
hits = ["ND-1001"]
misses = ["ND-1"]
source = "made up"
"""


def write(folder: Path, text: str, name: str = "nordcam.toml") -> Path:
    """Put one file into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_file_becomes_records(tmp_path: Path) -> None:
    """Vendor, rule and model form hold what the file says."""
    found = load([write(tmp_path / "a", VENDOR + MODEL + RULE)])
    rule, form = found.rules[0], found.models[0]
    assert found.vendors["nordcam"].makes_own
    assert found.by_name["nordcam"] == "nordcam"
    assert rule.facts == ("http.server",)
    assert rule.gives[Slot.FIRMWARE] == "{firmware}"
    assert rule.strengths == {
        Slot.BRAND: Strength.DISTINCT,
        Slot.KIND: Strength.FAMILY,
        Slot.FIRMWARE: Strength.DISTINCT,
    }
    assert rule.hits[0].with_facts == {"http.title": "Live view"}
    assert (form.kind, form.proves, form.free_text) == (Kind.CAMERA, Strength.DISTINCT, False)
    assert found.by_id["nordcam.http.server"] is rule
    assert found.display("nordcam") == "Nordcam"
    assert found.display("Acme") == "Acme"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("schema = 1", "schema = 2", ("schema is not 1",)),
        ("[vendor]", "[vendor", ("is no TOML",)),
        ('id = "nordcam"', 'id = "nordic"', ("is not the file's name",)),
        ('country = "NO"', 'country = "Norway"', ("country", "ISO 3166")),
        ("makes_own = true", 'makes_own = "yes"', ("neither true nor false",)),
        ("makes_own = true", "owns = true", ("unknown key 'owns'", "allowed here")),
        ('id = "nordcam.http', 'id = "other.http', ("other.http.server", "call it nordcam")),
        ('proves = "distinct"\ngives', 'proves = "sure"\ngives', ("unknown word 'sure'",)),
        ("[0-9.]+)'", "[0-9.]+'", ("nordcam.http.server", "no RE2 pattern")),
        ("(?P<firmware>", "(?=x)(?P<firmware>", ("no RE2 pattern",)),
        ("(?P<firmware>", "(?P<version>", ("gives names {firmware}",)),
        ("'^Nordcam-Web/", "'^(?P<more>N)ordcam-Web/", ("group 'more' of match is not used",)),
        ('kind = "camera", f', 'kind = "webcam", f', ("gives.kind 'webcam'",)),
        ("{ brand =", "{ label =", ("unknown slot 'label'",)),
        ('brand = "nordcam"', 'brand = "acme"', ("no vendor 'acme'",)),
        ('{ kind = "family" }', '{ maker = "family" }', ("strengths.maker",)),
        ("[[rule.miss]]\n", "[[rule.hit]]\n", ("no hit or no miss",)),
        ('text = "Apache"', 'text = "Apache"\n  hex = "00"', ("not just one of text",)),
        ('text = "Apache"', 'hex = "0g"', ("no hexadecimal digits",)),
        ("'ND-[0-9]{4}'", "'ND-[0-9]{4'", ()),
        ('id = "nordcam.model.dome"', 'id = "nordcam.http.server"', ("stands twice",)),
        ('hits = ["ND-1001"]\n', "", ("hits is missing",)),
    ],
)
def test_a_mistake_names_file_rule_and_remedy(
    tmp_path: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    """Each mistake gives one clear line that names the file."""
    text = VENDOR + MODEL + RULE
    assert old in text
    folder = write(tmp_path / "a", text.replace(old, new, 1))
    if not words:  # an unclosed repetition is literal text in RE2
        load([folder])
        return
    with pytest.raises(FingerprintError) as caught:
        load([folder])
    assert "nordcam.toml" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_every_complaint_is_listed(tmp_path: Path) -> None:
    """`read` goes on after a mistake and keeps what is right."""
    text = VENDOR + MODEL.replace("distinct", "sure") + RULE.replace("(?P<firm", "(?P<soft")
    found, complaints = read([write(tmp_path / "a", text)])
    assert list(found.vendors) == ["nordcam"]
    assert not found.rules
    assert {complaint.where for complaint in complaints} == {
        "nordcam.model.dome",
        "nordcam.http.server",
    }


def test_a_later_folder_overrides_by_id(tmp_path: Path) -> None:
    """An overlay replaces vendors and rules of the same id and keeps the rest."""
    first = write(tmp_path / "a", VENDOR + MODEL + RULE)
    second = write(
        tmp_path / "b",
        VENDOR.replace('"Nordcam"', '"Nordcam 2"') + RULE.replace("distinct", "hint"),
    )
    both = load([first, second])
    assert both.vendors["nordcam"].name == "Nordcam 2"
    assert both.rules[0].proves is Strength.HINT
    assert len(both.models) == 1
    assert both.digest != load([first]).digest
    assert both.digest == load([first, second]).digest


def test_nothing_to_load_is_an_error(tmp_path: Path) -> None:
    """A missing or empty folder is the user's fault, said in one line."""
    with pytest.raises(FingerprintError, match="no such folder"):
        load([tmp_path / "absent"])
    with pytest.raises(FingerprintError, match=r"no \.toml file"):
        load([tmp_path])


def test_files_without_a_vendor_begin_with_an_underscore(tmp_path: Path) -> None:
    """`_generic.toml` has rules of its own name and no vendor."""
    rule = RULE.replace("nordcam.http", "generic.http").replace('brand = "nordcam", ', "")
    folder = write(tmp_path / "a", "schema = 1\n" + rule, "_generic.toml")
    assert load([folder]).rules[0].vendor == "generic"
    write(folder, VENDOR + rule, "_generic.toml")
    with pytest.raises(FingerprintError, match="has a vendor or models"):
        load([folder])


def test_the_shipped_folder_is_found() -> None:
    """A checkout or wheel has its fingerprints, and all of them can be read."""
    found = load([default_folder()])
    assert len(found.vendors) > 50
    assert len(found.digest) == 12
