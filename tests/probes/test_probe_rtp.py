"""Video streams: parameter sets as x264 and x265 write them, and senders' reports."""

import pytest
from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, facts, silent

from camfinder.probes.rtp import PROBE

HEADER = bytes.fromhex("80 60 0001 00000000 12345678")
SPS = bytes.fromhex("67 64 00 28 ac d9 40 78 02 27 e5 c0 44 00 00 03 00 04")
PPS = bytes.fromhex("68 eb e3 cb 22 c0")
VPS = bytes.fromhex("40 01 0c 01 ff ff 01 60 00 00 03 00 90 00 00 03 00 00 03 00 5d 95 98 09")
STAP = b"\x78" + len(SPS).to_bytes(2, "big") + SPS + len(PPS).to_bytes(2, "big") + PPS
NAME = b"camera@192.0.2.10"
REPORT = (
    bytes.fromhex("80 c8 0006 12345678") + bytes(20)
    + bytes.fromhex("81 ca 0007 12345678") + b"\x01" + bytes((len(NAME),)) + NAME + bytes(5)
)  # fmt: skip


@pytest.mark.parametrize(("load", "codec"), [(SPS, "h264"), (STAP, "h264"), (VPS, "h265")])
def test_parameter_set_tells_the_codec(load: bytes, codec: str) -> None:
    """Alone or first in an aggregation packet."""
    found = facts(PROBE, frame(HEADER + load, 5004))
    assert found == {"rtp.codec": codec, "rtp.payload_type": "96"}


def test_senders_report_gives_its_name_and_no_codec() -> None:
    """A telephone says the same."""
    assert facts(PROBE, frame(REPORT, 5005)) == {"rtp.cname": "camera@192.0.2.10"}


@pytest.mark.parametrize(
    "data",
    [
        HEADER + b"\x65" + SPS[1:],  # a slice of a picture
        HEADER + b"\x67\x63" + SPS[2:],  # no such profile
        HEADER + b"\x67\x64\x03" + SPS[3:],  # reserved bits
        HEADER[:1] + b"\x00" + HEADER[2:] + SPS,  # a telephone's payload type
        HEADER + SPS + bytes(800),  # bulk
        bytes.fromhex("80 c8 0006 12345678") + bytes(20),  # a report without a name
        b"\x80\x60",
    ],
)
def test_other_datagrams_are_silent(data: bytes) -> None:
    """Pictures, sound and whatever begins likewise."""
    assert silent(PROBE, frame(data, 5004))


def test_damage() -> None:
    """Cut after each byte, and each byte changed."""
    for sample in (HEADER + STAP, HEADER + VPS, REPORT):
        attack(PROBE, frame(sample, 5004))


@FUZZ
@given(payload=damaged([HEADER + STAP, HEADER + VPS, REPORT]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 5004))
