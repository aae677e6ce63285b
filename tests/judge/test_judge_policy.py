"""Policy packs: shipped data, schema, complaints, overlays, positive lists."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from judged import MACS, device_of, information, knowledge, sadp

from camfinder.judge.dates import begun, holds, parse_day
from camfinder.judge.policy import PolicyError, default_folder, load, read
from camfinder.judge.verdict import judge_device

GOOD = """schema = 1
checked = "2026-11-01"
[policy]
id = "town"
name = "Town hall"
jurisdiction = "Town"
[[clause]]
id = "town-1"
name = "No Nordcam"
kind = "own rule"
reference = "council, 2026"
effective = "2026-02"
scope = "No Nordcam."
makers = ["nordcam"]
affiliates = "yes"
relabelled = "yes"
source = "minutes"
"""
MAKERS = """schema = 1
checked = "2026-10-01"
[sources]
WEB = "its page"
[[maker]]
id = "nordcam"
name = "Nordcam"
country = "NO"
status = "confirmed"
relations = [{ kind = "maker" }]
sources = ["WEB"]
"""
Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """A folder of policies with these files."""

    def write(policy: str = GOOD, makers: str | None = MAKERS) -> Path:
        (tmp_path / "town.toml").write_text(policy, encoding="utf-8")
        if makers is not None:
            (tmp_path / "makers.toml").write_text(makers, encoding="utf-8")
        return tmp_path

    return write


def test_the_shipped_files_are_in_order() -> None:
    """No complaint, a digest and a date, the four main regimes."""
    known, complaints = read([default_folder()])
    assert complaints == ()
    assert len(known.digest) == 12
    assert known.checked >= "2026-11-23"
    assert {"us-ndaa-889", "us-fcc-covered-list", "uk-2022", "au-2023"} <= set(known.policies)
    clauses = [clause.id for clause in known.policies["us-ndaa-889"].clauses]
    assert clauses == ["us-ndaa-889a", "us-ndaa-889b", "us-ndaa-889c"]


def test_every_confirmed_regime_is_there_and_no_other(shared: Path) -> None:
    """The clauses are exactly the confirmed entries of the fact file, with their dates."""
    facts = yaml.safe_load((shared / "facts" / "policies.yaml").read_text(encoding="utf-8"))
    confirmed = {e["id"]: e for e in facts["policies"] if e["status"] == "CONFIRMED"}
    clauses = {c.id: c for p in knowledge().policies.values() for c in p.clauses}
    assert set(clauses) == set(confirmed)
    assert len(clauses) == 25
    for key, clause in clauses.items():
        named = {"imilab": "xiaomi"}
        wanted = {named.get(each, each) for each in confirmed[key]["named_makers"]}
        assert {each.id for each in clause.makers} == wanted, key
        adopted = str(confirmed[key]["adopted"])
        assert clause.adopted == adopted, key


def test_every_clause_is_cited() -> None:
    """Reference, source, scope and a date that can be compared."""
    for policy in knowledge().policies.values():
        for clause in policy.clauses:
            assert clause.reference
            assert clause.source
            assert clause.scope
            parse_day(clause.effective)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "town-1"\n', "", "id is missing"),
        ('kind = "own rule"', 'kind = "rumour"', "kind is 'rumour'; write one of law"),
        ('effective = "2026-02"', 'effective = "soon"', "effective: 'soon' is no YYYY"),
        ('effective = "2026-02"', 'effective = "2026-13"', "13 is no month"),
        ('relabelled = "yes"', 'relabelled = "maybe"', "relabelled is 'maybe'"),
        ('relabelled = "yes"\n', "", "relabelled is missing"),
        ('makers = ["nordcam"]', 'makers = ["nordcan"]', "no maker 'nordcan'"),
        ('makers = ["nordcam"]', "makers = [7]", "makers: 7 is neither id nor table"),
        ('makers = ["nordcam"]', 'makers = [{ id = "nordcam", from = 1 }]', "unknown key 'from'"),
        ('source = "minutes"', 'sauce = "minutes"', "unknown key 'sauce'"),
        ('source = "minutes"', 'source = "x"\ncountries = ["China"]', "'China' is no country"),
        ('source = "minutes"', 'source = "x"\napproved = ["nordcam"]', "approved beside makers"),
        ("schema = 1", "schema = 2", "schema is 2; write schema = 1"),
        ("[policy]", "[polity]", "there is no [policy] table"),
        ('checked = "2026-11-01"\n', "", "checked is missing"),
        ('name = "Town hall"', "name = 3", "name is no text"),
        ("[[clause]]", "[[claus]]", "there is no clause"),
        ('id = "town"', 'id = "Town Hall"', "write lower case letters, digits and hyphens"),
        ("schema = 1", "schema = ", "no TOML"),
    ],
)
def test_mistakes_are_named(folder: Write, old: str, new: str, words: str) -> None:
    """File, clause, problem and remedy stand in the complaint."""
    assert old in GOOD
    path = folder(GOOD.replace(old, new, 1))
    with pytest.raises(PolicyError) as caught:
        load([path])
    _known, complaints = read([path])
    assert any(words in str(complaint) for complaint in complaints), complaints
    assert "town.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('country = "NO"', 'country = "Norway"', "'Norway' is no country"),
        ('kind = "maker"', 'kind = "oem-of"', "every other kind has one"),
        ('kind = "maker"', 'kind = "oem-of", of = "nobody"', "relations: no maker 'nobody'"),
        ('status = "confirmed"', 'status = "sure"', "write one of confirmed, unconfirmed"),
        ('sources = ["WEB"]', 'sources = ["WEP"]', "sources: no 'WEP'"),
        ('sources = ["WEB"]', "sources = []", "sources is missing"),
        ('name = "Nordcam"', 'nom = "Nordcam"', "name is missing"),
    ],
)
def test_mistakes_in_makers_are_named(folder: Write, old: str, new: str, words: str) -> None:
    """The same for makers.toml."""
    assert old in MAKERS
    _known, complaints = read([folder(makers=MAKERS.replace(old, new, 1))])
    assert any(words in str(each) and "makers.toml" in str(each) for each in complaints)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_only_give_complaints(data: bytes) -> None:
    """Whatever stands in a file, nothing but a complaint comes of it."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "x.toml").write_bytes(data)
        _known, complaints = read([Path(name)])
    assert complaints


def test_folders_that_are_not_there_are_named(tmp_path: Path) -> None:
    """A missing or empty folder is the user's mistake."""
    with pytest.raises(PolicyError, match="no such folder"):
        load([tmp_path / "none"])
    with pytest.raises(PolicyError, match=r"no \.toml file in it"):
        load([tmp_path])


def test_a_later_folder_replaces_by_id(folder: Write) -> None:
    """An own file with a shipped id wins; everything else stays."""
    path = folder(GOOD.replace('id = "town"', 'id = "uk-2022"'))
    known = load([default_folder(), path])
    assert known.policies["uk-2022"].name == "Town hall"
    assert "au-2023" in known.policies
    assert known.digest != knowledge().digest
    assert known.checked == "2026-10-01"


def test_two_files_of_one_folder_do_not_share_an_id(folder: Write) -> None:
    """The same policy or clause twice is a mistake."""
    path = folder()
    (path / "other.toml").write_text(GOOD, encoding="utf-8")
    _known, complaints = read([path])
    assert any("the id stands in" in str(each) for each in complaints)
    (path / "other.toml").write_text(GOOD.replace('"town"', '"city"'), encoding="utf-8")
    _known, complaints = read([path])
    assert any("the id is one of city, too" in str(each) for each in complaints)


def test_own_positive_list(folder: Write) -> None:
    """A list of approved makers reaches all others, through labels, too."""
    text = GOOD.replace('makers = ["nordcam"]', 'approved = ["axis", "bosch"]')
    known = load([default_folder(), folder(text, makers=None)])
    town = known.policies["town"]
    seen = {
        "Axis": [information("Axis", "P3245-LVE")],
        "Hanwha": [information("Hanwha Vision", "XNO-8082R")],
        "Axis by Hikvision": [
            information("Axis", "P3245-LVE"),
            sadp("X", mac=MACS["hikvision"]),
            ("mac", MACS["hikvision"]),
        ],
        "unknown": [information("Qorvex", "ZK-1"), ("onvif.scopes", "Profile/Streaming")],
    }
    said = {}
    for name, observations in seen.items():
        finding = judge_device(device_of(observations), town, known.makers, date(2026, 11, 24))
        said[name] = finding.verdict if finding else None
    assert said["Axis"] == "not-listed"
    assert said["Hanwha"] == "listed"
    assert said["Axis by Hikvision"] == "listed-through-maker"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2022-11-24", date(2022, 11, 24), date(2022, 11, 24)),
    ],
)
def test_days_months_years(text: str, first: date, last: date) -> None:
    """A month or a year means any of its days."""
    assert parse_day(text) == (first, last)


@given(st.text(max_size=12))
def test_no_other_text_is_a_day(text: str) -> None:
    """Everything else is refused with ValueError."""
    try:
        first, last = parse_day(text)
    except ValueError:
        return
    assert first <= last
    assert text[:4] == f"{first.year:04}"


def test_only_what_is_certain_holds() -> None:
    """A rule of July holds from the last of July, and until before the first of its last month."""
    assert not holds("2026-07", None, date(2026, 7, 30))
    assert holds("2026-07", None, date(2026, 7, 31))
    assert holds(None, "2022-09", date(2022, 8, 31))
    assert not holds(None, "2022-09", date(2022, 9, 1))
    assert begun("2020", date(2021, 1, 1))
    assert not begun("2020", date(2020, 6, 1))


def test_the_documented_examples_load(tmp_path: Path) -> None:
    """The two files of docs/policies.md are right as they stand there."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "policies.md").read_text("utf-8")
    blocks = [part.partition("```")[0] for part in text.split("```toml\n")[1:]]
    assert len(blocks) == 2
    (tmp_path / "town.toml").write_text(blocks[0], encoding="utf-8")
    (tmp_path / "makers.toml").write_text(blocks[1], encoding="utf-8")
    known, complaints = read([default_folder(), tmp_path])
    assert complaints == ()
    assert known.policies["town-approved"].clauses[0].approved == ("axis", "hanwha")
    assert known.makers.by_id["nordcam"].platform
