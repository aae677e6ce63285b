"""`identify` end to end on the corpus with the digits changed in each repetition.

Observations a second on one core, from JSON lines to JSON lines, beside a loop that tries the same
patterns one after the other with Python's `re`, in process CPU time. CAMFINDER_BENCH_CASES=1000000
is the long run: memory must not grow in it. Needs ../shared.
"""

import gc
import json
import os
import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from camfinder.cli.identify import GARBAGE
from camfinder.cli.knowledge import engine
from camfinder.flow.cases import decode_case, identify_case
from camfinder.match.engine import Engine
from camfinder.probes import all_probes

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CAMFINDER_SHARED", ROOT.parent / "shared"))
CASES = int(os.environ.get("CAMFINDER_BENCH_CASES", "60000"))
PEER_CASES = 1_500
WARM_CASES = 9_000
_DIGIT = re.compile(rb"(?<=[^\\u0-9a-fA-F])[0-9](?=[0-9. \"])")


def lines(count: int, seed: int = 1) -> list[bytes]:
    """The corpus, repeated; each repetition has other digits."""
    return [line for batch in batches(count, seed) for line in batch]


def batches(count: int, seed: int = 1) -> Iterator[list[bytes]]:
    """The same, one repetition after the other: a million cases do not lie in memory."""
    chance = random.Random(seed)  # noqa: S311 - figures must repeat
    path = SHARED / "corpus" / "banners-dev.jsonl"
    originals = path.read_bytes().splitlines()
    for start in range(0, count, len(originals)):
        made = [
            _DIGIT.sub(lambda _m: b"%d" % chance.randrange(10), line)
            for line in originals[: count - start]
        ]
        yield [line for line in made if _valid(line)]


def _valid(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return True


def _resident() -> int:
    """Memory of this process now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def main() -> dict[str, float]:
    """The figures."""
    if not (SHARED / "corpus").is_dir():
        print("no ../shared: not measured")
        return {}
    loaded, probes = engine(()), all_probes()
    encode = msgspec.json.Encoder().encode
    for line in lines(WARM_CASES, seed=2):
        identify_case(decode_case(line), loaded, probes)
    gc.freeze()  # as the command does
    gc.set_threshold(GARBAGE)
    cases = observations = size = 0
    taken, resident = 0.0, [_resident()]
    for batch in batches(CASES):
        cases += len(batch)
        observations += sum(len(json.loads(line)["observations"]) for line in batch)
        started = time.process_time()
        for line in batch:
            size += len(encode(identify_case(decode_case(line), loaded, probes)))
        taken += time.process_time() - started
        resident.append(_resident())
    ours = observations / taken
    peer = _python_re(loaded, lines(PEER_CASES))
    return {
        "cases": cases,
        "observations": observations,
        "observations a second": round(ours),
        "observations a second, loop over re": round(peer),
        "ratio": round(ours / peer, 1),
        "answers, bytes": size,
        "memory before, MiB": resident[0],
        "memory half-way, MiB": resident[len(resident) // 2],
        "memory after, MiB": resident[-1],
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
