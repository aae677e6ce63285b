"""How the CPU time of every parser grows with its input: at most threefold for a doubled one."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "capture")]

from growing import Growth, cpu_s, growths  # noqa: E402 - the tests' inputs
from growing_inputs import (  # noqa: E402
    Call,
    captures,
    engines,
    framings,
    guarded,
    lists,
    messages,
    wires,
)

from camfinder.probes import all_probes  # noqa: E402

BYTES = 32_000
MOST = 3.0
LEAST_S = 0.004
"""Below this a clock tick or a cache decides, not the parser."""
EVERY = 5
"""One in so many growths of a message, the same in each run."""


def parsers() -> Iterator[tuple[str, Call, Growth]]:
    """Every parser with every growth of its messages."""
    for probe in all_probes():
        for call, message in messages(probe):
            for growth in growths(message, every=EVERY):
                yield probe.name, call, growth
        for call, growth in framings(probe):
            yield probe.name, call, growth
    for reading in (*wires(), *captures(), *lists(), *engines()):
        made = (g for sample in reading.samples for g in growths(sample, every=EVERY))
        for growth in (*made, *reading.growths):
            yield reading.name, reading.call, growth


def ratio(call: Call, growth: Growth) -> tuple[float, float]:
    """CPU seconds of the longer message, and how often those of the shorter one they are."""
    one, two = growth.counts(BYTES)
    call = guarded(call)
    long_s = cpu_s(partial(call, growth.sized(two)), 1)
    if long_s < LEAST_S:
        return long_s, 0.0
    short_s = cpu_s(partial(call, growth.sized(one)))
    long_s = min(long_s, cpu_s(partial(call, growth.sized(two))))
    return long_s, long_s / max(short_s, LEAST_S / 4)


def grows_too_fast(call: Call, growth: Growth) -> bool:
    """Two doublings in a row cost more than threefold: a bound that is passed does so once."""
    if ratio(call, growth)[1] <= MOST:
        return False
    _one, two = growth.counts(BYTES)
    call = guarded(call)
    return cpu_s(partial(call, growth.sized(2 * two))) > MOST * cpu_s(
        partial(call, growth.sized(two))
    )


def main() -> dict[str, object]:
    """The number of inputs, the slowest, and those that grow too fast.

    Raises:
        SystemExit: A parser's time more than triples when its input doubles, and again.
    """
    tried, slowest, bad = 0, (0.0, ""), []
    for name, call, growth in parsers():
        tried += 1
        seconds, factor = ratio(call, growth)
        slowest = max(slowest, (seconds, f"{name}, {growth.name}"))
        if factor > MOST and grows_too_fast(call, growth):
            bad.append(f"{name}, {growth.name}: {factor:.1f}")
    if bad:
        sys.exit("\n".join(["these more than triple:", *bad]))
    return {
        "inputs": tried,
        "CPU time more than tripled": 0,
        f"slowest of {2 * BYTES // 1000} kB, s": f"{slowest[0]:.3f} ({slowest[1]})",
    }


if __name__ == "__main__":
    print(main())
