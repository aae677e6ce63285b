"""Devices told of while a run goes on."""

from datetime import UTC, datetime
from ipaddress import ip_address

from shipped import engine

from camfinder.flow.announce import Announcer
from camfinder.flow.progress import Progress
from camfinder.flow.sightings import Sightings
from camfinder.model import Device, Fact, Observation, Transport

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ADDRESS = ip_address("192.0.2.7")


def observation(*facts: tuple[str, str], probe: str = "onvif") -> Observation:
    """Something heard from the address."""
    made = tuple(Fact(key, value) for key, value in facts)
    return Observation(probe, ADDRESS, 80, Transport.HTTP, made, NOW, "live test", b"x")


def test_devices_are_told_when_found_and_when_better_known() -> None:
    """Once when it is known to be a camera, again per slot settled, never for what is not new."""
    told: list[Device] = []
    sightings = Sightings(engine(), lambda _problem: None)
    announcer = Announcer(sightings, Progress(device=told.append))
    firsts = []
    for heard in (
        observation(("http.status", "200"), probe="http"),
        observation(("onvif.operation", "GetDeviceInformation"), ("onvif.manufacturer", "AXIS"),
                    ("onvif.model", "P3245-V")),
        observation(("onvif.firmware", "10.12.114")),
        observation(("http.status", "404"), probe="http"),
    ):  # fmt: skip
        sightings.add(heard)
        firsts.append(announcer.heard(ADDRESS, sightings.known(ADDRESS)))
    assert firsts == [False, True, False, False]
    assert [(d.address, d.model, d.firmware) for d in told] == [
        (ADDRESS, "P3245-V", None),
        (ADDRESS, "P3245-V", "10.12.114"),
    ]
