"""HNAP device settings, overheard."""

from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, facts, named, seen, silent, web

from camfinder.model import Transport
from camfinder.probes.hnap import PROBE

SAMPLE = (
    b'<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    b'<soap:Body><GetDeviceSettingsResponse xmlns="http://purenetworks.com/HNAP1/">'
    b"<GetDeviceSettingsResult>OK</GetDeviceSettingsResult><Type>ConnectedHomeClient</Type>"
    b"<DeviceName>porch</DeviceName><VendorName>D-Link</VendorName>"
    b"<ModelDescription>Wireless Internet Camera</ModelDescription><ModelName>DCS-9999L</ModelName>"
    b"<DeviceMacId>B0:C5:54:00:00:01</DeviceMacId><FirmwareVersion>1.06</FirmwareVersion>"
    b"<HardwareVersion>A1</HardwareVersion><ModuleTypes><string>Camera</string>"
    b"<string>Optical Recognition</string></ModuleTypes></GetDeviceSettingsResponse>"
    b"</soap:Body></soap:Envelope>"
)


def test_settings() -> None:
    """Vendor, model, firmware, MAC and what modules it has."""
    found = facts(PROBE, web(SAMPLE))
    assert found["hnap.vendor"] == "D-Link"
    assert found["hnap.model"] == "DCS-9999L"
    assert found["hnap.firmware"] == "1.06"
    assert found["hnap.mac"] == "b0:c5:54:00:00:01"
    assert one(PROBE, web(SAMPLE)).all("hnap.module") == ("Camera", "Optical Recognition")


def test_nothing_is_asked() -> None:
    """The path has known flaws: only overheard answers are read."""
    assert not list(PROBE.discover(TARGET))
    assert not list(PROBE.queries(TARGET))
    assert not list(PROBE.follow_ups(seen(), named("d-link")))


def test_others_are_silent_or_broken() -> None:
    """A request is no device; a mention is no answer."""
    assert silent(PROBE, web(SAMPLE.replace(b"Response", b"")))
    assert silent(PROBE, web(b"<html></html>"))
    rejects(PROBE, web(b"GetDeviceSettingsResponse"))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 80, Transport.HTTP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, web(SAMPLE))
