"""Netwave camera status, overheard."""

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, facts, named, seen, silent, web

from camfinder.model import Transport
from camfinder.probes.netwave_status import PROBE

SAMPLE = (
    b"var id='00606E000001';\nvar sys_ver='11.99.2.1';\nvar app_ver='2.4.99.1';\n"
    b"var alias='Nursery';\nvar now=1300000000;\nvar alarm_status=0;\n"
)


def test_status() -> None:
    """Identity, versions, name."""
    assert facts(PROBE, web(SAMPLE)) == {
        "netwave_status.serial": "00606E000001",
        "netwave_status.mac": "00:60:6e:00:00:01",
        "netwave_status.firmware": "11.99.2.1",
        "netwave_status.web": "2.4.99.1",
        "netwave_status.name": "Nursery",
    }


def test_nothing_is_asked() -> None:
    """It is not established which builds answer without a login."""
    assert not list(PROBE.queries(TARGET))
    assert not list(PROBE.follow_ups(seen(), named("foscam", "netwave")))


def test_others_are_silent() -> None:
    """Other scripts, refusals."""
    assert silent(PROBE, web(b"var id='1';"))
    assert silent(PROBE, web(SAMPLE, status=b"401 Unauthorized"))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 80, Transport.HTTP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, web(SAMPLE))
