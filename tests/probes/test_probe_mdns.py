"""Multicast DNS: services, names, MACs, and whose address is meant."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from framing import damaged, frame, one, read, rejects, survives, survives_cuts
from hypothesis import given, settings
from zeroconf import (  # type: ignore[attr-defined]  # exported, though not in __all__
    DNSAddress,
    DNSIncoming,
    DNSOutgoing,
    DNSPointer,
    DNSService,
    DNSText,
)

from camfinder.model import Target, Transport
from camfinder.probes.mdns import PROBE, instance_facts
from camfinder.wire import dns


def answer(
    *services: tuple[str, str, str, list[str]], hosts: dict[str, str] | None = None
) -> bytes:
    """An answer with services (type, label, host, TXT strings) and the hosts' addresses."""
    out = DNSOutgoing(0x8400)
    for kind, label, host, strings in services:
        name = f"{label}.{kind}.local."
        text = b"".join(bytes([len(each)]) + each.encode() for each in strings)
        out.add_answer_at_time(DNSPointer(f"{kind}.local.", 12, 1, 4500, name), 0)
        out.add_answer_at_time(DNSService(name, 33, 1, 120, 0, 0, 80, f"{host}.local."), 0)
        out.add_answer_at_time(DNSText(name, 16, 1, 4500, text), 0)
    for host, address in (hosts or {}).items():
        packed = ip_address(address).packed
        number = 1 if len(packed) == 4 else 28
        out.add_answer_at_time(DNSAddress(f"{host}.local.", number, 1, 120, packed), 0)
    return bytes(out.packets()[0])


AXIS_LIKE = (
    "_axis-video._tcp",
    "NORD ND-1001 - 00408C000001",
    "nord-1",
    ["macaddress=00408C000001"],
)


def test_service_instance() -> None:
    """Service, instance, host, TXT and MAC of one instance."""
    found = one(PROBE, frame(answer(AXIS_LIKE, hosts={"nord-1": "192.0.2.10"}), 5353))
    assert found.first("mdns.service") == "_axis-video._tcp"
    assert found.first("mdns.instance") == "NORD ND-1001 - 00408C000001"
    assert found.first("mdns.hostname") == "nord-1"
    assert found.first("mdns.port") == "80"
    assert found.first("mdns.mac") == "00:40:8c:00:00:01"
    assert found.first("mdns.address") is None, "the sender's own address is no news"


def test_address_elsewhere_is_claimed() -> None:
    """A sender whose record names another address claims it, but is where it is."""
    data = answer(AXIS_LIKE, hosts={"nord-1": "198.51.100.9"})
    found = one(PROBE, frame(data, 5353))
    assert found.first("mdns.address") == "198.51.100.9"
    assert found.address == ip_address("192.0.2.10")
    assert one(PROBE, frame(data, 5353, source="fe80::1")).first("mdns.address") is None


def test_reflector_is_not_the_device() -> None:
    """One sender speaking for two hosts is a reflector: the devices are where the records say."""
    data = answer(
        AXIS_LIKE,
        ("_http._tcp", "Printer", "prn", []),
        hosts={"nord-1": "192.0.2.50", "prn": "192.0.2.51"},
    )
    found = read(PROBE, frame(data, 5353, source="192.0.2.1"))
    assert {each.first("mdns.instance"): str(each.address) for each in found} == {
        "NORD ND-1001 - 00408C000001": "192.0.2.50",
        "Printer": "192.0.2.51",
    }


def test_host_name_alone() -> None:
    """Addresses without a service name a host."""
    found = one(PROBE, frame(answer(hosts={"nord-00408caa0001": "192.0.2.10"}), 5353))
    assert found.first("mdns.hostname") == "nord-00408caa0001"
    assert found.first("mdns.mac") == "00:40:8c:aa:00:01"


@pytest.mark.parametrize(
    ("service", "label", "strings", "key", "value"),
    [
        ("_http._tcp", " [74:da:38:00:00:01]", [b"ND-3"], "mac", "74:da:38:00:00:01"),
        ("_dhnap._tcp", "x", [b"mac=B0:C5:54:00:00:01"], "mac", "b0:c5:54:00:00:01"),
        ("_dhnap._tcp", "x", [b"version=0106"], "firmware", "1.06"),
        ("_dhnap._tcp", "x", [b"model_number=DCS-1"], "model", "DCS-1"),
        ("_hap._tcp", "x", [b"ci=17"], "homekit_category", "17"),
        ("_hap._tcp", "x", [b"md=ND-1"], "model", "ND-1"),
        ("_device-info._tcp", "x", [b"model=ND-1"], "model", "ND-1"),
        ("_nord._tcp", "x", [b"MACADDR=68:5e:1c:00:00:01"], "mac", "68:5e:1c:00:00:01"),
        ("_arec._tcp", "x", [b"MAC=AV334455-FW65143.01-0-0-0-0100/1000-gate"], "mac",
         "00:1a:07:33:44:55"),
        ("_arec._tcp", "x", [b"MAC=AV334455-FW65143.01-0-0-0-0100/1000-gate"], "firmware",
         "65143.01"),
        ("_arec._tcp", "x", [b"MAC=AV334455-FW65143.01-0-0-0-0100/1000-gate"], "model", "1000"),
    ],
)  # fmt: skip
def test_txt_forms(service: str, label: str, strings: list[bytes], key: str, value: str) -> None:
    """Makers' TXT keys and names give dedicated facts."""
    facts = instance_facts(service, label, "", 0, strings).done()
    assert (f"mdns.{key}", value) in facts


def test_serial_numbers_are_no_macs() -> None:
    """Twelve decimal digits in a name are a MAC only where Axis writes them."""
    digits = "NORD - 004081000001"
    assert not instance_facts("_http._tcp", digits, "", 0, []).has("mdns.mac")
    assert instance_facts("_axis-video._tcp", digits, "", 0, []).has("mdns.mac")


def test_an_icon_for_the_finder_is_no_model() -> None:
    """File servers say `Xserve` to be drawn so by a Mac; what else stands there is a model."""
    for icon in ("Xserve", "TimeCapsule6,106", "MacSamba", "RackMac"):
        strings = [f"model={icon}".encode()]
        assert not instance_facts("_device-info._tcp", "nas", "", 0, strings).has("mdns.model")
        assert instance_facts("_http._tcp", "nas", "", 0, strings).has("mdns.model")
    assert instance_facts("_device-info._tcp", "cam", "", 0, [b"model=NC-10"]).has("mdns.model")


def test_whole_names_are_cut() -> None:
    """Names with service and domain, as browsers of other makers give them."""
    facts = instance_facts("_http._tcp.local.", "Gate._http._tcp.local.", "gate.local.", 80, [])
    assert facts.done()[:3] == (
        ("mdns.service", "_http._tcp"),
        ("mdns.instance", "Gate"),
        ("mdns.hostname", "gate"),
    )


def test_what_gives_nothing() -> None:
    """Questions, other ports, TCP and empty answers."""
    data = answer(AXIS_LIKE)
    assert not read(PROBE, frame(dns.query(["_http._tcp.local"]), 5353))
    assert not read(PROBE, frame(data, 53))
    assert not read(PROBE, frame(data, 5353, Transport.TCP))
    assert not read(PROBE, frame(b"\x00\x00\x84" + bytes(9), 5353))
    rejects(PROBE, frame(b"\x00\x00\x84\x00\x00\x00\x00\x02" + bytes(4) + b"\xff\xff", 5353))


def test_questions() -> None:
    """One packet of questions to the family's group; by unicast only on the attached subnet."""
    (four,) = PROBE.discover(Target(ip_address("192.0.2.1"), "eth0"))
    (six,) = PROBE.discover(Target(ip_address("fe80::1"), "eth0"))
    assert (str(four.address), str(six.address)) == ("224.0.0.251", "ff02::fb")
    names = [question.name for question in DNSIncoming(four.payload).questions]
    assert "_services._dns-sd._udp.local." in names
    assert "_axis-video._tcp.local." in names
    near = Target(ip_address("192.0.2.9"), on_link=True)
    assert len(list(PROBE.queries(near))) == 1
    assert not list(PROBE.queries(Target(ip_address("192.0.2.9"))))


def test_cuts() -> None:
    """A message cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(answer(AXIS_LIKE, hosts={"nord-1": "192.0.2.10"}), 5353))


@settings(max_examples=150)
@given(data=damaged([answer(AXIS_LIKE, hosts={"nord-1": "192.0.2.10"})]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 5353))


def test_real_messages(shared: Path) -> None:
    """Every collected message names the MAC that its truth states."""
    folder = shared / "messages" / "mdns"
    for name, mac in (
        ("axis-m1065-lw-ha-fixture", "00:40:8c:12:34:56"),
        ("axis-m5014-selftest", "00:11:22:33:44:55"),
        ("dlink-dcs-935l-dhnap", "b0:c5:54:25:5b:0e"),
    ):
        found = read(PROBE, frame((folder / f"{name}.bin").read_bytes(), 5353, source=None))
        assert found
        assert {each.first("mdns.mac") for each in found} == {mac}
    dlink = one(PROBE, frame((folder / "dlink-dcs-935l-dhnap.bin").read_bytes(), 5353))
    assert dlink.first("mdns.model") == "DCS-935L"
    assert dlink.first("mdns.firmware") == "1.06"
