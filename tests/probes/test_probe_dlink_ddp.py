"""D-Link discovery."""

from pathlib import Path

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, cases, check_broadcast, facts, silent

from camfinder.probes.dlink_ddp import PROBE

REQUEST = bytes.fromhex("fdfd0600a100 ffffffffffff 000000000000 01000000")


def answer(name: bytes = b"DCS-9999L") -> bytes:
    """An answer of an imagined camera."""
    data = bytearray(317)
    for at, value in (
        (0x00, bytes.fromhex("ffff0700a000")),
        (0x06, bytes.fromhex("b0c554000001")),
        (0x0C, bytes([192, 0, 2, 20])),
        (0x16, b"Wireless Internet Camera"),
        (0x76, b"1.99"),
        (0x9C, b"A1"),
        (0xDC, name),
    ):
        data[at : at + len(value)] = value
    return bytes(data)


def test_answer() -> None:
    """MAC, address, firmware, and the name that still is the model."""
    assert facts(PROBE, frame(answer(), 62_976)) == {
        "dlink_ddp.answer": "a000",
        "dlink_ddp.mac": "b0:c5:54:00:00:01",
        "dlink_ddp.address": "192.0.2.20",
        "dlink_ddp.description": "Wireless Internet Camera",
        "dlink_ddp.firmware": "1.99",
        "dlink_ddp.hardware": "A1",
        "dlink_ddp.name": "DCS-9999L",
        "dlink_ddp.model": "DCS-9999L",
    }


def test_name_given_by_its_owner_is_no_model() -> None:
    """`porch` is a name."""
    found = facts(PROBE, frame(answer(b"porch"), 62_976))
    assert found["dlink_ddp.name"] == "porch"
    assert "dlink_ddp.model" not in found


def test_short_form() -> None:
    """An old answer names its model somewhere."""
    old = bytes.fromhex("ffff0700a000 b0c554000001") + bytes(10) + b"DCS-930\x00 \xe9"
    assert facts(PROBE, frame(old.ljust(40, b"\x00"), 62_976))["dlink_ddp.model"] == "DCS-930"


def test_question_is_these_bytes_and_no_device() -> None:
    """The question, and hearing it or something else."""
    check_broadcast(PROBE, 62_976, REQUEST)
    assert silent(PROBE, frame(REQUEST.ljust(64, b"\x00"), 62_976))
    assert silent(PROBE, frame(answer(), 5000))
    assert silent(PROBE, frame(b"\xff" * 64, 62_976))


def test_recorded_answer(shared: Path) -> None:
    """The recorded answer gives what its index says."""
    ((line, payload),) = [
        case for case in cases(shared, "vendor-udp") if "dlink" in case[0]["file"]
    ]
    (truth,) = line["expect"]["devices"]
    found = facts(PROBE, frame(payload, 62_976))
    for key in ("model", "firmware", "mac"):
        assert found[f"dlink_ddp.{key}"] == truth[key]


@FUZZ
@given(payload=damaged([answer()]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 62_976))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(answer(), 62_976))
