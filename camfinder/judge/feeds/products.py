"""Whose product a feed's entry is, and which model numbers its product name takes in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import re2

from camfinder.judge.advisories import MAX_PATTERN
from camfinder.judge.makers import plain

MAX_PRODUCTS = 64
"""Names in one product text; more is no list of products."""

_LEGAL = frozenset(
    {
        "ab", "ag", "and", "bv", "co", "company", "communications", "corp", "corporation",
        "electronics", "gmbh", "group", "inc", "incorporated", "international", "llc", "limited",
        "ltd", "networks", "security", "systems", "technologies", "technology", "usa",
    }
)  # fmt: skip
_GENERIC = frozenset(
    {
        "camera", "cameras", "device", "devices", "dvr", "firmware", "ip", "network", "nvr",
        "product", "products", "recorder", "series", "software", "video", "n/a", "ipc",
    }
)  # fmt: skip
_CAMERA = re2.compile(
    r"(?i)camera|\bcam\b|ipcam|webcam|\bnvr|\bdvr|surveillance|doorbell|\bvms\b"
    r"|video (?:rec|man|enc)|\bvigi\b|\btapo\b|viostor|\bdcs-"
)
_TAIL = re2.compile(r"(?i)[ _-]*(?:firmware|series|\(ip camera\)|ip[ _]camera|camera)$")
_OS = re2.compile(r"(?i)^axis[ _]os(?:[ _](\d{4}))?$")
_GUARD = "(?:[^0-9A-Z]|$)"
_WILD = "[0-9A-Z]"


@dataclass(frozen=True, slots=True)
class Vendors:
    """Vendors of surveillance devices as feeds may name them.

    Attributes:
        by_name: Plain spelling (names, aliases, CPE vendors) to id.
        schemes: Id to the names of version schemes to try, in this order.
        broad: Ids of vendors most of whose products are something else.
        known: CVE numbers that the shipped advisories have.
        knows: Whether a vendor's model numbers look like this product.
    """

    by_name: Mapping[str, str]
    schemes: Mapping[str, tuple[str, ...]]
    broad: frozenset[str]
    known: frozenset[str]
    knows: Callable[[str, str], bool]

    def of(self, name: str) -> str | None:
        """The vendor's id; None for anybody else. Legal forms and broken UTF-8 do not matter."""
        for part in _mended(name[:128]).replace("_", " ").split(" and "):
            found = self._one(part.replace(",", " ").split())
            if found is not None:
                return found
        return None

    def _one(self, words: list[str]) -> str | None:
        while words:
            found = self.by_name.get(plain(" ".join(words)))
            if found is not None:
                return found
            if words[-1].casefold().strip(".") not in _LEGAL:
                return None
            words.pop()
        return None

    def wants(self, vendor: str, product: str) -> bool:
        """The product may be a surveillance device or its software."""
        if vendor not in self.broad:
            return True
        return bool(_CAMERA.search(product.replace("_", " "))) or self.knows(vendor, product)

    def schemes_of(self, vendor: str) -> tuple[str, ...]:
        """Version schemes to try."""
        return self.schemes.get(vendor, ("dotted",))


@dataclass(frozen=True, slots=True)
class Models:
    """Models that a product name takes in.

    Attributes:
        shown: The name.
        match: RE2 on a stated model, empty for every model of the vendor.
        tracked: The name is of one track of the vendor's operating system.
    """

    shown: str
    match: str
    tracked: bool = False


def models_of(vendor_names: Sequence[str], product: str) -> Models | None:
    """The models of a product name; None where it names none that a device could state.

    Lower-case `x` among capitals, and two or more in a row, stand for any letter or digit, as in
    `DS-2CD2xx2F-I` and `IPC-HX3XXX`.
    """
    text = " ".join(product[:2_000].replace("\\", "").split())
    system = _OS.match(text)
    if system is not None:
        return Models(text, "", tracked=bool(system.group(1)))
    parts = [part.strip() for part in _listed(text)]
    found = [found for part in parts[:MAX_PRODUCTS] if (found := _pattern(vendor_names, part))]
    if not found:
        return None
    joined = "|".join(dict.fromkeys(found))
    return Models(text[:400], joined) if len(joined) < MAX_PATTERN else None


def _listed(text: str) -> list[str]:
    for sign in (",", ";", " and "):
        text = text.replace(sign, "\n")
    return text.split("\n")


def _pattern(vendor_names: Sequence[str], part: str) -> str:
    """The expression of one name, empty where it has too little to go by."""
    name = part
    for vendor in vendor_names:
        if name.casefold().startswith(vendor.casefold()) and name[len(vendor) :][:1] in {" ", "_"}:
            name = name[len(vendor) + 1 :]
    open_end = name.casefold().rstrip().endswith("series")
    while _TAIL.search(name):
        name = _TAIL.sub("", name)
    every = name.replace("_", " ").split()
    telling = [word for word in every if word.casefold() not in _GENERIC]
    words = next((some for some in (telling, every) if _enough(some)), None)
    if words is None:
        return ""
    body = "[-_ ]?".join(_escaped(word) for word in words)
    if "dahua" in vendor_names:  # HX stands for HFW, HDW, HDBW ...; DH- and DHI- may be left out
        body = "(?:DHI?[-_ ]?)?" + body.replace("IPC[-_ ]?HX", "IPC[-_ ]?H[A-Z]{1,4}")
    return f"^{body}" if open_end or body.endswith(_WILD) else f"^{body}{_GUARD}"


def _enough(words: list[str]) -> bool:
    """Three letters and digits, some of each: less is in too many names."""
    letters = [char for char in "".join(words) if char.isalnum()]
    digits = sum(char.isdigit() for char in letters)
    return len(letters) >= 3 and 0 < digits < len(letters)


def _escaped(word: str) -> str:
    """The word as an expression; wild cards open."""
    mixed = any(char.isupper() for char in word)
    out: list[str] = []
    at = 0
    while at < len(word):
        char = word[at]
        run = len(word[at:]) - len(word[at:].lstrip(char))
        if char in "xX" and (run > 1 or (char == "x" and mixed)):
            out.append(_WILD * run)
            at += run
            continue
        out.append("[-_ ]?" if char in "-_" else re2.escape(char))
        at += 1
    return "".join(out)


def _mended(name: str) -> str:
    """`Geutebr\u00c3\u00bcck`, UTF-8 read as Latin-1, put right."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name
