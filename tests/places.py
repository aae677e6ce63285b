"""Where the tests find the project and the shared material beside it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CAMFINDER_SHARED", ROOT.parent / "shared"))
