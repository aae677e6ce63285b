"""The scope: what is read, what is refused, what is permitted."""

from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_network
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.model import CamfinderError
from camfinder.net.interfaces import Interface, interfaces
from camfinder.net.scope import Scope
from camfinder.net.spans import Span, SpanSet

ETH0 = Interface(
    "eth0",
    7,
    ipv4=(IPv4Interface("10.1.0.9/24"),),
    ipv6=(IPv6Interface("fe80::9/64"), IPv6Interface("fd00::9/64")),
)


def scope(*targets: str, exclude: tuple[str, ...] = (), allow_public: bool = False) -> Scope:
    """A scope read with one made-up interface."""
    return Scope.parse(
        targets,
        exclude=exclude,
        allow_public=allow_public,
        interfaces=(ETH0,),
        resolve=lambda name: {"cam.example": ["10.9.9.9", "fd00::5"], "w": ["8.8.4.4"]}[name],
    )


def texts(made: Scope) -> list[str]:
    """Its addresses in numeric order."""
    return [str(address) for address in sorted(made.addresses(), key=int)]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("10.0.0.5", ["10.0.0.5"]),
        ("10.0.0.0/30", ["10.0.0.1", "10.0.0.2"]),
        ("10.0.0.9/30", ["10.0.0.9", "10.0.0.10"]),
        ("10.0.0.0/31", ["10.0.0.0", "10.0.0.1"]),
        ("10.0.0.7/32", ["10.0.0.7"]),
        ("10.0.0.5-7", ["10.0.0.5", "10.0.0.6", "10.0.0.7"]),
        ("10.0.0.254-10.0.1.1", ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"]),
        ("10.0.1-2.5-6", ["10.0.1.5", "10.0.1.6", "10.0.2.5", "10.0.2.6"]),
        ("cam.example", ["10.9.9.9", "fd00::5"]),
        ("fe80::1%eth0", ["fe80::1%eth0"]),
        ("fe80::1%7", ["fe80::1%eth0"]),
        ("[fd00::1]", ["fd00::1"]),
        ("::ffff:10.0.0.1", ["10.0.0.1"]),
        ("fd00::/126", ["fd00::", "fd00::1", "fd00::2", "fd00::3"]),
    ],
)
def test_targets(target: str, expected: list[str]) -> None:
    """Every way to write a target gives exactly its addresses, and permits them."""
    made = scope(target)
    assert texts(made) == expected
    assert made.size == len(expected)
    assert all(made.permits(address) for address in made.addresses())


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("8.8.8.8", "--allow-public"),
        ("0.0.0.0/0", "--allow-public"),
        ("9.255.255.0-10.0.0.9", "--allow-public"),
        ("10.0.0.0/7", "--allow-public"),
        ("w", "--allow-public"),
        ("2001:4860::/32", "--allow-public"),
        ("10.0.0.010", "'010'"),
        ("10.0.0.256", "0 to 255"),
        ("10.0.0.9-5", "backwards"),
        ("10.0.0.9-10.0.0.1", "backwards"),
        ("10.0.0", "four parts"),
        ("10.0.0.0/33", "not a network"),
        ("10.0.0.0/x", "not a network"),
        ("10.0-255.0-255.0-255", ""),
        ("10-11.0-255.0-255.5", "pieces"),
        ("http://10.0.0.1/", "not a URL"),
        ("fe80::1", "%eth0"),
        ("fe80::1%eth9", "no interface"),
        ("fe80::zz", "IPv6"),
        ("224.0.0.251", "not the address of a host"),
        ("255.255.255.255", "not the address of a host"),
        ("", "host name"),
        ("a b", "host name"),
        ("unknown$", "host name"),
    ],
)
def test_refused_in_one_clear_line(target: str, says: str) -> None:
    """What cannot be asked is refused in one line that says what to do."""
    if not says:
        assert scope(target).size == 2**24
        return
    with pytest.raises(CamfinderError) as caught:
        scope(target)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_name_is_refused() -> None:
    """A name that does not resolve is the user's to correct."""

    def fails(name: str) -> list[str]:
        raise OSError(f"no {name}")

    with pytest.raises(CamfinderError, match="does not resolve"):
        Scope.parse(["nowhere.example"], resolve=fails, interfaces=())


def test_public_when_entitled() -> None:
    """With allow_public a public address is in scope, multicast still is not."""
    made = scope("8.8.8.0/30", allow_public=True)
    assert texts(made) == ["8.8.8.1", "8.8.8.2"]
    assert not scope("0.0.0.0/0", allow_public=True).permits(ip_address("224.0.0.251"))


def test_old_factory_address_is_no_public_one() -> None:
    """192.0.0.64, where old recorders wait, needs no extra permission."""
    assert texts(scope("192.0.0.64")) == ["192.0.0.64"]
    assert scope("192.0.0.0/24").size == 254


@pytest.mark.parametrize(
    "exclude", ["10.0.0.7", "10.0.0.6-8", "10.0.0.0/24", "::ffff:10.0.0.7", "10.0.0-0.7"]
)
def test_exclusions_win(exclude: str) -> None:
    """An excluded address is neither swept nor permitted, however either was written."""
    made = scope("10.0.0.0/23", "10.0.0.7", exclude=(exclude,))
    assert not made.permits(ip_address("10.0.0.7"))
    assert not made.permits(ip_address("::ffff:10.0.0.7"))
    assert ip_address("10.0.0.7") not in set(made.addresses())
    assert made.permits(ip_address("10.0.1.7"))


def test_excluded_network_keeps_its_ends() -> None:
    """Excluding a network also excludes its first and last address."""
    made = scope("10.0.0.0-10.0.1.255", exclude=("10.0.0.0/24",))
    assert not made.permits(ip_address("10.0.0.0"))
    assert not made.permits(ip_address("10.0.0.255"))


def test_nothing_left_is_an_error() -> None:
    """A scope without an address is refused instead of scanning nothing."""
    with pytest.raises(CamfinderError, match="exclusions cover"):
        scope("10.0.0.1", exclude=("10.0.0.0/8",))
    with pytest.raises(CamfinderError, match="no targets"):
        scope()


def test_zone_is_part_of_the_address() -> None:
    """A link-local address is permitted on its own interface only."""
    made = scope("fe80::1%eth0")
    assert made.permits(ip_address("fe80::1%eth0"))
    assert not made.permits(ip_address("fe80::1%eth1"))
    assert not made.permits(ip_address("fe80::1"))
    assert scope("fe80::/10").permits(ip_address("fe80::1%eth1"))
    blocked = scope("fe80::%eth0/64", exclude=("fe80::1",))
    assert not blocked.permits(ip_address("fe80::1%eth0"))
    assert blocked.permits(ip_address("fe80::2%eth0"))


def test_large_ipv6_networks_are_only_heard() -> None:
    """A /64 is a scope for what is heard, and is not swept."""
    made = scope("fd00::/64", "10.0.0.1")
    assert made.size == 1
    assert made.permits(ip_address("fd00::1234"))
    assert made.heard_only == ("fd00::/64",)


def test_auto_is_the_attached_subnets() -> None:
    """`auto` stands for the own subnets, and for hearing on their link-local ones."""
    made = scope("auto")
    assert made.size == 254
    assert made.permits(ip_address("10.1.0.77"))
    assert made.permits(ip_address("fe80::1%eth0"))
    assert not made.permits(ip_address("10.1.1.77"))
    assert made.touches(ETH0)
    assert not scope("10.2.0.0/24").touches(ETH0)


def test_auto_refuses_what_is_too_large() -> None:
    """A /8 on an interface is not swept by a four-letter word."""
    wide = Interface("eth1", 3, ipv4=(IPv4Interface("10.0.0.1/8"),))
    with pytest.raises(CamfinderError, match="name the ranges"):
        Scope.parse(["auto"], interfaces=(wide,))


def test_a_16_is_lazy_and_spread() -> None:
    """The first addresses of a /16 come at once, each from another /24."""
    made = scope("10.8.0.0/16")
    first = list(islice(made.addresses(), 200))
    assert len({ip_network(f"{address}/24", strict=False) for address in first}) == 200
    assert len(made) == 65_534


def test_describe_names_targets_and_exclusions() -> None:
    """Reports can say what was in scope and what was not."""
    made = scope("10.0.0.0/24", exclude=("10.0.0.7",))
    assert made.describe() == ("10.0.0.0/24", "not 10.0.0.7")


def test_own_interfaces_hold_loopback() -> None:
    """The machine's own interfaces are read, loopback as one that needs no ARP."""
    found = {interface.name: interface for interface in interfaces()}
    assert found["lo"].loopback
    assert not found["lo"].resolves
    assert IPv4Interface("127.0.0.1/8") in found["lo"].ipv4


numbers = st.integers(0, 600)
spans = st.lists(st.tuples(numbers, numbers).map(lambda two: Span(min(two), max(two))), max_size=8)


@given(spans, spans)
def test_spans_are_sets(left: list[Span], right: list[Span]) -> None:
    """Span arithmetic agrees with Python's sets, and interleaving gives each member once."""

    def members(given_spans: list[Span]) -> set[int]:
        return {n for first, last in given_spans for n in range(first, last + 1)}

    kept = SpanSet.of(left).minus(SpanSet.of(right))
    expected = members(left) - members(right)
    assert sorted(kept.interleaved()) == sorted(expected)
    assert kept.size == len(expected)
    assert all((n in kept) == (n in expected) for n in range(602))
    for span in right:
        assert SpanSet.of(left).touches(span) == bool(members(left) & members([span]))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is typed: a scope or one CamfinderError, nothing else."""

    def unknown(name: str) -> list[str]:
        raise OSError(name)

    try:
        Scope.parse([text], resolve=unknown, interfaces=(ETH0,))
    except CamfinderError as error:
        assert str(error)
