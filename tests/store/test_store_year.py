"""A scripted year of twelve runs gives exactly the history that was scripted."""

from store_help import onvif, run

from camfinder.document import ChangeDoc
from camfinder.store import reading, runs
from camfinder.store.database import Database

Told = tuple[str, str, str | None, str | None, str | None]

GATE = {
    "manufacturer": "AXIS",
    "model": "P3245-LV",
    "mac": "ac:cc:8e:10:20:30",
    "serial": "ACCC8E102030",
}
YARD = {"manufacturer": "Hanwha Vision", "model": "XNV-8080R", "serial": "ZN7A70GM300411F"}
HALL = {
    "manufacturer": "Bosch",
    "model": "FLEXIDOME IP 3000i",
    "epr": "00075fb7-1234-0010-b6fc-00075fd98271",
}
DOOR = {"manufacturer": "Vivotek", "model": "FD9369"}
NEXT_DOOR = {
    "manufacturer": "AXIS",
    "model": "M3106-L",
    "mac": "ac:cc:8e:77:00:01",
    "serial": "ACCC8E770001",
}
ROOF = {"manufacturer": "Hikvision", "model": "DS-2CD2042WD-I", "serial": "0123456789"}


def year(database: Database) -> None:
    """The twelve runs; what happens in each stands beside it."""
    gate, yard, hall, door = (
        {**GATE, "firmware": "10.12.130"},
        {**YARD, "firmware": "1.41.02"},
        {**HALL, "firmware": "6.60.0065", "hostname": "hall"},
        {**DOOR, "firmware": "0.20.0"},
    )
    seen = {"10.0.0.11": gate, "10.0.0.12": yard, "10.0.0.13": hall, "10.0.0.14": door}

    def month(number: int) -> None:
        run(database, [onvif(at, **what) for at, what in seen.items()], month=number)

    month(1)  # four cameras
    seen["10.0.0.15"] = {**NEXT_DOOR, "firmware": "9.80.3"}
    month(2)  # one is added
    seen["10.0.0.11"] = {**gate, "firmware": "10.12.208"}
    month(3)  # the gate is upgraded
    seen["10.0.0.31"] = seen.pop("10.0.0.11")
    month(4)  # and gets another address
    seen["10.0.0.11"] = seen.pop("10.0.0.12")
    month(5)  # the yard gets the gate's old one: known by its serial number
    del seen["10.0.0.15"]
    month(6)  # the added one is removed
    seen["10.0.0.13"] = {**hall, "hostname": "lobby"}
    month(7)  # the hall is renamed
    seen["10.0.0.14"] = {**DOOR, "model": "IP9165-HT", "firmware": "1.4.0"}
    month(8)  # the door's camera is replaced: same maker, same address, another model
    seen["10.0.0.32"] = {**seen.pop("10.0.0.13"), "firmware": "7.80.0129"}
    month(9)  # the hall moves and is upgraded at once: known by its UUID
    seen["10.0.0.15"] = {**NEXT_DOOR, "firmware": "9.80.3"}
    month(10)  # the removed one comes back
    seen["10.0.0.11"] = {**seen["10.0.0.11"], "manufacturer": "Honeywell"}
    month(11)  # the yard's is sold under another label
    seen["10.0.0.41"] = {**ROOF, "firmware": "V5.4.5"}
    seen["10.0.0.42"] = {**ROOF, "firmware": "V5.4.5"}
    month(12)  # two with the maker's example serial number


def told(changes: list[ChangeDoc]) -> list[Told]:
    """Changes without their times."""
    return [(c.kind, c.device, c.field, c.before, c.after) for c in changes]


GATE_ID, NEXT_ID = "mac-accc8e102030", "mac-accc8e770001"
YARD_ID = "serial-hanwha-zn7a70gm300411f"
HALL_ID = "uuid-00075fb7-1234-0010-b6fc-00075fd98271"
DOOR_ID = "ip-10.0.0.14"

SCRIPT: dict[int, list[Told]] = {
    2: [("appeared", NEXT_ID, None, None, "Axis M3106-L 10.0.0.15")],
    3: [("changed", GATE_ID, "firmware", "10.12.130", "10.12.208")],
    4: [("changed", GATE_ID, "address", "10.0.0.11", "10.0.0.31")],
    5: [("changed", YARD_ID, "address", "10.0.0.12", "10.0.0.11")],
    6: [("gone", NEXT_ID, None, "Axis M3106-L 10.0.0.15", None)],
    7: [("changed", HALL_ID, "hostname", "hall", "lobby")],
    8: [
        ("appeared", f"{DOOR_ID}-2", None, None, "Vivotek IP9165-HT 10.0.0.14"),
        ("gone", DOOR_ID, None, "Vivotek FD9369 10.0.0.14", None),
    ],
    9: [
        ("changed", HALL_ID, "address", "10.0.0.13", "10.0.0.32"),
        ("changed", HALL_ID, "firmware", "6.60.0065", "7.80.0129"),
    ],
    10: [("appeared", NEXT_ID, None, None, "Axis M3106-L 10.0.0.15")],
    11: [("changed", YARD_ID, "brand", "Hanwha Vision", "Honeywell")],
    12: [
        ("appeared", "ip-10.0.0.41", None, None, "Hikvision DS-2CD2042WD-I 10.0.0.41"),
        ("appeared", "ip-10.0.0.42", None, None, "Hikvision DS-2CD2042WD-I 10.0.0.42"),
    ],
}


def test_the_year_is_told_as_it_was(store: Database) -> None:
    """Every run's changes, and the history of each device, are the scripted ones and no others."""
    year(store)
    with store.reading() as connection:
        stored = runs.listing(connection)
        for number, after in enumerate(stored, 1):
            found = reading.changes_of(connection, after)
            if number == 1:
                assert found is None
            else:
                assert found is not None
                assert told(found) == SCRIPT[number], number
        for device in (GATE_ID, NEXT_ID, YARD_ID, HALL_ID, DOOR_ID, f"{DOOR_ID}-2"):
            events = reading.history(connection, reading.find_device(connection, device))
            wanted = [
                (number, change)
                for number, changes in SCRIPT.items()
                for change in changes
                if change[1] == device
            ]
            if device not in {NEXT_ID, f"{DOOR_ID}-2"}:
                assert events[0][1].kind == "appeared"
                assert events[0][0].id == stored[0].id
                events = events[1:]
            happened = [(run.id, told([change])[0]) for run, change in events]
            assert happened == [(stored[number - 1].id, change) for number, change in wanted]
