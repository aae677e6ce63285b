"""Feeds from files into the store: real samples, NVD pages, broken and hostile files."""

import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shipped import fingerprints
from vulnerable import device

from camfinder.flow.feed_files import FeedError
from camfinder.flow.feeds import Store, import_files, read_store, with_store
from camfinder.flow.vendors import feed_vendors
from camfinder.judge.advisories import Advisories, default_folder, load
from camfinder.judge.advisory import findings
from camfinder.judge.feeds.products import Vendors

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def shipped() -> Advisories:
    """The shipped advisories."""
    return load([default_folder()])


@pytest.fixture(scope="session")
def vendors(shipped: Advisories) -> Vendors:
    """The vendors of the shipped fingerprints."""
    return feed_vendors(fingerprints(), shipped)


def match(criteria: str, **bounds: str) -> dict[str, Any]:
    """A CPE match of NVD's schema."""
    return {"vulnerable": True, "criteria": criteria, "matchCriteriaId": "x", **bounds}


def item(key: str, *matches: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A record after NVD's JSON schema for CVE API 2.0."""
    return {
        "cve": {
            "id": key,
            "sourceIdentifier": "cve@example.org",
            "published": "2024-05-01T10:15:00.000",
            "lastModified": "2025-06-02T10:15:00.000",
            "vulnStatus": "Analyzed",
            "cveTags": [],
            "descriptions": [
                {"lang": "es", "value": "un fallo"},
                {"lang": "en", "value": "A flaw in the web page."},
            ],
            "metrics": {
                "cvssMetricV31": [
                    {
                        "source": "nvd@nist.gov",
                        "type": "Primary",
                        "cvssData": {
                            "version": "3.1",
                            "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                            "baseScore": 9.8,
                            "baseSeverity": "CRITICAL",
                        },
                        "exploitabilityScore": 3.9,
                        "impactScore": 5.9,
                    }
                ]
            },
            "weaknesses": [
                {
                    "source": "nvd@nist.gov",
                    "type": "Primary",
                    "description": [{"lang": "en", "value": "CWE-78"}],
                }
            ],
            "configurations": [
                {
                    "operator": "AND",
                    "nodes": [
                        {"operator": "OR", "negate": False, "cpeMatch": list(matches)},
                        {
                            "operator": "OR",
                            "negate": False,
                            "cpeMatch": [
                                {
                                    "vulnerable": False,
                                    "criteria": "cpe:2.3:h:axis:p1:-:*:*:*:*:*:*:*",
                                    "matchCriteriaId": "x",
                                }
                            ],
                        },
                    ],
                }
            ],
            "references": [
                {"url": "https://example.org/other", "source": "x"},
                {"url": "https://example.org/notice", "source": "x", "tags": ["Vendor Advisory"]},
            ],
            **more,
        }
    }


def page(*items: dict[str, Any]) -> bytes:
    """A page of NVD's CVE API 2.0."""
    return json.dumps(
        {
            "resultsPerPage": len(items),
            "startIndex": 0,
            "totalResults": len(items),
            "format": "NVD_CVE",
            "version": "2.0",
            "timestamp": "2026-11-01T00:00:00.000",
            "vulnerabilities": list(items),
        }
    ).encode()


REOLINK = item(
    "CVE-2099-0001",
    match("cpe:2.3:o:reolink:rlc-410w_firmware:*:*:*:*:*:*:*:*", versionEndExcluding="3.1.0.10"),
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where the store will be."""
    return tmp_path / "data" / "imported.json"


def test_real_samples(shared: Path, store: Path, vendors: Vendors) -> None:
    """KEV, CSAF and CVE files as published; counts, days and digests are recorded."""
    folder = shared / "facts" / "samples"
    files = [
        folder / "kev-2025-08-25.json",
        *sorted((folder / "csaf").glob("*.json")),
        *sorted((folder / "cve5").glob("*.json")),
    ]
    made = import_files(files, store, vendors, now=NOW)
    assert read_store(store) == made
    kinds = [feed.kind for feed in made.feeds]
    assert (kinds.count("kev"), kinds.count("csaf"), kinds.count("cve")) == (1, 12, 9)
    assert made.feeds[0].records == 1404
    assert 0 < made.feeds[0].kept < 250
    assert made.feeds[0].date == "2025-08-25"
    assert made.kev["CVE-2021-36260"] == "2022-01-10"
    assert all(feed.kept >= 1 for feed in made.feeds)
    assert len(made.advisories) >= 40
    assert made.date == "2025-08-25"


@pytest.mark.parametrize(
    ("brand", "model", "inside", "outside", "key"),
    [
        ("Hikvision", "DS-2CD2132F-I", "V5.3.0 build 150513", "V5.4.5 build 170123",
         "CVE-2017-7921"),
        ("Dahua", "IPC-HDBW2431R", "2.820.0000000.18.R.211203", "2.820.0000000.48.R.220614",
         "CVE-2022-30560"),
        ("Uniview", "NVR301-04S2-P4", "NVR-B3801.20.15.240101", "NVR-B3801.20.17.240507",
         "CVE-2024-3850"),
        ("Zavio", "CF7500", "M2.1.6.05", "M2.1.6.06", "CVE-2023-3959"),
        ("Mobotix", "M26", "MX-V5.1.0.99", "MX-V5.4.9.4", "CVE-2023-34873"),
        ("Hikvision", "DS-7608NI-M2", "V5.01.040", "V5.02.006", "CVE-2024-29949"),
        ("Axis", "P3245", "11.9.53", "10.12.236", "CVE-2024-0066"),
        ("Hanwha Vision", "ANO-L6012R", "1.41.05", "1.41.16", "CVE-2023-5037"),
        ("TVT", "TD-2104TS-CL", "1.3.4.22966B181219.D00.U1(4A21S)",
         "1.3.4.24513B190218.D00.U1(4A21S)", "CVE-2024-7339"),
        ("Reolink", "Duo 2 WiFi", "v3.0.0.1889_23031701", "v3.0.0.3215_24041907", "CVE-2024-48644"),
    ],
)  # fmt: skip
def test_imported_ranges_judge(
    shared: Path, store: Path, vendors: Vendors, brand: str, model: str, inside: str, outside: str,
    key: str,
) -> None:  # fmt: skip
    """What feeds say alone, without our own data, judges as our own data does."""
    folder = shared / "facts" / "samples"
    files = [*(folder / "csaf").glob("*.json"), *(folder / "cve5").glob("*.json")]
    imported = import_files(files, store, vendors, now=NOW)
    empty = Advisories({}, load([default_folder()]).names, "", "")
    known = with_store(empty, imported)
    for firmware, verdict in ((inside, "affected"), (outside, "not-in-range")):
        seen = device(brand, model, firmware)
        found = {
            each.id: each.verdict for each in findings(seen, known, as_of=DAY, not_in_range=True)
        }
        assert found[key] == verdict


def test_nvd_pages(tmp_path: Path, store: Path, vendors: Vendors) -> None:
    """Ranges, `-` versions and products of no interest, as NVD's schema has them."""
    file = tmp_path / "page.json"
    unknown = item(
        "CVE-2099-0002", match("cpe:2.3:o:hikvision:ds-2cd2032-i_firmware:-:*:*:*:*:*:*:*")
    )
    exact = item("CVE-2099-0003", match("cpe:2.3:o:dlink:dcs-2530l_firmware:1.05.05:*:*:*:*:*:*:*"))
    between = item(
        "CVE-2099-0004",
        match(
            "cpe:2.3:o:axis:axis_os:*:*:*:*:*:*:*:*",
            versionStartIncluding="11.0.0",
            versionEndIncluding="11.5",
        ),
    )
    server = item("CVE-2099-0005", match("cpe:2.3:a:apache:http_server:2.4:*:*:*:*:*:*:*"))
    router = item("CVE-2099-0006", match("cpe:2.3:o:dlink:dir-825_firmware:*:*:*:*:*:*:*:*"))
    rejected = item("CVE-2099-0007", *REOLINK["cve"]["configurations"][0]["nodes"][0]["cpeMatch"])
    rejected["cve"]["vulnStatus"] = "Rejected"
    file.write_bytes(page(REOLINK, unknown, exact, between, server, router, rejected))
    made = import_files([file], store, vendors, now=NOW)
    assert sorted(made.advisories) == [f"CVE-2099-000{number}" for number in (1, 2, 3, 4)]
    (reolink,) = made.advisories["CVE-2099-0001"]
    assert (reolink.vendor, reolink.cvss, reolink.weakness) == ("reolink", 9.8, "CWE-78")
    assert (reolink.title, reolink.published) == ("A flaw in the web page.", "2024-05-01")
    assert reolink.reference == "https://example.org/notice"
    words = {
        key: each[0].affected[0].range.words if each[0].affected[0].range.bounded else None
        for key, each in made.advisories.items()
    }
    assert words == {
        "CVE-2099-0001": "before 3.1.0.10",
        "CVE-2099-0002": None,
        "CVE-2099-0003": "exactly 1.05.05",
        "CVE-2099-0004": "from 11.0.0 up to 11.5",
    }
    assert made.advisories["CVE-2099-0002"][0].affected[0].unknown
    feed = made.feeds[0]
    assert (feed.kind, feed.records, feed.kept, feed.date) == ("nvd", 7, 4, "2026-11-01")


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def record(key: str, product: str = "RLC-410W") -> bytes:
    """A CVE record, JSON 5."""
    return json.dumps(
        {
            "dataType": "CVE_RECORD",
            "dataVersion": "5.1",
            "cveMetadata": {
                "cveId": key,
                "state": "PUBLISHED",
                "assignerShortName": "x",
                "datePublished": "2099-01-01T00:00:00.000Z",
                "dateUpdated": "2099-02-02T00:00:00.000Z",
            },
            "containers": {
                "cna": {
                    "title": "A flaw",
                    "affected": [
                        {
                            "vendor": "Reolink",
                            "product": product,
                            "versions": [
                                {"status": "affected", "version": "0", "lessThan": "3.1.0.10"}
                            ],
                        }
                    ],
                    "descriptions": [{"lang": "en", "value": "A flaw."}],
                }
            },
        }
    ).encode()


@pytest.mark.parametrize("form", ["plain", "gzip", "zip", "zip of one", "zip in zip"])
def test_forms_of_files(tmp_path: Path, store: Path, vendors: Vendors, form: str) -> None:
    """Single records, gzip, a ZIP of many, of one large, and the CVE Program's ZIP in a ZIP."""
    many = {f"cves/2099/CVE-2099-{n:04d}.json": record(f"CVE-2099-{n:04d}") for n in range(1, 4)}
    many |= {"cves/delta.json": b"{}", "cves/deltaLog.json": b"[]", "README.md": b"x"}
    data = {
        "plain": page(REOLINK),
        "gzip": gzip.compress(page(REOLINK)),
        "zip": zipped(many),
        "zip of one": zipped({"nvdcve-2.0-2099.json": page(REOLINK)}),
        "zip in zip": zipped({"cves.zip": zipped(many)}),
    }[form]
    file = tmp_path / "feed"
    file.write_bytes(data)
    made = import_files([file], store, vendors, now=NOW)
    assert len(made.advisories) == (3 if form in {"zip", "zip in zip"} else 1)


def bomb() -> bytes:
    """A member that grows a thousandfold."""
    return zipped({"a.json": b" " * 30_000_000, "b.json": b"{}"})


BROKEN = {
    "empty": b"",
    "no JSON": b"<html>",
    "cut": page(REOLINK)[:-40],
    "other JSON": b'{"hello": []}',
    "a list": b"[1, 2]",
    "wrong type": page(REOLINK).replace(b'"vulnerable": true', b'"vulnerable": "yes"'),
    "no id": page(REOLINK).replace(b'"id": "CVE-2099-0001"', b'"no": 1'),
    "deep": b'{"document": ' + b"[" * 100_000,
    "cut gzip": gzip.compress(page(REOLINK))[:-20],
    "cut zip": zipped({"a.json": record("CVE-2099-0001")})[:-10],
    "bomb": bomb(),
    "zip of nothing": zipped({"readme.txt": b"x"}),
    "broken member": zipped(
        {"a.json": record("CVE-2099-0001"), "b.json": b'{"dataType": "CVE_RECORD"'}
    ),
    "record without state": b'{"dataType": "CVE_RECORD", "cveMetadata": {}}',
    "latin-1": page(REOLINK).replace(b"flaw", b"fl\xe4w"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_leave_the_old_data(
    tmp_path: Path, store: Path, vendors: Vendors, name: str
) -> None:
    """One bad file among good ones: a clear error, nothing changed, nothing left over."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(page(REOLINK))
    before = import_files([good], store, vendors, now=NOW)
    good.write_bytes(record("CVE-2099-0009"))
    bad.write_bytes(BROKEN[name])
    with pytest.raises(FeedError, match="nothing was imported") as raised:
        import_files([good, bad], store, vendors, now=NOW)
    assert "bad.json" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert read_store(store) == before
    assert [path.name for path in store.parent.iterdir()] == [store.name]


def test_a_missing_file(tmp_path: Path, store: Path, vendors: Vendors) -> None:
    """The name is told; no store comes into being."""
    with pytest.raises(FeedError, match=r"gone\.json"):
        import_files([tmp_path / "gone.json"], store, vendors)
    assert not store.exists()


def test_a_broken_store_is_told(store: Path) -> None:
    """A store that was tampered with is not used silently."""
    store.parent.mkdir()
    for text in ("{", '{"schema": 9}', "[]"):
        store.write_text(text)
        with pytest.raises(FeedError, match="import the feeds again"):
            read_store(store)


def test_nothing_imported_is_an_empty_store(store: Path, shipped: Advisories) -> None:
    """Without a store the shipped advisories are all."""
    assert read_store(store) == Store()
    assert with_store(shipped, read_store(store)) is shipped


def test_imports_add_up(tmp_path: Path, store: Path, vendors: Vendors, shipped: Advisories) -> None:
    """A later import adds; the same file again changes nothing; a new catalogue replaces."""
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_bytes(record("CVE-2099-0001"))
    second.write_bytes(record("CVE-2099-0002"))
    import_files([first], store, vendors, now=NOW)
    import_files([second], store, vendors, now=NOW)
    made = import_files([first], store, vendors, now=NOW)
    assert sorted(made.advisories) == ["CVE-2099-0001", "CVE-2099-0002"]
    assert len(made.feeds) == 2
    entry = {"cveID": "CVE-2099-0001", "vendorProject": "Reolink", "dateAdded": "2099-03-03"}
    for number, day in enumerate(("2099-03-03", "2099-04-04")):
        catalogue = {
            "title": "x",
            "catalogVersion": "1",
            "dateReleased": f"{day}T00:00:00Z",
            "vulnerabilities": [entry | {"dateAdded": day}],
        }
        first.write_text(json.dumps(catalogue))
        made = import_files([first], store, vendors, now=NOW)
        assert made.kev == {"CVE-2099-0001": day}, number
    assert len(made.feeds) == 3
    merged = with_store(shipped, made)
    assert merged.all["CVE-2099-0001"].kev == "2099-04-04"
    assert merged.imported == "2099-04-04"
    assert merged.digest != shipped.digest


SEEDS = (
    page(REOLINK),
    record("CVE-2099-0001"),
    zipped({"a.json": record("CVE-2099-0001")}),
    b"PK\x03\x04",
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.integers(0, 4_000),
    flips=st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 255)), max_size=4),
    tail=st.binary(max_size=40),
)
def test_hostile_files_give_an_error_or_a_store(
    tmp_path: Path,
    vendors: Vendors,
    seed: bytes,
    cut: int,
    flips: list[tuple[int, int]],
    tail: bytes,
) -> None:
    """Cut, flipped and lengthened files: a clear error, or a store that can be read again."""
    data = bytearray(seed[: cut or None])
    for at, value in flips:
        if data:
            data[at % len(data)] = value
    file, store = tmp_path / "feed", tmp_path / "imported.json"
    file.write_bytes(bytes(data) + tail)
    try:
        made = import_files([file], store, vendors, now=NOW)
    except FeedError as error:
        assert "nothing was imported" in str(error)
    else:
        assert read_store(store) == made
