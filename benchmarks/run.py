"""`make bench`: every benchmark here, one after the other; figures as they come."""

import importlib
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Run those named on the command line, or all."""
    sys.path.insert(0, str(FOLDER))
    os.environ["CAMFINDER_DB"] = "none"  # no scan of these goes to the user's store
    names = sys.argv[1:] or sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    for name in names:
        print(f"== {name}")
        for key, value in importlib.import_module(name).main().items():
            print(f"   {key}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
