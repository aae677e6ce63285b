"""Values of claims: placeholders taken out, spellings made one."""

import re2

from camfinder.match.names import bare, vendor_key
from camfinder.model import Kind

_PLACEHOLDER_BRANDS = """
general private onvif ipc ipcam ipcamera networkcamera h264 h265 h264dvr h264ipc default oem
none unknown na null nil test manufacturer vendor brand camera cam nvr dvr nvt ipnc device
generic company name hdipc hdipcam ipdevice webcam video cctv hd embedded linux neutral
manufacture factory custom nobrand noname others other public standard common technology
technologies electronics
"""
PLACEHOLDER_BRANDS = frozenset(_PLACEHOLDER_BRANDS.split())
"""What devices state in a manufacturer field that names nobody (letters and digits)."""

_PLACEHOLDER_MODELS = """
model modelname ipcmodel ipcamera ipcam ipc nvt generic camera networkcamera none unknown
default na null nil onvif device test networkvideotransmitter hdipc hdipcam ipnc nvr dvr cam
general webcam networkvideorecorder digitalvideorecorder onvifdevice networkdevice product
"""
PLACEHOLDER_MODELS = frozenset(_PLACEHOLDER_MODELS.split())
"""What devices state in a model field that is no model (letters and digits)."""

_EXAMPLE_SERIALS = """
0123456789 1234567890 123456789 12345678 1234567 123456 0123456789abcdef none unknown default
na null nil serial serialnumber sn test invalid undefined
"""
EXAMPLE_SERIALS = frozenset(_EXAMPLE_SERIALS.split())
"""Serial numbers that many devices share: they identify nothing (letters and digits)."""

KIND_WORDS = frozenset(kind.value for kind in Kind if kind is not Kind.UNKNOWN)
NO_MACS = frozenset({"000000000000", "ffffffffffff"})
MIN_SERIAL = 4
"""A shorter serial number identifies nothing."""

_BUILD = re2.compile(r"(?i)(\d)[ _]*build[ _]*(\d)")
_BLANKS = re2.compile(r"\s+")
_LABEL = re2.compile(r"(?i)^(?:version|firmware|fw|ver\.?)[\s:]+(v?\d)")
"""A word for it in front of a version: `Ver. 1.3.3`."""

_VERSION = re2.compile(r"(?i)^(?:version|firmware|fw|ver\.?|v\.?)[\s:]*(\d)")


def _one_blank(value: str) -> str:
    """Runs of blanks as one, none at the ends."""
    if value.isprintable() and "  " not in value:  # nearly always, and far cheaper to see
        return value.strip()
    return str(_BLANKS.sub(" ", value)).strip()


def brand_text(value: str) -> str:
    """A manufacturer's name as stated, or nothing where it names nobody."""
    text = _one_blank(value)
    key = vendor_key(text)
    return "" if not key or key in PLACEHOLDER_BRANDS or key.isdigit() else text


def model_text(value: str) -> str:
    """A model as stated, or nothing where it is a placeholder."""
    text = _one_blank(value)
    key = bare(text)
    return "" if not key or key in PLACEHOLDER_MODELS or not key.strip("0") else text


def serial_text(value: str) -> str:
    """A serial number as stated; nothing where it is empty or all zeros."""
    text = value.strip()
    key = bare(text)
    return text if key.strip("0") and key not in {"none", "null", "na", "unknown"} else ""


def serial_identifies(value: str) -> bool:
    """The serial number is of one device: no example, no filler, long enough."""
    key = bare(value)
    return len(key) >= MIN_SERIAL and key not in EXAMPLE_SERIALS and len(set(key)) > 1


def mac_text(value: str) -> str:
    """A hardware address as `aa:bb:cc:dd:ee:ff`; nothing where it is none."""
    digits = value.strip().lower().replace(":", "").replace("-", "").replace(".", "")
    if len(digits) != 12 or digits in NO_MACS or digits.strip("0123456789abcdef"):
        return ""
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def mac_identifies(mac: str) -> bool:
    """The address is of one interface: registered by a maker, no group (IEEE 802 section 8.2)."""
    return len(mac) == 17 and not int(mac[:2], 16) & 0b11 and mac != "00:11:22:33:44:55"


def firmware_text(value: str) -> str:
    """A firmware version without the word, and with one spelling of blanks.

    `Ver. 1.3.3` is 1.3.3; `V5.5.6build 180326` has a blank before build.
    """
    text = str(_LABEL.sub(r"\1", _one_blank(value)))
    return str(_BUILD.sub(r"\1 build \2", text)) if "build" in text.lower() else text


def firmware_key(value: str) -> str:
    """How firmware versions are compared: without a leading V, letters and digits."""
    text = value.strip()
    return bare(text if text[:1].isdigit() else _VERSION.sub(r"\1", text))


def uuid_text(value: str) -> str:
    """An endpoint's UUID in lower case without `urn:uuid:`; other endpoint names as they are."""
    text = value.strip().lower()
    for prefix in ("urn:uuid:", "uuid:", "urn:"):
        text = text.removeprefix(prefix)
    text = text.split("::", 1)[0].strip("{} ")
    return text if bare(text).strip("0") else ""


def kind_text(value: str) -> str:
    """A kind of device as rules name it; nothing where it is none of them."""
    word = value.strip().lower()
    return word if word in KIND_WORDS else ""


def channels_text(value: str) -> str:
    """A number of video channels as a decimal number; nothing where it is none."""
    text = value.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        return ""
    return str(int(text)) if int(text) else ""
