"""Observations to evidence: rules, declared fields, model grammars, brand words, MAC owners."""

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.match.engine import Engine
from camfinder.match.fingerprint import load
from camfinder.model import Evidence, Fact, Observation, Slot, Strength, Transport

DECLARES = {
    "onvif.manufacturer": Slot.BRAND,
    "onvif.model": Slot.MODEL,
    "onvif.firmware": Slot.FIRMWARE,
    "onvif.serial": Slot.SERIAL,
    "onvif.mac": Slot.MAC,
    "wsd.epr": Slot.ENDPOINT_UUID,
    "x.channels": Slot.CHANNELS,
    "x.kind": Slot.KIND,
}
FREE_TEXT = frozenset({"http.title", "http.realm"})
NORDCAM = """schema = 1
[vendor]
id = "nordcam"
name = "Nordcam"
aliases = ["NORDCAM Technologies"]
makes_own = true
source = "made up"
[[model]]
id = "nordcam.model.dome"
match = 'ND-[0-9]{4}(-[A-Z]+)?'
kind = "camera"
proves = "distinct"
free_text = true
hits = ["ND-1001"]
misses = ["ND-1"]
source = "made up"
[[model]]
id = "nordcam.model.recorder"
match = 'R[0-9]{3}'
kind = "recorder"
proves = "hint"
hits = ["R100"]
misses = ["R1"]
source = "made up"
[[rule]]
id = "nordcam.http.server"
fact = ["http.server", "rtsp.server"]
match = '^Nordcam-Web(?:/(?P<firmware>[0-9.]+))?'
requires = { "http.title" = 'Live' }
proves = "distinct"
gives = { brand = "nordcam", kind = "camera", firmware = "{firmware}" }
source = "made up"
[[rule.hit]]
text = "Nordcam-Web/5.7"
with = { "http.title" = "Live view" }
[[rule.miss]]
text = "Apache"
[[rule]]
id = "nordcam.mac"
fact = "mac.organization"
match = '^Axis Communications'
proves = "hint"
gives = { maker = "nordcam" }
source = "made up"
[[rule.hit]]
text = "Axis Communications AB"
[[rule.miss]]
text = "Intel"
"""
SOUTHCAM = """schema = 1
[vendor]
id = "southcam"
name = "South-Cam"
relabels = ["nordcam"]
source = "made up"
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine over two vendors."""
    folder = tmp_path_factory.mktemp("fingerprints")
    (folder / "nordcam.toml").write_text(NORDCAM)
    (folder / "southcam.toml").write_text(SOUTHCAM)
    return Engine(load([folder]), declares=DECLARES, free_text=FREE_TEXT)


def seen(*facts: tuple[str, str], mac: str | None = None) -> Observation:
    """An observation with these facts."""
    when = datetime(2026, 11, 1, tzinfo=UTC)
    made = tuple(Fact(*fact) for fact in facts)
    where = ip_address("192.0.2.7")
    return Observation("http", where, 80, Transport.HTTP, made, when, "a.pcap#1", b"raw", mac)


def by_rule(engine: Engine, *facts: tuple[str, str], mac: str | None = None) -> dict[str, Evidence]:
    """The evidence by the id of what found it."""
    return {each.fingerprint: each for each in engine.evidence(seen(*facts, mac=mac))}


def test_a_rule_fires_with_its_source(engine: Engine) -> None:
    """Evidence carries claims, strengths, and where the fact was read."""
    found = by_rule(engine, ("http.server", "Nordcam-Web/5.7"), ("http.title", "Live"))
    one = found["nordcam.http.server"]
    assert one.claims == {
        Slot.BRAND: "nordcam",
        Slot.KIND: "camera",
        Slot.FIRMWARE: "5.7",
        Slot.MAKER: "nordcam",
    }
    assert one.strengths[Slot.BRAND] is Strength.DISTINCT
    assert one.strengths[Slot.MAKER] is Strength.FAMILY
    assert (one.fact.key, str(one.address), one.port) == ("http.server", "192.0.2.7", 80)
    assert (one.where, one.raw, one.probe) == ("a.pcap#1", b"raw", "http")


def test_requirements_are_of_the_same_observation(engine: Engine) -> None:
    """Without the required fact, or with another value, the rule is silent."""
    assert "nordcam.http.server" not in by_rule(engine, ("http.server", "Nordcam-Web/5.7"))
    other = by_rule(engine, ("http.server", "Nordcam-Web/5.7"), ("http.title", "Index"))
    assert "nordcam.http.server" not in other
    second = by_rule(
        engine, ("rtsp.server", "Nordcam-Web"), ("http.title", "x"), ("http.title", "Live")
    )
    assert Slot.FIRMWARE not in second["nordcam.http.server"].claims


@pytest.mark.parametrize(
    ("stated", "claimed"),
    [
        ("NORDCAM TECHNOLOGIES CO., LTD.", "nordcam"),
        ("Shenzhen Nordcam Digital Technology Co.,Ltd", "nordcam"),
        ("south cam", "southcam"),
        ("Acme  Cameras", "Acme Cameras"),
    ],
)
def test_manufacturers_become_vendors(engine: Engine, stated: str, claimed: str) -> None:
    """Case, punctuation, legal forms and trade words do not count; unknown names are kept."""
    one = by_rule(engine, ("onvif.manufacturer", stated))["field:onvif.manufacturer"]
    assert one.claims[Slot.BRAND] == claimed
    assert one.strengths[Slot.BRAND] is Strength.DECLARED


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("onvif.manufacturer", "General"),
        ("onvif.manufacturer", "IP Camera"),
        ("onvif.manufacturer", "H.264"),
        ("onvif.manufacturer", "ONVIF"),
        ("onvif.model", "MODEL"),
        ("onvif.model", "IPC-model"),
        ("onvif.model", "IPCamera"),
        ("onvif.serial", "000000"),
        ("onvif.mac", "00:00:00:00:00:00"),
        ("onvif.mac", "not a mac"),
        ("x.channels", "many"),
        ("x.channels", "0"),
        ("x.kind", "toaster"),
    ],
)
def test_placeholders_claim_nothing(engine: Engine, key: str, value: str) -> None:
    """A field that names nobody gives no evidence."""
    assert by_rule(engine, (key, value)) == {}


def test_fields_are_brought_into_one_form(engine: Engine) -> None:
    """Models lose the brand in front, firmware gets its blank, UUIDs and MACs one spelling."""
    found = by_rule(
        engine,
        ("onvif.model", "NORDCAM ND-1001"),
        ("onvif.firmware", "V5.5.6build 180326"),
        ("wsd.epr", "urn:uuid:0CBC0D5B-A7A1-47C7-BB60-85C878BB540E"),
        ("onvif.mac", "00-40-8C-01-02-03"),
        ("x.channels", "016"),
        ("x.kind", "Camera"),
    )
    assert found["field:onvif.model"].claims[Slot.MODEL] == "ND-1001"
    assert found["field:onvif.firmware"].claims[Slot.FIRMWARE] == "V5.5.6 build 180326"
    labelled = by_rule(engine, ("onvif.firmware", "Ver. 1.3.3"))
    assert labelled["field:onvif.firmware"].claims[Slot.FIRMWARE] == "1.3.3"
    assert found["field:wsd.epr"].claims[Slot.ENDPOINT_UUID].startswith("0cbc0d5b-")
    assert found["field:onvif.mac"].claims[Slot.MAC] == "00:40:8c:01:02:03"
    assert found["field:x.channels"].claims[Slot.CHANNELS] == "16"
    assert found["field:x.kind"].claims[Slot.KIND] == "camera"


def test_a_model_field_tells_brand_and_kind(engine: Engine) -> None:
    """The whole number in a form gives the kind, and the brand as sure as the form says."""
    alone = by_rule(engine, ("onvif.model", "nd-1001-x"))["nordcam.model.dome"]
    assert alone.claims[Slot.BRAND] == "nordcam"
    assert alone.strengths[Slot.KIND] is Strength.DISTINCT
    weak = by_rule(engine, ("onvif.model", "R100"))["nordcam.model.recorder"]
    assert weak.strengths[Slot.BRAND] is Strength.HINT
    named = by_rule(engine, ("onvif.model", "Nordcam R100"))["nordcam.model.recorder"]
    assert named.strengths[Slot.KIND] is Strength.DISTINCT


def test_a_number_of_a_foreign_form_names_no_brand(engine: Engine) -> None:
    """With another brand stated the form is a hint of the kind, for known relabels family."""
    printer = by_rule(engine, ("onvif.manufacturer", "HP"), ("onvif.model", "ND-1001"))
    foreign = printer["nordcam.model.dome"]
    assert Slot.BRAND not in foreign.claims
    assert foreign.strengths == {Slot.KIND: Strength.HINT}
    relabel = by_rule(engine, ("onvif.manufacturer", "South-Cam"), ("onvif.model", "ND-1001"))
    assert relabel["nordcam.model.dome"].strengths == {Slot.KIND: Strength.FAMILY}


def test_models_in_running_text(engine: Engine) -> None:
    """A brand beside the number makes any form count, alone only forms marked for it."""
    named = by_rule(engine, ("http.title", "Nordcam R100 - login"))["nordcam.model.recorder"]
    assert named.claims[Slot.MODEL] == "R100"
    assert named.strengths[Slot.MODEL] is Strength.DISTINCT
    free = by_rule(engine, ("http.title", "Welcome to ND-1001"))["nordcam.model.dome"]
    assert free.claims[Slot.MODEL] == "ND-1001"
    assert by_rule(engine, ("http.title", "R100")) == {}
    for text in ("AND-1001", "ND-1001-1", "ND-10011", "nd-1001"):
        assert by_rule(engine, ("http.title", text)) == {}, text


def test_a_brand_word_alone_names_the_brand_only(engine: Engine) -> None:
    """A name in running text gives brand, a following number the model, never a kind."""
    found = by_rule(engine, ("http.realm", "Nordcam"))["brand-word:nordcam"]
    assert found.strengths[Slot.BRAND] is Strength.FAMILY
    assert Slot.KIND not in found.claims
    both = engine.evidence(seen(("http.title", "SOUTH-CAM SC-77x")))
    assert {value for each in both for value in each.claims.values()} == {"southcam", "SC-77x"}
    for text in ("Nordcam RealServer/V1.0", "Nordcam 0011A5B2C3D4"):
        other = engine.evidence(seen(("http.realm", text)))
        assert other
        assert all(Slot.MODEL not in each.claims for each in other), text
    lower = by_rule(engine, ("http.title", "my nordcam page"))["brand-word:nordcam"]
    assert lower.strengths[Slot.BRAND] is Strength.HINT
    two = engine.evidence(seen(("http.title", "Nordcam and South-Cam")))
    assert {each.strength for each in two} == {Strength.HINT}
    assert by_rule(engine, ("http.title", "Nordcamera")) == {}


def test_the_brand_may_stand_in_another_fact(engine: Engine) -> None:
    """A model beside a brand named elsewhere in the same answer is found at family."""
    found = by_rule(engine, ("http.title", "R100"), ("http.realm", "Nordcam"))
    assert found["nordcam.model.recorder"].strengths[Slot.MODEL] is Strength.FAMILY


def test_the_owner_of_a_mac_is_a_fact(engine: Engine) -> None:
    """Payload and link-layer MACs are looked up; private and group addresses have no owner."""
    assert "nordcam.mac" in by_rule(engine, ("onvif.mac", "00:40:8c:01:02:03"))
    assert "nordcam.mac" in by_rule(engine, mac="ac:cc:8e:01:02:03")
    for mac in ("02:40:8c:01:02:03", "01:40:8c:01:02:03"):
        assert by_rule(engine, mac=mac) == {}


@given(st.lists(st.tuples(st.sampled_from([*DECLARES, *FREE_TEXT, "http.server"]), st.text())))
def test_any_text_is_borne(engine: Engine, facts: list[tuple[str, str]]) -> None:
    """Whatever a device says, evidence comes out: no value raises, none is claimed empty."""
    for each in engine.evidence(seen(*facts)):
        assert all(each.claims.values())
        assert each.claims.keys() == each.strengths.keys()


def test_lone_surrogates_and_long_values_are_borne(engine: Engine) -> None:
    """Values that RE2 cannot take, or that are too long to remember, are matched all the same."""
    broken = by_rule(engine, ("http.title", "Nordcam \ud800"), ("onvif.model", "\udfff"))
    assert "brand-word:nordcam" in broken
    assert "brand-word:nordcam" in by_rule(engine, ("http.title", "Nordcam " + "x" * 100_000))
