"""Import of 50,000 CVE records, as a ZIP of records and as one NVD file: seconds and megabytes."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

RECORDS = 50_000
LIMIT_S = 30.0
LIMIT_MB = 500.0
ONE_IN = 100
"""One record in so many is of a maker of cameras."""

_MEASURED = """
import resource, sys, time
from pathlib import Path
from camfinder.flow.feeds import import_files
from camfinder.flow.vendors import feed_vendors
from camfinder.judge.advisories import default_folder, load
from camfinder.match import fingerprint
vendors = feed_vendors(
    fingerprint.load([fingerprint.default_folder()]), load([default_folder()])
)
started = time.perf_counter()
store = import_files([Path(sys.argv[1])], Path(sys.argv[2]), vendors)
took = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(took, peak, store.feeds[0].records, store.feeds[0].kept)
"""


def _text(dice: random.Random, words: int) -> str:
    """Text of the length that descriptions have."""
    return " ".join(f"w{dice.randrange(9_999)}" for _ in range(words))


def _record(dice: random.Random, number: int) -> dict[str, object]:
    """A CVE record of about 5 kB, the size of real ones with what CISA adds."""
    camera = number % ONE_IN == 0
    vendor, product = ("Reolink", f"RLC-{number % 900}") if camera else ("Acme", f"Server {number}")
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": f"CVE-2099-{number:06d}",
            "state": "PUBLISHED",
            "datePublished": "2099-01-01T00:00:00.000Z",
            "dateUpdated": "2099-02-02T00:00:00.000Z",
        },
        "containers": {
            "cna": {
                "affected": [
                    {
                        "vendor": vendor,
                        "product": product,
                        "versions": [{"status": "affected", "version": "0", "lessThan": "3.1.0"}],
                    }
                ],
                "descriptions": [{"lang": "en", "value": _text(dice, 120)}],
                "references": [{"url": f"https://example.org/{n}"} for n in range(20)],
            },
            "adp": [{"title": "x", "references": [{"url": _text(dice, 8)} for _ in range(30)]}],
        },
    }


def _nvd(dice: random.Random, number: int) -> dict[str, object]:
    """A record of NVD's schema, of the same size."""
    camera = number % ONE_IN == 0
    name = f"reolink:rlc-{number % 900}_firmware" if camera else f"acme:server_{number}"
    matches = [
        {
            "vulnerable": True,
            "criteria": f"cpe:2.3:o:{name}:*:*:*:*:*:*:*:*",
            "versionEndExcluding": "3.1.0",
            "matchCriteriaId": "00000000-0000-0000-0000-000000000000",
        }
    ]
    return {
        "cve": {
            "id": f"CVE-2099-{number:06d}",
            "published": "2099-01-01T00:00:00.000",
            "lastModified": "2099-02-02T00:00:00.000",
            "vulnStatus": "Analyzed",
            "descriptions": [{"lang": "en", "value": _text(dice, 120)}],
            "configurations": [{"nodes": [{"operator": "OR", "cpeMatch": matches * 8}]}],
            "references": [{"url": _text(dice, 8), "source": "x"} for _ in range(30)],
        }
    }


def make_zip(path: Path) -> None:
    """A ZIP file of single records, as the CVE Program publishes them."""
    dice = random.Random(1)  # noqa: S311 - filler text
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(RECORDS):
            name = f"cves/2099/CVE-2099-{number:06d}.json"
            archive.writestr(name, json.dumps(_record(dice, number), indent=4))


def make_nvd(path: Path) -> None:
    """One NVD file, larger than its yearly files are."""
    dice = random.Random(2)  # noqa: S311 - filler text
    with path.open("w") as file:
        file.write('{"format": "NVD_CVE", "version": "2.0", "timestamp": "2099-03-01T00:00:00",')
        file.write('"vulnerabilities": [')
        for number in range(RECORDS):
            file.write(("," if number else "") + json.dumps(_nvd(dice, number)))
        file.write("]}")


def _measure(file: Path, store: Path) -> tuple[float, float]:
    """Seconds and megabytes of an import in a process of its own.

    Raises:
        SystemExit: Records were lost: then the speed means nothing.
    """
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(file), str(store)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ,
    )
    took, peak, records, kept = ran.stdout.split()
    if (int(records), int(kept)) != (RECORDS, RECORDS // ONE_IN):
        sys.exit(f"{records} records read, {kept} kept")
    return float(took), float(peak)


def main() -> dict[str, str]:
    """The figures.

    Raises:
        SystemExit: A limit was missed.
    """
    figures: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in (("CVE records in a ZIP", make_zip), ("NVD in one file", make_nvd)):
            file = Path(folder) / "feed"
            began = time.perf_counter()
            make(file)
            print(f"   made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            took, peak = _measure(file, Path(folder) / kind / "imported.json")
            size = file.stat().st_size >> 20
            figures[f"{RECORDS:,} {kind} ({size} MB)"] = f"{took:.1f} s, {peak:.0f} MB"
            if took > LIMIT_S or peak > LIMIT_MB:
                sys.exit(
                    f"{kind}: {took:.1f} s and {peak:.0f} MB, allowed {LIMIT_S} and {LIMIT_MB}"
                )
    return figures


if __name__ == "__main__":
    print(main())
