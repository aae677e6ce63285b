"""Evidence to devices: which observations are one box, which claim wins, what stays open."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from camfinder.match.identify import describe, identify, known
from camfinder.match.nouns import Fingerprints, Rule, Vendor
from camfinder.match.patterns import compile_pattern
from camfinder.model import Evidence, Fact, Kind, Observation, Slot, Strength, Transport

START = datetime(2026, 11, 1, tzinfo=UTC)
MAC_A, MAC_B = "00:40:8c:00:00:01", "00:40:8c:00:00:02"
LOCAL_MAC = "02:00:00:00:00:01"
ROUTER = "00:1b:21:00:00:09"
UUID = "0cbc0d5b-a7a1-47c7-bb60-85c878bb540e"
Sighting = tuple[Observation, tuple[Evidence, ...]]

ACME = Vendor("acme", "Acme Cam", (), None, None, False, (), Kind.DOORBELL, "made up", "acme.toml")
RULE = Rule(
    id="acme.rule",
    vendor="acme",
    facts=("x.y",),
    match="x",
    pattern=compile_pattern("x"),
    requires={},
    proves=Strength.DISTINCT,
    gives={Slot.BRAND: "acme"},
    strengths={Slot.BRAND: Strength.DISTINCT},
    cpe=("cpe:2.3:h:acme:{model}:-:*:*:*:*:*:*:*", "cpe:2.3:o:acme:f:{firmware}:*:*:*:*:*:*:*"),
    source="made up",
    hits=(),
    misses=(),
    file="acme.toml",
)
FINGERPRINTS = Fingerprints({"acme": ACME}, (), (RULE,), "0" * 12)


def sight(
    address: str | None = "192.0.2.1",
    *claims: tuple[Slot, str, Strength],
    link: str | None = None,
    at: int = 0,
    probe: str = "onvif",
    port: int = 80,
    facts: Iterable[tuple[str, str]] = (),
    transport: Transport = Transport.HTTP,
    rule: str = "acme.rule",
) -> Sighting:
    """An observation whose evidence makes these claims, one item each."""
    seen_at = START + timedelta(seconds=at)
    where = None if address is None else ip_address(address)
    made = tuple(Fact(*fact) for fact in facts)
    observation = Observation(probe, where, port, transport, made, seen_at, "x", b"raw", link)
    evidence = tuple(
        Evidence(
            rule, Fact("x.y", value), {slot: value}, {slot: strength}, probe, where, port,
            transport, seen_at, "x", b"raw",
        )
        for slot, value, strength in claims
    )  # fmt: skip
    return observation, evidence


def said(
    slot: Slot, value: str, strength: Strength = Strength.DECLARED
) -> tuple[Slot, str, Strength]:
    """One claim."""
    return slot, value, strength


def ids(*sightings: Sighting) -> list[str]:
    """The ids of the devices."""
    return [device.id for device in identify(sightings, FINGERPRINTS)]


def test_one_address_is_one_box() -> None:
    """Observations of an address join; without better identity it names the device."""
    devices = identify([sight("192.0.2.1"), sight("192.0.2.1"), sight("192.0.2.2")], FINGERPRINTS)
    assert [device.id for device in devices] == ["ip-192.0.2.1", "ip-192.0.2.2"]
    assert devices[0].kind is Kind.UNKNOWN
    assert devices[0].surveillance is None
    assert devices[0].confidence == "low"


def test_a_payload_mac_joins_addresses() -> None:
    """The same MAC at two addresses, or without one, is one box."""
    mac = said(Slot.MAC, MAC_A)
    devices = identify(
        [sight("192.0.2.1", mac), sight("192.0.2.2", mac, at=5), sight(None, mac)], FINGERPRINTS
    )
    assert [device.id for device in devices] == ["mac-00408c000001"]
    assert [str(each) for each in devices[0].addresses] == ["192.0.2.1", "192.0.2.2"]
    assert str(devices[0].address) == "192.0.2.2"


def test_two_payload_macs_at_one_address_are_two_boxes() -> None:
    """A relay or a re-used address does not melt two devices into one."""
    found = ids(
        sight("192.0.2.1", said(Slot.MAC, MAC_A)),
        sight("192.0.2.1", said(Slot.MAC, MAC_B)),
        sight("192.0.2.1", said(Slot.MAC, MAC_A), probe="http"),
        sight("192.0.2.1", probe="rtsp"),
    )
    assert found == ["mac-00408c000001", "mac-00408c000002"]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (said(Slot.SERIAL, "ABC-12345"), 1),
        (said(Slot.SERIAL, "123456789"), 2),
        (said(Slot.SERIAL, "0000"), 2),
        (said(Slot.ENDPOINT_UUID, UUID), 1),
        (said(Slot.MAC, LOCAL_MAC), 2),
        (said(Slot.MAC, "00:11:22:33:44:55"), 2),
        (said(Slot.MAC, MAC_A, Strength.HINT), 2),
    ],
)
def test_what_identifies(claim: tuple[Slot, str, Strength], expected: int) -> None:
    """Real serials and UUIDs join; example serials, private MACs and hints do not."""
    assert len(ids(sight("192.0.2.1", claim), sight("192.0.2.2", claim))) == expected


def test_serials_are_of_one_vendor() -> None:
    """The same number under two brands is two devices."""
    serial = said(Slot.SERIAL, "77-1234")
    one = sight("192.0.2.1", serial, said(Slot.BRAND, "acme"))
    other = sight("192.0.2.2", serial, said(Slot.BRAND, "bravo"))
    assert len(ids(one, other)) == 2
    assert len(ids(one, one)) == 1


def test_a_uuid_shared_by_different_models_identifies_nothing() -> None:
    """Some firmware ships one endpoint UUID in every unit, whatever the model."""
    uuid = said(Slot.ENDPOINT_UUID, UUID)
    found = ids(
        sight("192.0.2.1", uuid, said(Slot.MODEL, "IP2M-841B")),
        sight("192.0.2.2", uuid, said(Slot.MODEL, "631GA")),
    )
    assert len(found) == 2


def test_a_uuid_of_several_macs_identifies_nothing() -> None:
    """Cloned endpoint UUIDs join nobody."""
    uuid = said(Slot.ENDPOINT_UUID, UUID)
    found = ids(
        sight("192.0.2.1", uuid, said(Slot.MAC, MAC_A)),
        sight("192.0.2.2", uuid, said(Slot.MAC, MAC_B)),
        sight("192.0.2.3", uuid),
    )
    assert len(found) == 3


def test_a_serial_that_is_a_mac_is_that_mac() -> None:
    """Axis states its MAC as serial number: both name one box."""
    found = ids(
        sight("192.0.2.1", said(Slot.SERIAL, "00408C000001")),
        sight("192.0.2.2", said(Slot.MAC, MAC_A)),
    )
    assert found == ["mac-00408c000001"]


def test_the_link_layer_joins_a_devices_own_addresses() -> None:
    """IPv4 and IPv6 behind one interface are one box, named by that MAC."""
    devices = identify([sight("192.0.2.1", link=MAC_A), sight("fe80::1", link=MAC_A)], FINGERPRINTS)
    assert [device.id for device in devices] == ["mac-00408c000001"]
    assert devices[0].mac == MAC_A


@pytest.mark.parametrize(
    "addresses",
    [
        ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
        ["192.0.2.1", "8.8.8.8"],
    ],
)
def test_a_router_is_nobodys_identity(addresses: list[str]) -> None:
    """Many addresses, or a public one, behind a link-layer source: it joins and names nothing."""
    devices = identify([sight(each, link=ROUTER) for each in addresses], FINGERPRINTS)
    assert [device.id for device in devices] == [f"ip-{each}" for each in addresses]
    assert all(device.mac is None for device in devices)


def arp(address: str, mac: str) -> Sighting:
    """An ARP answer."""
    observation, _none = sight(address, link=mac, probe="arp", transport=Transport.ETHERNET)
    claim = Evidence(
        "field:arp.mac", Fact("arp.mac", mac), {Slot.MAC: mac}, {Slot.MAC: Strength.DECLARED},
        "arp", observation.address, 0, Transport.ETHERNET, START, "x", b"",
    )  # fmt: skip
    return observation, (claim,)


def test_proxy_arp_joins_nobody() -> None:
    """A router that answers for many addresses neither joins nor names them."""
    devices = identify([arp(f"192.0.2.{last}", ROUTER) for last in range(1, 6)], FINGERPRINTS)
    assert len(devices) == 5
    assert all(device.mac is None for device in devices)


def test_arp_names_a_device_and_yields_to_what_it_states() -> None:
    """ARP gives the MAC of a silent host; a camera that states another MAC is still one box."""
    silent = identify([arp("192.0.2.1", MAC_A)], FINGERPRINTS)[0]
    assert (silent.id, silent.mac) == ("mac-00408c000001", MAC_A)
    both = identify(
        [arp("192.0.2.1", MAC_A), sight("192.0.2.1", said(Slot.MAC, MAC_B))], FINGERPRINTS
    )
    assert [device.mac for device in both] == [MAC_B]


def test_a_link_layer_source_does_not_join_what_differs() -> None:
    """Two cameras behind one proxy keep apart by what they state."""
    found = ids(
        sight("192.0.2.1", said(Slot.SERIAL, "AA-1111"), link=ROUTER),
        sight("192.0.2.2", said(Slot.SERIAL, "BB-2222"), link=ROUTER),
    )
    assert len(found) == 2


def test_the_strongest_claim_wins() -> None:
    """A declared value beats a distinct one; all are listed, none is disputed."""
    device = identify(
        [
            sight(
                "192.0.2.1",
                said(Slot.MODEL, "M-1", Strength.DISTINCT),
                said(Slot.MODEL, "Q-9"),
            )
        ],
        FINGERPRINTS,
    )[0]
    assert device.model == "Q-9"
    assert [claim.value for claim in device.claims[Slot.MODEL]] == ["Q-9", "M-1"]
    assert device.evidence[device.claims[Slot.MODEL][0].evidence[0]].fact.value == "Q-9"
    assert device.disputed == {}


def test_equal_claims_that_differ_are_disputed() -> None:
    """Two declared serials stand side by side; an even dispute of brands names none."""
    device = identify(
        [
            sight(
                "192.0.2.1",
                said(Slot.BRAND, "acme"),
                said(Slot.BRAND, "Bravo"),
                said(Slot.FIRMWARE, "1.2"),
                said(Slot.FIRMWARE, "1.20"),
            )
        ],
        FINGERPRINTS,
    )[0]
    assert device.brand is None
    assert set(device.disputed[Slot.BRAND]) == {"Acme Cam", "Bravo"}
    assert set(device.disputed[Slot.FIRMWARE]) == {"1.2", "1.20"}


@pytest.mark.parametrize(
    ("slot", "one", "other", "shown"),
    [
        (Slot.MODEL, "DCS-930LB", "DCS-930LB1", "DCS-930LB1"),
        (Slot.MODEL, "dcs 930L", "DCS-930L", "dcs 930L"),
        (Slot.FIRMWARE, "V5.5.6", "5.5.6 build 180326", "5.5.6 build 180326"),
        (Slot.FIRMWARE, "v1.2.3", "1.2.3", "v1.2.3"),
    ],
)
def test_spellings_are_no_dispute(slot: Slot, one: str, other: str, shown: str) -> None:
    """Case, punctuation and a leading V do not count; the more exact value is kept."""
    device = identify([sight("192.0.2.1", said(slot, one), said(slot, other))], FINGERPRINTS)[0]
    assert getattr(device, slot.value) == shown
    assert device.disputed == {}


def test_different_numbers_are_not_one_spelt_out() -> None:
    """DCS-930 is not the beginning of DCS-9300."""
    device = identify(
        [sight("192.0.2.1", said(Slot.MODEL, "DCS-930"), said(Slot.MODEL, "DCS-9300"))],
        FINGERPRINTS,
    )[0]
    assert Slot.MODEL in device.disputed


@pytest.mark.parametrize(
    ("claims", "kind", "surveillance", "confidence"),
    [
        ([("camera", Strength.DECLARED)], Kind.CAMERA, True, "high"),
        ([("surveillance", Strength.FAMILY)], Kind.UNKNOWN, True, "medium"),
        (
            [("surveillance", Strength.DECLARED), ("recorder", Strength.HINT)],
            Kind.RECORDER,
            True,
            "high",
        ),
        (
            [("surveillance", Strength.DECLARED), ("camera", Strength.FAMILY)],
            Kind.CAMERA,
            True,
            "high",
        ),
        ([("camera", Strength.HINT)], Kind.UNKNOWN, None, "low"),
        ([("other", Strength.HINT)], Kind.UNKNOWN, None, "low"),
        ([("other", Strength.DISTINCT), ("camera", Strength.FAMILY)], Kind.OTHER, False, "high"),
        ([("camera", Strength.DISTINCT), ("other", Strength.FAMILY)], Kind.CAMERA, True, "high"),
    ],
)
def test_kinds_are_weighed(
    claims: list[tuple[str, Strength]], kind: Kind, surveillance: bool | None, confidence: str
) -> None:
    """The stronger side wins, hints decide nothing but which of the five."""
    device = identify(
        [sight("192.0.2.1", *(said(Slot.KIND, word, how) for word, how in claims))], FINGERPRINTS
    )[0]
    assert (device.kind, device.surveillance, device.confidence) == (kind, surveillance, confidence)


def test_an_even_dispute_of_kind_decides_nothing() -> None:
    """As sure a camera as something else: not decided, and said so."""
    device = identify(
        [sight("192.0.2.1", said(Slot.KIND, "camera"), said(Slot.KIND, "other"))], FINGERPRINTS
    )[0]
    assert (device.kind, device.surveillance) == (Kind.UNKNOWN, None)
    assert set(device.disputed[Slot.KIND]) == {"camera", "other"}


def test_the_brand_may_tell_the_kind() -> None:
    """Surely surveillance, of a brand that makes one kind: that kind."""
    device = identify(
        [sight("192.0.2.1", said(Slot.KIND, "surveillance"), said(Slot.BRAND, "acme"))],
        FINGERPRINTS,
    )[0]
    assert device.kind is Kind.DOORBELL


def test_hints_accuse_nobody() -> None:
    """Brand, maker and model of hints are listed among the claims only."""
    device = identify(
        [
            sight(
                "192.0.2.1",
                said(Slot.BRAND, "acme", Strength.HINT),
                said(Slot.MAKER, "acme", Strength.HINT),
                said(Slot.MODEL, "M1", Strength.HINT),
            )
        ],
        FINGERPRINTS,
    )[0]
    assert (device.brand, device.maker, device.model) == (None, None, None)
    assert device.claims[Slot.MAKER][0].value == "Acme Cam"


def test_services_cpes_and_times_are_gathered() -> None:
    """Ports with banners, CPE names filled and escaped, first and last sighting."""
    device = identify(
        [
            sight(
                "192.0.2.1",
                said(Slot.MODEL, "M-1 b"),
                said(Slot.CHANNELS, "16"),
                facts=[("http.server", "Acme/1"), ("http.title", "Live")],
                probe="http",
            ),
            sight("192.0.2.1", port=3702, probe="wsd", transport=Transport.UDP, at=9),
            sight("192.0.2.1", port=40_000, probe="ssdp", transport=Transport.UDP),
        ],
        FINGERPRINTS,
    )[0]
    assert [(s.port, s.transport, s.protocol, s.banner) for s in device.services] == [
        (80, "tcp", "http", "Acme/1"),
        (3702, "udp", "wsd", None),
    ]
    assert device.cpes == ("cpe:2.3:h:acme:m-1_b:-:*:*:*:*:*:*:*",)
    assert device.channels == 16
    assert device.last_seen - device.first_seen == timedelta(seconds=9)


def test_a_certificate_is_read() -> None:
    """The facts of a TLS answer become the device's certificate."""
    facts = [
        ("tls.subject", "CN=cam"),
        ("tls.sha256", "ab"),
        ("tls.not_before", "2020-01-01T00:00:00Z"),
        ("tls.not_after", "2030-01-01T00:00:00Z"),
    ]
    device = identify([sight("192.0.2.1", facts=facts, probe="tls")], FINGERPRINTS)[0]
    assert device.certificate is not None
    assert device.certificate.not_after == datetime(2030, 1, 1, tzinfo=UTC)


def test_what_it_says_of_its_address_is_kept() -> None:
    """A claimed address is shown where the box was not reached there."""
    far = identify([sight("192.0.2.1", said(Slot.CLAIMED_ADDRESS, "10.0.0.9"))], FINGERPRINTS)[0]
    assert far.claimed_address == "10.0.0.9"
    here = identify([sight("192.0.2.1", said(Slot.CLAIMED_ADDRESS, "192.0.2.1"))], FINGERPRINTS)[0]
    assert here.claimed_address is None


def test_describe_is_one_device() -> None:
    """A case is one device whatever identities it carries; none for nothing."""
    pair = [sight("192.0.2.1", said(Slot.MAC, MAC_A)), sight("192.0.2.1", said(Slot.MAC, MAC_B))]
    device = describe(pair, FINGERPRINTS)
    assert device is not None
    assert len(device.evidence) == 2
    assert describe([], FINGERPRINTS) is None


def test_known_settles_at_family() -> None:
    """While asking: vendors of hints count as names, slots settle from family on."""
    _observation, evidence = sight(
        "192.0.2.1",
        said(Slot.MAKER, "acme", Strength.HINT),
        said(Slot.MODEL, "M1", Strength.FAMILY),
        said(Slot.KIND, "camera", Strength.DISTINCT),
    )
    state = known(evidence)
    assert state.vendors == {"acme"}
    assert state.settled == {Slot.MODEL, Slot.KIND}
    assert state.surveillance is True
    assert not state.done


def test_order_does_not_matter() -> None:
    """The same sightings in another order give the same boxes."""
    sightings = [
        sight("192.0.2.1", said(Slot.MAC, MAC_A)),
        sight("192.0.2.2", said(Slot.SERIAL, "AB-1234")),
        sight("192.0.2.2", said(Slot.MAC, MAC_A), said(Slot.SERIAL, "AB-1234")),
        sight("192.0.2.3", said(Slot.ENDPOINT_UUID, UUID)),
        sight("fe80::9", said(Slot.ENDPOINT_UUID, UUID)),
    ]
    assert sorted(ids(*sightings)) == sorted(ids(*reversed(sightings)))
    assert len(ids(*sightings)) == 2


def test_a_build_day_stands_behind_the_version_as_written() -> None:
    """Dahua writes the day behind its version: `firmware` is without it, `firmware_raw` with it."""
    version = "2.800.0000000.16.R"
    facts = [("dhip.firmware", version), ("dhip.build", "2021-09-14")]
    observation, _none = sight("192.0.2.1", probe="dhip", facts=facts)
    item = Evidence(
        "field:dhip.firmware", Fact("dhip.firmware", version), {Slot.FIRMWARE: version},
        {Slot.FIRMWARE: Strength.DECLARED}, "dhip", observation.address, 37810, Transport.UDP,
        START, "x", b"raw",
    )  # fmt: skip
    (device,) = identify([(observation, (item,))], FINGERPRINTS)
    assert (device.firmware, device.firmware_raw) == (version, f"{version}, build: 2021-09-14")
    bare, _none = sight("192.0.2.1", probe="dhip", facts=facts[:1])
    (device,) = identify([(bare, (item,))], FINGERPRINTS)
    assert device.firmware_raw == version
