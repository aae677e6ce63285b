"""Products and version phrases as feeds write them."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from camfinder.judge.feeds.common import joined, short
from camfinder.judge.feeds.phrases import EVERY_VERSION, in_words, operators, structured
from camfinder.judge.feeds.products import Vendors, models_of

AFTER = (
    "Versions after V5.00.000 (including V5.00.000) and before V5.02.006"
    "\uff08not including V5.02.006\uff09"
)
VENDORS = Vendors(
    by_name={"axis": "axis", "dahua": "dahua", "uniview": "uniview", "geutebruck": "geutebruck",
             "geutebrück": "geutebruck", "qnap": "qnap", "zhejianguniview": "uniview"},
    schemes={"dahua": ("dahua", "dotted")},
    broad=frozenset({"qnap"}),
    known=frozenset(),
    knows=lambda _vendor, product: product.startswith("VS-"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("Axis Communications AB", "axis"),
        ("Dahua Technology Co, Ltd", "dahua"),
        ("Geutebr\u00c3\u00bcck", "geutebruck"),
        ("Zhejiang Uniview Technologies Co.,Ltd and Somebody Else Co., Ltd.", "uniview"),
        ("axis", "axis"),
        ("n/a", None),
        ("", None),
        ("Axis Engineering Tools", None),
    ],
)
def test_vendor_names(name: str, vendor: str | None) -> None:
    """Legal forms, two companies and broken UTF-8 do not hide a vendor; others are nobody."""
    assert VENDORS.of(name) == vendor


def test_broad_vendors_need_a_camera() -> None:
    """Of vendors who make much else only what looks like a camera is wanted."""
    assert VENDORS.wants("axis", "anything")
    assert VENDORS.wants("qnap", "viostor")
    assert VENDORS.wants("qnap", "VS-4108")
    assert not VENDORS.wants("qnap", "qts")


@pytest.mark.parametrize(
    ("product", "hits", "misses"),
    [
        ("DS-2CD2xx2F-I Series", ["DS-2CD2132F-I", "DS-2CD2642F-IS"], ["DS-2CD2132-I", "X"]),
        ("ds-2cd2032-i_firmware", ["DS-2CD2032-I"], ["DS-2CD2032-IX", "DS-2CD20321"]),
        ("DS-7604NI-K1 / 4P(B)", ["DS-7604NI-K1/4P(B)"], ["DS-7604NI-K1/4P"]),
        ("CP-UVR-1601E1-HC, CP-UVR-1601E2-H", ["CP-UVR-1601E2-H"], ["CP-UVR-0401"]),
        ("duo_2_wifi_camera_firmware", ["Duo 2 WiFi"], ["Duo 3 WiFi"]),
        ("NVR 504", ["NVR 504", "NVR504"], ["504", "NVR 5044"]),
        ("AVM1203 (IP Camera)", ["AVM1203"], ["AVM12031"]),
        ("axtv lpx-500", ["AXTV LPX-500"], ["AXTV LPA-500"]),
    ],
)
def test_models(product: str, hits: list[str], misses: list[str]) -> None:
    """Wild cards, suffixes, lists; a longer number is another model."""
    found = models_of(("acme",), product)
    assert found is not None
    form = re2.compile(f"(?i){found.match}")
    assert [text for text in hits if not form.search(text)] == []
    assert [text for text in misses if form.search(text)] == []


@pytest.mark.parametrize(
    "product",
    ["", "n/a", "Camera Firmware", "network_camera", "A-Series, Q-Series", "Some Cameras"],
)
def test_no_model_in_it(product: str) -> None:
    """Words that name no model would take in everything."""
    assert models_of(("acme",), product) is None


def test_dahua_families() -> None:
    """HX stands for HFW, HDW, HDBW ...; the prefix may be left out."""
    found = models_of(("dahua",), "IPC-HX2XXX")
    assert found is not None
    form = re2.compile(f"(?i){found.match}")
    assert form.search("IPC-HDBW2431R")
    assert form.search("DH-IPC-HFW2431S")
    assert not form.search("IPC-HDBW3441E")


def test_operating_systems_are_of_every_model() -> None:
    """AXIS OS runs on all; its yearly names are tracks."""
    everywhere, track = models_of(("axis",), "AXIS OS"), models_of(("axis",), "axis_os_2020")
    assert everywhere is not None
    assert track is not None
    assert (everywhere.match, everywhere.tracked, track.tracked) == ("", False, True)


@pytest.mark.parametrize(
    ("text", "schemes", "words"),
    [
        ("V4.30.096build221220 and the versions prior to it", ("hikvision",),
         "up to V4.30.096build221220"),
        ("Versions below V5.7.13_230822 (including V5.7.13_230822)", ("hikvision",),
         "up to V5.7.13_230822"),
        (AFTER, ("hikvision",), "from V5.00.000 before V5.02.006"),
        ("NVR4XXX Versions which Build time\u00a0before 2023/12/13", ("dahua",),
         "built before 2023-12-13"),
        ("Build date before 230821 (version before V4.1.60 are not affected)", ("hikvision",),
         "built before 2023-08-21"),
        ("AXIS OS 5.51 -11.9", ("axis",), "from 5.51 up to 11.9"),
        ("AXIS OS 6.50 \u2013 11.6", ("axis",), "from 6.50 up to 11.6"),
        ("3.05.62 and prior versions", ("dotted",), "up to 3.05.62"),
        ("Prior to version 1.41.16;", ("dotted",), "before 1.41.16"),
        ("up to 2.3", ("dotted",), "up to 2.3"),
        ("1.3.4.22966B181219.D00.U1(4A21S)", ("tvt",), "exactly 1.3.4.22966B181219.D00.U1(4A21S)"),
        ("1.0.5-0185", ("synology",), "exactly 1.0.5-0185"),
        ("<= 1.12.0.25 | 1.12.13.2 | 1.12.14.5", ("dotted",),
         "up to 1.12.0.25, and 1.12.13.2, 1.12.14.5"),
        (">=  5.3.1 build 150410 | <= 5.4.4  Build 161125", ("hikvision",),
         "from 5.3.1 build 150410 up to 5.4.4 Build 161125"),
        ("<NVR-B3801.20.17.240507", ("uniview", "dotted"), "before NVR-B3801.20.17.240507"),
        ("4K | 4.5.181  | 4.5.196", ("dotted",), "exactly 4.5.181, 4.5.196"),
    ],
)  # fmt: skip
def test_known_phrases(text: str, schemes: tuple[str, ...], words: str) -> None:
    """What makers and authorities really write."""
    assert in_words(text, schemes).range.words == words


@pytest.mark.parametrize(
    "text",
    [
        "n/a", "unspecified", "R.47.0.0 AutoCAD 2021 & R.47.0.0 AutoCAD LT 2021", "> 3.0",
        "Prior to version 1.41.16;Prior to version 2.22.00;", "see the notice of the maker", "",
    ],
)  # fmt: skip
def test_unknown_phrases_are_unusable(text: str) -> None:
    """What is not understood is no range: the device is possibly affected."""
    assert not in_words(text, ("dotted",)).usable


def test_every_version() -> None:
    """Records that say all."""
    for text in ("all", "All versions", "all firmware versions"):
        assert in_words(text, ("dotted",)) == EVERY_VERSION
    assert structured(("dotted",), start="0", before="*") == EVERY_VERSION


def test_a_branch_in_the_lower_end_is_no_version() -> None:
    """Uniview writes the branch with X for the numbers."""
    span = structured(("uniview",), start="CIPC-B2303.X.X.XXXXXX", up_to="CIPC-B2303.2.8.230105")
    assert span.range.words == "up to CIPC-B2303.2.8.230105"


@given(st.text(max_size=600), st.sampled_from(["dahua", "hikvision", "dotted", "text", "axis"]))
def test_any_text_is_survived(text: str, scheme: str) -> None:
    """Hostile text gives a range or none."""
    in_words(text, (scheme,))
    operators(text, (scheme,))
    models_of(("acme",), text)
    VENDORS.of(text)
    assert len(short(text)) <= 210


def test_long_lists_become_several_tables() -> None:
    """Hundreds of models never make an expression that is too long to compile."""
    from camfinder.judge.advisories import MAX_PATTERN
    from camfinder.judge.feeds.common import affected

    span = structured(("dotted",), before="2.0")
    found = (models_of((), f"CAM-{number:05d}-LONG-NAME") for number in range(500))
    tables = [affected(models, span) for models in found if models is not None]
    made = joined(tables)
    assert 1 < len(made) < 20
    assert all(len(each.match) <= MAX_PATTERN for each in made)
