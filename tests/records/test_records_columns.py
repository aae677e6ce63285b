"""Which column is which, in the languages and programs of those who keep lists."""

import pytest

from camfinder.model import CamfinderError
from camfinder.records.columns import layout
from camfinder.records.headers import scores

CELLS = ["Tor", "10.0.0.5", "00:40:8c:00:00:01", "Axis", "P3245-V", "B8A44F00001", "9.80", "Hof"]
FIELDS = ("name", "address", "mac", "brand", "model", "serial", "firmware", "location")
HEADERS = {
    "en": "Camera name;IP address;MAC address;Manufacturer;Model;Serial number;Firmware;Location",
    "de": "Bezeichnung;IP-Adresse;MAC-Adresse;Hersteller;Modell;Seriennummer;Firmwarestand;"
    "Standort",
    "de2": "Kameraname;IP;MAC;Fabrikat;Typ;Serien-Nr.;FW;Raum",
    "fr": "Nom;Adresse IP;Adresse MAC;Fabricant;Modèle;N° de série;Micrologiciel;Emplacement",
    "es": "Nombre;Dirección IP;Dirección MAC;Fabricante;Modelo;Número de serie;Firmware;Ubicación",
    "it": "Nome telecamera;Indirizzo IP;Indirizzo MAC;Produttore;Modello;Numero di serie;"
    "Versione firmware;Posizione",
    "nl": "Naam;IP-adres;MAC-adres;Fabrikant;Model;Serienummer;Firmwareversie;Locatie",
    "pl": "Nazwa;Adres IP;Adres MAC;Producent;Model;Numer seryjny;Wersja oprogramowania;"
    "Lokalizacja",
    "pt": "Nome;Endereço IP;Endereço MAC;Fabricante;Modelo;Número de série;Firmware;Localização",
    "lower": "camera_name;ip_address;mac_address;vendor;model_name;serial_no;fw_version;building",
    "tidy": "Kamera;IP-Adresse der Kamera;MAC (LAN);Marke;Typenbezeichnung;S/N;Softwarestand;Ort",
}


@pytest.mark.parametrize("language", HEADERS)
def test_headers_of_languages(language: str) -> None:
    """Every column is found by its header in nine languages."""
    rows = [HEADERS[language].split(";"), CELLS]
    plan = layout(rows, {}, "x")
    assert {field: places[0] for field, places in plan.columns.items()} == {
        field: at for at, field in enumerate(FIELDS)
    }
    assert plan.start == 1


@pytest.mark.parametrize("language", HEADERS)
def test_order_does_not_matter(language: str) -> None:
    """The same with the columns turned round."""
    plan = layout([HEADERS[language].split(";")[::-1], CELLS[::-1]], {}, "x")
    assert {field: places[0] for field, places in plan.columns.items()} == {
        field: 7 - at for at, field in enumerate(FIELDS)
    }


def test_header_further_down() -> None:
    """Titles, dates and empty rows above the header are passed over."""
    rows = [
        ["Kamerainventar Rathaus", "", ""],
        ["Stand: 01.03.2026", "", "erstellt von: IT"],
        [],
        ["Name", "IP-Adresse", "Standort"],
        ["Tor", "10.0.0.5", "Hof"],
    ]
    assert layout(rows, {}, "x").start == 4


def test_addresses_of_others() -> None:
    """The gateway's, the recorder's and the name server's address are not the camera's."""
    rows = [
        ["NVR IP", "Gateway", "DNS", "Switch MAC", "IP", "MAC"],
        ["10.0.0.2", "10.0.0.1", "10.0.0.3", "00:11:22:33:44:66", "10.0.0.5", "00:40:8c:00:00:01"],
    ]
    plan = layout(rows, {}, "x")
    assert plan.columns == {"address": (4,), "mac": (5,)}
    assert layout([row[:2] for row in rows], {}, "x").columns == {"address": (0,)}


def test_cells_decide() -> None:
    """`Hardware address` is a link in one program and a MAC in another; no header is needed."""
    link = layout([["Hardware address", "Name"], ["http://10.0.0.5/", "Tor"]], {}, "x")
    mac = layout([["Hardware address", "Name"], ["0040.8c00.0001", "Tor"]], {}, "x")
    assert link.columns["address"] == (0,)
    assert mac.columns["mac"] == (0,)
    bare = layout([["Tor", "10.0.0.5"], ["Hof", "10.0.0.6"]], {}, "x")
    assert (bare.start, bare.columns) == (0, {"address": (1,)})


def test_the_user_says_it() -> None:
    """`--map` wins over everything, by header or number, also for a header further down."""
    rows = [["x", ""], ["Gerät Nr", "Knoten"], ["7", "10.0.0.5"], ["8", "10.0.0.6"]]
    plan = layout(rows, {"serial": "gerät nr", "name": "#2"}, "x")
    assert (plan.start, plan.columns) == (2, {"serial": (0,), "name": (1,)})
    assert plan.headers == {"serial": "Gerät Nr", "name": "Knoten"}


@pytest.mark.parametrize(
    ("said", "message"),
    [({"address": "Adrese"}, "no such column; its headers are 'IP'"), ({"adress": "IP"}, "fields")],
)
def test_what_the_user_says_wrong(said: dict[str, str], message: str) -> None:
    """A header that is not there, a field that does not exist: the message lists those that do."""
    with pytest.raises(CamfinderError, match=message):
        layout([["IP", "Name"], ["10.0.0.5", "Tor"]], said, "x")


def test_headers_that_name_nothing() -> None:
    """Remarks, numbers and dates are no fields."""
    for header in ("Bemerkung", "Nr.", "Datum", "", "Wartung am", "€", "x" * 300):
        assert scores(header) == ()
