"""Names and numbers brought into one form, so that equal things compare equal."""

_LEGAL_FORMS = """
ab ag as asa bv co company corp corporation cv gmbh inc incorporated kg kk lda limited llc llp
lp ltd ltda nv oy oyj plc pte pty pvt sa sarl se sl spa srl zrt
"""
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())
"""Words at the end of a company's name that say nothing about who it is."""

_TRADE_WORDS = """
cctv communication communications digital electronic electronics group industrial industries
international intl network networks security surveillance system systems tech technologies
technology
"""
TRADE_WORDS = frozenset(_TRADE_WORDS.split())
"""Words at the end of a name that are taken off when the name with them is not known."""

_SEATS = """
beijing guangzhou hangzhou shanghai shenzhen zhejiang
"""
SEATS = frozenset(_SEATS.split())
"""Cities and provinces that Chinese company names begin with."""

NAME_CHARS = 256
"""More than this of a name is not looked at."""


_ASCII = [chr(code) for code in range(128)]
_BLANKED = str.maketrans({char: " " for char in _ASCII if not char.isalnum()})
_DELETED = str.maketrans(dict.fromkeys(char for char in _ASCII if not char.isalnum()))
"""For ASCII, which nearly every name is: much faster than asking each character."""


def words(text: str) -> list[str]:
    """The runs of letters and digits of `text`, in lower case; `S.A.` and `A/S` are one word."""
    lowered = text[:NAME_CHARS].casefold()
    if "." in lowered or "/" in lowered:
        lowered = lowered.replace("s.r.l", "srl").replace("s.p.a", "spa")
        lowered = lowered.replace("a/s", "as").replace("s.a.", "sa ").replace("b.v.", "bv ")
    if lowered.isascii():
        return lowered.translate(_BLANKED).split()
    return "".join(char if char.isalnum() else " " for char in lowered).split()


def vendor_key(name: str) -> str:
    """The form in which names of vendors are compared.

    Case, punctuation, blanks and legal forms do not count: `Axis Communications, AB.` is
    `axiscommunications`. A name of nothing but legal forms keeps them.
    """
    kept = words(name)
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    return "".join(kept)


def vendor_keys(name: str) -> list[str]:
    """Forms to try one after the other: as written, without trade words, without the seat."""
    kept = words(name)
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    keys = ["".join(kept)]
    start = 1 if len(kept) > 1 and kept[0] in SEATS else 0
    end = len(kept)
    while end > start:
        keys.append("".join(kept[start:end]))
        if kept[end - 1] not in TRADE_WORDS and kept[end - 1] not in LEGAL_FORMS:
            break
        end -= 1
    return list(dict.fromkeys(key for key in keys if key))


def bare(text: str) -> str:
    """Letters and digits only, in lower case: how models and versions are compared."""
    if text.isascii():
        return text.lower().translate(_DELETED)
    return "".join(char for char in text.casefold() if char.isalnum())
