"""The building that comes along: enough devices, of enough makers, each with its truth."""

import pymanuf

from camfinder.lab.building import load_personas

REGISTERED = {
    "hikvision-dome": "hikvision",
    "dahua-nvr": "dahua",
    "axis-camera": "axis",
    "hanwha-camera": "hanwha",
    "bosch-camera": "vcs video",
    "uniview-camera": "uniview",
    "reolink-camera": "reolink",
    "tapo-camera": "tp-link",
    "ubiquiti-camera": "ubiquiti",
    "annke-bullet": "hikvision",
    "amcrest-camera": "amcrest",
    "vivotek-camera": "vivotek",
    "doorbird-doorbell": "bird home",
    "panasonic-camera": "panasonic",
    "sony-camera": "sony",
    "tvt-nvr": "tvt",
    "brother-printer": "brother",
    "hp-printer": "hp",
    "synology-nas": "synology",
    "fritz-router": "avm",
    "samsung-tv": "samsung",
    "windows-pc": "dell",
}


def test_the_building_is_full() -> None:
    """At least fifteen devices, ten of them surveillance devices of different brands."""
    personas = load_personas()
    cameras = [each for each in personas if each.expect.surveillance]
    assert len(personas) >= 15
    assert len({each.expect.brand for each in cameras} - {None}) >= 10
    assert {each.expect.kind for each in cameras} >= {"camera", "recorder", "doorbell"}
    assert sum(not each.expect.surveillance for each in personas) >= 5


def test_relabels_name_another_maker() -> None:
    """Two devices are sold under a brand that did not make them."""
    pairs = {(each.expect.brand, each.expect.maker) for each in load_personas()}
    assert {("Annke", "Hikvision"), ("Amcrest", "Dahua")} <= pairs


def test_macs_are_of_their_makers() -> None:
    """Each MAC lies in a block that the registry gives to the maker, or its board's maker."""
    macs = {each.id: each.mac for each in load_personas()}
    for persona, word in REGISTERED.items():
        assert word in pymanuf.lookup(macs[persona]).lower(), persona
