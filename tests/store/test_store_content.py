"""What is stored comes back as it was, whatever it is."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from store_help import START, onvif, run

from camfinder.model import CamfinderError, Fact, Observation, Transport
from camfinder.store import content, reading, runs, saying, tables
from camfinder.store.database import Database
from camfinder.store.writer import Writer

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
NASTY = "a\x00b\x1a0000\ud800\x1ac\\x00\u202e\n\r\x7f\U0001f4f7'\";--"


class Row:
    """A row as a query gives it."""

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__.update(values)


@given(ANY_TEXT)
def test_any_text_comes_back(text: str) -> None:
    """NUL, lone surrogates, the escape itself; and what is stored is text that databases hold."""
    stored = tables.escaped(text)
    assert tables.unescaped(stored) == text
    assert "\x00" not in stored
    stored.encode()  # no lone surrogate is left


@given(st.binary(max_size=3000), st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=5), ANY_TEXT)
def test_any_observation_comes_back(raw: bytes, facts: list[tuple[str, str]], origin: str) -> None:
    """Facts, origin and bytes survive packing."""
    told = tuple(Fact("x.y", value) for _, value in facts)
    seen = Observation(
        "http",
        ip_address("fe80::1%2"),
        80,
        Transport.HTTPS,
        told,
        START,
        origin,
        raw,
        "ac:cc:8e:00:00:01",
    )
    row = content.observation_row(1, 0, seen)
    assert content.observation_of(Row(row)) == seen


@given(st.binary(max_size=200))
def test_damaged_values_are_errors(data: bytes) -> None:
    """Whatever stands in the database, reading it gives a value or one clear error."""
    row = Row({**content.observation_row(1, 0, onvif("10.0.0.1", model="X")), "content": data})
    with suppress(CamfinderError):
        content.observation_of(row)


def test_a_packed_bomb_is_refused() -> None:
    """A value that would unpack to more than 256 MiB is not unpacked."""
    bomb = content.squeeze(b"\x00" * (content.MAX_UNPACKED + 1))
    with pytest.raises(CamfinderError, match="damaged"):
        content.unsqueeze(bomb)


def test_broken_text_survives_both_databases(store: Database) -> None:
    """In observations, names of sites, labels and notes; bytes with NULs as well."""
    number = runs.begin(store, site=NASTY, mode="scan", plan=content.Plan())
    writer = Writer(store, number)
    seen = Observation(
        "ftp",
        ip_address("10.0.0.1"),
        21,
        Transport.TCP,
        (Fact("ftp.banner", NASTY),),
        datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
        NASTY,
        bytes(range(256)) * 9,
        None,
    )
    writer.observed(0, seen)
    later = seen.seen_at + timedelta(minutes=1)
    writer.again(0, later)
    writer.close()
    with store.reading() as connection:
        assert connection.scalar(sa.select(tables.runs.c.site)) == NASTY
        (back,) = reading.observations(connection, number)
    assert back.last_seen == later
    assert (back.facts, back.origin, back.raw, back.seen_at) == (
        seen.facts,
        seen.origin,
        seen.raw,
        seen.seen_at,
    )


def test_broken_names_survive_in_documents(store: Database) -> None:
    """A model with a NUL in the middle, a label and a note of anything."""
    odd = "P32\x0045-LV\x1a"
    document = run(store, [onvif("10.0.0.1", manufacturer="AXIS", model=odd, hostname="x\x00y")])
    (device,) = document.devices
    saying.say(store, device.id, None, label=NASTY, note=NASTY, status=saying.ACCEPTED)
    with store.reading() as connection:
        again = reading.document(connection, runs.find(connection))
        found = reading.find_device(connection, device.id)
        said = reading.triage(connection, [found.id])[found.id]
    assert again.devices[0].model == device.model
    assert again.devices[0].hostname == "x\x00y"
    assert (said.label, said.note) == (NASTY, NASTY)
