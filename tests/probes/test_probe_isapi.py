"""Hikvision ISAPI documents."""

from pathlib import Path

import pytest
from framing import damaged, frame, rejects, survives
from hypothesis import given
from makers import (
    FUZZ,
    attack,
    banners,
    cases,
    check_lazy,
    facts,
    named,
    seen,
    silent,
    web,
)

from camfinder.model import Frame, Transport
from camfinder.probes.isapi import PROBE

SPACES = [
    "http://www.hikvision.com/ver20/XMLSchema",
    "http://www.isapi.org/ver20/XMLSchema",
    "http://www.std-cgi.com/ver20/XMLSchema",
    "urn:psialliance-org",
]


def document(space: str) -> bytes:
    """A device information document of an imagined recorder."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<DeviceInfo version="2.0" xmlns="{space}"><deviceName>hall & yard</deviceName>
<model>DS-9999NI-X1/4P</model><serialNumber>DS-9999NI-X1/4P0420200101CCRR000000001WCVU</serialNumber>
<macAddress>28:57:be:00:00:01</macAddress><firmwareVersion>V4.1.2</firmwareVersion>
<firmwareReleasedDate>build 200101</firmwareReleasedDate><deviceType>NVR</deviceType>
<manufacturer>hikvision</manufacturer></DeviceInfo>""".encode()


SAMPLE = document(SPACES[0])
STATUS = (
    b'<ActivateStatus version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">'
    b"<Activated>false</Activated></ActivateStatus>"
)


def page(body: bytes) -> Frame:
    """A body alone."""
    return frame(body, 80, Transport.HTTP)


@pytest.mark.parametrize("space", SPACES)
def test_device_information(space: str) -> None:
    """All forms of the namespace; firmware with its build; unescaped ampersands."""
    found = facts(PROBE, page(document(space)))
    assert found["isapi.model"] == "DS-9999NI-X1/4P"
    assert found["isapi.firmware"] == "V4.1.2 build 200101"
    assert found["isapi.serial"].startswith("DS-9999NI-X1/4P0420200101")
    assert found["isapi.mac"] == "28:57:be:00:00:01"
    assert found["isapi.device_type"] == "NVR"
    assert found["isapi.name"] == "hall & yard"


def test_activation_state() -> None:
    """A factory-fresh device says so."""
    assert facts(PROBE, page(STATUS)) == {"isapi.activated": "false"}


def test_other_documents_are_silent() -> None:
    """Another maker's DeviceInfo, a page that mentions it, a refusal."""
    other = b'<DeviceInfo xmlns="urn:other"><model>X1</model></DeviceInfo>'
    assert silent(PROBE, page(other))
    assert silent(PROBE, page(b"<html><body>DeviceInfo & more"))
    assert silent(PROBE, web(SAMPLE, status=b"401 Unauthorized"))


def test_broken_only_where_it_was_asked() -> None:
    """An entity bomb in an answer to an ISAPI path is broken; elsewhere it is some page."""
    bomb = b'<!DOCTYPE a [<!ENTITY x "y">]><DeviceInfo>&x;</DeviceInfo>'
    rejects(PROBE, web(bomb, "GET /ISAPI/System/deviceInfo"))
    assert silent(PROBE, web(bomb))


def test_questions_are_reads_without_a_user() -> None:
    """Description, device information, activation state; nothing else, no account."""
    queries = list(PROBE.follow_ups(seen(), named("hikvision")))
    assert [query.request for query in queries] == [
        "GET /upnpdevicedesc.xml",
        "GET /ISAPI/System/deviceInfo",
        "GET /ISAPI/System/activateStatus",
    ]
    assert all(not query.payload and not query.headers for query in queries)
    check_lazy(PROBE, named("hikvision"))


def test_recorded_documents(shared: Path) -> None:
    """Recorded documents give what their index says."""
    messages = cases(shared, "isapi")
    for line, body in messages:
        (truth,) = line["expect"]["devices"]
        found = facts(PROBE, page(body))
        for key in ("model", "firmware", "serial", "mac"):
            assert found[f"isapi.{key}"] == truth[key]
    corpus = banners(shared, "isapi.device_info")
    for case, value in corpus:
        found = facts(PROBE, page(value.encode()))
        assert found["isapi.model"] == case["truth"]["model"]
        assert found["isapi.firmware"].startswith(case["truth"]["firmware"])
    assert len(messages) == 6
    assert len(corpus) == 6


@FUZZ
@given(payload=damaged([SAMPLE, STATUS]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, page(payload))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, page(SAMPLE))
