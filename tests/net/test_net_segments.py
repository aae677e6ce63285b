"""Net in namespaces of its own: dead neighbours, routers, multicast, and what a sniffer counts."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from ipaddress import ip_address

import pytest
from net_peers import Heard, network, query, says, server
from netns import Laboratory, Namespace, Sniffer, laboratory

from camfinder.model import Address, ProblemKind, Query, Target, Transport
from camfinder.net import netlink
from camfinder.net.dial import PortState
from camfinder.net.interfaces import Interface, neighbours
from camfinder.net.sweep import Host, sweep

pytestmark = pytest.mark.netns

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
GROUP = "239.255.255.250"
CAMERA = ip_address("10.9.0.2")


@contextmanager
def pair() -> Iterator[tuple[Laboratory, Namespace, Namespace]]:
    """A scanner 10.9.0.1 and a camera 10.9.0.2 on one segment."""
    with laboratory() as lab:
        scanner, camera = lab.namespace("s"), lab.namespace("c")
        lab.cable(scanner, "eth0", "10.9.0.1/24", camera, "eth0", "10.9.0.2/24")
        yield lab, scanner, camera


def udp(namespace: Namespace, port: int, *, group: str = "", own: str = "0.0.0.0") -> socket.socket:
    """A bound UDP socket in a namespace."""
    with namespace:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", port))
    if group:
        member = socket.inet_aton(group) + socket.inet_aton(own)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    sock.setblocking(False)  # the socket's own signature
    return sock


def answering(
    sock: socket.socket, answer: Callable[[bytes, tuple[str, int]], tuple[bytes, tuple[str, int]]]
) -> None:
    """Answers each datagram as told."""

    def ready() -> None:
        data, peer = sock.recvfrom(65_535)
        sock.sendto(*answer(data, peer))

    asyncio.get_running_loop().add_reader(sock.fileno(), ready)


def discovery(transport: Transport, address: str, port: int, **more: object) -> Query:
    """A discovery query."""
    made = Query("test", transport, ip_address(address), port, b"who is there?", listen_s=0.3)
    return replace(made, **more)  # type: ignore[arg-type]  # field names and values of Query


@dataclass
class Crowd:
    """How many hosts are under way at once.

    Attributes:
        most: At most so far.
    """

    here: int = 0
    most: int = 0

    def entering(self, addresses: Iterable[Address]) -> Iterator[Target]:
        """The targets, each counted when the sweep takes it."""
        for address in addresses:
            self.here += 1
            self.most = max(self.most, self.here)
            yield Target(address)

    def leave(self) -> None:
        """One is done."""
        self.here -= 1


def test_a_dead_neighbour_is_unreachable() -> None:
    """An attached address that nobody has: unreachable after the kernel's ARP, one attempt."""
    with pair() as (_, scanner, _camera), scanner:

        async def work() -> None:
            async with network(Heard(), "10.9.0.0/24") as net:
                dead = ip_address("10.9.0.77")
                assert await net.connect(dead, 80) is PortState.UNREACHABLE
                # The kernel's word, after all its ARP requests; our own patience ends before.
                entry = net.links.neighbour(dead)
                assert entry is None or entry.state & netlink.FAILED
                assert net.ledger.snapshot().connections == 1

        asyncio.run(work())


def test_the_broadcast_address_is_no_host() -> None:
    """A range may reach over the end of the own subnet: what all would hear is not sent."""
    with pair() as (_, scanner, camera):
        sniffer = Sniffer(camera, "eth0")

        async def work() -> None:
            heard = Heard()
            with scanner:
                async with network(heard, "10.9.0.250-10.9.1.5") as net:
                    asked = query(1900, Transport.UDP, ip_address("10.9.0.255"))
                    assert await net.ask(replace(asked, payload=b"x")) == ()
            assert heard.kinds() == [ProblemKind.BLOCKED_BY_SCOPE]

        try:
            asyncio.run(work())
            assert not [packet for packet in sniffer.packets() if packet.udp]
        finally:
            sniffer.close()


def test_frames_know_their_neighbours_mac() -> None:
    """What an attached device says carries its MAC, and the interface it came by."""
    with pair() as (_, scanner, camera):
        camera.ip("link", "set", "eth0", "address", "02:00:00:0a:0b:0c")

        async def work() -> None:
            with camera:
                listener = socket.create_server(("10.9.0.2", 8080))
            running = await asyncio.start_server(camera_web, sock=listener)
            with scanner:
                async with network(Heard(), "10.9.0.0/24") as net:
                    (frame,) = await net.ask(query(8080, Transport.HTTP, CAMERA))
                    assert (frame.source_mac, frame.origin) == ("02:00:00:0a:0b:0c", "live eth0")
                    assert neighbours()[CAMERA] == "02:00:00:0a:0b:0c"
            running.close()

        asyncio.run(work())


async def camera_web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A web server of the smallest kind."""
    with suppress(OSError, asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await writer.drain()
    writer.close()


def test_an_attached_24_with_dead_hosts_is_quick() -> None:
    """40 live of 254 on the own segment: all found, the dead ones unreachable, in seconds."""
    with pair() as (_, scanner, camera):
        live = [f"10.9.0.{number}" for number in range(10, 50)]
        camera.address("eth0", *(f"{text}/24" for text in live))

        async def work() -> None:
            with camera:
                listener = socket.create_server(("", 80), backlog=200)
            running = await asyncio.start_server(camera_web, sock=listener)
            found: list[Host] = []
            heard, crowd = Heard(), Crowd()

            async def done(host: Host) -> None:
                found.append(host)
                crowd.leave()

            with scanner:
                async with network(heard, "10.9.0.0/24", rate=1000) as net:

                    async def ask(target: Target, port: int) -> None:
                        await net.ask(query(port, Transport.HTTP, target.address))

                    targets = crowd.entering(net.scope.addresses())
                    await sweep(net, targets, [[80, 554, 8000]], ask, on_done=done)
                    ledger = net.ledger.snapshot()
            running.close()
            opened = {str(host.target.address) for host in found if host.open == [80]}
            assert opened >= set(live)
            dead = [host for host in found if not host.alive]
            assert len(dead) == 254 - len(opened) - 1
            assert {host.reason for host in dead} == {PortState.UNREACHABLE}
            assert crowd.most > 200  # seconds for each, but side by side
            # One attempt for a dead address; the question rides on the sweep's connection.
            assert ledger.connections <= 254 + 2 * (len(opened) + 1)

        asyncio.run(work())


def test_a_routed_24_with_silent_hosts() -> None:
    """Behind a router dead hosts are silent: given up after the first tier, live ones found."""
    with laboratory() as lab:
        scanner, router, site = lab.namespace("s"), lab.namespace("r"), lab.namespace("t")
        lab.cable(scanner, "eth0", "10.9.0.1/24", router, "eth0", "10.9.0.254/24")
        lab.cable(router, "eth1", "10.7.255.1/30", site, "eth0", "10.7.255.2/30")
        router.forward()
        scanner.ip("route", "add", "10.7.0.0/16", "via", "10.9.0.254")
        router.ip("route", "add", "blackhole", "10.7.1.0/24")
        router.ip("route", "add", "unreachable", "10.7.1.200/32")
        site.ip("route", "add", "10.9.0.0/24", "via", "10.7.255.1")
        for number in (5, 6):
            router.ip("route", "add", f"10.7.1.{number}/32", "via", "10.7.255.2")
            site.ip("addr", "add", f"10.7.1.{number}/32", "dev", "lo")

        async def work() -> None:
            with site:
                listener = socket.create_server(("", 80), backlog=200)
            running = await asyncio.start_server(camera_web, sock=listener)
            found: dict[str, Host] = {}
            crowd = Crowd()

            async def done(host: Host) -> None:
                found[str(host.target.address)] = host
                crowd.leave()

            async def nothing(_target: Target, _port: int) -> None:
                pass

            with scanner:
                async with network(Heard(), "10.7.1.0/24", rate=1000) as net:
                    targets = crowd.entering(net.scope.addresses())
                    tiers = [[554, 80, 8000], [37777, 34567]]
                    await sweep(net, targets, tiers, nothing, on_done=done)
                    sniffed = net.ledger.snapshot()
            running.close()
            assert {text for text, host in found.items() if host.open} == {"10.7.1.5", "10.7.1.6"}
            assert found["10.7.1.5"].closed == [554, 8000, 37777, 34567]
            assert found["10.7.1.77"].reason == "silent"
            assert found["10.7.1.77"].silent == [554, 80, 8000]
            assert found["10.7.1.200"].reason == "unreachable"
            assert sniffed.per_host["10.7.1.77"] == 4
            assert crowd.most > 200

        asyncio.run(work())


def test_ledger_equals_what_a_sniffer_counts() -> None:
    """Attempts, datagrams and requests on the wire are those of the ledger, host by host."""
    with pair() as (_, scanner, camera):
        camera.address("eth0", "10.9.0.3/24")
        sniffer = Sniffer(camera, "eth0")

        async def work() -> None:
            with camera:
                listener = socket.create_server(("", 80))
                # Silence on a living host: a listener whose queue is full drops SYNs.
                mute = socket.create_server(("10.9.0.3", 81), backlog=0)
                fillers = [socket.create_connection(("10.9.0.3", 81))]
            running = await asyncio.start_server(camera_web, sock=listener)
            echo = udp(camera, 3702)
            answering(echo, lambda data, peer: (b"match " + data, peer))
            with scanner:
                async with network(Heard(), "10.9.0.0/24") as net:

                    async def ask(target: Target, port: int) -> None:
                        await net.ask(query(port, Transport.HTTP, target.address))
                        await net.ask(query(port, Transport.HTTP, target.address))

                    targets = [Target(CAMERA), Target(ip_address("10.9.0.3"))]
                    await sweep(net, targets, [[80, 81, 554]], ask)
                    asked = replace(
                        query(3702, Transport.UDP, CAMERA), payload=b"hello", listen_s=0.3
                    )
                    assert len(await net.ask(asked)) == 1
                    closed = replace(asked, port=9, payload=b"nobody", listen_s=3600)
                    async with asyncio.timeout(30):  # the ICMP answer ends the wait
                        assert await net.ask(closed) == ()
                    assert net.closed(CAMERA, 9)
                    await net.discover(
                        lambda _: [discovery(Transport.MULTICAST, GROUP, 3702, repeats=3)]
                    )
                    ledger = net.ledger.snapshot()
                    wire_left = {
                        host: net.ledger.wire_left(ip_address(host)) for host in ledger.per_host
                    }
            running.close()
            for sock in (echo, mute, *fillers):
                asyncio.get_running_loop().remove_reader(sock.fileno())
                sock.close()
            everything = [p for p in sniffer.packets() if p.protocol in {6, 17}]
            packets = [p for p in everything if p.source == "10.9.0.1"]
            syns = [packet for packet in packets if packet.syn]
            datagrams = [p for p in packets if p.udp]
            requests = [p for p in packets if p.payload.startswith(b"GET ") and not p.udp]
            assert len(syns) == ledger.connections
            assert len(datagrams) == ledger.datagrams
            assert len(requests) == ledger.requests
            for host in ("10.9.0.2", "10.9.0.3"):
                seen = [p for p in (*syns, *datagrams, *requests) if p.destination == host]
                assert len(seen) == ledger.per_host[host]
            assert not [packet for packet in packets if packet.rst]
            for host in ("10.9.0.2", "10.9.0.3"):
                wire = [p for p in everything if host in {p.source, p.destination}]
                # The estimate of the budget: never too low, and not far off.
                assert 0 <= 200 - wire_left[host] - len(wire) <= 6

        try:
            asyncio.run(work())
        finally:
            sniffer.close()


def test_multicast_leaves_by_every_interface() -> None:
    """Devices on two segments both answer; each frame says by which interface it came."""
    with laboratory() as lab:
        scanner, one, two = lab.namespace("s"), lab.namespace("a"), lab.namespace("b")
        lab.cable(scanner, "eth0", "10.9.0.1/24", one, "eth0", "10.9.0.2/24")
        lab.cable(scanner, "eth1", "10.8.0.1/24", two, "eth0", "10.8.0.2/24")

        async def work() -> None:
            heard = Heard()
            peers = [
                udp(one, 3702, group=GROUP, own="10.9.0.2"),
                udp(two, 3702, group=GROUP, own="10.8.0.2"),
            ]
            for sock in peers:
                answering(sock, lambda data, peer: (b"match " + data, peer))
            with scanner:
                async with network(heard, "10.9.0.0/24", "10.8.0.0/24") as net:
                    await net.discover(lambda _: [discovery(Transport.MULTICAST, GROUP, 3702)])
                    assert net.ledger.snapshot().datagrams == 2
            for sock in peers:
                asyncio.get_running_loop().remove_reader(sock.fileno())
                sock.close()
            came = {(str(frame.source), frame.origin) for frame in heard.frames}
            assert came == {("10.9.0.2", "live eth0"), ("10.8.0.2", "live eth1")}
            assert all(frame.source_mac for frame in heard.frames)

        asyncio.run(work())


def test_nothing_is_multicast_where_no_subnet_is_in_scope() -> None:
    """A segment out of scope hears nothing of us, and the report says so."""
    with laboratory() as lab:
        scanner, one, two = lab.namespace("s"), lab.namespace("a"), lab.namespace("b")
        lab.cable(scanner, "eth0", "10.9.0.1/24", one, "eth0", "10.9.0.2/24")
        lab.cable(scanner, "eth1", "10.8.0.1/24", two, "eth0", "10.8.0.2/24")
        sniffer = Sniffer(two, "eth0")

        async def work() -> None:
            with scanner:
                async with network(Heard(), "10.9.0.0/24") as net:
                    asked = [
                        discovery(Transport.MULTICAST, GROUP, 3702),
                        discovery(Transport.BROADCAST, "255.255.255.255", 37810),
                    ]
                    await net.discover(lambda _: asked)
                    await net.ask(query(80, Transport.HTTP, ip_address("10.8.0.2")))
                    assert any("eth1" in spot.what for spot in net.blind_spots)

        try:
            asyncio.run(work())
            assert not [p for p in sniffer.packets() if p.source == "10.8.0.1" and p.protocol != 2]
        finally:
            sniffer.close()


@pytest.mark.parametrize("to_sender", [False, True])
def test_broadcast_replies_are_heard(*, to_sender: bool) -> None:
    """Devices that broadcast their answer are heard, on the reply port or the sender's own.

    One of them lives in another subnet on the same wire, as devices in factory state do.
    """
    with pair() as (_, scanner, camera):
        camera.ip("addr", "del", "10.9.0.2/24", "dev", "eth0")
        camera.address("eth0", "192.168.1.108/24")
        camera.ip("route", "add", "default", "dev", "eth0")

        async def work() -> None:
            heard = Heard()
            device = udp(camera, 7701)

            def answer(data: bytes, peer: tuple[str, int]) -> tuple[bytes, tuple[str, int]]:
                port = peer[1] if to_sender else 7711
                return b"here: " + data, ("255.255.255.255", port)

            answering(device, answer)
            with scanner:
                async with network(heard, "10.9.0.0/24") as net:
                    reply_ports = () if to_sender else (7711,)
                    asked = discovery(
                        Transport.BROADCAST, "255.255.255.255", 7701, reply_ports=reply_ports
                    )
                    await net.discover(lambda _: [asked])
            asyncio.get_running_loop().remove_reader(device.fileno())
            device.close()
            (frame,) = heard.frames
            assert (str(frame.source), frame.payload) == ("192.168.1.108", b"here: who is there?")
            assert str(frame.destination) == "255.255.255.255"

        asyncio.run(work())


def test_group_replies_and_unasked_words_are_heard() -> None:
    """What is said to a joined group is kept, asked for or not, from our own group or another."""
    with pair() as (_, scanner, camera):

        async def work() -> None:
            heard = Heard()
            device = udp(camera, 23456, group="234.55.55.55", own="10.9.0.2")
            member = struct.pack("=4s4si", bytes(4), socket.inet_aton("10.9.0.2"), 0)
            device.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, member)
            device.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
            answering(device, lambda _data, _peer: (b"tvt", ("234.55.55.56", 23456)))
            asked = discovery(
                Transport.MULTICAST,
                "234.55.55.55",
                23456,
                source_port=23456,
                reply_ports=(23456,),
                reply_groups=(ip_address("234.55.55.56"),),
            )
            with scanner:
                async with network(heard, "10.9.0.0/24") as net:
                    await net.discover(lambda _: [asked])
                    device.sendto(b"hello, new here", ("234.55.55.55", 23456))
                    await asyncio.sleep(0.1)
            asyncio.get_running_loop().remove_reader(device.fileno())
            device.close()
            # Our own question, which the kernel loops back to the joined group, is not among them.
            assert [frame.payload for frame in heard.frames] == [b"tvt", b"hello, new here"]

        asyncio.run(work())


def test_ipv6_multicast_and_zones() -> None:
    """ff02::c leaves by the interface, and the link-local answerer can be asked in its zone."""
    with pair() as (_, scanner, camera):
        scanner.await_ipv6("eth0")
        camera.await_ipv6("eth0")

        async def work() -> None:
            heard = Heard()
            with camera:
                index = socket.if_nametoindex("eth0")
                device = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
                device.bind(("::", 3702))
                listener = socket.create_server(("::", 80), family=socket.AF_INET6)
            group = ip_address("ff02::c").packed + struct.pack("=I", index)
            device.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
            device.setblocking(False)  # the socket's own signature
            answering(device, lambda data, peer: (b"match " + data, peer))
            running = await asyncio.start_server(camera_web, sock=listener)
            with scanner:
                async with network(heard, "10.9.0.0/24", "fe80::/64") as net:
                    await net.discover(lambda _: [discovery(Transport.MULTICAST, "ff02::c", 3702)])
                    (frame,) = heard.frames
                    assert frame.source is not None
                    assert str(frame.source).endswith("%eth0")
                    assert frame.source_mac
                    (answer,) = await net.ask(query(80, Transport.HTTP, frame.source))
                    assert answer.payload.endswith(b"hi")
                    asked = replace(query(3702, Transport.UDP, frame.source), payload=b"you?")
                    (again,) = await net.ask(asked)
                    assert again.payload == b"match you?"
            running.close()
            asyncio.get_running_loop().remove_reader(device.fileno())
            device.close()

        asyncio.run(work())


def test_a_taken_port_is_told() -> None:
    """A port that another program holds is told and noted; the rest still works."""
    with pair() as (_, scanner, camera):

        async def work() -> None:
            heard = Heard()
            device = udp(camera, 37020, group=GROUP, own="10.9.0.2")
            answering(device, lambda _data, peer: (b"sadp", peer))
            with scanner:
                other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                other.bind(("", 37020))
                async with network(heard, "10.9.0.0/24") as net:
                    asked = discovery(
                        Transport.MULTICAST,
                        GROUP,
                        37020,
                        source_port=37020,
                        reply_ports=(37020,),
                    )
                    await net.discover(lambda _: [asked])
                    assert any("37020" in spot.what for spot in net.blind_spots)
                other.close()
            asyncio.get_running_loop().remove_reader(device.fileno())
            device.close()
            assert ProblemKind.NO_RIGHTS in heard.kinds()
            assert [frame.payload for frame in heard.frames] == [b"sadp"]

        asyncio.run(work())


def test_two_thousand_answers_at_once() -> None:
    """A burst of 2,000 answers of 1,400 bytes is heard whole."""
    with pair() as (_, scanner, camera):

        async def work() -> None:
            heard = Heard()
            device = udp(camera, 3702, group=GROUP, own="10.9.0.2")

            def burst() -> None:
                _, peer = device.recvfrom(65_535)
                for number in range(2000):
                    device.sendto(b"%04d" % number + b"x" * 1400, peer)

            asyncio.get_running_loop().add_reader(device.fileno(), burst)
            with scanner:
                async with network(heard, "10.9.0.0/24") as net:
                    await net.discover(lambda _: [discovery(Transport.MULTICAST, GROUP, 3702)])
            asyncio.get_running_loop().remove_reader(device.fileno())
            device.close()
            assert len(heard.frames) == 2000

        asyncio.run(work())


def test_an_interface_is_named_in_queries() -> None:
    """The queries of an interface are made for it: its name and own address are at hand."""
    with pair() as (_, scanner, _camera), scanner:

        async def work() -> None:
            names: list[str] = []

            def queries(interface: Interface) -> list[Query]:
                names.append(f"{interface.name} {interface.ipv4[0].ip}")
                return []

            async with network(Heard(), "10.9.0.0/24") as net:
                await net.discover(queries)
            assert names == ["eth0 10.9.0.1"]

        asyncio.run(work())


def test_loopback_is_a_segment_when_it_is_in_scope() -> None:
    """A scope on 127/8 multicasts on lo, and hears local devices there."""
    with laboratory() as lab, lab.namespace("lo") as alone:

        async def work() -> None:
            heard = Heard()
            device = udp(alone, 3702, group=GROUP, own="127.0.0.1")
            answering(device, lambda data, peer: (b"match " + data, peer))
            async with server(says(OK)) as port, network(heard, "127.0.0.0/24") as net:
                await net.discover(lambda _: [discovery(Transport.MULTICAST, GROUP, 3702)])
                assert await net.connect(ip_address("127.0.0.1"), port) is PortState.OPEN
            asyncio.get_running_loop().remove_reader(device.fileno())
            device.close()
            assert [frame.payload for frame in heard.frames] == [b"match who is there?"]

        asyncio.run(work())
