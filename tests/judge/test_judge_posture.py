"""Posture: what the device states itself, each with its evidence, and nothing besides."""

from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import msgspec
import pytest
from judged import DAY, MACS, device_of, document_of, information, isapi, rules, sadp, scopes, web

from camfinder.document import CertificateDoc, DeviceDoc, FindingDoc, ServiceDoc
from camfinder.judge.posture import posture
from camfinder.match.identify import describe
from camfinder.model import Fact, Observation, Transport

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CERTIFICATE = CertificateDoc(
    subject="CN=cam",
    issuer="CN=Town CA",
    serial="1",
    not_before=NOW - timedelta(days=100),
    not_after=NOW + timedelta(days=100),
    sha256="0" * 64,
)


def _seen(
    *facts: tuple[str, str], transport: Transport = Transport.HTTP, at: datetime = NOW
) -> DeviceDoc:
    """A camera that a probe heard say these facts at this moment."""
    address = ip_address("192.0.2.1")
    probe = facts[0][0].partition(".")[0] if facts else "onvif"
    base = Observation(
        "onvif",
        address,
        80,
        Transport.UDP,
        (
            Fact("onvif.manufacturer", "Axis"),
            Fact("onvif.scope.type", "video_encoder"),
            Fact("onvif.model", "P3245-LVE"),
        ),
        at,
        "live eth0",
        b"raw",
    )
    told = Observation(
        probe, address, 80, transport, tuple(Fact(*fact) for fact in facts), at, "live eth0", b"raw"
    )
    device = describe([(one, rules().evidence(one)) for one in (base, told)], rules().fingerprints)
    assert device is not None
    doc = document_of(device).devices[0]
    assert doc.surveillance
    return doc


def _found(device: DeviceDoc, day: date = DAY, *, asked: bool = True) -> dict[str, FindingDoc]:
    return {finding.id: finding for finding in posture(device, day, asked=asked)}


@pytest.mark.parametrize(
    ("key", "bad", "good"),
    [
        ("isapi.activated", "false", "true"),
        ("sunapi.initialized", "false", "true"),
        ("hanwha.password_status", "0", "1"),
        ("sadp.activated", "false", "true"),
    ],
)
def test_factory_state(key: str, bad: str, good: str) -> None:
    """A device without a password says so in its maker's own words."""
    found = _found(_seen((key, bad)))["not-activated"]
    assert (found.kind, found.verdict) == ("posture", "stated")
    assert found.evidence
    assert "not-activated" not in _found(_seen((key, good)))


def test_factory_state_in_a_real_answer() -> None:
    """SADP with Activated false, through the parser."""
    raw = device_of([sadp("DS-2CD2143G2-IS", mac=MACS["hikvision"], activated=False)])
    found = _found(raw)["not-activated"]
    held = [item for item in raw.evidence if item.id in found.evidence]
    assert [item.fact for item in held] == ["sadp.activated"]
    assert held[0].claims == {}
    fine = device_of([sadp("DS-2CD2143G2-IS", mac=MACS["hikvision"])])
    assert "not-activated" not in _found(fine)


def test_plain_http() -> None:
    """HTTP and no TLS anywhere; TLS on any port takes it away."""
    device = device_of([information("Axis", "P3245-LVE"), web(title="AXIS P3245-LVE")])
    found = _found(device)["http-without-tls"]
    assert found.evidence
    secured = msgspec.structs.replace(device, certificate=CERTIFICATE)
    assert "http-without-tls" not in _found(secured)
    tls = ServiceDoc(port=443, transport="tcp", protocol="tls")
    served = msgspec.structs.replace(device, services=[*device.services, tls])
    assert "http-without-tls" not in _found(served)


@pytest.mark.parametrize(
    ("changes", "day", "ids"),
    [
        ({}, DAY, set()),
        ({"issuer": "CN=cam"}, DAY, {"certificate-self-signed"}),
        ({"not_after": NOW - timedelta(days=2)}, DAY, {"certificate-expired"}),
        ({"not_after": NOW - timedelta(days=2)}, date(2026, 1, 1), set()),
        (
            {"issuer": "CN=cam"},
            date(2028, 1, 1),
            {"certificate-self-signed", "certificate-expired"},
        ),
    ],
)
def test_certificates(changes: dict[str, Any], day: date, ids: set[str]) -> None:
    """Self-signed, and expired by the day of judgement."""
    certificate = msgspec.structs.replace(CERTIFICATE, **changes)
    device = msgspec.structs.replace(_seen(("tls.issuer", "CN=x")), certificate=certificate)
    found = _found(device, day)
    assert {key for key in found if key.startswith("certificate")} == ids
    assert all(found[key].evidence for key in ids)


@pytest.mark.parametrize("protocol", ["telnet", "ftp"])
def test_open_services(protocol: str) -> None:
    """Telnet and FTP that answered, with the greeting as evidence."""
    device = _seen((f"{protocol}.banner", "welcome"), transport=Transport.TCP)
    found = _found(device)[f"{protocol}-open"]
    assert "port 80" in found.because
    assert found.evidence
    assert f"{protocol}-open" not in _found(_seen())


def test_anonymous_onvif_only_where_we_asked() -> None:
    """Our own question had no credentials; an overheard answer may have been to somebody else's."""
    device = _seen(("onvif.firmware", "1.0"), ("onvif.serial", "ACCC8E1"))
    assert "onvif-anonymous" in _found(device)
    assert "onvif-anonymous" not in _found(device, asked=False)
    assert "onvif-anonymous" not in _found(device_of([scopes("Axis", "P3245-LVE")]))


def test_open_stream() -> None:
    """DESCRIBE answered with 200 is a stream for everybody; 401 is not."""
    assert "stream-open" in _found(_seen(("rtsp.answered", "200 DESCRIBE")))
    assert "stream-open" not in _found(_seen(("rtsp.answered", "401 DESCRIBE")))
    assert "stream-open" not in _found(_seen(("rtsp.answered", "200 OPTIONS")))


@pytest.mark.parametrize(
    ("clock", "wrong"),
    [
        ("2026-11-24T12:00:05Z", False),
        ("2026-11-23T13:00:00Z", False),
        ("2026-11-22T11:00:00Z", True),
        ("1970-01-01T00:03:00Z", True),
        ("2027-11-24T12:00:00Z", True),
        ("no time", False),
    ],
)
def test_clock(clock: str, wrong: bool) -> None:
    """More than a day away from the moment of the answer."""
    found = _found(_seen(("onvif.clock", clock)))
    assert ("clock-wrong" in found) is wrong


def test_a_clock_without_a_moment_is_not_judged() -> None:
    """Cases that somebody else collected carry no time."""
    old = datetime(1970, 1, 1, tzinfo=UTC)
    assert "clock-wrong" not in _found(_seen(("onvif.clock", "2026-11-24T12:00:00Z"), at=old))


@pytest.mark.parametrize(
    ("name", "default"),
    [("axis-accc8e012345", True), ("P3245-LVE", True), ("lobby-west", False), ("axis", False)],
)
def test_default_host_name(name: str, default: bool) -> None:
    """A name made of model, serial number or MAC."""
    device = _seen(("onvif.hostname", name), ("onvif.mac", "ac:cc:8e:01:23:45"))
    found = _found(device)
    assert ("default-host-name" in found) is default


def test_only_surveillance_devices_have_a_posture() -> None:
    """Other devices and undecided ones are left alone."""
    device = device_of([sadp("DS-2CD2143G2-IS", mac=MACS["hikvision"], activated=False)])
    for surveillance in (False, None):
        other = msgspec.structs.replace(device, surveillance=surveillance)
        assert posture(other, DAY, asked=True) == []


def test_posture_says_nothing_of_a_device_in_order() -> None:
    """Nothing is wrong, nothing is said."""
    device = msgspec.structs.replace(
        device_of([isapi("DS-2CD2347G2-LU", mac=MACS["hikvision"])]), certificate=CERTIFICATE
    )
    assert posture(device, DAY, asked=False) == []
