"""What a maker's name in running text tells, beside other words and numbers."""

from typing import Any

import pytest
from shipped import engine

from camfinder.flow.cases import identify_case
from camfinder.match.engine import Engine
from camfinder.probes import all_probes


@pytest.fixture
def shipped() -> Engine:
    """The shipped fingerprints, compiled."""
    return engine()


def answer(engine: Engine, kind: str, value: str) -> dict[str, Any]:
    """The identification by this observation alone."""
    case = {"id": "1", "observations": [{"kind": kind, "value": value}]}
    return identify_case(case, engine, all_probes())


@pytest.mark.parametrize(
    ("title", "brand", "kind"),
    [
        ("Aventura NVR Web Client", "Aventura", "recorder"),
        ("Vitek DVR", "Vitek", "recorder"),
        ("Commax Network Camera", "COMMAX", "camera"),
        ("AVTECH Video Server", "AVTECH", "encoder"),
    ],
)
def test_class_word_beside_a_name(shipped: Engine, title: str, brand: str, kind: str) -> None:
    """The name of a maker and a word for the class are enough for brand and kind."""
    found = answer(shipped, "http.title", title)
    assert (found["surveillance"], found["brand"], found["kind"]) == (True, brand, kind)


@pytest.mark.parametrize("title", ["Philips DVR", "AVTECH Device Manager", "LG Smart TV", "Canon"])
def test_class_words_of_others_say_nothing(shipped: Engine, title: str) -> None:
    """A television recorder is a DVR too, and names alone are other goods as well."""
    assert answer(shipped, "http.title", title)["surveillance"] is not True


def test_copyright_names_the_brand(shipped: Engine) -> None:
    """The name behind a copyright sign is the brand's."""
    page = "<html><title>Login</title><p>Copyright &copy; 2021 Vivotek Inc.</p></html>"
    found = answer(shipped, "http.body", page)
    assert (found["surveillance"], found["brand"]) == (True, "Vivotek")


def test_certificate_organisation_names_the_brand(shipped: Engine) -> None:
    """The organisation in a certificate is read as running text."""
    found = answer(shipped, "tls.subject", "C=TW, O=GeoVision, CN=192.0.2.7")
    assert (found["surveillance"], found["brand"]) == (True, "GeoVision")


@pytest.mark.parametrize(
    ("realm", "brand"),
    [("AXIS_WS_B8A44F010203", "Axis"), ("Login to AMC0310ABCD1234567", "Amcrest")],
)
def test_serial_number_is_no_model(shipped: Engine, realm: str, brand: str) -> None:
    """What a rule reads as the serial number is not taken for a model by its form."""
    found = answer(shipped, "http.realm", realm)
    assert (found["brand"], found["model"]) == (brand, None)


def test_version_number_is_no_model(shipped: Engine) -> None:
    """The third number of a kernel that names the maker is no model of it."""
    server = "Linux/4.14.200-axis9, UPnP/1.0, Portable SDK for UPnP devices/1.14.10"
    found = answer(shipped, "http.server", server)
    assert (found["brand"], found["model"]) == ("Axis", None)


def test_words_of_the_page_come_off_a_model(shipped: Engine) -> None:
    """A form that allows for a further word does not swallow the page's own words."""
    assert answer(shipped, "http.title", "EDR1640 remote viewer")["model"] == "EDR1640"


@pytest.mark.parametrize(
    ("version", "maker"),
    [("V5.6.2 build 190701", "Hikvision"), ("1.3.9 Build 231019", None)],
)
def test_firmware_form_accuses_nobody_else(
    shipped: Engine, version: str, maker: str | None
) -> None:
    """A version without the leading V is not in the form of Hikvision."""
    assert answer(shipped, "onvif.firmware", version)["maker"] == maker


@pytest.mark.parametrize(
    ("title", "model"),
    [
        ("Santachi ST-390IP", "ST-390IP"),
        ("Santachi Network Camera ST-390IP", "ST-390IP"),
        ("Santachi digital video recorder: ST-16CH4", "ST-16CH4"),
        ("Santachi Network Camera login", None),
        ("Santachi Network Camera 2.0", None),
    ],
)
def test_number_behind_the_class(shipped: Engine, title: str, model: str | None) -> None:
    """The model stands behind the brand, or behind the words for what it is."""
    found = answer(shipped, "http.title", title)
    assert (found["brand"], found["model"]) == ("Santachi", model)
