"""Deliberate mistakes of authors: each is caught, with file, rule and remedy."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from camfinder.datafiles import Complaint
from camfinder.flow.reader import Reader
from camfinder.match.check import check
from camfinder.match.fingerprint import read
from camfinder.probes import all_probes, catalogue

ACME = r"""schema = 1

[vendor]
id = "acme"
name = "Acme"
country = "GB"
relabels = ["bravo"]
source = "made up"

[[model]]
id = "acme.model"
match = 'AC-\d{4}[A-Z]?'
kind = "camera"
proves = "distinct"
hits = ["AC-2010", "AC-2010W"]
misses = ["AC-2"]
source = "made up"

[[rule]]
id = "acme.server"
fact = "http.server"
match = '^Acme-Web/(?P<firmware>\d+(?:\.\d+)+)'
proves = "distinct"
gives = { brand = "acme", kind = "camera", firmware = "{firmware}" }
source = "made up"

  [[rule.hit]]
  text = 'Acme-Web/5.7.3'
  gives = { firmware = "5.7.3" }

  [[rule.miss]]
  text = 'Apache/2.4.1'
"""
BRAVO = r"""schema = 1

[vendor]
id = "bravo"
name = "Bravo"
source = "made up"

[[model]]
id = "bravo.model"
match = 'BV\d{3}'
kind = "camera"
proves = "family"
hits = ["BV123"]
misses = ["BV"]
source = "made up"

[[rule]]
id = "bravo.title"
fact = "http.title"
match = '^Bravo View'
proves = "distinct"
gives = { brand = "bravo", kind = "recorder" }
source = "made up"

  [[rule.hit]]
  text = 'Bravo View'

  [[rule.miss]]
  text = 'View'
"""
SECOND = r"""
[[rule]]
id = "acme.second"
fact = "{fact}"
match = '{match}'
proves = "distinct"
gives = {{ {gives} }}
source = "made up"

  [[rule.hit]]
  text = '{hit}'

  [[rule.miss]]
  text = 'Apache/2.4.1'
"""
RULE, MODEL = "acme.server", "acme.model"


def second(match: str, hit: str, gives: str, fact: str = "http.server") -> str:
    """A further rule for the end of the file."""
    return SECOND.format(fact=fact, match=match, hit=hit, gives=gives)


@dataclass(frozen=True)
class Mistake:
    """One change of `acme.toml`, and what has to be said of it.

    Attributes:
        name: What the author did wrong.
        old, new: What is replaced; an empty `old` adds to the end.
        where: The rule, form or vendor that is named; empty for the file.
        problem, remedy: What the complaint holds.
        file: Which file is named.
    """

    name: str
    old: str
    new: str
    where: str
    problem: str
    remedy: str
    file: str = "acme.toml"


MISTAKES = (
    Mistake("bad TOML", "[vendor]", "[vendor", "", "is no TOML", "correct the syntax"),
    Mistake("no schema", "schema = 1", "schema = 2", "", "schema is not 1", "schema = 1"),
    Mistake(
        "unknown key in the vendor", 'country = "GB"', 'land = "GB"', "acme",
        "unknown key 'land'", "allowed here: aliases, country",
    ),
    Mistake(
        "unknown key in a rule", 'fact = "http.server"', 'fact = "http.server"\nprove = "hint"',
        RULE, "unknown key 'prove'", "allowed here",
    ),
    Mistake(
        "wrong country code", 'country = "GB"', 'country = "UK"', "acme",
        "country 'UK'", "GB, not UK",
    ),
    Mistake(
        "unknown vendor in relabels", '["bravo"]', '["brave"]', "acme",
        "relabels: no vendor 'brave'", "correct the id",
    ),
    Mistake(
        "unknown brand", 'brand = "acme"', 'brand = "acne"', RULE,
        "gives.brand: no vendor 'acne'", "add the vendor's file",
    ),
    Mistake(
        "id is not the file's name", 'id = "acme"', 'id = "acmee"', "",
        "'acmee' is not the file's name", "make them equal",
    ),
    Mistake(
        "missing source of a vendor", 'relabels = ["bravo"]\nsource = "made up"', "", "acme",
        "source is not a text", 'write source = "..."',
    ),
    Mistake(
        "missing source of a rule", 'firmware = "{firmware}" }\nsource = "made up"',
        'firmware = "{firmware}" }', RULE, "source is not a text", 'write source = "..."',
    ),
    Mistake(
        "name of another vendor", 'name = "Acme"', 'name = "Acme"\naliases = ["Bravo"]', "bravo",
        "'Bravo' is also a name of acme", "take it off one", "bravo.toml",
    ),
    Mistake(
        "missing hit",
        "  [[rule.hit]]\n  text = 'Acme-Web/5.7.3'\n  gives = { firmware = \"5.7.3\" }\n",
        "", RULE, "has no hit or no miss", "[[rule.hit]] and [[rule.miss]]",
    ),
    Mistake(
        "no miss", "[[rule.miss]]\n  text = 'Apache/2.4.1'", "", RULE,
        "has no hit or no miss", "[[rule.hit]] and [[rule.miss]]",
    ),
    Mistake(
        "hit does not match", "'Acme-Web/5.7.3'", "'Acme Web 5.7.3'", RULE,
        "hit 'Acme Web 5.7.3' does not fire on http.server", "correct match or requires",
    ),
    Mistake(
        "miss matches", "'Apache/2.4.1'", "'Acme-Web/1.0'", RULE,
        "miss 'Acme-Web/1.0' fires on http.server", "make match narrower",
    ),
    Mistake(
        "hit gives something else", 'gives = { firmware = "5.7.3" }',
        'gives = { firmware = "5.7" }', RULE,
        "gives firmware ['5.7.3'], not '5.7'", "correct the rule or the example",
    ),
    Mistake(
        "look-ahead", "'^Acme-Web/", "'^(?=A)Acme-Web/", RULE, "no RE2 pattern", "re2 syntax",
    ),
    Mistake(
        "back reference", "(?:\\.\\d+)+)'", "(?:\\.\\d+)+)\\1'", RULE, "no RE2 pattern",
        "re2 syntax",
    ),
    Mistake(
        "unclosed group", "(?:\\.\\d+)+)'", "(?:\\.\\d+)+'", RULE, "no RE2 pattern", "re2 syntax",
    ),
    Mistake(
        "too long a pattern", "'^Acme-Web/", "'^(?:Acme|" + "x" * 2_000 + ")-Web/", RULE,
        "longer than 2000 characters", "re2 syntax",
    ),
    Mistake(
        "a pattern that costs too much", "\\d+(?:", "[\\p{L}\\d]{1,500}(?:", RULE,
        "too dear", "repeat less",
    ),
    Mistake(
        "unused capture", "'^Acme-Web/", "'^(?P<model>Acme)-Web/", RULE,
        "group 'model' of match is not used", "use it in gives",
    ),
    Mistake(
        "unknown capture", "(?P<firmware>", "(?P<version>", RULE,
        "gives names {firmware}", "(?P<firmware>...)",
    ),
    Mistake(
        "unknown fact", '"http.server"', '"http.sever"', RULE,
        "no probe makes the fact 'http.sever'", "camfinder fingerprints facts",
    ),
    Mistake(
        "unknown strength", 'proves = "distinct"\ngives', 'proves = "sure"\ngives', RULE,
        "unknown word 'sure'", "one of: declared, distinct, family, hint",
    ),
    Mistake(
        "unknown kind", 'kind = "camera", firmware', 'kind = "webcam", firmware', RULE,
        "gives.kind 'webcam'", "one of: camera",
    ),
    Mistake(
        "unknown slot", "{ brand =", "{ label =", RULE, "unknown slot 'label'", "one of: brand",
    ),
    Mistake(
        "strength of what is not given", 'source = "made up"\n\n  [[rule.hit]]',
        'strengths = { maker = "hint" }\nsource = "made up"\n\n  [[rule.hit]]', RULE,
        "strengths.maker", "name a slot of gives",
    ),
    Mistake(
        "duplicate id", "", second("^Acme-Cam", "Acme-Cam", 'brand = "acme"').replace(
            "acme.second", RULE
        ), RULE, "this id stands twice", "its own id",
    ),
    Mistake(
        "id of another vendor", 'id = "acme.server"', 'id = "bravo.server"', "bravo.server",
        "does not begin with the vendor's", "call it acme.",
    ),
    Mistake(
        "overlap inside the vendor", "",
        second("^Acme-Web/(?P<firmware>\\d+)", "Acme-Web/5", 'firmware = "{firmware}"'), RULE,
        "acme.second says firmware 5, not 5.7.3", "make one of the two narrower",
    ),
    Mistake(
        "overlap between vendors", "",
        second("^Bravo", "Bravo of Acme", 'brand = "acme"', "http.title"), "bravo.title",
        "acme.second says brand acme, not bravo", "make one of the two narrower", "bravo.toml",
    ),
    Mistake(
        "kind against another vendor", "",
        second("^Bravo", "Bravo", 'kind = "other"', "http.title"), "bravo.title",
        "acme.second says kind other", "make one of the two narrower", "bravo.toml",
    ),
    Mistake(
        "match takes the empty text", "", second("(?:Acme)?", "Acme", 'brand = "acme"'),
        "acme.second", "takes the empty text", "necessary",
    ),
    Mistake(
        "match takes anything", "", second("[A-Za-z]+", "Acme", 'brand = "acme"'),
        "acme.second", "says nothing of its sender", "prove only hint",
    ),
    Mistake(
        "match takes a bare server", "", second("(?i)^boa/", "Boa/0.9 Acme", 'brand = "acme"'),
        "acme.second", "match takes 'Boa/0.94.14rc21' of http.server", "the maker's own words",
    ),
    Mistake(
        "match takes a bare GoAhead", "", second("^GoAhead", "GoAhead-Acme", 'kind = "camera"'),
        "acme.second", "match takes 'GoAhead-Webs' of http.server", "the maker's own words",
    ),
    Mistake(
        "anybody's title names the brand", "",
        second("^Network Camera", "Network Camera AC", 'brand = "acme"', "http.title"),
        "acme.second", "match takes 'Network Camera' of http.title", "prove only hint",
    ),
    Mistake(
        "form takes another vendor's numbers", 'relabels = ["bravo"]', "", MODEL,
        "takes 'BV123' of bravo.model and proves distinct", "prove family or hint",
    ),
    Mistake(
        "form takes what is no number", "'AC-\\d{4}[A-Z]?'", "'[A-Z0-9.-]+'", MODEL,
        "takes '192.0.2.1', which is no model", "make match narrower",
    ),
    Mistake(
        "form does not take its hit", '"AC-2010W"', '"AC-2010-W"', MODEL,
        "hit 'AC-2010-W' does not match", "correct match",
    ),
    Mistake(
        "form takes its miss", '["AC-2"]', '["AC-2000"]', MODEL, "miss 'AC-2000' matches",
        "make match narrower",
    ),
    Mistake(
        "another maker is accused by a hint", 'brand = "acme", kind', 'maker = "bravo", kind',
        RULE, "names another maker (bravo) at hint", "prove family",
    ),
    Mistake(
        "no CPE name", 'source = "made up"\n\n  [[rule.hit]]',
        'cpe = ["cpe:/h:acme"]\nsource = "made up"\n\n  [[rule.hit]]', RULE,
        "no CPE 2.3 name", "13 parts",
    ),
    Mistake(
        "two sorts of example in one", "text = 'Apache/2.4.1'",
        "text = 'Apache/2.4.1'\n  hex = '00'",
        RULE, "not just one of text, banner, hex", "keep one",
    ),
)  # fmt: skip
WIDER = {"form takes another vendor's numbers": ("'AC-\\d{4}[A-Z]?'", "'(?:AC-|BV)\\d{3,4}[A-Z]?'")}
WEAKER = {"another maker is accused by a hint": ('"distinct"\ngives', '"hint"\ngives')}


def said(folder: Path) -> list[Complaint]:
    """What `camfinder fingerprints check` says of a folder."""
    found, unread = read([folder])
    reader = Reader(all_probes(), lambda _problem: None, strict=True)
    return [*unread, *check(found, catalogue=catalogue(), parse=reader.read)]


def write(folder: Path, acme: str = ACME) -> None:
    """The two files."""
    (folder / "acme.toml").write_text(acme, encoding="utf-8")
    (folder / "bravo.toml").write_text(BRAVO, encoding="utf-8")


def test_without_a_mistake_nothing_is_said(tmp_path: Path) -> None:
    """What the mistakes are made in holds."""
    write(tmp_path)
    assert said(tmp_path) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.name)
def test_each_mistake_is_caught(tmp_path: Path, mistake: Mistake) -> None:
    """A complaint names file, rule and remedy."""
    text = ACME
    for table in (WIDER, WEAKER):
        old, new = table.get(mistake.name, ("", ""))
        assert old in text
        text = text.replace(old, new, 1) if old else text
    assert mistake.old in text
    text = text.replace(mistake.old, mistake.new, 1) if mistake.old else text + mistake.new
    write(tmp_path, text)
    found = said(tmp_path)
    assert any(
        Path(each.file) == tmp_path / mistake.file
        and each.where == mistake.where
        and mistake.problem in each.problem
        and mistake.remedy in each.remedy
        for each in found
    ), "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("make", "problem", "remedy"),
    [
        (lambda path: path.mkdir(), "is a folder", "another ending"),
        (os.mkfifo, "is no file", "another ending"),
        (lambda path: path.symlink_to("/nonexistent/x.toml"), "is no file", "another ending"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "is no TOML", "correct the syntax"),
        (lambda path: path.write_bytes(b"a = " + b"[" * 9_999), "is no TOML", "syntax"),
        (lambda path: path.write_bytes(b" " * (4 << 20) + b" "), "larger than", "split"),
        (lambda path: path.write_text("schema = 1\n"), "has no [vendor]", "write [vendor]"),
    ],
    ids=["folder", "pipe", "dangling link", "not UTF-8", "nested", "huge", "no vendor"],
)
def test_a_file_that_is_none_is_named(
    tmp_path: Path, make: Callable[[Path], object], problem: str, remedy: str
) -> None:
    """A file that cannot be read is complained of; the others are checked all the same."""
    write(tmp_path, ACME.replace("'Apache/2.4.1'", "'Acme-Web/1.0'"))
    make(tmp_path / "odd.toml")
    found = said(tmp_path)
    assert [Path(each.file).name for each in found] == ["odd.toml", "acme.toml"]
    assert problem in found[0].problem
    assert remedy in found[0].remedy
    assert "fires on" in found[1].problem


def test_a_form_that_swallows_everybodys_numbers(tmp_path: Path) -> None:
    """Even as a hint: numbers of more than forty vendors tell nothing."""
    write(tmp_path, ACME.replace(r"'AC-\d{4}[A-Z]?'", r"'[A-Z0-9-]+\d'").replace(
        '"distinct"\nhits = ["AC-2010", "AC-2010W"]', '"hint"\nhits = ["AC-2010"]'
    ))  # fmt: skip
    for number in range(41):
        name = f"v{number:02d}"
        text = BRAVO.replace("bravo", name).replace("Bravo", name.title()).replace("BV", name)
        (tmp_path / f"{name}.toml").write_text(text)
    found = [each for each in said(tmp_path) if each.where == MODEL]
    assert any("takes model numbers of 42 other vendors" in each.problem for each in found)
    assert all("make match narrower" in each.remedy for each in found)


def test_all_complaints_come_together(tmp_path: Path) -> None:
    """One unreadable rule hides no complaint about the others."""
    both = ACME.replace('"http.server"', '"http.sever"').replace("AC-2010W", "AC-2010-W")
    write(tmp_path, both)
    (tmp_path / "bravo.toml").write_text(BRAVO.replace("'^Bravo View'", "'^(Bravo View'"))
    assert {each.where for each in said(tmp_path)} >= {RULE, MODEL, "bravo.title"}


def test_a_file_over_a_known_vendor_needs_no_vendor(tmp_path: Path) -> None:
    """A folder that lies over another may add rules to its vendors."""
    below, above = tmp_path / "a", tmp_path / "b"
    below.mkdir()
    above.mkdir()
    write(below)
    more = second("^Acme-Cam", "Acme-Cam", 'brand = "acme"')
    (above / "acme.toml").write_text(f"schema = 1\n{more}")
    found, complaints = read([below, above])
    assert not complaints
    assert {rule.id for rule in found.rules} == {RULE, "acme.second", "bravo.title"}
    assert found.vendors["acme"].country == "GB"


def test_a_chosen_rule_is_checked_with_those_it_touches(tmp_path: Path) -> None:
    """With `only`, another vendor's example that the rule takes is told, other mistakes are not."""
    more = second("^Bravo", "Bravo of Acme", 'brand = "acme"', "http.title")
    write(tmp_path, ACME.replace("'Apache/2.4.1'", "'Acme-Web/1.0'") + more)
    found = check(read([tmp_path])[0], catalogue=catalogue(), only={"acme.second"})
    assert {each.where for each in found} == {"bravo.title"}
