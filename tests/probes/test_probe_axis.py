"""Axis device information, JSON and parameters."""

from dataclasses import replace
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
    only,
    seen,
    silent,
    web,
)

from camfinder.model import Slot, Transport
from camfinder.probes.axis import PROBE

JSON = (
    b'{"apiVersion":"1.3","data":{"propertyList":{"Brand":"AXIS","ProdNbr":"P9999-LVE",'
    b'"ProdFullName":"AXIS P9999-LVE Network Camera","ProdType":"Network Camera",'
    b'"ProdVariant":"","SerialNumber":"00408C000001","Version":"11.2.3"}}}'
)
TEXT = (
    b"root.Brand.Brand=AXIS\r\nroot.Brand.ProdNbr=P9999-LVE\r\nroot.Brand.ProdVariant=\r\n"
    b"root.Properties.Firmware.Version=11.2.3\r\nroot.Properties.System.SerialNumber=00408C000001"
)


@pytest.mark.parametrize("body", [JSON, TEXT])
def test_both_forms_tell_the_same(body: bytes) -> None:
    """Model, firmware, serial, and the MAC that the serial is."""
    found = facts(PROBE, web(body))
    assert found["axis.brand"] == "AXIS"
    assert found["axis.model"] == "P9999-LVE"
    assert found["axis.firmware"] == "11.2.3"
    assert found["axis.serial"] == "00408C000001"
    assert found["axis.mac"] == "00:40:8c:00:00:01"
    assert "axis.variant" not in found


def test_body_without_a_head() -> None:
    """A body alone is read, on plain and secured connections."""
    assert facts(PROBE, frame(JSON, 443, Transport.HTTPS))["axis.model"] == "P9999-LVE"


def test_refusals_and_others_are_silent() -> None:
    """401, other JSON, other lists, other transports."""
    assert silent(PROBE, web(JSON, status=b"401 Unauthorized"))
    assert silent(PROBE, web(b'{"data":{"propertyList":{}}}'))
    assert silent(PROBE, web(b"<html>Brand</html>"))
    assert silent(PROBE, frame(JSON, 3702))


def test_broken_json() -> None:
    """A property list that ends early, and one nested too deep."""
    rejects(PROBE, web(JSON[:-20]))
    rejects(PROBE, web(b'{"propertyList":{"ProdNbr":' + b"[" * 60_000))


def test_request_is_the_documented_one() -> None:
    """A POST that reads unrestricted properties, to the web port that answered."""
    query = only(PROBE.follow_ups(seen(8443, Transport.HTTPS), named("axis")))
    assert query.request == "POST /axis-cgi/basicdeviceinfo.cgi"
    assert query.payload == b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
    assert (query.transport, query.port) == (Transport.HTTPS, 8443)


def test_asks_only_where_it_helps() -> None:
    """An Axis on a web port with model or firmware still open."""
    check_lazy(PROBE, named("axis"))
    assert list(PROBE.follow_ups(seen(), named("axis", settled=[Slot.MODEL])))
    assert not list(PROBE.follow_ups(seen(3702, Transport.UDP), named("axis")))
    assert not list(PROBE.follow_ups(replace(seen(), address=None), named("axis")))


def test_recorded_answers(shared: Path) -> None:
    """Recorded answers give model and firmware as their index says."""
    messages = cases(shared, "axis")
    for line, body in messages:
        (truth,) = line["expect"]["devices"]
        found = facts(PROBE, frame(body, 80, Transport.HTTP))
        assert found["axis.model"] == truth["model"]
        assert found.get("axis.firmware") == truth["firmware"]
    brands = banners(shared, "axis.getbrand")
    for case, value in brands:
        heard = frame(value.encode(), 80, Transport.HTTP)
        assert facts(PROBE, heard)["axis.model"] == case["truth"]["model"]
    assert len(messages) == 2
    assert len(brands) == 2


@FUZZ
@given(payload=damaged([JSON, TEXT, web(JSON).payload]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 80, Transport.HTTP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, web(JSON))
