"""What is exported can be given back as records, and evidence of other tools."""

import pytest
from crowd import crowd

from camfinder.records.known import read_known, read_sightings
from camfinder.reports import report_for


@pytest.mark.parametrize("name", ["a.csv", "a.bom.csv", "a.xlsx", "a.json"])
def test_devices_come_back_as_records(name: str) -> None:
    """Address, MAC, serial number, brand, model, firmware and host name are found by themselves."""
    document = crowd(40)
    report = report_for(name)
    assert report is not None
    known = read_known(report.render(document), name, {})
    assert len(known.records) == len(document.devices)
    for record, device in zip(known.records, document.devices, strict=True):
        assert record.addresses == (device.address,)
        assert record.macs == (device.mac,)
        assert (record.serial, record.brand, record.model, record.firmware, record.hostname) == (
            device.serial, device.brand, device.model, device.firmware, device.hostname,
        )  # fmt: skip


def test_nmap_xml_comes_back_as_sightings() -> None:
    """Our Nmap XML is read like Nmap's own."""
    document = crowd(40)
    report = report_for("a.nmap.xml")
    assert report is not None
    _form, seen = read_sightings(report.render(document), "a.nmap.xml", {})
    found = {(sighting.address, sighting.mac) for sighting in seen}
    assert found >= {(device.address, device.mac) for device in document.devices}
