"""Documents for sharing."""

import base64
import json
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import msgspec.structs
import pytest
from crowd import crowd
from hypothesis import given
from hypothesis import strategies as st

from camfinder.document import (
    BlindSpotDoc,
    ChangeDoc,
    ClaimDoc,
    DeviceDoc,
    DeviceRecordDoc,
    DifferenceDoc,
    Document,
    EvidenceDoc,
    ProblemDoc,
    RecordDoc,
    ServiceDoc,
    SourceDoc,
    dumps,
    loads,
)
from camfinder.reports import all_reports
from camfinder.reports.pseudonyms import Pseudonyms
from camfinder.reports.redact import redact

NOW = datetime(2026, 11, 2, tzinfo=UTC)
MAC = "44:19:b6:5a:31:07"
SERIAL = "DS-2CD2143G2-IS20220914AAWRF48120377"
UUID = "3f1c2a00-4be2-11b3-8260-4419b65a3107"
SECRETS = (
    MAC, "4419b65a3107", "44-19-b6-5a-31-07", "4419.b65a.3107", "5a3107", "4619:b6ff:fe5a:3107",
    SERIAL, "F48120377", "20220914AAWRF48120377", UUID, "vault-door", "Stairwell Nine",
    "Ministry of Works", "keyholder", "north-wing.pcap", "assets-2026.csv", "00408c0000ff",
)  # fmt: skip


def evidence(number: int, fact: str, value: str, **claims: str) -> EvidenceDoc:
    """An item whose bytes hold more than the value."""
    raw = f"<name>vault-door</name>{MAC} {value} {SERIAL}".encode()
    return EvidenceDoc(
        id=f"e{number}", fingerprint=f"field:{fact}", fact=fact, value=value, strength="declared",
        claims=claims, probe="sadp", address=f"fe80::4619:b6ff:fe5a:3107%{MAC}", port=80,
        transport="tcp", seen_at=NOW, where="north-wing.pcap#17", sha256="ab" * 32,
        excerpt=base64.b64encode(raw).decode(),
    )  # fmt: skip


def planted() -> Document:
    """A document with secrets in every place that may hold one."""
    document = crowd(3)
    device = document.devices[0]
    device.id = "mac-4419b65a3107"
    device.address, device.addresses = "10.20.0.10", ["10.20.0.10", "fe80::4619:b6ff:fe5a:3107"]
    device.claimed_address = "192.168.1.64"
    device.mac, device.serial, device.hostname, device.endpoint_uuid = (
        MAC,
        SERIAL,
        "vault-door",
        UUID,
    )
    device.brand = device.maker = "Hikvision"
    device.model = "DS-2CD2143G2-IS"
    device.firmware = device.firmware_raw = "V5.7.12 build 230328"
    device.claims = {
        "serial": [ClaimDoc(value=SERIAL, strength="declared", evidence=["e1"])],
        "model": [ClaimDoc(value="DS-2CD2143G2-IS", strength="declared", evidence=["e3"])],
    }
    device.disputed = {"mac": [MAC, "00:40:8c:00:00:ff"]}
    device.evidence = [
        evidence(1, "sadp.serial", SERIAL, serial=SERIAL),
        evidence(2, "http.title", "Stairwell Nine", kind="camera"),
        evidence(3, "sadp.model", "DS-2CD2143G2-IS", model="DS-2CD2143G2-IS"),
        evidence(4, "http.realm", f"IP Camera(F48120377) 4419.b65a.3107/44-19-B6-5A-31-07,{MAC}"),
        evidence(5, "ssdp.usn", f"uuid:{UUID}::upnp:rootdevice"),
        evidence(6, "http.body", "owner: keyholder " * 40),
        evidence(7, "http.title", "IP Camera Hikvision DS-2CD2143G2-IS login", kind="camera"),
    ]
    device.services = [
        ServiceDoc(port=21, transport="tcp", protocol="ftp", banner="220 keyholder ready"),
        ServiceDoc(port=80, transport="tcp", protocol="http", banner=f"App-webs/ {MAC.upper()}"),
    ]
    device.record = DeviceRecordDoc(
        status="recorded-differently", source="assets-2026.csv", records=["r-5a3107"],
        differs=[DifferenceDoc(field="mac", recorded="00:40:8c:00:00:ff", seen=MAC)],
    )  # fmt: skip
    for finding in device.findings:
        finding.because = f"The camera at Stairwell Nine ({SERIAL}) says so."
    document.records = [
        RecordDoc(
            id="r-5a3107", source="assets-2026.csv", status="answered-otherwise",
            name="Stairwell Nine", location="Ministry of Works", mac=MAC, serial=SERIAL,
            note="ask the keyholder", devices=[device.id],
        )
    ]  # fmt: skip
    run = document.run
    run.site = "Ministry of Works"
    run.sources = [SourceDoc(name="north-wing.pcap", sha256="cd" * 32)]
    run.ledger.per_host = {MAC: 3, "10.20.0.10": 4}
    run.blind_spots = [BlindSpotDoc(what=f"Hosts behind {MAC}", why=f"{MAC} {MAC}", remedy="Ask")]
    document.problems = [
        ProblemDoc(kind="malformed", probe="sadp", address=MAC, detail=f"{SERIAL}: odd; {UUID}")
    ]
    document.changes = [
        ChangeDoc(kind="changed", device=device.id, field="hostname", before="vault-door", at=NOW),
        ChangeDoc(kind="gone", device="mac-00408c0000ff", before=f"Axis {MAC}", at=NOW),
    ]
    return document


def everything(document: Document) -> str:
    """All texts of a document, the observed bytes decoded."""
    data = "".join(
        base64.b64decode(item.excerpt).decode() for d in document.devices for item in d.evidence
    )
    return (dumps(document).decode() + data).lower()


@pytest.mark.parametrize("addresses", [False, True])
@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_secret_is_left(secret: str, addresses: bool) -> None:
    """No spelling of a serial number, MAC, UUID or name is left anywhere in the document."""
    given_document = planted()
    assert secret.lower() in everything(given_document) or "-" in secret or "." in secret
    assert secret.lower() not in everything(redact(given_document, addresses=addresses))


@pytest.mark.parametrize("report", all_reports(), ids=lambda report: report.name)
def test_every_format_of_it_renders(report: object) -> None:
    """What is redacted is a document like any other."""
    [found] = [known for known in all_reports() if known is report]
    assert MAC.encode() not in found.render(redact(planted()))


def test_what_may_be_shared_stays() -> None:
    """Brand, model, firmware, verdicts, ports, and words of the product are kept."""
    device = redact(planted()).devices[0]
    assert (device.brand, device.model) == ("Hikvision", "DS-2CD2143G2-IS")
    assert device.firmware_raw == "V5.7.12 build 230328"
    assert device.address == "10.20.0.10"
    values = [item.value for item in device.evidence]
    assert values[2] == "DS-2CD2143G2-IS"
    assert values[6] == "IP Camera Hikvision DS-2CD2143G2-IS login"
    assert device.services[1].banner == "App-webs/ 02:00:00:00:00:01"
    assert [f.verdict for f in device.findings] == [
        f.verdict for f in planted().devices[0].findings
    ]


def test_bytes_are_kept_only_as_far_as_the_value() -> None:
    """Of the observed bytes the value stays, where nothing in it was replaced."""
    device = redact(planted()).devices[0]
    kept = [base64.b64decode(item.excerpt).decode() for item in device.evidence]
    assert kept[0] == ""
    assert kept[2] == "DS-2CD2143G2-IS"
    assert {item.sha256 for item in device.evidence} == {"redacted"}


def test_the_same_value_has_the_same_pseudonym() -> None:
    """Field, claim, evidence, record, difference and change speak of one and the same."""
    document = redact(planted())
    device = document.devices[0]
    record = document.records[0]
    assert device.serial == device.claims["serial"][0].value == device.evidence[0].value
    assert device.serial == record.serial
    assert device.mac == record.mac
    assert device.record is not None
    assert device.record.differs[0].seen == device.mac
    assert device.record.records == [record.id]
    assert record.devices == [device.id]
    assert document.changes is not None
    assert document.changes[0].device == device.id
    assert document.changes[0].before == device.hostname


def test_addresses_are_replaced_where_asked() -> None:
    """Addresses keep who shares a /24; the scope becomes the same network."""
    given_document = crowd(600)
    document = redact(given_document, addresses=True)
    olds = [ip_network(f"{d.address}/24", strict=False) for d in given_document.devices]
    news = [ip_network(f"{d.address}/24", strict=False) for d in document.devices]
    assert len(set(zip(olds, news, strict=True))) == len(set(olds)) == len(set(news))
    assert all(net.subnet_of(ip_network("198.18.0.0/15")) for net in news)  # type: ignore[arg-type]
    assert len({d.address for d in document.devices}) == 600
    assert "10.20." not in dumps(document).decode()


KEPT = {
    "schema", "version", "fingerprints", "mode", "kind", "brand", "maker", "model", "firmware",
    "firmware_raw", "confidence", "strength", "fingerprint", "fact", "probe", "transport",
    "protocol", "status", "verdict", "field", "clause", "date", "kev_date", "reference",
    "fixed_in", "cpes", "policies", "advisories",
}  # fmt: skip
"""Fields that hold words of the product, of the rules or of camfinder itself."""


def plant(value: Any, secret: str, name: str = "") -> Any:
    """The same JSON with the secret in every text but those of `KEPT`, times and bytes."""
    if isinstance(value, dict):
        inside = {key: plant(each, secret, key) for key, each in value.items() if key not in KEPT}
        for key in {"id", "evidence"} & value.keys():
            if (key == "evidence" and "record" not in value) or {"fact", "verdict"} & value.keys():
                inside[key] = value[key]  # ids of camfinder's own
        return value | inside
    if isinstance(value, list):
        return [plant(each, secret, name) for each in value]
    if isinstance(value, str) and not name.endswith(("_at", "_seen", "_before", "_after", "at")):
        return base64.b64encode(secret.encode()).decode() if name == "excerpt" else secret
    return value


@pytest.mark.parametrize("secret", ["Stairwell Nine", "44:19:b6:5a:31:07", "SN-2026-000417"])
def test_every_field_is_thought_of(secret: str) -> None:
    """A text in any field that is no word of the product is gone: new fields, too."""
    whole = json.loads(dumps(planted()))
    device = whole["devices"][0]
    device["hostname"], device["serial"] = "Stairwell Nine", "SN-2026-000417"
    device["triage"] = {"status": None, "note": "x", "label": "x", "at": "2026-11-02T00:00:00Z"}
    document = loads(json.dumps(plant(whole, secret)).encode(), "x.json")
    assert secret in everything(document) or secret.lower() in everything(document)
    assert secret.lower() not in everything(redact(document, addresses=True))


def test_the_given_document_is_left_alone() -> None:
    """Redacting makes a new document."""
    document = planted()
    before = dumps(document)
    redact(document, addresses=True)
    assert dumps(document) == before


def test_redacting_twice_changes_no_address_and_no_mac() -> None:
    """A pseudonym is as good as a value: the second time gives a document as consistent."""
    once = redact(crowd(50))
    twice = redact(once)
    assert [d.address for d in twice.devices] == [d.address for d in once.devices]
    assert len({d.mac for d in twice.devices}) == 50
    assert once.redacted


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_texts_are_survived(name: str, value: str) -> None:
    """Whatever names and values are, the document stays one."""
    document = crowd(1)
    device = document.devices[0]
    device.hostname, device.serial = name or None, value or None
    device.evidence[0] = msgspec.structs.replace(
        device.evidence[0], value=f"{name} {value}", excerpt="no base64"
    )
    shared: DeviceDoc = redact(document).devices[0]
    json.loads(dumps(redact(document)))
    assert (shared.serial is None) == (device.serial is None)


@given(st.from_regex(r"\A[0-9a-f]{2}(:[0-9a-f]{2}){5}\Z"), st.text(max_size=20))
def test_macs_are_found_in_any_text(mac: str, around: str) -> None:
    """A MAC between blanks is replaced by the same one each time, whatever stands around it."""
    names = Pseudonyms(addresses=False)
    around = around.encode("utf-8", "replace").decode()
    found = names.scrub(f"{around} {mac.upper()} {mac.replace(':', '')} {around}")
    assert mac not in found.lower() or mac.startswith("02:00:00:00:00")
    assert found.count(names.mac(mac)) >= 2
