"""Numbers that look like a camera's, on equipment of others; servers that several labels share."""

from typing import Any

import pytest
from shipped import engine, fingerprints

from camfinder.flow.cases import identify_case
from camfinder.probes import all_probes

OTHERS = ("IBM", "EMC", "Dell EMC", "Brocade", "EPSON", "ARRIS")
FREE = [form for form in fingerprints().models if form.free_text]


def answer(kind: str, value: str) -> dict[str, Any]:
    """The identification by this observation alone."""
    case = {"id": "1", "observations": [{"kind": kind, "value": value}]}
    return identify_case(case, engine(), all_probes())


@pytest.mark.parametrize("maker", OTHERS)
def test_a_number_beside_the_name_of_another_maker_is_theirs(maker: str) -> None:
    """No form of a camera maker's numbers names it there; only its own name in them does."""
    forms = {form.id for form in FREE}
    for form in FREE:
        found = answer("snmp.sysdescr", f"{maker} {form.hits[0]} Unit")
        by = {
            e["fingerprint"] for e in found["evidence"] if e["claims"].get("brand") == form.vendor
        }
        assert not by or by - forms, form.id


@pytest.mark.parametrize(
    "text",
    [
        "DS-5100B",
        "DS-7730B",
        "DS-6520B",
        "EMC DS-5300B Fibre Channel Switch",
        "IBM SAN Volume Controller DS-8100B",
        "EMC Connectrix DS-6610B",
    ],
)
def test_fibre_channel_switches_are_no_recorders(text: str) -> None:
    """Connectrix B numbers (DS, digits, B) are shaped like a recorder's of Hikvision."""
    for kind in ("snmp.sysdescr", "http.title"):
        found = answer(kind, text)
        assert found["surveillance"] is not True
        assert (found["brand"] or "", found["maker"]) in {("", None), ("Dell", None), ("IBM", None)}


def test_recorders_are_still_recorders() -> None:
    """The letters that follow the digits of a recorder's number are others."""
    for model in ("DS-7608NI-K2", "DS-8104AHI", "DS-9016HFI", "DS-5016HGHI"):
        found = answer("snmp.sysdescr", model)
        assert (found["brand"], found["kind"], found["model"]) == ("Hikvision", "recorder", model)


def test_a_shared_server_names_no_brand() -> None:
    """Both D-Link and TRENDnet have cameras that answer as alphapd: a camera, of one of them."""
    found = answer("http.server", "alphapd/2.1.8")
    assert (found["surveillance"], found["kind"], found["brand"]) == (True, "camera", None)
    hinted = {e["claims"].get("brand"): e["fingerprint"] for e in found["evidence"]}
    assert {"dlink", "trendnet"} <= set(hinted)


@pytest.mark.parametrize(("realm", "brand"), [("DCS-933L", "D-Link"), ("TV-IP851WC", "TRENDnet")])
def test_what_stands_beside_a_shared_server_tells_the_brand(realm: str, brand: str) -> None:
    """The realm is the label's own."""
    head = (
        "HTTP/1.0 401 Authorization Required\r\nServer: alphapd\r\n"
        f'WWW-Authenticate: Basic realm="{realm}"\r\n\r\n'
    )
    found = answer("http.response", head)
    assert (found["brand"], found["model"]) == (brand, realm)
