"""Who is who over runs: identities in their order, and what never joins two boxes."""

from dataclasses import replace

import pytest

from camfinder.match.lineage import Face, pair

MAC, OTHER_MAC = "ac:cc:8e:10:20:30", "ac:cc:8e:99:99:99"
SERIAL = "zn7a70gm300411f"


def face(key: int, **known: object) -> Face:
    """A face; a plain text is a set of one."""
    sets = {
        k: frozenset([v]) if isinstance(v, str) and k != "model" else v for k, v in known.items()
    }
    return replace(Face(key), **sets)  # type: ignore[arg-type]


CAMERA = {"vendors": "axis", "model": "p3245lv"}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"macs": MAC, "addresses": "10.0.0.1"}, {"macs": MAC, "addresses": "10.0.0.2"}),
        ({"serials": SERIAL, "addresses": "10.0.0.1"}, {"serials": SERIAL}),
        ({"uuids": "u-1", **CAMERA}, {"uuids": "u-1", **CAMERA}),
        ({"certificates": "c-1"}, {"certificates": "c-1", "addresses": "10.0.0.9"}),
        ({"addresses": "10.0.0.1", **CAMERA}, {"addresses": "10.0.0.1", **CAMERA}),
        ({"macs": MAC, "addresses": "10.0.0.1"}, {"addresses": "10.0.0.1"}),
        ({"addresses": "10.0.0.1"}, {"macs": MAC, "addresses": "10.0.0.1"}),
        ({"macs": MAC, "serials": "a123456"}, {"macs": MAC, "serials": "b123456"}),
        (
            {"serials": SERIAL, "macs": MAC, **CAMERA},
            {"serials": SERIAL, "macs": OTHER_MAC, **CAMERA},
        ),
        (
            {"serials": SERIAL, **CAMERA},
            {"serials": SERIAL, "vendors": "honeywell", "model": "p3245lv"},
        ),
        ({"serials": SERIAL, **CAMERA}, {"serials": SERIAL, "vendors": "axis", "model": "p3245"}),
        ({"certificates": "c-1", "addresses": "a"}, {"certificates": "c-2", "addresses": "a"}),
    ],
    ids=",".join,
)
def test_the_same_box_is_found(before: dict[str, object], now: dict[str, object]) -> None:
    """By MAC, serial, UUID, certificate, address; by what is left when some is not seen."""
    assert pair([face(7, **before)], [face(0, **now)]).known == {0: 7}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"macs": MAC, "addresses": "a"}, {"macs": OTHER_MAC, "addresses": "a"}),
        ({"serials": SERIAL, "addresses": "a"}, {"serials": "zn7a70gm399999x", "addresses": "a"}),
        ({"uuids": "u-1", "addresses": "a"}, {"uuids": "u-2", "addresses": "a"}),
        ({"addresses": "a", **CAMERA}, {"addresses": "a", "vendors": "vivotek"}),
        ({"addresses": "a", **CAMERA}, {"addresses": "a", "vendors": "axis", "model": "m3106"}),
        ({"uuids": "u-1", "macs": MAC}, {"uuids": "u-1", "macs": OTHER_MAC}),
        ({"certificates": "c", "serials": SERIAL}, {"certificates": "c", "serials": "other12345"}),
        ({"serials": SERIAL, "macs": MAC}, {"serials": SERIAL, "macs": OTHER_MAC}),
        ({"serials": "000123", **CAMERA}, {"serials": "000123", "vendors": "axis", "model": "m1"}),
        ({"serials": SERIAL, **CAMERA}, {"serials": SERIAL, "vendors": "dahua", "model": "x"}),
        ({"addresses": "a"}, {"addresses": "b"}),
    ],
    ids=",".join,
)
def test_another_box_is_another_device(before: dict[str, object], now: dict[str, object]) -> None:
    """A replaced camera at the same address; cloned numbers; a stronger identity that disagrees."""
    assert pair([face(7, **before)], [face(0, **now)]).known == {}


@pytest.mark.parametrize("sort", ["serials", "uuids", "certificates"])
def test_what_two_boxes_share_identifies_neither(sort: str) -> None:
    """A vendor's default certificate, a cloned UUID or serial number: seen twice, worth nothing."""
    known = [face(7, **{sort: "x12345678"}, addresses="a")]
    seen = [face(n, **{sort: "x12345678"}, addresses=at) for n, at in enumerate("bc")]
    assert pair(known, seen).known == {}
    known = [face(n, **{sort: "x12345678"}, addresses=at) for n, at in enumerate("bc")]
    assert pair(known, [face(0, **{sort: "x12345678"}, addresses="z")]).known == {}


def test_stronger_identities_go_first() -> None:
    """Two cameras swap addresses: each is found by its MAC."""
    known = [face(1, macs=MAC, addresses="a"), face(2, macs=OTHER_MAC, addresses="b")]
    seen = [face(0, macs=OTHER_MAC, addresses="a"), face(1, macs=MAC, addresses="b")]
    assert pair(known, seen).known == {0: 2, 1: 1}


def test_boxes_behind_one_address() -> None:
    """Behind NAT each is found by its MAC, and the one without any by being the only one left."""
    known = [
        face(1, macs=MAC, addresses="a"),
        face(2, macs=OTHER_MAC, addresses="a"),
        face(3, addresses="a"),
    ]
    seen = [face(0, addresses="a"), face(1, macs=OTHER_MAC, addresses="a")]
    assert pair(known, seen).known == {1: 2}  # 1 may be away, or have said nothing of itself
    seen.append(face(2, macs=MAC, addresses="a"))
    assert pair(known, seen).known == {0: 3, 1: 2, 2: 1}


def test_an_address_is_its_last_holders() -> None:
    """Who had an address before its last holder is not who answers there now."""
    known = [face(1, macs=MAC, addresses="a", last=3), face(2, addresses="a", last=5)]
    assert pair(known, [face(0, addresses="a")]).known == {0: 2}


def test_two_that_turn_out_to_be_one() -> None:
    """A box known by its MAC, and one by its serial number, when both are seen on one box."""
    known = [face(1, macs=MAC), face(2, serials=SERIAL, addresses="x")]
    found = pair(known, [face(0, macs=MAC, serials=SERIAL)])
    assert (found.known, found.merged) == ({0: 1}, {2: 1})


def test_nobody_is_found_twice() -> None:
    """Each known device is at most one seen one, whatever they share."""
    known = [face(1, macs=frozenset({MAC, OTHER_MAC}))]
    found = pair(known, [face(0, macs=MAC), face(1, macs=OTHER_MAC)])
    assert sorted(found.known.values()) == [1]
