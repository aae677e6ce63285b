"""Ten thousand devices and the list that somebody keeps of them, with the noise of real lists.

Everything is drawn from one seed. The devices come in deliveries of one model with consecutive
MACs, tell what such devices tell (some no MAC, some no serial number, some a placeholder), and the
list is a CSV text, so that reading it is part of what is measured.
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any

from camfinder.document import SCHEMA, DeviceDoc, Document, LedgerDoc, RunDoc, ToolDoc

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MOVED, TYPED, PLACEHOLDER, DUPLICATE, SWAPPED, REPLACED, KEYLESS = (
    0.10, 0.05, 0.05, 0.03, 0.03, 0.02, 0.05,
)  # fmt: skip
HEADER = (
    "Bezeichnung", "IP-Adresse", "MAC-Adresse", "Hersteller", "Modell", "Seriennummer", "Standort"
)  # fmt: skip
NAME, ADDRESS, MAC, BRAND, MODEL, SERIAL, PLACE = range(7)
MAKERS = (
    ("Axis", "accc8e", ("P3245-V", "P3265-LVE", "M3106-L", "Q6135-LE")),
    ("Hikvision", "4419b6", ("DS-2CD2143G2-IS", "DS-2CD2042WD-I", "DS-2DE4425IW-DE")),
    ("Dahua", "9002a9", ("IPC-HDW2431T", "DH-IPC-HFW2431S", "IPC-HDBW2431E")),
    ("Hanwha Vision", "00166c", ("XNO-8082R", "QNV-6082R", "XND-6080")),
    ("Bosch", "00075f", ("NBE-3502-AL", "NDV-5502-A", "NBN-73013-BA")),
    ("Vivotek", "0002d1", ("FD9369", "IB9365-HT", "FE9382-EHV")),
    ("Mobotix", "0003c5", ("MX-M73A", "Mx-p71A")),
)
EXAMPLES = ("0123456789", "123456", "000000", "N/A", "1234567890", "111111111")
PLACES = ("Foyer", "Hof", "Tor 1", "Lager", "Parkdeck", "Treppenhaus", "Flur 2. OG", "Dach")


@dataclass(slots=True)
class Book:
    """What was drawn.

    Attributes:
        document: The devices, as a scan would have reported them.
        text: The list, as CSV.
        truth: For each data row: the number of the device, or None where it is of none of them.
        sorts: For each data row: `rest`, `replaced`, or `keyless`.
    """

    document: Document
    text: str
    truth: list[int | None] = field(default_factory=list)
    sorts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Box:
    """The hardware, whatever is told or written of it."""

    brand: str
    model: str
    mac: str
    serial: str
    address: str
    host: str
    shows: frozenset[str]
    example: str | None


def device(**known: Any) -> DeviceDoc:
    """A device of which nothing is known but this."""
    empty = dict.fromkeys(
        ("claimed_address", "mac", "brand", "maker", "model", "firmware", "firmware_raw", "serial",
         "hostname", "endpoint_uuid", "channels", "certificate")
    )  # fmt: skip
    values: dict[str, Any] = {
        "id": "", "kind": "camera", "surveillance": True, "address": None, "confidence": "high",
        "claims": {}, "evidence": [], "disputed": {}, "services": [], "cpes": [],
        "first_seen": NOW, "last_seen": NOW, **empty, **known,
    }  # fmt: skip
    values.setdefault("addresses", [values["address"]] if values["address"] else [])
    return DeviceDoc(**values)


def document(devices: Sequence[DeviceDoc], scope: Sequence[str] = ()) -> Document:
    """A scan that found these devices."""
    return Document(
        schema=SCHEMA,
        tool=ToolDoc(version="0", fingerprints="0"),
        run=RunDoc(
            mode="scan", scope=list(scope), started_at=NOW, ended_at=NOW, ledger=LedgerDoc()
        ),
        devices=list(devices),
    )


def book(seed: int, size: int = 10_000) -> Book:
    """A list of `size` records and `size` devices."""
    chance = random.Random(seed)  # noqa: S311 - it must come out the same
    boxes = _boxes(chance, size)
    rows, truth, sorts = [], [], []
    replaced: dict[int, _Box] = {}
    old = _moved(chance, boxes)
    for number, box in enumerate(boxes):
        row, sort = _row(chance, box, old.get(number, box.address), number)
        if chance.random() < KEYLESS:
            row, sort = _keyless(chance, box), "keyless"
        elif chance.random() < REPLACED and number not in old and row[MAC]:
            replaced[number], sort = _successor(chance, box, number), "replaced"
        rows.append(row)
        truth.append(number if sort == "rest" else None)
        sorts.append(sort)
    _repeat(chance, rows, truth, sorts)
    for number, box in replaced.items():
        boxes[number] = box
    seen = [_seen(box, number) for number, box in enumerate(boxes)]
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([HEADER, *rows])
    return Book(document(seen, ["10.0.0.0/8"]), out.getvalue(), truth, sorts)


def _boxes(chance: random.Random, size: int) -> list[_Box]:
    """Deliveries of one model with consecutive MACs, spread over the network."""
    places = chance.sample(range(1, 1 << 20), size)
    boxes: list[_Box] = []
    while len(boxes) < size:
        brand, prefix, models = chance.choice(MAKERS)
        model, start = chance.choice(models), chance.randrange(1 << 24)
        for at in range(chance.randrange(5, 41)):
            if len(boxes) == size:
                break
            mac = f"{prefix}{(start + at) % (1 << 24):06x}"
            number = len(boxes)
            boxes.append(
                _Box(
                    brand, model, mac, _serial(chance, brand, model, mac),
                    str(IPv4Address(0x0A000000 + places[number])),
                    "",
                    _shows(chance),
                    chance.choice(EXAMPLES) if chance.random() < PLACEHOLDER else None,
                )
            )  # fmt: skip
    chance.shuffle(boxes)
    for number, box in enumerate(boxes):
        box.host = _host(chance, box.brand, box.mac, number)
    return boxes


def _shows(chance: random.Random) -> frozenset[str]:
    """What the box tells without log-in; nearly every one tells a MAC or a serial number."""
    shows = {what for what, share in (("mac", 0.85), ("serial", 0.6), ("host", 0.5), ("model", 0.9))
             if chance.random() < share}  # fmt: skip
    return frozenset(shows)


def _serial(chance: random.Random, brand: str, model: str, mac: str) -> str:
    digits = "".join(chance.choices("0123456789", k=9))
    if brand in {"Axis", "Mobotix"}:
        return mac.upper()
    if brand == "Hikvision":
        return f"{model}20190822AAWR{digits}"
    if brand == "Bosch":
        return f"0440{digits}{digits[:5]}"
    return "".join(chance.choices("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=15))


def _host(chance: random.Random, brand: str, mac: str, number: int) -> str:
    """Half of the host names are the maker's own, half the ones that the owner gave."""
    maker = brand.partition(" ")[0].lower()
    return f"cam-{number:05d}" if chance.random() < 0.5 else f"{maker}-{mac}"


def _moved(chance: random.Random, boxes: Sequence[_Box]) -> dict[int, str]:
    """The address that the list still has: half of them are somebody else's now."""
    moved = chance.sample(range(len(boxes)), round(len(boxes) * MOVED))
    moved = [number for number in moved if boxes[number].shows & {"mac", "serial"}]
    taken = moved[: len(moved) // 2]
    old = {
        number: boxes[other].address
        for number, other in zip(taken, taken[1:] + taken[:1], strict=True)
    }
    for number in moved[len(taken) :]:
        old[number] = str(IPv4Address(0x0A400000 + number))
    return old


def _row(chance: random.Random, box: _Box, address: str, number: int) -> tuple[list[str], str]:
    """What the list says of a box, with slips; `keyless` where no slip left a key."""
    written = box.mac
    if chance.random() < TYPED:
        written = _typed(chance, box.mac)
    mac = written if chance.random() < 0.85 else ""
    serial = box.serial if chance.random() < 0.7 else ""
    if chance.random() < PLACEHOLDER:
        serial = chance.choice(EXAMPLES)
    name = f"CAM-{number:05d}" if chance.random() < 0.9 else ""
    if box.brand == "Hikvision" and serial == box.serial and chance.random() < 0.3:
        serial = serial[-9:]
    row = [
        name, _spelled_address(chance, address), _spelled(chance, mac),
        box.brand.upper() if chance.random() < 0.2 else box.brand,
        f"{box.brand} {box.model}" if chance.random() < 0.1 else box.model,
        serial, chance.choice(PLACES),
    ]  # fmt: skip
    real = serial not in {"", *EXAMPLES} and box.example is None
    keys = (
        address == box.address
        or (mac == box.mac and ("mac" in box.shows or ("host" in box.shows and mac in box.host)))
        or (serial == box.mac.upper() and "host" in box.shows and box.mac in box.host)
        or (bool(mac) and mac[:9] != box.mac[:9] and {"mac", "model"} <= box.shows)
        or (real and "serial" in box.shows)
        or (bool(name) and box.host == name.lower() and "host" in box.shows)
        or (serial == box.mac.upper() and "mac" in box.shows)
        or (mac == box.mac and box.serial == box.mac.upper() and "serial" in box.shows
            and box.example is None)
    )  # fmt: skip
    if chance.random() < SWAPPED:
        one, other = chance.choice(((MAC, SERIAL), (BRAND, MODEL), (ADDRESS, NAME), (MAC, ADDRESS)))
        row[one], row[other] = row[other], row[one]
    return row, "rest" if keys else "keyless"


def _typed(chance: random.Random, mac: str) -> str:
    """A wrong digit, or two neighbours swapped."""
    at = chance.randrange(11)
    if chance.random() < 0.2 and mac[at] != mac[at + 1]:
        return mac[:at] + mac[at + 1] + mac[at] + mac[at + 2 :]
    wrong = chance.choice([digit for digit in "0123456789abcdef" if digit != mac[at]])
    return mac[:at] + wrong + mac[at + 1 :]


def _spelled(chance: random.Random, mac: str) -> str:
    if not mac:
        return ""
    pairs = [mac[at : at + 2] for at in range(0, 12, 2)]
    forms = (":".join(pairs), "-".join(pairs).upper(), f"{mac[:4]}.{mac[4:8]}.{mac[8:]}", mac)
    return chance.choice(forms)


def _spelled_address(chance: random.Random, address: str) -> str:
    padded = ".".join(part.zfill(3) for part in address.split("."))
    return chance.choices((address, f"http://{address}/", f"{address}/24", padded), (8, 1, 1, 1))[0]


def _keyless(chance: random.Random, box: _Box) -> list[str]:
    name, serial = chance.choice(("", "Kamera", "Camera 1")), chance.choice(("", *EXAMPLES))
    return [name, "", "", box.brand, box.model, serial, chance.choice(PLACES)]


def _successor(chance: random.Random, box: _Box, number: int) -> _Box:
    """Other hardware at the same address, half of the time of the same model and name."""
    brand, prefix, models = chance.choice(MAKERS)
    same = chance.random() < 0.5
    mac = f"{box.mac[:6] if same else prefix}{chance.randrange(1 << 24):06x}"
    model = box.model if same else chance.choice(models)
    brand = box.brand if same else brand
    host = box.host if same else f"new-{number:05d}"
    serial = _serial(chance, brand, model, mac)
    return _Box(brand, model, mac, serial, box.address, host, box.shows | {"mac"}, None)


def _repeat(
    chance: random.Random, rows: list[list[str]], truth: list[int | None], sorts: list[str]
) -> None:
    """Some rows stand in the list twice, the second time with less in them."""
    for number in range(len(rows)):
        if sorts[number] == "rest" and chance.random() < DUPLICATE:
            again = list(rows[number])
            if chance.random() < 0.5:
                again[PLACE] = chance.choice(PLACES)
            if again[MAC] and again[ADDRESS] and chance.random() < 0.3:
                again[SERIAL] = ""
            rows.append(again)
            truth.append(truth[number])
            sorts.append("rest")


def _seen(box: _Box, number: int) -> DeviceDoc:
    """The box as a scan reports it."""
    serial = box.example or box.serial
    mac = ":".join(box.mac[at : at + 2] for at in range(0, 12, 2))
    return device(
        id=f"d{number}",
        address=box.address,
        mac=mac if "mac" in box.shows else None,
        brand=box.brand,
        maker=box.brand,
        model=box.model if "model" in box.shows else None,
        serial=serial if "serial" in box.shows else None,
        hostname=box.host if "host" in box.shows else None,
    )


def score(made: Book) -> Counter[str]:
    """How the rows of a reconciled book came out: `right`, `wrong`, `open`, by sort."""
    counted: Counter[str] = Counter()
    holders: dict[str, set[int | None]] = {}
    for record in made.document.records:
        assert record.row is not None
        at = record.row - 2
        right, sort = made.truth[at], made.sorts[at]
        paired = record.devices if record.status == "seen" else []
        for each in paired:
            holders.setdefault(each, set()).add(right)
        if right is None:
            outcome = "wrong" if paired else "right"
        elif paired == [f"d{right}"]:
            outcome = "right"
        else:
            outcome = "wrong" if paired else "open"
        counted[f"{sort} {outcome}"] += 1
        counted["seen as several"] += len(paired) > 1
    counted["merged"] = sum(len(rows) > 1 for rows in holders.values())
    return counted
