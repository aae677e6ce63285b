"""Frames for parser tests, and the damage that every parser must survive."""

from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import strategies as st

from camfinder.model import Direction, Frame, Observation, ParseError, Transport
from camfinder.probes import Probe

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOURCE = "192.0.2.10"


def frame(
    payload: bytes,
    port: int,
    transport: Transport = Transport.UDP,
    *,
    source: str | None = SOURCE,
    direction: Direction = Direction.ANSWER,
    request: str = "",
) -> Frame:
    """A frame that `source` sent from `port`."""
    return Frame(
        transport=transport,
        source=None if source is None else ip_address(source),
        source_port=port,
        payload=payload,
        seen_at=NOW,
        origin="test",
        direction=direction,
        request=request,
    )


def read(probe: Probe, heard: Frame) -> list[Observation]:
    """The observations, and that they keep the house's rules for facts."""
    found = list(probe.parse(heard))
    for observation in found:
        assert observation.probe == probe.name
        assert observation.seen_at == heard.seen_at
        for fact in observation.facts:
            known = fact.key in probe.emits or fact.key.startswith("http.header.")
            assert known, f"{fact.key} is not in emits"
            assert fact.value, f"{fact.key} is empty"
            assert fact.value == fact.value.strip(" \t\r\n\x00")
            fact.value.encode()
    return found


def one(probe: Probe, heard: Frame) -> Observation:
    """The only observation."""
    (observation,) = read(probe, heard)
    return observation


def survives(probe: Probe, heard: Frame) -> None:
    """Whatever the bytes are, a parser raises `ParseError` or nothing."""
    try:
        read(probe, heard)
    except ParseError:
        return


def survives_cuts(probe: Probe, heard: Frame) -> None:
    """The same for the message cut off after each of its bytes."""
    for size in range(len(heard.payload)):
        survives(
            probe, frame(heard.payload[:size], heard.source_port, heard.transport, source=SOURCE)
        )


def damaged(samples: Iterable[bytes]) -> st.SearchStrategy[bytes]:
    """Arbitrary bytes, and samples with bytes flipped, removed and put in."""

    @st.composite
    def build(draw: st.DrawFn) -> bytes:
        data = bytearray(draw(st.sampled_from(list(samples))))
        for _ in range(draw(st.integers(1, 6))):
            at = draw(st.integers(0, max(len(data) - 1, 0)))
            action = draw(st.sampled_from(["flip", "cut", "insert", "repeat"]))
            if action == "flip" and data:
                data[at] ^= 1 << draw(st.integers(0, 7))
            elif action == "cut":
                del data[at : at + draw(st.integers(1, 40))]
            elif action == "insert":
                data[at:at] = draw(st.binary(max_size=12))
            else:
                data[at:at] = data[at : at + draw(st.integers(1, 200))]
        return bytes(data)

    return st.one_of(st.binary(max_size=600), build())


def rejects(probe: Probe, heard: Frame) -> None:
    """The parser calls the frame broken."""
    with pytest.raises(ParseError):
        list(probe.parse(heard))
