"""Bad persona files are refused by file and key."""

from pathlib import Path

import pytest

from camfinder.lab.building import load_personas
from camfinder.model import CamfinderError

GOOD = """
schema = 1
id = "some-camera"
title = "A camera"
host = 7
mac = "2c:a5:9c:00:00:01"
[expect]
kind = "camera"
surveillance = true
"""


def written(folder: Path, text: str, name: str = "some-camera") -> Path:
    """The folder, with this persona in it."""
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_small_persona_is_enough(tmp_path: Path) -> None:
    """A device that only has an address is a device."""
    (persona,) = load_personas(written(tmp_path, GOOD))
    assert (persona.host, persona.wsd, persona.http) == (7, None, ())


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("host = 7", "host = 250"), "host"),
        (("2c:a5:9c", "2d:a5:9c"), "mac"),
        (("2c:a5:9c", "2C:A5:9C"), "mac"),
        (("schema = 1", "schema = 2"), "$.schema"),
        (('id = "some-camera"', 'id = "other"'), "id"),
        (('kind = "camera"', 'kind = "toaster"'), "$.expect.kind"),
        (("surveillance = true", "surveillance = false"), "expect.surveillance"),
        (('title = "A camera"', ""), "title"),
        (("schema = 1", "schema = "), "line 2"),
    ],
)
def test_bad_values_are_named(tmp_path: Path, change: tuple[str, str], key: str) -> None:
    """The complaint holds the file and the key."""
    folder = written(tmp_path, GOOD.replace(*change))
    with pytest.raises(CamfinderError) as caught:
        load_personas(folder)
    assert str(folder / "some-camera.toml") in str(caught.value)
    assert key in str(caught.value)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("[nonsense]\nx = 1", "nonsense"),
        ("[[http]]\nport = 80\n[[http.page]]\npath = '/'\nstatos = 200", "$.http[0].page[0]"),
        ("[[http]]\nport = 80\n[[http.page]]\npath = '/'\nbody = '${no}'", "http[0].page[0].body"),
        ("[[http]]\nport = 80\n[[http.page]]\npath = '/'\nbody_hex = 'xy'", "page[0].body_hex"),
        ("[[http]]\nport = 80\n[[tcp]]\nport = 80", "tcp[0].port"),
        ("[[http]]\nport = 80\n[onvif]\nport = 8000", "onvif.port"),
        ("[[udp]]\nport = 70000", "udp[0].port"),
        ("[[udp]]\nport = 7\nmatch = '0g'", "udp[0].match"),
        ("[[udp]]\nport = 7\nreply = ['u16be:70000']", "udp[0].reply"),
        ("[[udp]]\nport = 7\nreply = ['teckst:a']", "udp[0].reply"),
        ("[[udp]]\nport = 7\nannounce = ['abc']", "udp[0].announce"),
        ("[[tcp]]\nport = 7\nbanner = ['rest:u64be']", "tcp[0].banner"),
        ("[values]\na = '${b}'\nb = '1'", "values.a"),
    ],
)
def test_bad_tables_are_named(tmp_path: Path, table: str, key: str) -> None:
    """Unknown tables and keys, unknown names, bad bytes and doubled ports: by their key."""
    folder = written(tmp_path, f"{GOOD}\n{table}\n")
    with pytest.raises(CamfinderError) as caught:
        load_personas(folder)
    assert key in str(caught.value)


@pytest.mark.parametrize("what", ["host", "mac"])
def test_two_devices_cannot_share(tmp_path: Path, what: str) -> None:
    """Nor the address, nor the MAC."""
    other = GOOD.replace("some-camera", "other-camera")
    other = other.replace("host = 7", "host = 8") if what == "mac" else other.replace(":01", ":02")
    written(tmp_path, other, "other-camera")
    with pytest.raises(CamfinderError, match=f"{what}: .*-camera has the same"):
        load_personas(written(tmp_path, GOOD))


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    """Somebody meant another folder."""
    with pytest.raises(CamfinderError, match="no persona files"):
        load_personas(tmp_path)
    with pytest.raises(CamfinderError, match="no persona files"):
        load_personas(tmp_path / "missing")
