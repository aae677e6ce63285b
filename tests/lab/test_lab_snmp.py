"""The SNMP agent of a simulated device, asked and read by another implementation."""

from ipaddress import IPv4Network
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.snmp import SNMP, SNMPget, SNMPnext, SNMPset, SNMPvarbind

from camfinder.lab.building import load_personas
from camfinder.lab.persona import Snmp
from camfinder.lab.player import udp_services
from camfinder.lab.seat import Seat, seat
from camfinder.lab.services import Heard

NET = IPv4Network("10.77.0.0/24")
DESCRIPTION, OBJECT_ID, NOWHERE = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.9.0"
MAC = "1.3.6.1.2.1.2.2.1.6.2"


def sitting(**changed: object) -> Seat:
    """The Axis camera, its agent with other settings."""
    persona = next(each for each in load_personas() if each.id == "axis-camera")
    assert persona.snmp is not None
    snmp: Snmp = msgspec.structs.replace(persona.snmp, **changed)
    return seat(msgspec.structs.replace(persona, snmp=snmp), NET.network_address + 13, NET)


def message(*names: str, community: str = "lab-community", version: str = "v2c",
            unit: type[Any] = SNMPget) -> bytes:  # fmt: skip
    """A question for these objects."""
    bound = [SNMPvarbind(oid=name) for name in names]
    return bytes(SNMP(version=version, community=community, PDU=unit(id=77, varbindlist=bound)))


def answered(device: Seat, payload: bytes) -> list[bytes]:
    """Every answer of the device on the port of SNMP."""
    (service,) = [each for each in udp_services(device) if each.port == 161]
    heard = Heard(payload, ("10.77.0.250", 40_000), unicast=True)
    return [reply.payload for reply in service.answer(device, heard)]


def read(payload: bytes) -> Any:
    """The response as scapy reads it."""
    found = SNMP(payload)
    assert bytes(found.community.val) == b"lab-community"
    assert found.PDU.id.val == 77
    return found.PDU


def test_values() -> None:
    """A text, an object identifier, the bytes of a MAC."""
    (answer,) = answered(sitting(), message(DESCRIPTION, OBJECT_ID, MAC))
    values = [each.value.val for each in read(answer).varbindlist]
    assert values[0].startswith(b"; AXIS P3245-LVE; Network Camera; 10.12.182;")
    assert values[1] == ".1.3.6.1.4.1.368" or values[1] == "1.3.6.1.4.1.368"
    assert values[2] == bytes.fromhex("b8a44f710d2e")


def test_what_is_not_there() -> None:
    """Version 2c says so of that object, version 1 answers nothing but an error."""
    (answer,) = answered(sitting(), message(DESCRIPTION, NOWHERE))
    assert read(answer).error.val == 0
    assert b"\x81\x00" in answer
    (answer,) = answered(sitting(), message(DESCRIPTION, NOWHERE, version="v1"))
    assert (read(answer).error.val, read(answer).error_index.val) == (2, 2)


def test_too_big() -> None:
    """An agent without room for more objects answers the error alone."""
    device = sitting(max_bindings=2)
    (answer,) = answered(device, message(DESCRIPTION, OBJECT_ID, MAC))
    assert read(answer).error.val == 1
    (answer,) = answered(device, message(DESCRIPTION, OBJECT_ID))
    assert read(answer).error.val == 0


@pytest.mark.parametrize(
    "payload",
    [
        message(DESCRIPTION, community="public"),
        message(DESCRIPTION, unit=SNMPset),
        message(DESCRIPTION, unit=SNMPnext),
        b"",
        b"\x30\x00",
        b"\x30\x05hello",
    ],
)
def test_silence(payload: bytes) -> None:
    """For another community, for what is no GetRequest, for what is no message."""
    assert answered(sitting(), payload) == []


def test_version_that_it_does_not_speak() -> None:
    """Dropped without a word."""
    assert answered(sitting(versions=("1",)), message(DESCRIPTION)) == []


@given(st.binary(max_size=80), st.integers(0, 60))
def test_hostile_bytes(payload: bytes, cut: int) -> None:
    """No datagram ends the lab."""
    device = sitting()
    answered(device, payload)
    answered(device, message(DESCRIPTION)[:cut] + payload)
