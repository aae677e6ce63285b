"""Values from the network in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.model import MAX_FACT_CHARS, Fact
from camfinder.wire.text import (
    MAX_FACTS,
    Facts,
    clean,
    decode,
    mac,
    mac_from_uuid,
    mac_in,
    stamp,
    uuid_of,
)


@pytest.mark.parametrize(
    "spelled",
    [
        "00:0c:29:aa:bb:cc",
        "00-0C-29-AA-BB-CC",
        "000c29aabbcc",
        "000C.29AA.BBCC",
        "0:c:29:aa:bb:cc",
        "00 0c 29 aa bb cc",
        "000C29-AABBCC",
        b"00:0c:29:aa:bb:cc\x00",
        b"\x00\x0c\x29\xaa\xbb\xcc",
    ],
)
def test_mac_spellings_become_one(spelled: str | bytes) -> None:
    """Every usual spelling of a MAC gives the same text."""
    assert mac(spelled) == "00:0c:29:aa:bb:cc"


@pytest.mark.parametrize(
    "text", ["", None, "00:00:00:00:00:00", "FFFFFFFFFFFF", "1.2.3.4", "00:0c:29:aa:bb", "zz" * 6]
)
def test_mac_refuses_the_rest(text: str | None) -> None:
    """All-zero, broadcast and malformed texts are no MAC."""
    assert mac(text) is None


def test_documentation_mac_is_data() -> None:
    """00:11:22:33:44:55 is what a device said, and is kept."""
    assert mac("00:11:22:33:44:55") == "00:11:22:33:44:55"


def test_mac_in_running_text() -> None:
    """Separated MACs are found anywhere, bare digits only on request and not inside words."""
    assert mac_in(" [74:da:38:00:00:01]") == "74:da:38:00:00:01"
    assert mac_in("NORD C1 - 00408C000001") is None
    assert mac_in("NORD C1 - 00408C000001", bare=True) == "00:40:8c:00:00:01"
    assert mac_in("id00408C0000010", bare=True) is None
    assert mac_in("2001:db8:00:01:02:03:04:05") is None


def test_mac_from_uuid_only_where_it_is_sure() -> None:
    """A node is a MAC in a UUID of an unset clock, beside a related id, or in another case."""
    assert mac_from_uuid("urn:uuid:d0c30000-9a3b-11b3-8260-2857be000001") == "28:57:be:00:00:01"
    assert mac_from_uuid("uuid:88d87a05-d7f7-7e45-b1e9-C4D655000001") == "c4:d6:55:00:00:01"
    endpoint = "urn:uuid:5f5a69c2-e0ae-504f-829b-00c000000001"
    assert mac_from_uuid(endpoint) is None
    related = "uuid:11111111-e0ae-504f-829b-00c000000001"
    assert mac_from_uuid(endpoint, related) == "00:c0:00:00:00:01"
    assert mac_from_uuid(endpoint, endpoint) is None
    assert mac_from_uuid("1419d68a-1dd2-11b2-a105-000000000000") is None
    assert mac_from_uuid("not a uuid") is None


def test_uuid_of_normalises() -> None:
    """A UUID comes out in lower case with dashes, whatever stands around it."""
    assert uuid_of("URN:UUID:ABCDEF00-1111-2222-3333-444455556666") == (
        "abcdef00-1111-2222-3333-444455556666"
    )
    assert uuid_of("uuid:camera-1") is None


def test_decode_prefers_utf8_and_survives_cuts() -> None:
    """UTF-8 where it is, a half character at the end is dropped, else Latin-1."""
    assert decode("Büro".encode()) == "Büro"
    assert decode("Büro ü".encode()[:-1]) == "Büro "
    assert decode(b"B\xfcro") == "B\xfcro"
    assert decode("会议".encode("gb2312"), "gb2312") == "会议"
    assert decode(b"plain", "no-such-charset") == "plain"


def test_clean_cuts_and_repairs() -> None:
    """Blanks and NULs at the ends go, inner ones stay, lone surrogates are replaced."""
    assert clean(b"\x00 a\x07b \r\n\x00") == "a\x07b"
    assert len(clean("x" * 10_000)) == MAX_FACT_CHARS
    assert clean("a?\ud800b\ud83d\ude00") == "a?\ufffdb\U0001f600"


@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_clean_is_always_encodable_and_idempotent(text: str) -> None:
    """What comes out of `clean` breaks no encoder, and cleaning twice changes nothing."""
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned


def test_stamp_gives_utc() -> None:
    """ISO times become RFC 3339 in UTC; everything else None."""
    assert stamp("2026-11-24T12:00:00+02:00") == "2026-11-24T10:00:00Z"
    assert stamp("2026-11-24 12:00:00") == "2026-11-24T12:00:00Z"
    assert stamp("0001-01-01T00:00:00+14:00") is None
    assert stamp("yesterday") is None


def test_facts_skip_empty_and_repeated() -> None:
    """Empty values and repetitions give no fact, booleans are words, MACs are checked."""
    facts = Facts()
    facts.add("a", " ")
    facts.add("a", None)
    facts.add("a", 7)
    facts.add("a", "7")
    facts.add("b", value=True)
    facts.add_mac("m", "00-00-00-00-00-00")
    facts.add_mac("m", "00-0C-29-00-00-01")
    assert facts.done() == (Fact("a", "7"), Fact("b", "true"), Fact("m", "00:0c:29:00:00:01"))
    assert facts.has("m")
    assert not facts.has("x")


def test_facts_are_bounded() -> None:
    """A message cannot make more facts than the bound."""
    facts = Facts()
    facts.add_all("x", (str(number) for number in range(5000)))
    assert len(facts) == MAX_FACTS
