"""Every device of the building answers over real sockets with what its persona says."""

import json
import struct

import pytest
from lab.lab_help import Heard
from wsdiscovery.message import parseSOAPMessage
from zeroconf import DNSIncoming, DNSPointer, DNSText  # type: ignore[attr-defined]

from camfinder.lab.building import load_personas

PERSONAS = {persona.id: persona for persona in load_personas()}


def only(building: dict[str, Heard], persona: str, question: str) -> bytes:
    """The one answer of a device to a question."""
    answers = building[persona].answers[question]
    assert len(answers) == 1, f"{persona} gave {len(answers)} answers to {question}"
    return answers[0]


@pytest.mark.parametrize("name", [each for each, persona in PERSONAS.items() if persona.wsd])
def test_probe_matches_parse_with_wsdiscovery(building: dict[str, Heard], name: str) -> None:
    """A second implementation reads the endpoint, types, scopes and address of every device."""
    heard = building[name]
    envelope = parseSOAPMessage(only(building, name, "wsd-any"), heard.resident.address)
    match = envelope.getProbeResolveMatches()[0]
    wsd = PERSONAS[name].wsd
    assert wsd is not None
    assert [type_.getLocalname() for type_ in match.getTypes()] == [
        each.partition(":")[2] for each in wsd.types
    ]
    assert len(match.getScopes()) == len(wsd.scopes)
    assert all(heard.resident.address in xaddr for xaddr in match.getXAddrs())
    assert match.getEPR().startswith(("urn:uuid:", "uuid:"))


def test_only_onvif_devices_answer_an_onvif_probe(building: dict[str, Heard]) -> None:
    """Printers and Windows machines keep silent when a video transmitter is looked for."""
    answered = {name for name, heard in building.items() if heard.answers["wsd"]}
    assert answered == {
        name
        for name, persona in PERSONAS.items()
        if persona.wsd and "dn:NetworkVideoTransmitter" in persona.wsd.types
    }


@pytest.mark.parametrize("name", [each for each, persona in PERSONAS.items() if persona.mdns])
def test_mdns_answers_parse_with_zeroconf(building: dict[str, Heard], name: str) -> None:
    """The legacy unicast answer lists the services that were asked for, with their texts."""
    message = DNSIncoming(only(building, name, "mdns"))
    assert message.valid
    assert message.is_response()
    assert message.num_questions == 5
    records = message.answers()
    pointers = {record.alias for record in records if isinstance(record, DNSPointer)}
    mdns = PERSONAS[name].mdns
    assert mdns is not None
    assert {f"{service.type}.local." for service in mdns.service} <= pointers
    assert any(record.type == 1 for record in records)


def test_axis_mdns_says_the_mac(building: dict[str, Heard]) -> None:
    """The TXT record of `_axis-video._tcp` holds the MAC address."""
    texts = [
        record.text
        for record in DNSIncoming(only(building, "axis-camera", "mdns")).answers()
        if isinstance(record, DNSText)
    ]
    assert b"\x17macaddress=B8A44F710D2E" in texts


@pytest.mark.parametrize("name", [each for each, persona in PERSONAS.items() if persona.ssdp])
def test_ssdp_answers_point_at_a_description(building: dict[str, Heard], name: str) -> None:
    """One answer to a search for root devices, with a LOCATION on the device itself."""
    answer = only(building, name, "ssdp").decode()
    assert answer.startswith("HTTP/1.1 200 OK\r\n")
    assert f"LOCATION: http://{building[name].resident.address}:" in answer
    assert answer.endswith("\r\n\r\n")


@pytest.mark.parametrize("name", [each for each, persona in PERSONAS.items() if persona.sadp])
def test_sadp_answers_echo_the_types(building: dict[str, Heard], name: str) -> None:
    """The inquiry is echoed and the model stands in DeviceDescription."""
    answer = only(building, name, "sadp").decode()
    assert "<Types>inquiry</Types>" in answer
    expect = building[name].resident.expect
    assert f"<DeviceDescription>{expect.model}</DeviceDescription>" in answer
    assert f"<IPv4Address>{building[name].resident.address}</IPv4Address>" in answer


@pytest.mark.parametrize("name", [each for each, persona in PERSONAS.items() if persona.dhip])
def test_dhip_answers_have_header_and_json(building: dict[str, Heard], name: str) -> None:
    """Both lengths of the header are those of the JSON; it says model and firmware."""
    answer = only(building, name, "dhip")
    size, magic, _, _, first, _, second, _ = struct.unpack_from("<I4sIIIIII", answer)
    assert (size, magic, first, second) == (32, b"DHIP", len(answer) - 32, len(answer) - 32)
    info = json.loads(answer[32:].rstrip(b"\0"))["params"]["deviceInfo"]
    expect = building[name].resident.expect
    assert (info["DeviceType"], info["Version"]) == (expect.model, expect.firmware)
    assert info["IPv4Address"]["IPAddress"] == building[name].resident.address


def test_hanwha_answers_have_their_sizes(building: dict[str, Heard]) -> None:
    """262 and 334 bytes, the packet id echoed, ports little endian, the whole model at 125."""
    base, extended = sorted(building["hanwha-camera"].answers["hanwha"], key=len)
    assert (len(base), base[0], len(extended), extended[0]) == (262, 0x0B, 334, 0x0C)
    for answer in (base, extended):
        assert answer[1:19] == bytes(range(0x41, 0x53))
        assert struct.unpack_from("<HH", answer, 0x78) == (80, 4520)
        assert answer[0x13:0x24] == b"E4:30:22:0B:47:95"
    assert extended[0x125:0x145].rstrip(b"\0") == b"XNO-8082R"
    assert struct.unpack_from("<H", extended, 0x14A) == (443,)


def test_ipro_answer_counts_its_values(building: dict[str, Heard]) -> None:
    """The length at 02 is that of the tags alone; the tags end where it says."""
    answer = only(building, "panasonic-camera", "ipro")
    size = struct.unpack_from(">H", answer, 2)[0]
    assert answer[48 + size :] == b"\xff\xff\x12\x34"
    at, tags = 48, {}
    while at < 48 + size:
        tag, length = struct.unpack_from(">HH", answer, at)
        tags[tag] = answer[at + 4 : at + 4 + length]
        at += 4 + length
    assert (tags[0xA8], tags[0xA9], tags[0xD1]) == (b"WV-S2231L", b"4.30", b"QJX04417")
    assert answer[6:12] == bytes.fromhex("bcc3429d17e0")


def test_ubiquiti_answer_is_made_of_whole_fields(building: dict[str, Heard]) -> None:
    """Every TLV ends within the length of the header; product and firmware are among them."""
    answer = only(building, "ubiquiti-camera", "ubiquiti")
    assert struct.unpack_from(">H", answer, 2)[0] == len(answer) - 4
    at, fields = 4, {}
    while at < len(answer):
        kind, length = struct.unpack_from(">BH", answer, at)
        fields[kind] = answer[at + 3 : at + 3 + length]
        at += 3 + length
    assert at == len(answer)
    assert fields[0x0C] == b"UVC G4 Bullet"
    assert fields[0x03].startswith(b"UVC.S5L.v4.69.55.")


def test_vivotek_answer_is_made_of_whole_fields(building: dict[str, Heard]) -> None:
    """Type 04 has one value byte and no length, all others have one."""
    answer = only(building, "vivotek-camera", "vivotek")
    assert answer[:5] == bytes.fromhex("024a5d8f1c")
    at, fields = 5, {}
    while at < len(answer):
        kind = answer[at]
        start, length = (at + 1, 1) if kind == 4 else (at + 2, answer[at + 1])
        fields[kind] = answer[start : start + length]
        at = start + length
    assert at == len(answer)
    assert (fields[1], fields[9]) == (b"FD9369-lobby1", b"FD9369")


def test_other_makers_answer_in_their_forms(building: dict[str, Heard]) -> None:
    """Bosch, Sony, TVT, Xiongmai, Tapo, Reolink and P2P answers have their fixed marks."""
    assert b"<friendlyName>FLEXIDOME IP 4000i<" in only(building, "bosch-camera", "bosch")
    sony = only(building, "sony-camera", "sony")
    assert (sony[0], sony[-1]) == (2, 3)
    assert b"\xffMODEL:SNC-VB630\xff" in sony
    assert len(only(building, "tvt-nvr", "tvt")) == 140
    assert b"<productModel>TD-3316B2-A1<" in only(building, "tvt-nvr", "tvt-ssdp")
    board = only(building, "xiongmai-camera", "xiongmai")
    assert struct.unpack_from("<HI", board, 14) == (1531, len(board) - 20)
    assert json.loads(board[20:].rstrip(b"\n\0"))["NetWork.NetCommon"]["TCPPort"] == 34567
    tapo = only(building, "tapo-camera", "tapo")
    assert json.loads(tapo[16:])["result"]["device_model"] == "C210"
    assert struct.unpack_from(">H", tapo, 4)[0] == len(tapo) - 16
    assert only(building, "vstarcam-camera", "pppp")[:4] == bytes.fromhex("f1410014")
    eye4 = only(building, "vstarcam-camera", "vstarcam")
    assert (eye4[0x5C:0x6B], eye4[0xCC:0xD7]) == (b"VSTJ418207XKHWB", b"48.60.30.57")
    assert eye4[0x10C:].rstrip(b"\0") == b"lab-secret-8600"
    assert b"95270006K3PZ8R4T" in only(building, "reolink-camera", "reolink")


def test_tcp_ports_speak(building: dict[str, Heard]) -> None:
    """FTP and the TVT data port greet, 64 bytes there; web and streaming servers answer."""
    assert only(building, "axis-camera", "banner").startswith(b"220 AXIS P3245-LVE")
    head = only(building, "tvt-nvr", "banner")
    assert (len(head), head[:4], head[0x20:0x26]) == (64, b"head", bytes.fromhex("585b692e84f3"))
    web = only(building, "hikvision-dome", "http")
    assert web.startswith(b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n")
    assert b"window.location" in web
    assert only(building, "tapo-camera", "https").startswith(b"HTTP/1.1 200 OK\r\n")
    rtsp = only(building, "dahua-nvr", "rtsp").decode()
    assert rtsp.startswith("RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Rtsp Server/3.0\r\n")
    assert "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n" in rtsp
    assert 'realm="Login to 6J0A41BPAZ7C3D2"' in rtsp
