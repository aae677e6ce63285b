"""What all probes together may send, and that their descriptions agree with themselves."""

from dataclasses import replace
from ipaddress import ip_address

import pytest
from makers import TARGET, named, seen

from camfinder.model import Query, Target, Transport
from camfinder.probes import Probe, all_probes

VENDORS = (
    "arecont", "axis", "bosch", "canon", "dlink", "edimax", "hanwha", "hikvision", "tplink", "tvt",
    "ubiquiti", "vivotek", "xiongmai",
)  # fmt: skip
PORTS = (21, 22, 23, 80, 443, 554, 2020, 4520, 6036, 8000, 8080, 9008, 34_567, 37_777)
FORBIDDEN = (
    b"Authorization", b"password", b"passwd", b"auth=", b"PUT ", b"DELETE ", b"sessionLogin",
    b"RPC2_Login", b"webLanguage", b"snapshot", b"configurationFile", b"audio.cgi", b"setConfig",
    b"DevInit", b"PasswdFind", b"C2D_C", b"reboot", b"setinitpassword", b"/tmpfs", b"kcore",
)  # fmt: skip
PROBES = pytest.mark.parametrize("probe", all_probes(), ids=lambda probe: probe.name)


def everything(probe: Probe) -> list[Query]:
    """All that the probe asks: of everybody, of one host, and on every hint of a vendor."""
    found = [*probe.discover(TARGET), *probe.queries(TARGET)]
    found += probe.queries(Target(TARGET.address, open_ports=PORTS))
    for transport, port in ((Transport.HTTP, 80), (Transport.HTTPS, 443), (Transport.UDP, 3702)):
        for vendor in VENDORS:
            found += probe.follow_ups(seen(port, transport), named(vendor))
    return found


@PROBES
def test_description_agrees_with_itself(probe: Probe) -> None:
    """Declared and free-text facts are emitted; every fact has a meaning; names fit."""
    assert set(probe.declares) <= set(probe.emits)
    assert probe.free_text <= set(probe.emits)
    assert all(text for text in probe.emits.values())
    assert all(0 < port < 65_536 for port in probe.ports)


@PROBES
def test_nothing_forbidden_is_sent(probe: Probe) -> None:
    """No login, no write, no path that crashes or leaks, no method but GET and known POSTs."""
    for query in everything(probe):
        head = " ".join([query.request, *(f"{name}: {value}" for name, value in query.headers)])
        sent = head.encode() + b"\n" + query.payload
        assert not any(word in sent for word in FORBIDDEN), query
        if query.transport in {Transport.HTTP, Transport.HTTPS}:
            assert query.request.startswith(("GET /", "POST /"))


@PROBES
def test_queries_are_bounded_and_named(probe: Probe) -> None:
    """Each names its probe and waits and reads within bounds; printers' ports are left alone."""
    for query in everything(probe):
        assert query.probe in {each.name for each in all_probes()}
        assert 0 < query.port < 65_536
        assert not 9100 <= query.port <= 9107
        assert 0 < query.listen_s <= 10
        assert query.max_bytes <= 1_048_576
        assert query.repeats <= 4


def test_a_named_vendor_costs_few_sends() -> None:
    """Follow-ups of one observation by all probes stay within the share of a host."""
    for vendor in VENDORS:
        asked = {
            query
            for probe in all_probes()
            for query in probe.follow_ups(seen(80, Transport.HTTP), named(vendor))
        }
        assert len(asked) <= 8, vendor


def test_questions_stay_with_the_host_that_was_seen() -> None:
    """Follow-ups go to the observed address and to no other."""
    other = replace(seen(), address=ip_address("192.0.2.77"))
    for probe in all_probes():
        for query in probe.follow_ups(other, named(*VENDORS)):
            assert str(query.address) == "192.0.2.77"
