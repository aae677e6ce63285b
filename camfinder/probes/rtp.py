"""Video streams, overheard: the parameter sets of a picture codec in RTP, and senders' reports.

An H.264 or H.265 encoder repeats its parameter sets beside every key frame, in datagrams so small
that no filter for bulk drops them. They say that somebody sends live video, a hint of a camera;
video conferences and television over IP do the same. No picture is read. A sender's report (RTCP)
alone may be of a telephone: its name is noted and nothing concluded.
Source: RFC 3550 sections 5.1, 6.4.1 and 6.5; RFC 6184 sections 5.4 and 5.6 with ITU-T H.264
section 7.3.2.1; RFC 7798 section 1.1.4 with ITU-T H.265 section 7.3.2.1.
"""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from camfinder.model import Frame, Observation, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import u8, u16be

HEADER = 12
MAX_SET = 400
"""Bytes of a parameter set at most; one of a camera has 10 to 60."""
DYNAMIC = range(96, 128)
SENDER_REPORT, DESCRIPTION, CNAME = 200, 202, 1
MAX_CHUNK = 8
_SPS, _STAP_A = 7, 24
_VPS, _AGGREGATE = 32, 48
_PROFILES = frozenset({66, 77, 88, 100, 110, 122, 244})
"""H.264 profile_idc of single-view profiles (ITU-T H.264, annex A)."""
_LEVELS = frozenset({9, 10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52, 60, 61, 62})


def parse(frame: Frame) -> Iterable[Observation]:
    """A parameter set of video, or a sender's report with its name."""
    data = frame.payload
    if frame.transport is not Transport.UDP or len(data) < HEADER + 8 or data[0] >> 6 != 2:
        return ()
    facts = Facts()
    if data[1] == SENDER_REPORT:
        _report(data, facts)
    elif len(data) <= HEADER + MAX_SET and data[0] == 0x80 and data[1] & 0x7F in DYNAMIC:
        facts.add("rtp.codec", _codec(data[HEADER:]))
        if len(facts):
            facts.add("rtp.payload_type", data[1] & 0x7F)
    return (replace(observe("rtp", frame, facts), port=0),) if len(facts) else ()


def _codec(load: bytes) -> str | None:
    """Whose parameter set it is; None for anything else."""
    first = load[0]
    unit = load[3:] if first & 0x1F == _STAP_A and not first & 0x80 else load
    if _is_h264_set(unit):
        return "h264"
    unit = load[4:] if first >> 1 & 0x3F == _AGGREGATE else load
    # Type and layer 0, temporal id 1; VPS id 0 and both base layer flags; sixteen reserved ones.
    is_set = len(unit) >= 16 and unit[0] >> 1 == _VPS and unit[1] == 1 and unit[2] & 0xFC == 0x0C
    return "h265" if is_set and unit[4:6] == b"\xff\xff" else None


def _is_h264_set(unit: bytes) -> bool:
    """A sequence parameter set: header, profile_idc, six flags and two zero bits, level_idc."""
    if len(unit) < 6 or unit[0] & 0x80 or not unit[0] & 0x60 or unit[0] & 0x1F != _SPS:
        return False
    return unit[1] in _PROFILES and not unit[2] & 3 and unit[3] in _LEVELS


def _report(data: bytes, facts: Facts) -> None:
    """The canonical name behind a sender's report (packets of a compound are padded to 4)."""
    size = (u16be(data, 2) + 1) * 4
    if size < 28 or size + 12 > len(data) or data[size] >> 6 != 2 or data[size + 1] != DESCRIPTION:
        return
    at = size + 8
    for _ in range(MAX_CHUNK):
        if at + 2 > len(data) or not data[at]:
            return
        length = u8(data, at + 1)
        if data[at] == CNAME:
            facts.add("rtp.cname", data[at + 2 : at + 2 + length])
            return
        at += 2 + length


PROBE = Probe(
    name="rtp",
    title="Video streams over RTP",
    touch=Touch.PASSIVE,
    ports=frozenset(),
    emits=MappingProxyType(
        {
            "rtp.codec": "`h264` or `h265`: a parameter set of live video was sent",
            "rtp.payload_type": "RTP payload type, 96 to 127",
            "rtp.cname": "canonical name of a sender of reports",
        }
    ),
    parse=parse,
    magics=(b"\x80", b"\x81"),
)
