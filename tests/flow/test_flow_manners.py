"""All traffic of a whole scan of the lab, as a sniffer saw it: what is never sent, how much is."""

import re
import sys
from collections import Counter
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import NamedTuple

import pytest
from scanning_lab import Document, needs_namespaces, ran
from wiretap import ACK, SYN, TCP, UDP, Seen, conversations, packets, requests_in

from camfinder.capture.pcap import Capture
from camfinder.lab import run
from camfinder.lab.building import order
from camfinder.model import Direction, Frame, Transport

pytestmark = [pytest.mark.netns, pytest.mark.slow(60), pytest.mark.xdist_group("flow-manners")]

SNIFFING = Path(__file__).with_name("sniffing.py")
SCOPE = IPv4Network("10.77.0.0/25")
EXCLUDED = "10.77.0.21"
SCANNER = "10.77.0.250"
# protocols.md, section 12, for text: any of it in what we sent fails.
NEVER_IN_TEXT = re.compile(
    rb"(?i)authorization|usernametoken|rpc2_login|sessionlogin|weblanguage|[?&]auth=|"
    rb"/current_config/|main-cgi|/device\.rsp|/web_caps/|configurationfile|onvif-http|/tmpfs|"
    rb"/proc/kcore|audio\.cgi|reboot|factory|snapshot|setconfig|devinit|passwdfind|"
    rb"dhdiscover\.(?:set|[a-rt-z])|c2d_c|cookie|SETUP |PLAY |<Types>(?:[^i]|in[^q])"
)
METHODS = frozenset({b"GET", b"POST", b"OPTIONS", b"DESCRIBE"})


class Tapped(NamedTuple):
    """A scan as its document, the sniffer and its own recording tell it."""

    document: Document
    seen: list[Seen]
    recorded: list[Frame]


@pytest.fixture(scope="module")
def tapped(tmp_path_factory: pytest.TempPathFactory) -> Tapped:
    """The building, scanned but for one device; half of its subnet is in scope."""
    needs_namespaces()
    folder = tmp_path_factory.mktemp("tap")
    with run.lab(order(mode="namespace")) as running:
        scan = [sys.executable, "-m", "camfinder", "scan", str(SCOPE), "--exclude", EXCLUDED]
        scan += ["--record", str(folder / "scan.pcapng"), "--json", "-q"]
        argv = [sys.executable, str(SNIFFING), str(folder / "frames"), *scan]
        done = ran(run.command(argv, running), timeout_s=200)
    frames = Capture(folder / "scan.pcapng", "scan").frames()
    recorded = [each for each in frames if isinstance(each, Frame)]
    return Tapped(done.document, packets(folder / "frames"), recorded)


def unicast(seen: Seen) -> bool:
    """Sent to one host: no group, no broadcast."""
    there = ip_address(seen.there)
    return not (there.is_multicast or seen.there == "255.255.255.255")


def ours(tapped: Tapped) -> list[Seen]:
    """All that left, but what the kernel replies to others: ARP, neighbours, closed ports."""
    return [each for each in tapped.seen if each.out and each.there and not reply(each)]


def reply(seen: Seen) -> bool:
    """The kernel's own, by unicast: ARP and neighbour messages, ICMP port unreachable."""
    if seen.kind == 0x0806:
        return seen.payload[:6] != b"\xff" * 6
    kernel = {(58, b"\x88"), (58, b"\x87"), (58, b"\1"), (1, b"\3")}
    return (seen.kind, seen.payload[:1]) in kernel and not ip_address(seen.there).is_multicast


def test_ledger_equals_the_sniffer(tapped: Tapped) -> None:
    """Datagrams, connection attempts (a repeated SYN is one), requests."""
    out = ours(tapped)
    ledger = tapped.document["run"]["ledger"]
    attempts = {
        (each.there, each.there_port, each.port, each.sequence)
        for each in out
        if each.kind == TCP and each.flags & (SYN | ACK) == SYN
    }
    assert sum(each.kind == UDP for each in out) == ledger["datagrams"]
    assert len(attempts) == ledger["connections"]
    asked = sum(requests_in(said) for said in conversations(out).values())
    assert asked == ledger["requests"]


def test_nothing_leaves_the_scope(tapped: Tapped) -> None:
    """Unicast and ARP go to addresses in scope, never to the excluded one; the rest is group."""
    for each in ours(tapped):
        there = ip_address(each.there)
        if there.version == 6:
            assert there.is_multicast, each
        elif unicast(each) and each.here == SCANNER:
            assert there in SCOPE, each
            assert each.there != EXCLUDED, each
    assert any(ip_address(each.there) in SCOPE for each in ours(tapped) if unicast(each))


def test_device_out_of_scope_is_left_alone_though_heard(tapped: Tapped) -> None:
    """It answers multicast: reported, and sent nothing."""
    heard = [d for d in tapped.document["devices"] if EXCLUDED in d["addresses"]]
    assert heard
    assert EXCLUDED not in tapped.document["run"]["ledger"]["per_host"]


def test_no_device_costs_more_than_its_share(tapped: Tapped) -> None:
    """60 counted sends, 12 requests, 200 packets of any sort in both directions."""
    per_host = tapped.document["run"]["ledger"]["per_host"]
    assert max(per_host.values()) <= 60
    asked: Counter[str] = Counter()
    for (there, _, _), said in conversations(ours(tapped)).items():
        asked[there] += requests_in(said)
    assert max(asked.values()) <= 12
    wire: Counter[str] = Counter()
    for each in tapped.seen:
        if each.there and unicast(each):
            wire[each.there if each.out else each.here] += 1
    assert max(count for host, count in wire.items() if host != SCANNER) <= 200


def test_nothing_forbidden_is_in_what_was_sent(tapped: Tapped) -> None:
    """In clear as the sniffer saw it, under TLS as the recording holds it."""
    sent = [each.payload for each in ours(tapped) if each.kind == UDP]
    sent += [said for said in conversations(ours(tapped)).values() if said[:2] != b"\x16\x03"]
    asked = [each for each in tapped.recorded if each.direction is Direction.REQUEST]
    sent += [each.payload for each in asked]
    assert any(each.transport is Transport.HTTPS for each in asked)
    for payload in sent:
        found = NEVER_IN_TEXT.search(payload)
        assert found is None, (found, payload[:200])


def test_methods_are_readings(tapped: Tapped) -> None:
    """GET, POST of SOAP or JSON reads, OPTIONS and DESCRIBE: nothing else opens a request."""
    for said in conversations(ours(tapped)).values():
        if said and said[:2] != b"\x16\x03":
            assert said.split(b" ")[0] in METHODS, said[:80]


def test_ports_that_are_only_connected_to(tapped: Tapped) -> None:
    """Logins live on 37777 and 34567, printers on 9100: not one byte there; no odd flags."""
    for each in ours(tapped):
        if each.kind != TCP:
            continue
        assert not 9100 <= each.there_port <= 9107
        if each.there_port in {37777, 34567, 21, 22, 23, 6036, 9008}:
            assert not each.payload, each
        assert each.flags & 0x3F not in {0, 0x01, 0x29, 0x3F}, each


@pytest.mark.parametrize(
    ("port", "allowed"),
    [
        (7701, rb"^[\x01\x06]"),  # Hanwha: search and extended search
        (34569, rb"^\xff.{13}\xfa\x05"),  # Xiongmai: message 1530
        (10670, rb"^\x00\x01.{2}\x00\x0d"),  # Panasonic: search
        (1757, rb"^\x99\x39\xa4\x27.{4}\xff\x00"),  # Bosch: detect
        (23456, rb"^MHED\x08\x00\x01\x00\x01\x00"),  # TVT: type 1
        (3001, rb'Msg_code="1"'),  # Topsee
        (32108, rb"^\xf1\x30\x00\x00$"),  # PPPP: search on the LAN
        (37810, rb'"DHDiscover\.search"'),  # Dahua
        (5050, rb"^\xa3\x01\x00\x01"),  # Dahua before that
        (8600, rb"^DH\x01\x01$"),  # VStarcam
        (10001, rb"^\x01\x00\x00\x00$|^\x02\x08\x00\x00$"),  # Ubiquiti
        (3702, rb"discovery/Probe<"),  # WS-Discovery: never Hello, Bye or Resolve
        (1900, rb"^M-SEARCH \* "),
        (37020, rb"<Types>inquiry(?:_v32)?</Types>"),  # SADP
    ],
)
def test_each_protocol_sends_its_question_alone(tapped: Tapped, port: int, allowed: bytes) -> None:
    """Every datagram to the port has the type that asks."""
    pattern = re.compile(b"(?s)" + allowed)
    sent = [each.payload for each in ours(tapped) if each.kind == UDP and each.there_port == port]
    assert sent
    for payload in sent:
        assert pattern.search(payload), payload[:120]
