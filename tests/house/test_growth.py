"""Every parser: a message twice as long costs at most three times the work.

Work is counted in lines of Python, the same in every run; what C code does in one of them is
measured by `benchmarks/bench_parsers.py` in CPU time.
"""

from functools import partial
from itertools import chain

import pytest
from growing import Growth, growths, lines
from growing_inputs import (
    FRAMED,
    Call,
    Reading,
    captures,
    engines,
    framings,
    guarded,
    lists,
    messages,
    recorded,
    wires,
)

from camfinder.probes import Probe, all_probes

BYTES = 2500
MOST = 3
SLACK = 600
"""Lines that do not count."""
EVERY = 6
"""One in so many growths of a recorded message; the benchmark does them all."""


def complaint(call: Call, growth: Growth) -> str:
    """What is wrong with the work that a growth costs; empty where all is right.

    Where a longer message reaches a branch that a shorter one does not (a bound is passed, another
    form is tried), it costs more once; two doublings in a row have no such excuse.
    """
    one, two = growth.counts(BYTES)
    guarded(call)(growth.sized(1))  # what is made once is made
    counted: list[int] = []
    for count in (one, two, 2 * two):
        counted.append(lines(partial(guarded(call), growth.sized(count))))
        if len(counted) > 1 and counted[-1] <= MOST * counted[-2] + SLACK:
            return ""
    return f"{growth.name}: lines {counted}"


@pytest.mark.parametrize("probe", all_probes(), ids=lambda probe: probe.name)
def test_parser_of_a_protocol(probe: Probe) -> None:
    """Recorded messages whose parts repeat or nest, and messages whose lengths fit as they grow."""
    grown = [
        (call, growth)
        for call, message in messages(probe)
        for growth in growths(message, every=EVERY)
    ]
    assert grown
    found = [complaint(call, growth) for call, growth in chain(grown, framings(probe))]
    assert list(filter(None, found)) == []


@pytest.mark.parametrize(
    "reading", [*wires(), *captures(), *lists(), *engines()], ids=lambda reading: reading.name
)
def test_other_parser(reading: Reading) -> None:
    """What the probes share, files of packets, lists of devices, the engine."""
    grown = [growth for sample in reading.samples for growth in growths(sample, every=EVERY)]
    found = [complaint(reading.call, growth) for growth in (*grown, *reading.growths)]
    assert found
    assert list(filter(None, found)) == []


def test_quadratic_work_is_noticed() -> None:
    """A parser that begins anew for each piece fails here."""

    def slow(data: bytes) -> None:
        while data:
            for _byte in data:
                pass
            data = data[100:]

    assert complaint(slow, Growth("bytes", unit=b"a"))
    assert not complaint(lambda data: list(map(str, data)), Growth("bytes", unit=b"a"))


def test_messages_made_are_read() -> None:
    """The messages whose lengths fit are no noise: the parser finds something in a short one."""
    read = {
        (name, what)
        for name, made in FRAMED.items()
        for what, build in made.items()
        for call, growth in framings(next(p for p in all_probes() if p.name == name))
        if growth.name == what and call(build(3))
    }
    for reading in (*wires(), *lists()):
        for message in (*reading.samples, *(growth.sized(3) for growth in reading.growths)):
            reading.call(message)  # raises nothing
    silent = {("cloud", "questions"), ("cloud", "labels"), ("mdns", "questions")}
    assert read | silent >= {(name, what) for name, made in FRAMED.items() for what in made}
    assert set(recorded()) == {probe.name for probe in all_probes()}
