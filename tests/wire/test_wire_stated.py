"""What bodies state as keys and values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.wire import stated


def said(text: str) -> dict[str, str]:
    """Key to value, without what all keys have in front."""
    return {key.removeprefix("http."): value for key, value in stated.pairs(text)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            '[{"value": {"DevInfo": {"model": "NC-8A", "firmVer": "v3.1.0.22_2605"}}}]',
            {"model": "NC-8A", "firmware": "v3.1.0.22_2605"},
        ),
        ('initProdNbr="NX-36"; initBrand="Nord";', {"model": "NX-36", "brand": "Nord"}),
        ("model=NC8\r\nfw_ver=1.2\r\n", {"model": "NC8", "firmware": "1.2"}),
        (
            "var deviceModel = 'NC-8'; var serial_no = 'AB123456';",
            {"model": "NC-8", "serial": "AB123456"},
        ),
        (
            "<Info><modelName>NC-8</modelName><firmwareVersion>V1.2 b3</firmwareVersion></Info>",
            {"model": "NC-8", "firmware": "V1.2 b3"},
        ),
        ("root.Brand.Brand=NORD\nroot.Brand.ProdNbr=N10-L", {"model": "N10-L", "brand": "NORD"}),
    ],
)
def test_stated(text: str, found: dict[str, str]) -> None:
    """JSON, lines, scripts and XML say the same in their own ways."""
    assert said(text) == found


@pytest.mark.parametrize(
    "text",
    [
        '{"model": "NC-8"}',
        '{"model": "NC-8", "brand": "Nord"}, {"model": "NC-9", "brand": "Nord"}',
        '<input ng-model="user1" data-brand="Nord">',
        'model = "%s", brand = "Nord"',
        '{"model": "wireless", "brand": "Nord"}',
        "<s:Envelope><Model>NC-8</Model><Manufacturer>Nord</Manufacturer></s:Envelope>",
        "<deviceType>x</deviceType><modelName>NC-8</modelName><manufacturer>Nord</manufacturer>",
    ],
)
def test_not_stated(text: str) -> None:
    """One word alone, lists of devices, templates, and answers that have their own parser."""
    assert said(text) == {}


@given(st.text(alphabet="model=\"':,{}<>firmwarebrand NC8\n", max_size=400))
def test_any_text(text: str) -> None:
    """Nothing is raised; a model is there whenever anything is."""
    found = said(text)
    assert not found or "model" in found
