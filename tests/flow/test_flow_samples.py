"""Devices that rules are written from: what a document, cases and a file of neither hold."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.flow.samples import _banner_fact as banner_fact  # the guess that a document needs
from camfinder.flow.samples import chosen, from_file, pick
from camfinder.model import CamfinderError, Fact
from camfinder.probes import all_probes, catalogue

DECLARES = catalogue().declares


@pytest.mark.parametrize(
    ("protocol", "banner", "fact"),
    [
        ("http", "Boa/0.94.14rc21", "http.server"),
        ("http", "uc-httpd 1.0.0", "http.server"),
        ("http", "App-webs", "http.server"),
        ("http", "Zephyrcam Login", "http.title"),
        ("rtsp", "Zephyr RTSP Server", "rtsp.server"),
        ("ftp", "220 Zephyr", "ftp.banner"),
        ("upnp", "ZC-2010", ""),
    ],
)
def test_the_line_of_a_service_is_a_fact(protocol: str, banner: str, fact: str) -> None:
    """Of HTTP the server or the title; nothing where a document does not tell."""
    assert banner_fact(protocol, banner) == fact


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{broken", "line 1"),
        (b'{"id": 1}\n', "line 1: observations is no list"),
        (b'{"schema": "camfinder.inventory/9"}', "not an inventory document"),
        (b"hello", "hello"),
        (b"", "hello"),
        (b"[]", "hello"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """One clear line that names the file."""
    path = tmp_path / "hello.bin"
    path.write_bytes(content)
    with pytest.raises(CamfinderError, match=says) as caught:
        from_file(path, all_probes(), DECLARES)
    assert "hello.bin" in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_devices_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """Hostile files raise nothing else."""
    path = tmp_path_factory.getbasetemp() / "samples.bin"
    path.write_bytes(b"{" + data)
    try:
        from_file(path, all_probes(), DECLARES)
    except CamfinderError as error:
        assert path.name in str(error)


def test_a_device_is_found_by_its_names(tmp_path: Path) -> None:
    """By the case's id and by a MAC in any spelling; of several facts the one with the part."""
    items = [
        {"kind": "mac", "value": "4c:11:bf:a7:b8:c9"},
        {"kind": "onvif.scope.name", "value": "Zephyr"},
        {"kind": "onvif.scope.name", "value": "cellar"},
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps({"id": "x1", "observations": items}) + "\n\n")
    found = from_file(path, all_probes(), DECLARES)
    for name in ("", "x1", "X1", "4C-11-BF-A7-B8-C9"):
        assert chosen(found, name) is found[0]
    assert pick(found[0], "onvif.scope.name", "cell") == Fact("onvif.scope.name", "cellar")
    with pytest.raises(CamfinderError, match="no such device"):
        chosen(found, "x2")
    with pytest.raises(CamfinderError, match="no device"):
        chosen([], "")
