"""The fingerprint check: examples hold, facts exist, vendors do not contradict each other."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from camfinder.match.check import check
from camfinder.match.fingerprint import default_folder, load
from camfinder.model import Fact, Frame, Observation, Slot
from camfinder.probes import catalogue


@dataclass(frozen=True)
class Facts:
    """A catalogue of two facts."""

    emits: dict[str, str] = field(default_factory=lambda: {"http.server": "", "http.header.*": ""})
    declares: dict[str, Slot] = field(default_factory=dict)
    free_text: frozenset[str] = frozenset()


def vendor(name: str, *rules: str) -> str:
    """The text of a vendor's file."""
    head = f'schema = 1\n[vendor]\nid = "{name}"\nname = "{name.title()}"\nsource = "made up"\n'
    return head + "".join(rules)


def rule(name: str, match: str, hit: str, gives: str, **other: str) -> str:
    """The text of a rule with one hit and one miss."""
    return (
        f"[[rule]]\nid = '{name}.{other.get('id', 'server')}'\n"
        f"fact = '{other.get('fact', 'http.server')}'\nmatch = '{match}'\n"
        f"proves = '{other.get('proves', 'distinct')}'\ngives = {{ {gives} }}\nsource = 'made up'\n"
        f"{other.get('more', '')}\n[[rule.hit]]\n{hit}\n[[rule.miss]]\n"
        f"text = '{other.get('miss', 'Apache')}'\n"
    )


def complaints(folder: Path, *files: tuple[str, str]) -> list[str]:
    """What the check says of these files."""
    for name, text in files:
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return [str(each) for each in check(load([folder]), catalogue=Facts())]


GOOD = rule("acme", "^Acme/", "text = 'Acme/1'", 'brand = "acme", kind = "camera"')


def test_a_good_file_passes(tmp_path: Path) -> None:
    """Nothing is said of a file that holds; a fact of a family is known."""
    header = rule(
        "acme", "^Acme", "text = 'Acme'", 'brand = "acme"', fact="http.header.x-cam", id="header"
    )
    assert complaints(tmp_path, ("acme", vendor("acme", GOOD, header))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("http.server", "http.sever"), "no probe makes the fact 'http.sever'"),
        (GOOD.replace("'Acme/1'", "'Bcme/1'"), "hit 'Bcme/1' does not fire"),
        (GOOD.replace("text = 'Apache'", "text = 'Acme/2'"), "miss 'Acme/2' fires"),
        (
            GOOD.replace("text = 'Acme/1'", "text = 'Acme/1'\ngives = { kind = 'recorder' }"),
            "gives kind ['camera'], not 'recorder'",
        ),
        (GOOD.replace("[[rule.hit]]", "cpe = ['cpe:/h:acme']\n[[rule.hit]]"), "no CPE 2.3 name"),
        (
            GOOD.replace("[[rule.hit]]", "cpe = ['cpe:2.3:h:a:{x}:-:*:*:*:*:*:*:*']\n[[rule.hit]]"),
            "cpe names {x}",
        ),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, text: str, words: str) -> None:
    """Each mistake of a rule is complained of, with the rule's id."""
    found = complaints(tmp_path, ("acme", vendor("acme", text)))
    assert any(words in each and "acme.server" in each for each in found), found


def test_model_examples_must_hold(tmp_path: Path) -> None:
    """Hits and misses of a model form are tried on the whole number."""
    form = (
        "[[model]]\nid = 'acme.m'\nmatch = 'AC-[0-9]+'\nproves = 'hint'\nsource = 'made up'\n"
        "hits = ['AC-12', 'AC-x']\nmisses = ['ac-7', 'AC-7a']\n"
    )
    found = complaints(tmp_path, ("acme", vendor("acme", form)))
    assert len(found) == 2
    assert "hit 'AC-x' does not match" in found[0]
    assert "miss 'ac-7' matches" in found[1]


def test_vendors_must_not_contradict_each_other(tmp_path: Path) -> None:
    """Another vendor's rule that names another brand on the same hit is a mistake of one."""
    other = rule("bravo", "^Ac", "text = 'Acxx'", 'brand = "bravo"', miss="B")
    found = complaints(tmp_path, ("acme", vendor("acme", GOOD)), ("bravo", vendor("bravo", other)))
    assert len(found) == 1
    assert "bravo.server says brand bravo, not acme" in found[0]


def test_kinds_must_not_contradict_each_other(tmp_path: Path) -> None:
    """Another vendor's `other` on a camera's hit is a mistake of one."""
    other = rule("bravo", "^A", "text = 'Axx'", 'kind = "other"')
    found = complaints(tmp_path, ("acme", vendor("acme", GOOD)), ("bravo", vendor("bravo", other)))
    assert any("says kind other" in each for each in found)


def test_a_hint_accuses_no_other_maker(tmp_path: Path) -> None:
    """A rule of one vendor may not name another's make on a hint."""
    weak = rule("acme", "^Acme/", "text = 'Acme/1'", 'maker = "bravo"', proves="hint")
    found = complaints(tmp_path, ("acme", vendor("acme", weak)), ("bravo", vendor("bravo")))
    assert any("names another maker (bravo) at hint" in each for each in found)


def test_one_name_is_one_vendor(tmp_path: Path) -> None:
    """The same alias in two files is complained of."""
    alias = vendor("acme").replace('source = "made up"', 'aliases = ["Bravo Inc."]\nsource = "x"')
    found = complaints(tmp_path, ("acme", alias), ("bravo", vendor("bravo")))
    assert any("is also a name of" in each for each in found)


def test_raw_examples_go_through_the_parser(tmp_path: Path) -> None:
    """A `hex` hit is parsed first; without a parser it is left out."""
    raw = GOOD.replace("text = 'Acme/1'", "hex = '41636d652f31'")
    (tmp_path / "acme.toml").write_text(vendor("acme", raw), encoding="utf-8")
    fingerprints = load([tmp_path])

    def parse(frame: Frame) -> list[Observation]:
        facts = (Fact("http.server", frame.payload.decode()),)
        return [
            Observation("http", None, 80, frame.transport, facts, frame.seen_at, "x", frame.payload)
        ]

    assert check(fingerprints, catalogue=Facts(), parse=parse) == []
    assert check(fingerprints, catalogue=Facts(), parse=lambda _frame: [])
    assert check(fingerprints, catalogue=Facts()) == []


def test_the_shipped_fingerprints_hold() -> None:
    """Every shipped example holds against the facts that the probes make."""
    found = check(load([default_folder()]), catalogue=catalogue())
    assert not found, "\n".join(map(str, found[:20]))
