"""Reports of 10,000 devices: time and memory of every format, and the page in Chromium."""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

COUNT = 10_000
MOST_S = 5.0
"""CPU seconds that a format may take; what takes longer is marked."""
_FOLDER = Path(__file__).resolve().parent.parent / "tests" / "reports"
_KEYSTROKE = """async (text) => {
  const search = document.getElementById('search');
  const start = performance.now();
  search.value = text;
  search.dispatchEvent(new Event('input', { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main() -> dict[str, str]:
    """Figure by name. Each format is rendered in a process of its own, for its memory."""
    sys.path.insert(0, str(_FOLDER))
    from camfinder.reports import all_reports

    figures = {"document alone": _child("-")}
    figures |= {report.suffix: _child(report.name) for report in all_reports()}
    return figures | _page()


def _child(name: str) -> str:
    done = subprocess.run(
        [sys.executable, __file__, name], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _measure(name: str) -> None:
    sys.path.insert(0, str(_FOLDER))
    from crowd import crowd

    from camfinder.reports import all_reports

    document = crowd(COUNT)
    report = next((report for report in all_reports() if report.name == name), None)
    start = process_time()
    size = 0 if report is None else len(report.render(document))
    spent = process_time() - start
    late = f", OVER {MOST_S:.0f} s" if spent > MOST_S else ""
    figures = f"{size / 1e6:.1f} MB, peak {_peak_mb():.0f} MB with the document"
    print(f"{spent:.2f} s CPU{late}, {figures}")


def _peak_mb() -> float:
    """Of this process alone: `ru_maxrss` would show that of the parent that started it."""
    with Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def _page() -> dict[str, str]:
    from chromium import CHROMIUM, launch, opened
    from crowd import crowd
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        return {"page in Chromium": "not measured: no /usr/bin/chromium"}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch(playwright)
        with opened(browser, crowd(COUNT), Path(folder)) as (page, _):
            paint = float(page.evaluate(_PAINT))
            texts = [
                text[:n] for text in ("hikvision", "10.20.4", "zz") for n in range(len(text) + 1)
            ]
            spent = sorted(float(page.evaluate(_KEYSTROKE, text)) for text in texts)
        browser.close()
    return {
        "first contentful paint": f"{paint:.0f} ms",
        "filter keystroke": f"median {spent[len(spent) // 2]:.0f} ms, worst {spent[-1]:.0f} ms",
    }


if __name__ == "__main__":
    _measure(sys.argv[1])
