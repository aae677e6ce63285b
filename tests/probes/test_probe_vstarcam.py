"""VStarcam search: the accounts in its answers are never read."""

from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, check_broadcast, facts, silent

from camfinder.probes.vstarcam import PROBE

REQUEST = bytes.fromhex("44480101")


def answer() -> bytes:
    """An answer with an account behind it."""
    data = bytearray(0x12C)
    for at, value in (
        (0x00, bytes.fromhex("44480108")),
        (0x04, b"192.0.2.20"),
        (0x54, bytes.fromhex("48022a000001")),
        (0x5A, (81).to_bytes(2, "little")),
        (0x5C, b"VSTC000001ABCDE"),
        (0x7C, b"IPCAM"),
        (0xCC, b"48.99.75.1"),
        (0xDC, b"99.1"),
        (0xEC, b"admin"),
        (0x10C, b"hunter2"),
    ):
        data[at : at + len(value)] = value
    return bytes(data)


def test_answer_without_its_account() -> None:
    """Everything up to the account; the evidence ends there."""
    assert facts(PROBE, frame(answer(), 8600)) == {
        "vstarcam.answer": "44480108",
        "vstarcam.address": "192.0.2.20",
        "vstarcam.mac": "48:02:2a:00:00:01",
        "vstarcam.http_port": "81",
        "vstarcam.serial": "VSTC000001ABCDE",
        "vstarcam.name": "IPCAM",
        "vstarcam.firmware": "48.99.75.1",
        "vstarcam.web": "99.1",
    }
    raw = one(PROBE, frame(answer(), 8600)).raw
    assert len(raw) == 0xEC
    assert b"admin" not in raw
    assert b"hunter2" not in raw


def test_question_is_these_bytes_and_no_device() -> None:
    """Four bytes from and to port 8600; hearing them gives nothing."""
    query = check_broadcast(PROBE, 8600, REQUEST)
    assert (query.source_port, query.reply_ports) == (8600, (8600,))
    assert silent(PROBE, frame(REQUEST, 8600))


def test_short_answer_is_broken() -> None:
    """An answer that ends before its versions."""
    rejects(PROBE, frame(answer()[:0xCD], 8600))


@FUZZ
@given(payload=damaged([answer()]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 8600))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(answer(), 8600))
