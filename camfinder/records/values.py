"""Values as people write them into lists, brought into the forms that devices tell.

Spreadsheets take zeros off numbers, pad addresses, turn serial numbers into floating-point
numbers; people put links, masks and ports beside addresses. What cannot be read is dropped, never
guessed.
"""

import unicodedata
from ipaddress import ip_address

import re2

from camfinder.wire.text import mac as mac_of

MAX_CELL = 4_096
"""Characters of a cell that are looked at."""
MAX_IN_CELL = 16
"""Addresses or MACs taken from one cell."""
LETTERS_ONLY = 12
"""A serial number without a digit is a word, unless it is as long as this."""

_NOTHING = """
- -- --- . ? ?? x xx xxx n/a na n.a. #n/a none null nil unknown unbekannt inconnu desconocido
sconosciuto onbekend nieznany desconhecido tbd tba todo keine keiner ohne aucun ninguno nessuno geen
brak nenhum s/n leer empty undefined #name? #ref! #value! nan (none) <none> not\u00a0set
"""
_EMPTY = frozenset(_NOTHING.split())

_EXAMPLES = """
0123456789 1234567890 123456789 12345678 1234567 123456 12345 0123456789abcdef 01234567 987654321
none unknown default na null nil serial serialnumber seriennummer sn test invalid undefined
tobefilledbyoem defaultstring notspecified notapplicable systemserialnumber
"""
EXAMPLE_SERIALS = frozenset(_EXAMPLES.split())
"""Serial numbers of nobody: placeholders of firmware and of forms (letters and digits)."""
MIN_SERIAL = 4
"""A shorter serial number identifies nothing."""

_ESCAPE = re2.compile(r"\\(?:n|r|x[0-9a-f]{2}|u[0-9a-f]{4})")
_SCIENTIFIC = re2.compile(r"^[0-9][.,]?[0-9]*[eE]\+[0-9]{1,3}$")
_SPLIT = re2.compile(r"[\s,;|]+")
_SCHEME = re2.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/@]*@)?")
_QUAD = re2.compile(r"^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?::[0-9]{1,5})?$")
_PORT = re2.compile(r"^\[([0-9a-fA-F:.%a-z]+)\](?::[0-9]{1,5})?$")
_LABEL = re2.compile(r"(?i)^(?:mac|hwaddr|ether|ip|ipv4|ipv6|address)[=:]+\s*")
_MISREAD = str.maketrans("oOiIlL", "001111")
"""Letters that are typed for digits: no hexadecimal digit looks like them."""


def bare(text: str) -> str:
    """Letters and digits only, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


def key(text: str) -> str:
    r"""How texts of records and devices are compared: letters and digits, lower case.

    Escapes of exports (`\n`, `\x1b`) stand for characters that are no letters: they drop out.
    """
    return bare(unescaped(text))


def unescaped(text: str) -> str:
    """The text without the escapes that exports write for control and format characters."""
    return str(_ESCAPE.sub("", text)) if "\\" in text else text


def plain(text: str) -> str:
    """Lower case without accents: how headers are compared."""
    spread = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ß", "ss"))
    return "".join(char for char in spread if not unicodedata.combining(char))


def cell(value: str) -> str:
    """A cell's text: blanks off, an export's apostrophe off, nothing where it says nothing."""
    text = value[:MAX_CELL].replace("\u00a0", " ").strip(" \t\r\n\0\ufeff\u200b")
    if len(text) > 1 and text[0] == "'" and not text[1].isalnum():
        text = text[1:].lstrip()
    return "" if text.casefold() in _EMPTY else text


def addresses(value: str) -> tuple[str, ...]:
    """The IP addresses in a cell, in canonical form; links, masks and ports are taken off.

    Unspecified and multicast addresses are nobody's.
    """
    found: dict[str, None] = {}
    for part in _parts(value):
        address = _address(part)
        if address:
            found[address] = None
    return tuple(found)


def _parts(value: str) -> list[str]:
    text = value.strip()
    if not text or len(text) > MAX_CELL:
        return []
    return [part for part in _SPLIT.split(text, MAX_IN_CELL) if part][:MAX_IN_CELL]


def _address(part: str) -> str:
    text = _LABEL.sub("", _SCHEME.sub("", part)).partition("/")[0]
    quad = _QUAD.match(text)
    if quad:
        numbers = [int(number) for number in quad.groups()]
        text = ".".join(map(str, numbers)) if max(numbers) < 256 else ""
    elif bracket := _PORT.match(text):
        text = bracket.group(1)
    elif text.count(":") < 2:
        return ""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return "" if address.is_unspecified or address.is_multicast else str(address)


def macs(value: str, *, numbers: bool = True) -> tuple[str, ...]:
    """The MACs in a cell as `aa:bb:cc:dd:ee:ff`.

    Group addresses come along: a typing error makes one of a device's.

    Args:
        value: The cell.
        numbers: Digits alone are a MAC, too, to which a spreadsheet owes its leading zeros.
    """
    text = value.strip()
    whole = _mac(text, numbers=numbers) or _mac(text.replace(" ", ""), numbers=numbers)
    if whole:
        return (whole,)
    found = dict.fromkeys(_mac(_LABEL.sub("", part), numbers=numbers) for part in _parts(text))
    return tuple(mac for mac in found if mac)


def _mac(text: str, *, numbers: bool) -> str:
    # Windows' DHCP server writes the client id: hardware type 1, then the MAC.
    if len(text) in {14, 20} and text[:2] == "01" and mac_of(text[-12 if len(text) == 14 else 3 :]):
        text = text[-12:] if len(text) == 14 else text[3:]
    if text.isascii() and text.isdigit():
        if not numbers or not 10 <= len(text) <= 12:
            return ""
        text = text.zfill(12)
    return mac_of(text) or mac_of(text.translate(_MISREAD)) or ""


def serial(value: str) -> str:
    """A serial number as written; nothing for placeholders and what a spreadsheet has rounded."""
    text = cell(value)
    return text if text and not _SCIENTIFIC.match(text) and serial_identifies(text) else ""


def serial_identifies(value: str) -> bool:
    """The serial number is of one device: no example, no filler, long enough."""
    form = bare(value)
    return (
        len(form) >= MIN_SERIAL
        and form not in EXAMPLE_SERIALS
        and len(set(form)) > 1
        and (any(char.isdigit() for char in form) or len(form) >= LETTERS_ONLY)
    )


def hostname_key(value: str) -> str:
    """How host names are compared: the first label, letters and digits."""
    return key(value.strip().partition(".")[0])


def uuid_key(value: str) -> str:
    """How endpoint UUIDs are compared; nothing where it is too short to be one."""
    text = value.strip().casefold()
    for prefix in ("urn:", "uuid:"):
        text = text.removeprefix(prefix)
    form = key(text)
    return form if len(form) >= 8 and len(set(form)) > 1 else ""
