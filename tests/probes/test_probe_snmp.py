"""SNMP: one question that only reads, what is in its answers, never the community."""

from ipaddress import ip_address

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, facts, silent
from scapy.layers.snmp import SNMP, SNMPget

from camfinder.model import Known, Query, Slot, Target, Transport
from camfinder.probes import snmp
from camfinder.probes.snmp import PROBE
from camfinder.wire import ber as ber_of_ours


def ber(kind: int, content: bytes) -> bytes:
    """One element in basic encoding."""
    size = (
        bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    )
    return bytes([kind]) + size + content


def binding(last: int, value: bytes) -> bytes:
    """A binding of 1.3.6.1.2.1.1.<last>.0."""
    return ber(0x30, ber(0x06, bytes([0x2B, 6, 1, 2, 1, 1, last, 0])) + value)


def told(**values: bytes | str) -> bytes:
    """A message with a binding for each object, named by its arcs with `_` between."""
    bindings = []
    for name, value in values.items():
        content = value.encode() if isinstance(value, str) else value
        dotted = "1.3.6.1." + name.removeprefix("o").replace("_", ".")
        bindings.append(ber(0x30, ber_of_ours.written_id(dotted) + ber(0x04, content)))
    return message(*bindings)


def message(*bindings: bytes, kind: int = 0xA2, version: int = 1, error: int = 0) -> bytes:
    """A message with one protocol data unit."""
    errors = ber(0x02, bytes([error])) + ber(0x02, b"\x00")
    unit = ber(kind, ber(0x02, b"\x01") + errors + ber(0x30, b"".join(bindings)))
    return ber(0x30, ber(0x02, bytes([version])) + ber(0x04, b"s3cret") + unit)


DESCRIPTION = binding(1, ber(0x04, b"; NORDCAM N1; Network Camera; 5.1.2;"))
OBJECT_ID = binding(2, ber(0x06, bytes([0x2B, 6, 1, 4, 1, 0x82, 0x70, 1, 1])))
NAME = binding(5, ber(0x04, b"front-door"))
SAMPLE = message(DESCRIPTION, OBJECT_ID, NAME)


@pytest.mark.parametrize("version", [0, 1])
def test_system_group(version: int) -> None:
    """Description, object id and name, in both versions."""
    heard = frame(message(DESCRIPTION, OBJECT_ID, NAME, version=version), 161)
    assert facts(PROBE, heard) == {
        "snmp.sysdescr": "; NORDCAM N1; Network Camera; 5.1.2;",
        "snmp.sysobjectid": "1.3.6.1.4.1.368.1.1",
        "snmp.sysname": "front-door",
    }


def test_community_is_cut() -> None:
    """A community is a credential: it is not in the evidence."""
    assert b"s3cret" not in one(PROBE, frame(SAMPLE, 161)).raw


def test_recorded_message_has_an_empty_community() -> None:
    """The same message to the byte, but for that; what cannot be read is not kept at all."""
    kept = snmp.without_community(SAMPLE)
    assert kept == SAMPLE.replace(b"\x04\x06s3cret", b"\x04\x00").replace(
        SAMPLE[:2], bytes([0x30, SAMPLE[1] - 6]), 1
    )
    assert facts(PROBE, frame(kept, 161)) == facts(PROBE, frame(SAMPLE, 161))
    for broken in (SAMPLE[:-4], b"s3cret", b"\x30\x03\x02\x01\x01", SAMPLE[:1] + b"\x80"):
        assert snmp.without_community(broken) == b""


# What devices answered, as a monitoring system's collection of recordings has it.


def test_camera_that_answers_only_its_makers_objects() -> None:
    """Model, firmware and MAC, spelled in text; the object says whose platform it is."""
    heard = told(
        o4_1_39165_1_1_0="DS-2CD2185FWD-I",
        o4_1_39165_1_3_0="V5.5.3 build 171025",
        o4_1_39165_1_4_0="44:19:b6:00:00:07",
    )
    found = one(PROBE, frame(heard, 161))
    assert found.first("snmp.model") == "DS-2CD2185FWD-I"
    assert found.first("snmp.firmware") == "V5.5.3 build 171025"
    assert found.first("snmp.mac") == "44:19:b6:00:00:07"
    assert found.all("snmp.answered") == (
        "1.3.6.1.4.1.39165.1.1.0", "1.3.6.1.4.1.39165.1.3.0", "1.3.6.1.4.1.39165.1.4.0",
    )  # fmt: skip


def test_recorder_with_its_makers_objects_and_interfaces() -> None:
    """The loopback has no address: the MAC is that of the second interface."""
    heard = told(
        o2_1_1_1_0="DH-NVR4108HS-8P-4KS2",
        o2_1_2_2_1_6_1=b"",
        o2_1_2_2_1_6_2=bytes.fromhex("3cef8c084e1e"),
        o4_1_1004849_2_1_1_1_0="3.212.0000.1",
        o4_1_1004849_2_1_2_4_0="2M00D2APAZTL62J",
        o4_1_1004849_2_1_2_6_0="DH-NVR4108HS-8P-4KS2",
    )
    found = facts(PROBE, frame(heard, 161))
    assert found["snmp.mac"] == "3c:ef:8c:08:4e:1e"
    assert found["snmp.serial"] == "2M00D2APAZTL62J"
    assert found["snmp.firmware"] == "3.212.0000.1"
    assert found["snmp.model"] == "DH-NVR4108HS-8P-4KS2"


def test_chassis() -> None:
    """ENTITY-MIB: of two revisions that of the software is what runs."""
    chassis = {
        "o2_1_47_1_1_1_1_8_1": "B2", "o2_1_47_1_1_1_1_9_1": "u-boot 1.4",
        "o2_1_47_1_1_1_1_10_1": "7.2.1", "o2_1_47_1_1_1_1_11_1": "NC000077",
        "o2_1_47_1_1_1_1_12_1": "Nordcam", "o2_1_47_1_1_1_1_13_1": "NC-7",
    }  # fmt: skip
    assert facts(PROBE, frame(told(**chassis), 161)) == {
        "snmp.hardware": "B2", "snmp.firmware_revision": "u-boot 1.4",
        "snmp.software_revision": "7.2.1", "snmp.serial": "NC000077", "snmp.firmware": "7.2.1",
        "snmp.manufacturer": "Nordcam", "snmp.model": "NC-7",
    }  # fmt: skip
    del chassis["o2_1_47_1_1_1_1_10_1"]
    assert facts(PROBE, frame(told(**chassis), 161))["snmp.firmware"] == "u-boot 1.4"


@pytest.mark.parametrize("kind", [0x80, 0x81, 0x82, 0x05])
def test_objects_that_are_not_there(kind: int) -> None:
    """noSuchObject, noSuchInstance, endOfMibView and null say nothing."""
    assert silent(PROBE, frame(message(binding(1, ber(kind, b""))), 161))
    assert silent(PROBE, frame(message(binding(2, ber(kind, b""))), 161))
    assert silent(PROBE, frame(told(o2_1_1_5_0="", o2_1_2_2_1_6_1=bytes(6)), 161))


def asked(**options: object) -> Query:
    """The question to 192.0.2.1."""
    return snmp.question(ip_address("192.0.2.1"), "s3cret", 300, **options)  # type: ignore[arg-type]


def test_question_to_the_byte() -> None:
    """Version 1 and the short form: three objects of the system group, in a GetRequest."""
    objects = "".join(f"300c 0608 2b0601020101{last}00 0500" for last in ("01", "02", "05"))
    head = "3043 020100 0406 733363726574 a036 0202012c 020100 020100 302a"
    query = asked(version="1", short=True)
    assert query.payload == bytes.fromhex(head + objects)
    assert asked(short=True).payload == query.payload.replace(b"\x02\x01\x00", b"\x02\x01\x01", 1)


def test_question_as_another_implementation_reads_it() -> None:
    """One GetRequest of version 2c with the community, every object of the table, no value."""
    read = SNMP(asked().payload)
    assert (read.version.val, bytes(read.community.val), read.PDU.id.val) == (1, b"s3cret", 300)
    assert type(read.PDU) is SNMPget
    named = [each.oid.val for each in read.PDU.varbindlist]
    assert named == list(snmp.OBJECTS)
    assert {type(each.value).__name__ for each in read.PDU.varbindlist} == {"ASN1_NULL"}
    assert bytes(read) == asked().payload


def test_question_is_secret_and_fits_a_datagram() -> None:
    """It is kept in no recording; under 484 bytes every agent takes it (RFC 3417)."""
    query = asked()
    assert query.secret
    assert (query.transport, query.port) == (Transport.UDP, 161)
    assert len(query.payload) < 484
    longest = snmp.question(ip_address("192.0.2.1"), "x" * 255, 2**31 - 1)
    assert bytes(SNMP(longest.payload)) == longest.payload


def test_nothing_is_asked_without_a_community() -> None:
    """Neither of everybody nor of one host nor on a hint: the module has no community."""
    target = Target(ip_address("192.0.2.1"), on_link=True, open_ports=(161,))
    seen = one(PROBE, frame(SAMPLE, 161))
    assert not [*PROBE.discover(target), *PROBE.queries(target)]
    assert not [*PROBE.follow_ups(seen, Known(frozenset({"axis"}), frozenset({Slot.BRAND})))]


@pytest.mark.parametrize("error", [0, 1, 2, 5, 16])
def test_error_of_a_response(error: int) -> None:
    """tooBig, noSuchName and genErr: the community was right; authorizationError: it was not."""
    assert snmp.error_of(message(error=error)) == error
    assert (error in snmp.TOO_MUCH) is (error in {1, 2, 5})
    assert snmp.error_of(message(error=error, kind=0xA0)) is None
    assert snmp.error_of(message(error=error)[:-3]) is None


def test_requests_and_version_3_are_silent() -> None:
    """A question is no device; version 3 is not read."""
    assert silent(PROBE, frame(message(DESCRIPTION, kind=0xA0), 161))
    assert silent(PROBE, frame(message(DESCRIPTION, version=3), 161))
    assert silent(PROBE, frame(message(binding(3, ber(0x43, b"\x01"))), 161))


def test_long_lengths() -> None:
    """Lengths of more than 127 bytes take the long form."""
    long = message(binding(1, ber(0x04, b"x" * 300)))
    assert facts(PROBE, frame(long, 161))["snmp.sysdescr"] == "x" * 300


def test_broken_encodings() -> None:
    """Lengths past the end, indefinite lengths, endless arcs."""
    rejects(PROBE, frame(SAMPLE[:-4], 161))
    rejects(PROBE, frame(b"\x30\x80\x00\x00", 161))
    rejects(PROBE, frame(message(binding(2, ber(0x06, b"\xff" * 20))), 161))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out; what is recorded never has the community of a message."""
    survives(PROBE, frame(payload, 161))
    snmp.error_of(payload)
    kept = snmp.without_community(payload)
    assert not kept or kept[kept.index(b"\x02") :].find(b"\x04\x00") > 0


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 161))
