"""CycloneDX: valid by the schema, read by the library of the standard, verdicts kept faithful."""

import json
from typing import Any

import pytest
from crowd import crowd
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import ComponentType
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from inventories import ATTACKS, inventory, poisoned

from camfinder.document import DeviceDoc, Document, FindingDoc, build
from camfinder.reports.to_cdx import render

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)


def made(document: Document) -> dict[str, Any]:
    """The valid document as plain data."""
    text = render(document).decode()
    assert VALIDATOR.validate_str(text) is None
    data = json.loads(text)
    assert isinstance(data, dict)
    return data


def advisory(verdict: str, **more: Any) -> FindingDoc:
    """A finding."""
    return FindingDoc(
        kind="advisory", id="CVE-2021-36260", verdict=verdict, title="Command injection",
        because=f"it is {verdict}", **more,
    )  # fmt: skip


def properties(component: dict[str, Any]) -> dict[str, str]:
    """Its properties by name."""
    return {each["name"]: each["value"] for each in component["properties"]}


def test_library_reads_devices_firmware_and_advisories() -> None:
    """cyclonedx-python-lib takes the document; nothing is lost on the way."""
    document = crowd(60)
    bom = Bom.from_json(made(document))  # type: ignore[attr-defined]  # a decorator's method
    assert isinstance(bom, Bom)
    devices = {str(one.bom_ref.value): one for one in bom.components}
    assert len(devices) == len(document.devices)
    for device in document.devices:
        component = devices[f"device:{device.id}"]
        assert component.type is ComponentType.DEVICE
        assert component.manufacturer is not None
        assert component.manufacturer.name == device.maker
        [firmware] = component.components
        assert firmware.type is ComponentType.FIRMWARE
        assert firmware.version == device.firmware
    [vulnerability] = bom.vulnerabilities
    assert vulnerability.id == "CVE-2021-36260"
    affected = [d for d in document.devices if any(f.kev for f in d.findings)]
    assert len(vulnerability.affects) == len(affected) > 0


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_hostile_documents_are_valid(attack: str) -> None:
    """Whatever stands in a field, the document meets the schema (formats of links included)."""
    made(build(inventory(attack)))
    made(poisoned(crowd(8), attack[:5_000].encode("utf-8", "replace").decode()))


@pytest.mark.parametrize(
    ("verdict", "state", "status"),
    [
        ("affected", "exploitable", "affected"),
        ("possibly-affected", "in_triage", "unknown"),
        ("not-in-range", "not_affected", "unaffected"),
    ],
)
def test_verdicts_are_kept_faithful(verdict: str, state: str, status: str) -> None:
    """A verdict is neither sharpened nor softened by the words of VEX."""
    document = crowd(1)
    document.devices[0].findings = [advisory(verdict, fixed_in="5.7", kev=True, cvss=9.8)]
    [found] = made(document)["vulnerabilities"]
    assert found["analysis"]["state"] == state
    assert found["analysis"]["detail"] == f"it is {verdict}"
    assert "justification" not in found["analysis"]
    assert (found["analysis"].get("response") == ["update"]) is (state == "exploitable")
    [affects] = found["affects"]
    assert affects["versions"] == [{"version": document.devices[0].firmware, "status": status}]
    assert affects["ref"] == f"firmware:device:{document.devices[0].id}"
    assert properties(found)["camfinder:known-exploited"] == "true"
    assert found["ratings"] == [{"score": 9.8, "severity": "critical"}]


def test_without_firmware_the_device_itself_is_meant() -> None:
    """No firmware component, no version."""
    document = crowd(1)
    document.devices[0].firmware = None
    document.devices[0].findings = [advisory("possibly-affected")]
    data = made(document)
    assert "components" not in data["components"][0]
    ref = data["components"][0]["bom-ref"]
    assert data["vulnerabilities"][0]["affects"] == [{"ref": ref}]


def test_same_judgement_is_one_entry_and_another_is_not() -> None:
    """Devices of which the same is said share a vulnerability; doubles count once."""
    document = crowd(3)
    first, second, third = document.devices
    first.findings = [advisory("affected"), advisory("affected")]
    second.findings = [advisory("affected")]
    third.findings = [advisory("not-in-range")]
    states = {
        each["analysis"]["state"]: len(each["affects"])
        for each in made(document)["vulnerabilities"]
    }
    assert states == {"exploitable": 2, "not_affected": 1}


def test_policies_are_properties_and_no_vulnerabilities() -> None:
    """A policy's verdict is told of the device, with its reason."""
    document = crowd(40)
    device = next(d for d in document.devices if d.findings)
    finding = device.findings[0]
    told = properties(_component(made(document), device))
    assert told["camfinder:policy:us-ndaa-889"] == f"{finding.verdict}: {finding.because}"


def test_cpe_names_stand_at_hardware_and_firmware() -> None:
    """`h` at the device, `o` at the firmware, hyphens and dots unquoted; what is no CPE nowhere."""
    document = crowd(2)
    document.devices[0].cpes = [
        "cpe:2.3:o:axis:p3245-lve_firmware:10\\.12.182:*:*:*:*:*:*:*",
        "cpe:2.3:h:axis:p3245\\-lve:-:*:*:*:*:*:*:*",
    ]
    document.devices[1].cpes = ["cpe:2.3:h:a b:c", "<script>"]
    good, bad = made(document)["components"]
    assert good["cpe"] == "cpe:2.3:h:axis:p3245-lve:-:*:*:*:*:*:*:*"
    assert good["components"][0]["cpe"].startswith("cpe:2.3:o:axis:p3245-lve_firmware:10.12.182:")
    assert "cpe" not in bad


def test_references_are_unique() -> None:
    """Two devices of one id, as in a document put together by hand, keep their own references."""
    document = crowd(2)
    document.devices[1].id = document.devices[0].id
    refs = [component["bom-ref"] for component in made(document)["components"]]
    assert len(set(refs)) == 2


def test_serial_number_follows_the_content() -> None:
    """The same inventory has the same serial number, another has another."""
    one, same, other = made(crowd(3)), made(crowd(3)), made(crowd(4))
    assert one["serialNumber"] == same["serialNumber"] != other["serialNumber"]


def _component(data: dict[str, Any], device: DeviceDoc) -> dict[str, Any]:
    found = next(c for c in data["components"] if c["bom-ref"] == f"device:{device.id}")
    assert isinstance(found, dict)
    return found
