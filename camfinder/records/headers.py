"""Which column holds what: header words in the languages of Europe, and the look of the cells.

The words are those that lists of devices use; a cell that looks like an address or a MAC counts
more than any word.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from camfinder.records.values import addresses, bare, macs, plain

_STRONG = {
    "address": """
        ip / ipaddress / ipv4 / ipv4address / ipadresse / adresseip / direccionip / indirizzoip /
        ipadres / adresip / enderecoip / ipaddr / ipadress / ipaddresse / ipcamera / cameraip /
        kameraip / ipkamera / deviceip / clientipaddress / primaryipv4 / primaryip / ip4 /
        primaryip4 / addressip / iphostname / hostaddress / managementip / mgmtip / ipnumber /
        ipnummer / numeroip / nrip / ipnr / ipdresse / ipv6 / ipv6address / ipv6adresse / addresses
    """,
    "mac": """
        mac / macaddress / macadresse / adressemac / direccionmac / indirizzomac / macadres /
        adresmac / enderecomac / macaddr / hwaddr / hwaddress / hardwareaddress / hardwareadresse /
        physicaladdress / physikalischeadresse / physischeadresse / adressephysique /
        direccionfisica / indirizzofisico / fysiekadres / adresfizyczny / enderecofisico /
        ethernetaddress / ethernetadresse / clientid / macid / lanmac / wlanmac / bssid /
        linklayeraddress / primarymacaddress / macadress
    """,
    "serial": """
        serial / serialnumber / serialno / serialnr / sn / seriennummer / seriennr / serienr /
        numerodeserie / nodeserie / ndeserie / hardwareserialnumber / numeroserie /
        numserie / serie /
        numerodiserie / numeroseriale / matricola / seriale / serienummer / numerseryjny /
        nrseryjny / nseryjny / numerodeserial / fabriknummer / fabriknr / deviceserial /
        deviceserialnumber / serialid / nserie
    """,
    "brand": """
        brand / manufacturer / make / vendor / hersteller / marke / fabrikat / produzent /
        fabricant / marque / constructeur / fabricante / marca / produttore / costruttore /
        fabrikant / merk / producent / marka / manufacturername / vendorname / herstellername /
        mfr / mfg / oem
    """,
    "model": """
        model / modell / modele / modelo / modello / modelname / modelnumber / modelno / modelnr /
        modellname / modellnummer / modellbezeichnung / typenbezeichnung / geratemodell /
        productname / produkt / produktname / product / devicemodel / cameramodel / kameramodell /
        kameratyp / modeledecamera / hardwaremodel / geratetyp / cameratype / modelecamera /
        devicetype / producttype / typecamera / typekamery /
        typurzadzenia / tipodispositivo / tipodecamara
    """,
    "firmware": """
        firmware / fw / firmwareversion / fwversion / firmwarestand / softwareversion /
        softwarestand / micrologiciel / versionfirmware / versiondefirmware / versionefirmware /
        firmwareversie / wersjafirmware / oprogramowanie / wersjaoprogramowania / versaofirmware /
        versaodofirmware / versiondufirmware / firmwarever / currentfirmware
    """,
    "name": """
        name / cameraname / kameraname / devicename / geratename / geraetename / bezeichnung /
        kamerabezeichnung / nom / nomdelacamera / nomcamera / nombre / nombredelacamara /
        nombrecamara / nome / nometelecamera / nomecamera / naam / cameranaam / nazwa /
        nazwakamery / nomedacamera / camera / kamera / camara / telecamera / assetname /
        kennzeichnung / displayname / label / nomdudispositif / unitname / unit /
        entity / entityname / hardwarename / logicalid
    """,
    "hostname": """
        hostname / host / dnsname / rechnername / computername / fqdn / nomdhote / nomhote /
        nombredehost / nombrehost / nomehost / hostnaam / nazwahosta / nomedohost / netzwerkname /
        networkname / dnshostname / clienthostname
    """,
    "uuid": "endpointuuid / uuid / epr / endpointreference",
    "location": """
        location / standort / ort / raum / gebaude / einbauort / montageort / aufstellort /
        emplacement / lieu / batiment / ubicacion / lugar / edificio / posizione / luogo / sede /
        ubicazione / locatie / plaats / gebouw / lokalizacja / miejsce / budynek / localizacao /
        local / predio / building / room / place / area / zone / position / lokal / localisation
    """,
    "site": "site / sitename / liegenschaft / sitenom / sitio / sito / standortname / oddzial",
}
_WEAK = {
    "address": "address / adresse / direccion / indirizzo / adres / endereco / url / host / link",
    "mac": "uniqueid / id / physical / hardware",
    "serial": "assettag / inventarnummer / seriennummern",
    "brand": "company / firma / owner",
    "model": "type / typ / tipo / item / artikel / geraet / gerat / apparaat",
    "firmware": "version / versie / wersja / versao / versione / software",
    "name": "device / gerat / geraet / description / beschreibung / title / titel / channel / tag "
    "/ identifiant / id / opis / descripcion / descrizione / omschrijving / descricao",
    "location": "site / floor / etage / stockwerk / piano / planta / verdieping / pietro / andar",
}
_OTHER_WORDS = """
gateway gw subnet subnetz subnetzmaske mask maske netmask masque mascara maschera masker maska
dns ntp switch router recorder rekorder nvr dvr enregistreur grabador registratore rejestrator
gravador server servidor serveur serwer archiver port ports date datum fecha data vlan
last expiration lease previous old alt count anzahl total user password passwort rtsp
broadcast multicast parent rack scope scopeid serverip subnetid network netz netzwerk
"""
_OTHERS = frozenset(_OTHER_WORDS.split())
"""Words that make a header speak of something else: the switch's address, the date of a lease."""


def _phrases(table: Mapping[str, str]) -> dict[str, dict[str, None]]:
    return {
        field: dict.fromkeys(bare(phrase) for phrase in words.split("/"))
        for field, words in table.items()
    }


_STRONG_FORMS, _WEAK_FORMS = _phrases(_STRONG), _phrases(_WEAK)


def form(header: str) -> str:
    """The form in which headers are compared: letters and digits without accents."""
    return bare(plain(header[:200]).replace("°", "o").replace("º", "o"))


@lru_cache(4_096)
def scores(header: str) -> tuple[tuple[str, float], ...]:
    """How well a header names each field, best first; nothing where it names none."""
    compact = form(header)
    if not compact or len(compact) > 60:
        return ()
    words, foreign = _words(header), is_foreign(header)
    found = {}
    for field in _STRONG_FORMS:
        score = _score(field, compact, words)
        if score:
            found[field] = score - (4.0 if foreign and compact not in _STRONG_FORMS[field] else 0)
    kept = ((field, score) for field, score in found.items() if score > 0)
    return tuple(sorted(kept, key=lambda item: -item[1]))


def _words(header: str) -> list[str]:
    """`MAC-Adresse (LAN)` is `mac`, `adresse`, `lan`."""
    return "".join(char if char.isalnum() else " " for char in plain(header[:200])).split()


def is_foreign(header: str) -> bool:
    """The header speaks of something else's address, or of a date."""
    return any(word in _OTHERS for word in _words(header))


def _score(field: str, compact: str, words: Sequence[str]) -> float:
    if compact in _STRONG_FORMS[field]:
        return 10.0
    weak = _WEAK_FORMS.get(field, {})
    if compact in weak:
        return 5.0
    # `IP-Adresse der Kamera`, `MAC (LAN)`: a phrase among other words.
    spans = {
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + 4, len(words)) + 1)
    }
    extra = 0.4 * max(0, len(words) - 1)
    if spans & _STRONG_FORMS[field].keys():
        return max(1.0, 7.0 - extra)
    return max(0.5, 3.0 - extra) if spans & weak.keys() else 0.0


def looks(cells: Iterable[str]) -> tuple[int, float, float]:
    """How many cells hold something, and which shares of them are addresses and MACs."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return 0, 0.0, 0.0
    as_address = sum(bool(addresses(cell)) for cell in filled)
    as_mac = sum(bool(macs(cell, numbers=False)) for cell in filled)
    return len(filled), as_address / len(filled), as_mac / len(filled)
