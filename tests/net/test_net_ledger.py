"""The account of what was sent, and the budget of a host."""

from ipaddress import ip_address

from camfinder.net.ledger import MAX_REQUESTS, MAX_SENDS, MAX_WIRE, Counter

HOST = ip_address("10.0.0.1")


def test_snapshot_counts_in_total_and_per_host() -> None:
    """Every sort is counted; multicast and broadcast are in the total alone."""
    counter = Counter()
    counter.datagram(HOST)
    counter.datagram(ip_address("239.255.255.250"))
    counter.datagram(ip_address("255.255.255.255"))
    counter.connection(HOST)
    counter.request(HOST)
    made = counter.snapshot()
    assert (made.datagrams, made.connections, made.requests) == (3, 1, 1)
    assert made.per_host == {"10.0.0.1": 3}


def test_sixty_sends_and_no_more() -> None:
    """The sixtieth send is allowed, the next one is not."""
    counter = Counter()
    for _ in range(MAX_SENDS):
        assert counter.allows(HOST, "datagram")
        counter.datagram(HOST)
    assert not counter.allows(HOST, "datagram")
    assert not counter.allows(HOST, "connection")
    assert counter.allows(ip_address("10.0.0.2"), "datagram")


def test_twelve_requests_and_no_more() -> None:
    """The thirteenth request is refused, a datagram still is not."""
    counter = Counter()
    for _ in range(MAX_REQUESTS):
        assert counter.allows(HOST, "request")
        counter.request(HOST)
    assert not counter.allows(HOST, "request")
    assert counter.allows(HOST, "datagram")


def test_packets_on_the_wire_are_bounded() -> None:
    """A host that has cost its packets is asked nothing more."""
    counter = Counter()
    counter.wire(HOST, MAX_WIRE - 10)
    assert counter.allows(HOST, "connection")
    assert not counter.allows(HOST, "request")
    assert counter.wire_left(HOST) == 10
    counter.wire(HOST, 9)
    assert not counter.allows(HOST, "datagram")
