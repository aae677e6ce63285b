"""`identify` end to end on the corpus with the digits changed in each repetition.

Observations a second on one core, from JSON lines to JSON lines, beside a loop that tries the same
patterns one after the other with Python's `re`. Needs ../shared.
"""

import json
import os
import random
import re
import sys
import time
from pathlib import Path

import msgspec

from camfinder.cli.knowledge import engine
from camfinder.flow.cases import identify_case
from camfinder.match.engine import Engine
from camfinder.probes import all_probes

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CAMFINDER_SHARED", ROOT.parent / "shared"))
CASES = int(os.environ.get("CAMFINDER_BENCH_CASES", "60000"))
PEER_CASES = 1_500
_DIGIT = re.compile(rb"(?<=[^\\u0-9a-fA-F])[0-9](?=[0-9. \"])")


def lines(count: int, seed: int = 1) -> list[bytes]:
    """The corpus, repeated; each repetition has other digits."""
    chance = random.Random(seed)  # noqa: S311 - figures must repeat
    path = SHARED / "corpus" / "banners-dev.jsonl"
    originals = path.read_bytes().splitlines()
    made: list[bytes] = []
    while len(made) < count:
        for line in originals:
            made.append(_DIGIT.sub(lambda _m: b"%d" % chance.randrange(10), line))
            if len(made) == count:
                break
    return [line for line in made if _valid(line)]


def _valid(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return True


def main() -> dict[str, float]:
    """The figures."""
    if not (SHARED / "corpus").is_dir():
        print("no ../shared: not measured")
        return {}
    loaded, probes = engine(()), all_probes()
    cases = lines(CASES)
    observations = sum(len(json.loads(line)["observations"]) for line in cases)
    encode = msgspec.json.Encoder().encode
    for line in lines(3_000, seed=2):
        identify_case(msgspec.json.decode(line), loaded, probes)
    started = time.process_time()
    size = 0
    for line in cases:
        size += len(encode(identify_case(msgspec.json.decode(line), loaded, probes)))
    ours = observations / (time.process_time() - started)
    peer = _python_re(loaded, cases[:PEER_CASES])
    return {
        "cases": len(cases),
        "observations a second": round(ours),
        "observations a second, loop over re": round(peer),
        "ratio": round(ours / peer, 1),
        "answers, bytes": size,
    }


def _python_re(loaded: Engine, cases: list[bytes]) -> float:
    """The same rules on the same values, one pattern after the other."""
    patterns: dict[str, list[re.Pattern[str]]] = {}
    for rule in loaded.fingerprints.rules:
        for fact in rule.facts:
            try:
                patterns.setdefault(fact, []).append(re.compile(_portable(rule.match)))
            except re.error:
                continue
    started, count = time.process_time(), 0
    for line in cases:
        for item in json.loads(line)["observations"]:
            count += 1
            for pattern in patterns.get(item["kind"], ()):
                pattern.search(item["value"])
    return count / max(time.process_time() - started, 1e-9)


def _portable(pattern: str) -> str:
    """RE2 allows inline flags anywhere, `re` only in front."""
    return pattern.replace(r"\z", r"\Z")


if __name__ == "__main__":
    for key, value in main().items():
        print(f"{key}: {value}")
    sys.exit(0)
