"""Sony SNC setup tool."""

from pathlib import Path

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, cases, check_broadcast, facts, silent

from camfinder.probes.sony import PROBE

REQUEST = bytes.fromhex("02454e513a616c6c696e666fff03")
SAMPLE = (
    b"\x02MAC:08-00-46-00-00-01\xffMODEL:SNC-XX999\xffSERIAL:900001\xffINFO:allinfo\xff"
    b"IPADR:192.0.2.20\xffWEBPORT:80\xffSOFTVERSION:1.99.0\xff\x03"
)


def test_answer() -> None:
    """Every field that identifies."""
    assert facts(PROBE, frame(SAMPLE, 2380)) == {
        "sony.mac": "08:00:46:00:00:01",
        "sony.model": "SNC-XX999",
        "sony.serial": "900001",
        "sony.address": "192.0.2.20",
        "sony.http_port": "80",
        "sony.firmware": "1.99.0",
    }


def test_question_is_these_bytes_and_no_device() -> None:
    """The enquiry, and hearing it."""
    check_broadcast(PROBE, 2380, REQUEST)
    assert silent(PROBE, frame(REQUEST, 2380))


def test_others_are_silent() -> None:
    """Fields without the port or the echo of the enquiry are somebody else's."""
    assert silent(PROBE, frame(b"\x02MAC:x\xffMODEL:y\x03", 999))
    assert silent(PROBE, frame(b"\x02MODEL:\xff\x03", 2380))


def test_recorded_answer(shared: Path) -> None:
    """The recorded answer gives what its index says."""
    (found,) = [
        (line["expect"]["devices"][0], facts(PROBE, frame(data, 2380)))
        for line, data in cases(shared, "vendor-udp")
        if "sony" in line["file"]
    ]
    truth, read = found
    for key in ("model", "firmware", "serial", "mac"):
        assert read[f"sony.{key}"] == truth[key]


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 2380))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 2380))
