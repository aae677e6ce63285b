"""Advisory findings of devices: vendor, model, version, in that order; what never makes one."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from vulnerable import device

from camfinder.document import SCHEMA, Document, FindingDoc, LedgerDoc, RunDoc, ToolDoc
from camfinder.judge.advisories import Advisories, default_folder, load, read_folders
from camfinder.judge.advisory import findings, judge_advisories

DAY = date(2026, 11, 24)
ADVISORIES = load([default_folder()])
HEAD = 'schema = 1\nvendor = "acme"\nnames = ["Acme Cam"]\nchecked = "2026-11-01"\n'
GOOD = (
    HEAD
    + """
[[advisory]]
id = "CVE-2024-0001"
title = "a flaw"
status = "confirmed"
published = "2024-02-01"
kev = "2024-03-01"
cvss = 9.8
source = ["a record"]

[[advisory.affected]]
models = "AC-1 series"
match = '^AC-1'
scheme = "dotted"
before = "2.0"
"""
)


def known(folder: Path, text: str = GOOD) -> Advisories:
    """Advisories of one file."""
    (folder / "acme.toml").write_text(text)
    return load([folder])


def test_a_finding_says_why(tmp_path: Path) -> None:
    """Verdict, words, KEV, score, fix and the ids of the evidence of brand, model and firmware."""
    (found,) = findings(device("Acme", "AC-100", "1.9"), known(tmp_path), as_of=DAY)
    assert (found.kind, found.id, found.verdict) == ("advisory", "CVE-2024-0001", "affected")
    assert found.because == (
        "Acme is its brand; model AC-100 is among AC-1 series; "
        "firmware 1.9 is in the range before 2.0"
    )
    assert (found.kev, found.kev_date, found.cvss) == (True, "2024-03-01", 9.8)
    assert (found.fixed_in, found.date) == ("2.0", "2024-02-01")
    assert found.evidence == ["e1", "e3", "e4"]


def test_other_vendors_and_models_have_none(tmp_path: Path) -> None:
    """The same model of another brand, another model, and a device that says nothing."""
    acme = known(tmp_path)
    for brand, model in (("Other", "AC-100"), ("Acme", "BC-100"), (None, "AC-100"), ("Acme", None)):
        assert findings(device(brand, model, "1.9"), acme, as_of=DAY) == []


def test_a_hint_of_the_brand_is_not_enough(tmp_path: Path) -> None:
    """A MAC block or a port hints at a brand: no vulnerability is claimed from that."""
    seen = device("Acme", "AC-100", "1.9", strength="hint")
    assert findings(seen, known(tmp_path), as_of=DAY) == []


def test_names_of_the_vendor_are_known(tmp_path: Path) -> None:
    """The vendor counts under every name that its file gives."""
    acme = known(tmp_path)
    assert [f.verdict for f in findings(device("ACME-Cam", "AC-100", "1.9"), acme, as_of=DAY)] == [
        "affected"
    ]


def test_not_in_range_is_told_only_where_asked(tmp_path: Path) -> None:
    """A fixed device has no finding by default: reports stay readable."""
    acme = known(tmp_path)
    fixed = device("Acme", "AC-100", "2.0.1")
    assert findings(fixed, acme, as_of=DAY) == []
    (found,) = findings(fixed, acme, as_of=DAY, not_in_range=True)
    assert found.verdict == "not-in-range"


@pytest.mark.parametrize(
    ("day", "verdicts", "kev"),
    [
        (date(2024, 1, 31), [], None),
        (date(2024, 2, 1), ["affected"], False),
        (DAY, ["affected"], True),
    ],
)
def test_the_day_of_judgement(
    tmp_path: Path, day: date, verdicts: list[str], kev: bool | None
) -> None:
    """Before its publication an advisory is unknown, before its day in the catalogue no KEV."""
    found = findings(device("Acme", "AC-100", "1.9"), known(tmp_path), as_of=day)
    assert [each.verdict for each in found] == verdicts
    assert [each.kev for each in found] == ([] if kev is None else [kev])


def test_unconfirmed_is_at_most_possibly(tmp_path: Path) -> None:
    """A record that was not read, or a range in doubt, accuses nobody for sure."""
    record = GOOD.replace('status = "confirmed"', 'status = "unconfirmed"')
    span = GOOD + "certain = false\n"
    for text in (record, span):
        (found,) = findings(device("Acme", "AC-100", "1.9"), known(tmp_path, text), as_of=DAY)
        assert found.verdict == "possibly-affected"
        assert "not confirmed" in found.because


def test_another_version_of_the_same_device_helps(tmp_path: Path) -> None:
    """One path tells a build that cannot be compared, another the version."""
    seen = device("Acme", "AC-100", ["build of Monday", "1.9"])
    (found,) = findings(seen, known(tmp_path), as_of=DAY)
    assert found.verdict == "affected"


def test_relabelled_device_is_judged_by_its_maker() -> None:
    """A brand's device whose own answers show the maker gets the maker's advisories."""
    own = device("Annke", "DS-2CD2143G0-I", "V5.5.82 build 190220", maker="Hikvision")
    verdicts = {f.id: f.verdict for f in findings(own, ADVISORIES, as_of=DAY)}
    assert verdicts["CVE-2021-36260"] == "affected"
    assert "its maker by its own answers" in findings(own, ADVISORIES, as_of=DAY)[0].because


def test_relabelled_model_number_is_possibly_affected() -> None:
    """The brand's own number tells nothing of the maker's models: the firmware alone may."""
    old = device("Annke", "C500", "V5.6.1 build 200810", maker="Hikvision")
    new = device("Annke", "C500", "V5.7.1 build 220810", maker="Hikvision")
    unknown = device("Annke", "C500", None, maker="Hikvision")
    assert [f.id for f in findings(old, ADVISORIES, as_of=DAY)] == ["CVE-2021-36260"]
    assert findings(old, ADVISORIES, as_of=DAY)[0].verdict == "possibly-affected"
    assert findings(new, ADVISORIES, as_of=DAY) == []
    assert findings(unknown, ADVISORIES, as_of=DAY) == []


def test_a_brands_habit_is_no_evidence() -> None:
    """A brand known to sell a maker's devices gets none of its advisories without a sign of it."""
    seen = device("Annke", "DS-2CD2143G0-I", "V5.5.82 build 190220")
    assert findings(seen, ADVISORIES, as_of=DAY) == []


def test_a_foreign_number_alike_is_not_taken() -> None:
    """DIGIEVER numbers its recorders like Hikvision: the maker comes first."""
    seen = device("DIGIEVER", "DS-2105 Pro", "3.1.0.71-11", maker="DIGIEVER")
    assert {f.id for f in findings(seen, ADVISORIES, as_of=DAY)} == {"CVE-2023-52163"}


def test_a_gsoap_banner_makes_no_finding() -> None:
    """The version of a library in a banner says nothing about the device."""
    shows = [("wsd.server", "gSOAP/2.7"), ("http.server", "GoAhead-Webs")]
    for seen in (
        device("Axis", "P1375", "12.5.1", shows=shows),
        device(None, "X", None, shows=shows),
    ):
        found = findings(seen, ADVISORIES, as_of=DAY, not_in_range=False)
        assert not {f.id for f in found} & {"CVE-2017-9765", "CVE-2017-17562"}


def test_the_component_must_not_be_its_own_witness() -> None:
    """The page title that names the maker cannot also prove the component on it."""
    shows = [("http.title", "NETSurveillance WEB")]
    alone = device(None, None, None, shows=shows)
    alone.brand = alone.maker = "Xiongmai"
    alone.claims["maker"] = [
        type(device("x", None, None).claims["brand"][0])(
            value="Xiongmai", strength="family", evidence=["e100"]
        )
    ]
    assert findings(alone, ADVISORIES, as_of=DAY) == []
    beside = device("Xiongmai", "XM-1", None, shows=shows)
    found = {f.id: f for f in findings(beside, ADVISORIES, as_of=DAY)}
    assert found["CVE-2017-16725"].verdict == "possibly-affected"
    assert "e100" in found["CVE-2017-16725"].evidence


def test_gravest_first() -> None:
    """Affected before possibly affected, exploited ones first among equals."""
    seen = device("Hikvision", "DS-2CD2132F-I", "V5.3.0 build 150513")
    found = findings(seen, ADVISORIES, as_of=DAY)
    assert [f.id for f in found[:2]] == ["CVE-2017-7921", "CVE-2021-36260"]
    ranks = [f.verdict for f in found]
    assert ranks == sorted(ranks)


def document() -> Document:
    """A document of one vulnerable camera, with an old finding of each kind."""
    seen = device("Acme", "AC-100", "1.9")
    seen.findings = [
        FindingDoc(kind=kind, id=kind, verdict="x", title="x", because="x")
        for kind in ("policy", "advisory", "posture")
    ]
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return Document(
        schema=SCHEMA,
        tool=ToolDoc(version="1", fingerprints="x"),
        run=RunDoc(mode="scan", scope=[], started_at=now, ended_at=now, ledger=LedgerDoc()),
        devices=[seen],
    )


def test_a_document_is_judged_anew(tmp_path: Path) -> None:
    """Old advisory findings go, those of other kinds stay; the data's digest and day are told."""
    judged = document()
    acme = known(tmp_path)
    judge_advisories(judged, acme, DAY)
    judge_advisories(judged, acme, DAY)
    assert [f.id for f in judged.devices[0].findings] == ["policy", "CVE-2024-0001", "posture"]
    assert judged.tool.advisories == {
        "digest": acme.digest,
        "date": "2026-11-01",
        "shipped": "2026-11-01",
        "imported": None,
        "as_of": "2026-11-24",
    }


def test_feeds_add_but_do_not_replace(tmp_path: Path) -> None:
    """An imported record of a known number changes nothing but the KEV day; a new one is added."""
    from dataclasses import replace

    acme = known(tmp_path, GOOD.replace('kev = "2024-03-01"\n', ""))
    own = acme.all["CVE-2024-0001"]
    other = replace(own, title="imported", affected=())
    new = replace(own, id="CVE-2024-0002")
    foreign = replace(own, vendor="other")
    merged = acme.with_feed(
        [other, new, foreign], {"CVE-2024-0001": "2024-05-01"}, "d", "2026-10-01"
    )
    assert merged.all["CVE-2024-0001"].title == "a flaw"
    assert merged.all["CVE-2024-0001"].kev == "2024-05-01"
    assert set(merged.all) == {"CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0001@other"}
    assert merged.digest != acme.digest
    assert merged.imported == "2026-10-01"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("schema = 1", "schema = 2"), "schema is 2"),
        (('vendor = "acme"', 'vendor = "Ac me"'), "vendor is 'Ac me'"),
        (('status = "confirmed"', 'status = "sure"'), "status is 'sure'"),
        (("cvss = 9.8", "cvss = 11"), "cvss is 11"),
        (('source = ["a record"]', ""), "source is missing"),
        (('scheme = "dotted"', 'scheme = "semver"'), "scheme is 'semver'"),
        (("match = '^AC-1'", "match = '^AC-(?!1)'"), "match: "),
        (('before = "2.0"', 'before = "next"'), "'next' is no version of dotted"),
        (('before = "2.0"', 'before = "2.0"\nfrom = "3.0"'), "ends before it begins"),
        (('before = "2.0"', 'before = "2.0"\nup_to = "1.9"'), "up_to beside before"),
        (('before = "2.0"', 'before = "2.0"\nunknown = true'), "in no way, or in two"),
        (('before = "2.0"', ""), "in no way, or in two"),
        (('before = "2.0"', 'build_before = "2024-01"'), "build_before is '2024-01'"),
        (('scheme = "dotted"', 'scheme = "component"'), "component is missing"),
        (('before = "2.0"', 'before = "2.0"\nbranch = true'), "branch is True"),
        (('before = "2.0"', 'before = "2.0"\ntrack = "x"'), "track is 'x'"),
        (('before = "2.0"', 'before = "2.0"\nbelow = "x"'), "unknown key 'below'"),
        (('kev = "2024-03-01"', 'kev = "soon"'), "kev: 'soon'"),
        (("[[advisory.affected]]", "[advisory.nothing]"), "nothing is affected"),
        (("schema = 1", "schema = "), "no TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    """Every mistake gives a complaint with file, place and remedy."""
    text = GOOD.replace(*change)
    assert text != GOOD
    (tmp_path / "acme.toml").write_text(text)
    _found, complaints = read_folders([tmp_path])
    assert any(complaint in str(each) for each in complaints), [str(each) for each in complaints]
    assert all("acme.toml" in str(each) and each.remedy for each in complaints)


def test_a_later_folder_wins(tmp_path: Path) -> None:
    """The user's own folder replaces an advisory by its id."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "acme.toml").write_text(GOOD.replace("a flaw", "my reading"))
    (tmp_path / "acme.toml").write_text(GOOD)
    assert load([tmp_path, mine]).all["CVE-2024-0001"].title == "my reading"
