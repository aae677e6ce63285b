"""Verdicts: days, doubts, reasons, evidence; what is never judged."""

from datetime import date

import msgspec
import pytest
from judged import (
    DAY,
    MACS,
    device_of,
    dhip,
    information,
    knowledge,
    mac,
    rtsp,
    sadp,
    verdict,
    web,
    words,
)

from camfinder.document import DeviceDoc, FindingDoc

HIKVISION = (sadp("DS-2CD2143G2-IS", mac=MACS["hikvision"]),)
ANNKE = (
    information("Annke", "I91BN"),
    sadp("I91BN", mac=MACS["hikvision"]),
    web(realm="IP Camera(E7330)"),
)


def _said(device: DeviceDoc, policy: str, day: date = DAY) -> FindingDoc:
    found = verdict(device, policy, day)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("policy", "day", "word"),
    [
        ("us-ndaa-889", "2019-08-12", "not-listed"),
        ("us-ndaa-889", "2019-08-13", "listed"),
        ("us-fcc-covered-list", "2021-03-11", "not-listed"),
        ("us-fcc-covered-list", "2021-03-12", "listed"),
        ("uk-2022", "2022-11-23", "not-listed"),
        ("uk-2022", "2022-11-24", "listed"),
        ("au-2023", "2023-02-08", "not-listed"),
        ("au-2023", "2023-02-09", "listed"),
        ("ca-2025", "2025-06-27", "listed"),
        ("tw-2020", "2021-12-31", "not-listed"),
        ("tw-2020", "2022-01-01", "listed"),
        ("uk-dhsc-hikvision", "2022-05-01", "listed"),
        ("uk-dhsc-hikvision", "2026-11-24", "not-listed"),
        ("nz-2023", "2026-11-24", "not-listed"),
        ("us-1260h", "2026-11-24", "cannot-tell"),
        ("us-entity-list", "2026-11-24", "listed"),
        ("eu-parliament-2021", "2026-11-24", "listed"),
        ("in-cctv", "2026-11-24", "cannot-tell"),
        ("uk-procurement-act", "2026-11-24", "cannot-tell"),
        ("us-tx-prohibited", "2026-11-24", "listed"),
        ("nerc-2019", "2026-11-24", "listed"),
    ],
)
def test_the_day_decides(policy: str, day: str, word: str) -> None:
    """A Hikvision camera by the rule of its day."""
    found = _said(device_of(HIKVISION), policy, date.fromisoformat(day))
    assert found.verdict == word, found.because


def test_what_did_not_hold_says_so() -> None:
    """Before a rule and after its end the reason is the calendar."""
    device = device_of(HIKVISION)
    early = _said(device, "us-ndaa-889", date(2018, 1, 1))
    assert "holds from 2019-08-13" in early.because
    late = _said(device, "uk-dhsc-hikvision", date(2023, 1, 1))
    assert "ended by 2022-09" in late.because


def test_makers_join_a_list_on_their_day() -> None:
    """Uniview stands on the Texas list since 26 January 2026."""
    device = device_of([information("UNIVIEW", "IPC3614SB-ADF28KM-I0")])
    assert _said(device, "us-tx-prohibited", date(2026, 1, 25)).verdict == "not-listed"
    assert _said(device, "us-tx-prohibited", date(2026, 1, 26)).verdict == "listed"


def test_a_sold_subsidiary_was_listed_while_it_was_one() -> None:
    """Lorex, judged while Dahua owned it and after."""
    device = device_of([information("Lorex", "LNB8963B")])
    owned = _said(device, "us-ndaa-889", date(2021, 6, 1))
    assert owned.verdict == "listed"
    assert "subsidiary of Dahua" in owned.because
    assert _said(device, "us-ndaa-889").verdict == "brand-known-to-relabel"


def test_the_finding_says_which_rule_and_why() -> None:
    """Clause, date, reference, the way in which the rule reaches the maker, what it depends on."""
    found = _said(device_of(HIKVISION), "us-ndaa-889")
    assert (found.kind, found.id, found.clause) == ("policy", "us-ndaa-889", "us-ndaa-889a")
    assert found.date == "2019-08-13"
    assert "115-232" in (found.reference or "")
    assert "Hikvision is named in it" in found.because
    assert "us-ndaa-889b, us-ndaa-889c" in found.because
    assert "critical infrastructure" in found.because
    by_country = _said(device_of(HIKVISION), "uk-2022")
    assert "company of CN; the test is the maker's country" in by_country.because
    assert by_country.clause == "uk-wms-2022-11-24"
    affiliate = _said(device_of([information("EZVIZ", "CS-H8C-R100")]), "us-ndaa-889")
    assert "EZVIZ is a subsidiary of Hikvision, which is named in it" in affiliate.because


def test_the_evidence_is_that_of_the_signs() -> None:
    """A relabel's finding holds the evidence of each sign and of the label, down to bytes."""
    device = device_of(ANNKE)
    found = _said(device, "us-ndaa-889")
    assert found.verdict == "listed-through-maker"
    held = [item for item in device.evidence if item.id in found.evidence]
    assert len(held) == len(found.evidence) > 3
    facts = {item.fact for item in held}
    assert {"sadp.serial", "http.realm", "onvif.manufacturer"} <= facts
    assert all(item.sha256 and item.excerpt for item in held)
    for sign in ("own protocol: sadp", "realm or serial form: http.realm", "MAC organisation"):
        assert sign in found.because
    assert "sold as Annke" in found.because


def test_a_rule_that_does_not_reach_relabels() -> None:
    """The Entity List concerns exports to the company: a relabel is not listed, and why is said."""
    found = _said(device_of(ANNKE), "us-entity-list")
    assert found.verdict == "not-listed"
    assert "does not reach equipment under another label" in found.because


def test_one_sign_is_shown_as_a_hint() -> None:
    """One sign gives cannot-tell, names the sign, and holds its evidence."""
    device = device_of([information("Swann", "NHD-887MSB"), mac("hikvision")])
    found = _said(device, "us-ndaa-889")
    assert found.verdict == "cannot-tell"
    assert "only one sign points to Hikvision" in found.because
    assert "MAC organisation: mac.organization" in found.because
    assert found.evidence


def test_one_text_read_twice_is_one_sign() -> None:
    """Two rules on the same value are no two signs."""
    device = device_of([information("Vivotek", "FD9369"), rtsp(server="Dahua Rtsp Server")])
    assert len([e for e in device.evidence if e.fact == "rtsp.server"]) >= 2
    assert _said(device, "us-ndaa-889").verdict == "cannot-tell"


def test_doubtful_countries_give_both_readings() -> None:
    """Reolink and TP-Link by the UK's test: cannot tell, with each state."""
    reolink = _said(device_of([information("Reolink", "RLC-810A")]), "uk-2022")
    assert reolink.verdict == "cannot-tell"
    assert "HK (" in reolink.because
    assert "CN (" in reolink.because
    tplink = _said(device_of([information("TP-Link", "VIGI C340")]), "uk-2022")
    assert "US (" in tplink.because
    assert "CN (" in tplink.because


def test_a_brand_whose_suppliers_nobody_knows() -> None:
    """Digital Watchdog sells what several make: not by a list of names, but open by country."""
    device = device_of([information("Digital Watchdog", "DWC-MB45WiA")])
    assert _said(device, "us-ndaa-889").verdict == "not-listed"
    assert _said(device, "uk-2022").verdict == "cannot-tell"


def test_own_firmware_outweighs_a_habit() -> None:
    """A brand that also sells Dahua's, where another maker shows, is not a matter of habit."""
    xm = "V5.00.R02.000807D8.10010.040400.0020000"
    device = device_of([information("Godrej", "X1", firmware=xm), web(title="NETSurveillance WEB")])
    assert words(device) == ("not-listed", "not-listed", "listed-through-maker", "not-listed")


def test_rival_labels_are_open_until_signs_decide() -> None:
    """Two brands with equal evidence: cannot tell; with two signs of one, its make."""
    two = [
        information("LTS", "CMIP7043W"),
        dhip("Lorex", "LNB8963B", firmware="1", mac="00:1f:54:00:00:01"),
    ]
    device = device_of(two)
    assert _said(device, "us-ndaa-889").verdict in {"cannot-tell", "listed-through-maker"}
    sure = device_of([*two, mac("dahua")])
    assert _said(sure, "us-ndaa-889").verdict == "listed-through-maker"


def test_other_devices_are_not_judged() -> None:
    """A switch, a printer, a router get no finding, whoever made them."""
    device = device_of(HIKVISION)
    for surveillance in (False, None):
        other = msgspec.structs.replace(device, surveillance=surveillance, claims={})
        for policy in knowledge().policies:
            assert verdict(other, policy) is None
    router = device_of([web(server="Huawei Auth-Http Server 1.0", title="HG8245 router")])
    assert words(router) == ("-", "-", "-", "-")


def test_a_possible_device_is_never_accused() -> None:
    """A MAC prefix alone makes a device possible, and its verdict open at most."""
    device = device_of([mac("hikvision")])
    assert device.surveillance is None
    found = _said(device, "us-ndaa-889")
    assert found.verdict == "cannot-tell"
    assert "not settled that this is a surveillance device" in found.because
    assert verdict(device_of([mac("axis")]), "us-ndaa-889") is None


def test_components_are_not_visible() -> None:
    """HiSilicon's own name: section 889 reaches components, which no answer can show."""
    device = device_of(
        [
            information("HiSilicon", "Hi3516"),
            ("onvif.scopes", "onvif://www.onvif.org/Profile/Streaming"),
        ]
    )
    found = _said(device, "us-ndaa-889")
    assert found.verdict == "cannot-tell", found.because
    assert "component" in found.because
