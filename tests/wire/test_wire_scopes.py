"""ONVIF scopes as facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.wire import scopes

BASE = "onvif://www.onvif.org/"


def facts(*paths: str) -> dict[str, list[str]]:
    """The facts of scopes below the ONVIF prefix."""
    found: dict[str, list[str]] = {}
    for key, value in scopes.parse(" ".join(BASE + path for path in paths)):
        found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ("name/Front%20Gate", "name", "Front Gate"),
        ("Name/IPCAM", "name", "IPCAM"),
        ("HARDWARE/ND-1001", "hardware", "ND-1001"),
        ("mfr/Nordcam", "manufacturer", "Nordcam"),
        ("Manufacturer/Nordcam", "manufacturer", "Nordcam"),
        ("type/manufacturer/NORDCAM", "manufacturer", "NORDCAM"),
        ("acc/mfr/Nord%20Systems", "manufacturer", "Nord Systems"),
        ("model/ND-1001", "model", "ND-1001"),
        ("MAC/00-0C-29-00-00-01", "mac", "00:0c:29:00:00:01"),
        ("MacAddress/000c29000001", "mac", "00:0c:29:00:00:01"),
        ("acc/mac/00-0c-29-00-00-01", "mac", "00:0c:29:00:00:01"),
        ("SerialNumber/12345", "serial", "12345"),
        ("serial_number/12345", "serial", "12345"),
        ("location/country/china", "location", "country/china"),
        ("type/video_encoder", "type", "video_encoder"),
        ("Profile/Q/Operational", "profile", "Q/Operational"),
        ("acc/firmware/version/01.05.32", "firmware", "01.05.32"),
        ("version/1.2", "firmware", "1.2"),
        ("acc/firmware/version/v3.1%202017-06-", "firmware", "v3.1"),
        ("acc/firmware/version/v3.1%202017-06-08", "firmware", "v3.1 2017-06-08"),
    ],
)
def test_categories(path: str, key: str, value: str) -> None:
    """Categories are found in any case, spelling and behind private prefixes."""
    found = facts(path)
    assert found[f"onvif.scope.{key}"] == [value]
    assert len(found["onvif.scope"]) == 1


@pytest.mark.parametrize("path", ["b/nord", "location/", "mac/not-a-mac", "extension/unique", ""])
def test_the_rest_is_kept_whole(path: str) -> None:
    """Unknown categories and empty values give no dedicated fact."""
    assert set(facts(path)) <= {"onvif.scope"}


def test_foreign_schemes_stay_whole() -> None:
    """Scopes of other schemes are kept as they are."""
    (fact,) = scopes.parse("nord://www.example.com/dome%20x")
    assert fact == ("onvif.scope", "nord://www.example.com/dome x")


def test_blank_that_was_not_encoded() -> None:
    """A piece without a scheme belongs to the scope before it."""
    found = facts("name/HD IPC", "hardware/X1")
    assert found["onvif.scope.name"] == ["HD IPC"]
    assert found["onvif.scope.hardware"] == ["X1"]


def test_list_of_scopes() -> None:
    """Single scopes may hold blanks too."""
    found = scopes.parse([BASE + "name/A B", BASE + "hardware/C"])
    assert ("onvif.scope.name", "A B") in found


def test_keys_are_documented() -> None:
    """Every key that can come out is in EMITS."""
    assert {f"onvif.scope.{name}" for name in scopes.CATEGORIES.values()} < set(scopes.EMITS)


@given(st.text(max_size=300))
def test_anything(text: str) -> None:
    """Arbitrary text gives bounded facts of known keys."""
    for fact in scopes.parse(text + " " + BASE + text):
        assert fact.key in scopes.EMITS
        assert fact.value
