"""10,000 records with the noise of real lists against 10,000 devices, on one core.

The list is read from CSV, paired and written into the document; the share of right pairings is of
all records that have something to be found by.
"""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEEDS = (20260301, 7)


def main() -> dict[str, float]:
    """The figures."""
    sys.path.insert(0, str(ROOT / "tests" / "records"))
    from books import book, score

    from camfinder.records.known import read_known
    from camfinder.records.outcome import reconcile

    figures: dict[str, float] = {}
    for seed in SEEDS:
        made = book(seed)
        started = time.process_time()
        known = read_known(made.text.encode(), "list.csv", {})
        reconcile(made.document, [known])
        seconds = time.process_time() - started
        counted = score(made)
        rest = {what: counted[f"rest {what}"] + counted[f"replaced {what}"]
                for what in ("right", "wrong", "open")}  # fmt: skip
        figures |= {
            f"seed {seed}: seconds": round(seconds, 2),
            f"seed {seed}: right, %": round(100 * rest["right"] / sum(rest.values()), 2),
            f"seed {seed}: wrong": rest["wrong"],
            f"seed {seed}: open": rest["open"],
            f"seed {seed}: without key": counted["keyless right"] + counted["keyless wrong"],
            f"seed {seed}: without key, paired": counted["keyless wrong"],
            f"seed {seed}: devices merged": counted["merged"],
        }
    return figures


if __name__ == "__main__":
    for key, value in main().items():
        print(f"{key}: {value}")
    sys.exit(0)
