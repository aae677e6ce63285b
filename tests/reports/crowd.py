"""Inventories of any size, the same each time: for tests of speed and of the page."""

import base64
import hashlib
import random
from datetime import UTC, datetime, timedelta

from camfinder.document import (
    SCHEMA,
    BlindSpotDoc,
    CertificateDoc,
    ChangeDoc,
    ClaimDoc,
    DeviceDoc,
    DeviceRecordDoc,
    DifferenceDoc,
    Document,
    EvidenceDoc,
    FindingDoc,
    LedgerDoc,
    ProblemDoc,
    RecordDoc,
    RunDoc,
    ServiceDoc,
    ToolDoc,
    TriageDoc,
)

START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
MODELS = (
    ("Axis", "Axis", "P3245-LVE", "10.12.182", "b8:a4:4f"),
    ("Hikvision", "Hikvision", "DS-2CD2143G2-IS", "V5.7.12 build 230328", "44:19:b6"),
    ("Dahua", "Dahua", "DH-IPC-HFW2431", "2.800.0000.4.R, Build Date: 2020-03-30", "14:a7:8b"),
    ("Amcrest", "Dahua", "IP8M-2496EB", "2.800.00AC003.0.R, Build Date: 2019-07-19", "9c:8e:cd"),
    ("Bosch", "Bosch", "FLEXIDOME IP 4000i", "7.80.0128", "00:07:5f"),
    ("Hanwha Vision", "Hanwha Vision", "XNO-8082R", "1.41.05_20220303_R201", "e4:30:22"),
    ("Uniview", "Uniview", "IPC3614SB-ADF28KM-I0", "IPC_G6202-B0035P65D1807R1", "48:ea:63"),
    (None, "Xiongmai", None, "V4.02.R12.00006571.10010.240300", "00:12:17"),
)
FACTS = (
    ("onvif.manufacturer", "brand", "onvif", 80, "declared"),
    ("onvif.model", "model", "onvif", 80, "declared"),
    ("onvif.firmware", "firmware", "onvif", 80, "declared"),
    ("onvif.serial", "serial", "onvif", 80, "declared"),
    ("wsd.type", "kind", "wsd", 3702, "family"),
    ("http.title", "model", "http", 80, "distinct"),
    ("rtsp.server", "brand", "rtsp", 554, "distinct"),
    ("mac.organization", "maker", "arp", 0, "hint"),
)


def crowd(count: int, *, judged: bool = True, networks: int = 0) -> Document:
    """An inventory of `count` devices.

    Args:
        count: How many.
        judged: With records, findings and changes.
        networks: Over how many /24 they are spread; 0 for as few as they need.
    """
    dice = random.Random(7)  # noqa: S311  # the same crowd each time
    devices = [_device(number, count, networks, dice, judged=judged) for number in range(count)]
    tool = ToolDoc(version="0.1.0", fingerprints="0123456789ab")
    if judged:
        tool.policies = {"digest": "89abcdef0123", "date": "2026-10-30"}
        tool.advisories = {"digest": "456789abcdef", "date": "2026-11-01"}
    return Document(
        schema=SCHEMA,
        tool=tool,
        run=_run(devices),
        devices=devices,
        records=_records() if judged else [],
        problems=[
            ProblemDoc(kind="timeout", probe="http", address=d.address, detail="no answer in 3 s")
            for d in devices[:: max(1, count // 40)]
        ],
        changes=_changes(devices, dice) if judged else None,
    )


def _run(devices: list[DeviceDoc]) -> RunDoc:
    return RunDoc(
        mode="scan",
        site="Ministry of Works, north wing",
        scope=["10.20.0.0/16"],
        started_at=START,
        ended_at=START + timedelta(minutes=9, seconds=41),
        first_device_s=0.4,
        ledger=LedgerDoc(
            datagrams=4213,
            connections=20145,
            requests=9120,
            per_host={d.address or "": 4 + n % 30 for n, d in enumerate(devices)},
        ),
        blind_spots=[
            BlindSpotDoc(
                what="Link-layer discovery (SADP, ARP)",
                why="this process has no right to open raw sockets",
                remedy="Run as root, or grant the program CAP_NET_RAW",
            ),
            BlindSpotDoc(
                what="Multicast discovery in 10.20.8.0/24",
                why="the subnet is behind a router",
                remedy="Run once from a machine inside it",
            ),
        ],
    )


def _device(
    number: int, count: int, networks: int, dice: random.Random, *, judged: bool
) -> DeviceDoc:
    brand, maker, model, firmware, prefix = MODELS[dice.randrange(len(MODELS))]
    nets = networks or -(-count // 240)
    address = f"10.20.{number % nets}.{10 + number // nets % 240}"
    mac = f"{prefix}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
    values = {
        "brand": brand, "maker": maker, "model": model, "firmware": firmware, "kind": "camera",
        "serial": f"SN{number:08d}",
    }  # fmt: skip
    other = number % 11 == 3
    evidence = [_evidence(n, fact, values, address) for n, fact in enumerate(FACTS, 1)]
    device = DeviceDoc(
        id=f"mac-{mac.replace(':', '')}",
        kind="other" if other else "camera" if number % 7 else "recorder",
        surveillance=False if other else None if number % 37 == 5 else True,
        address=address,
        addresses=[address],
        claimed_address=None,
        mac=mac,
        brand=brand,
        maker=maker,
        model=model,
        firmware=firmware,
        firmware_raw=firmware,
        serial=values["serial"],
        hostname=f"cam-{number:05d}",
        endpoint_uuid=None,
        channels=None,
        confidence="high",
        claims={
            slot: [ClaimDoc(value=value, strength="declared", evidence=["e1", "e2"])]
            for slot, value in values.items()
            if value
        },
        evidence=evidence,
        disputed={"model": ["P3245-LVE", "P3245-V"]} if number % 97 == 4 else {},
        services=[
            ServiceDoc(port=80, transport="tcp", protocol="http", banner="App-webs/"),
            ServiceDoc(port=554, transport="tcp", protocol="rtsp", banner=None),
        ],
        certificate=_certificate(number) if number % 3 == 0 else None,
        cpes=[],
        first_seen=START,
        last_seen=START + timedelta(minutes=5),
    )
    if judged and not other:
        _judge(device, number)
    return device


def _evidence(
    number: int, fact: tuple[str, str, str, int, str], values: dict[str, str | None], address: str
) -> EvidenceDoc:
    key, slot, probe, port, strength = fact
    value = values[slot] or "camera"
    raw = f"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n<a>{value}</a><b>{address}</b>".encode()
    return EvidenceDoc(
        id=f"e{number}",
        fingerprint=f"field:{key}",
        fact=key,
        value=value,
        strength=strength,
        claims={slot: value},
        probe=probe,
        address=address,
        port=port,
        transport="udp" if probe == "wsd" else "tcp",
        seen_at=START,
        where="live eth0",
        sha256=hashlib.sha256(raw).hexdigest(),
        excerpt=base64.b64encode(raw).decode(),
    )


def _certificate(number: int) -> CertificateDoc:
    return CertificateDoc(
        subject=f"CN=cam-{number:05d}", issuer=f"CN=cam-{number:05d}", serial=f"{number:x}",
        not_before=START, not_after=START + timedelta(days=3650), sha256=f"{number:064x}",
    )  # fmt: skip


def _judge(device: DeviceDoc, number: int) -> None:
    if device.maker in {"Hikvision", "Dahua"}:
        own = device.brand == device.maker
        device.findings = [
            FindingDoc(
                kind="policy", id="us-ndaa-889", clause="a1b", date="2019-08-13",
                verdict="listed" if own else "listed-through-maker",
                title="Covered telecommunications equipment",
                because=f"The maker {device.maker} is named by the policy.", evidence=["e1"],
            )
        ]  # fmt: skip
    if device.brand == "Hikvision" and number % 3 == 0:
        device.findings.append(
            FindingDoc(
                kind="advisory", id="CVE-2021-36260", verdict="affected", kev=True,
                kev_date="2022-01-10", cvss=9.8, title="Command injection", evidence=["e3"],
                because="Firmware V5.7.12 build 230328 is in the range.", fixed_in="V5.7.20",
            )
        )  # fmt: skip
    if number % 23 == 6:
        device.triage = TriageDoc(status="accepted", label=f"Gate {number}", at=START)
    status = ("recorded", "recorded", "recorded", "unrecorded", "recorded-differently")[number % 5]
    device.record = DeviceRecordDoc(status=status, source=None if number % 5 == 3 else "assets.csv")
    if status == "recorded-differently":
        device.record.differs = [
            DifferenceDoc(field="model", recorded="DS-2CD2042WD-I", seen=device.model)
        ]


def _records() -> list[RecordDoc]:
    return [
        RecordDoc(
            id=f"r{n}", source="assets.csv", row=n + 2, status="not-seen", in_scope=n % 3 != 2,
            name=f"Stairwell {n}", address=f"10.20.0.{251 + n % 4}", brand="Axis", model="M3045-V",
            location="North wing",
        )
        for n in range(4)
    ]  # fmt: skip


def _changes(devices: list[DeviceDoc], dice: random.Random) -> list[ChangeDoc]:
    found = [
        ChangeDoc(
            kind="appeared", device=d.id, at=START - timedelta(hours=dice.randrange(170)),
            after=f"{d.brand} {d.model} {d.address}",
        )
        for d in devices[::50]
    ]  # fmt: skip
    found += [
        ChangeDoc(
            kind="changed", device=d.id, field="firmware", before="V5.5.0 build 170725",
            after=d.firmware, at=START - timedelta(hours=dice.randrange(170)),
        )
        for d in devices[::70]
    ]  # fmt: skip
    found.append(ChangeDoc(kind="gone", device="mac-00408c0000ff", before="Axis M3045-V", at=START))
    return found
