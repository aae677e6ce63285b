"""What the names of a vendor tell by themselves, where its file says what it sells."""

from pathlib import Path

import pytest
from shipped import engine as shipped

from camfinder.flow.cases import identify_case
from camfinder.match.engine import Engine
from camfinder.match.fingerprint import load, read
from camfinder.probes import all_probes, catalogue

VENDOR = """schema = 1
[vendor]
id = "nord-cam"
name = "Nord-Cam"
aliases = ["NordCam", "Nord Cam AS", "Ostvideo"]
source = "made up"
"""


def made(folder: Path, *lines: str) -> Engine:
    """The fingerprints with these further lines about the vendor."""
    (folder / "nord-cam.toml").write_text(VENDOR + "\n".join(lines), encoding="utf-8")
    facts = catalogue()
    return Engine(load([folder]), declares=facts.declares, free_text=facts.free_text)


def told(engine: Engine, kind: str, value: str) -> tuple[bool | None, str | None, str]:
    """Surveillance, brand and kind by one observation."""
    case = {"id": "1", "observations": [{"kind": kind, "value": value}]}
    found = identify_case(case, engine, all_probes())
    return found["surveillance"], found["brand"], found["kind"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("http.title", "NORD-CAM login"),
        ("http.title", "nord_cam"),
        ("telnet.banner", "Welcome to nordcam"),
        ("http.www_authenticate", 'Basic realm="Ostvideo"'),
        ("dhcp.hostname", "nordcam-0011"),
        ("http.body", "<h1>Nord Cam</h1><p>Live view</p>"),
    ],
)
def test_only_surveillance(tmp_path: Path, kind: str, value: str) -> None:
    """Nothing else is sold under the name: it tells that the device is one, however written."""
    engine = made(tmp_path, 'sells = "surveillance"')
    assert told(engine, kind, value) == (True, "Nord-Cam", "unknown")


@pytest.mark.parametrize("value", ["Nordcamera", "Ost video", "fjordcam"])
def test_other_words(tmp_path: Path, value: str) -> None:
    """Longer words and parts of the name are no name."""
    engine = made(tmp_path, 'sells = "surveillance"')
    assert told(engine, "http.title", value) == (None, None, "unknown")


def test_a_long_page_about_something_else(tmp_path: Path) -> None:
    """A page that names many things names no device."""
    engine = made(tmp_path, 'sells = "surveillance"')
    page = f"<p>{'Our partners are many. ' * 20}</p><p>Nord-Cam</p>"
    assert told(engine, "http.body", page)[1] is None


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("http.title", "Nord-Cam IP Camera", (True, "Nord-Cam", "camera")),
        ("http.title", "Wireless camera by nordcam", (True, "Nord-Cam", "camera")),
        ("http.title", "Nord-Cam Router", (None, "Nord-Cam", "unknown")),
    ],
)
def test_cameras_too(
    tmp_path: Path, kind: str, value: str, expected: tuple[bool | None, str, str]
) -> None:
    """Where other things carry the name, a word for a camera must stand beside it."""
    assert told(made(tmp_path, 'sells = "cameras-too"'), kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "expected"), [("vms", "vms"), ("encoder", "encoder"), ("recorder", "recorder")]
)
def test_kind_of_the_vendor(tmp_path: Path, kind: str, expected: str) -> None:
    """What the vendor's devices are, where it sells nothing else."""
    engine = made(tmp_path, f'kind = "{kind}"', 'sells = "surveillance"')
    assert told(engine, "http.title", "Nord-Cam") == (True, "Nord-Cam", expected)


def test_wrong_word(tmp_path: Path) -> None:
    """A word that is none is complained of."""
    (tmp_path / "nord-cam.toml").write_text(VENDOR + 'sells = "hats"\n', encoding="utf-8")
    _found, complaints = read([tmp_path])
    assert ["sells: unknown word 'hats'" in str(one) for one in complaints] == [True]


def test_a_rule_of_the_same_name_stands_twice(tmp_path: Path) -> None:
    """A file that has such a rule of its own does not also leave it to the names."""
    rule = '[[rule]]\nid = "nord-cam.named"\nfact = "http.title"\nmatch = "Nord"\n'
    rule += 'proves = "hint"\ngives = { kind = "camera" }\nsource = "made up"\n'
    rule += '[[rule.hit]]\ntext = "Nord"\n[[rule.miss]]\ntext = "Sud"\nwhy = "x"\n'
    text = VENDOR + 'sells = "surveillance"\n' + rule
    (tmp_path / "nord-cam.toml").write_text(text, encoding="utf-8")
    _found, complaints = read([tmp_path])
    assert ["this id stands twice" in str(one) for one in complaints] == [True]


def test_shipped() -> None:
    """Hundreds of the shipped labels need no rule of their own."""
    vendors = shipped().fingerprints.vendors.values()
    assert sum(bool(vendor.sells) for vendor in vendors) > 700
