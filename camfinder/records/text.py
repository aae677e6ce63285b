"""The text of files from office programs: which encoding, and whether it is text at all.

A byte order mark decides; without one UTF-16 shows by its NULs, UTF-8 by being valid. What is left
is an 8-bit code: of those that Windows and DOS programs write in Europe, the one in which the
letters beside letters are letters. A file that says it is UTF-8 and has lines that are not
(somebody added them with another program) is read line by line.

Source: Unicode 16, section 23.8 (byte order marks); the code pages 1252, 1250 and 850.
"""

import codecs

from camfinder.model import CamfinderError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODE_PAGES = ("cp1252", "cp1250", "cp850")
_SAMPLE = 65_536
_BINARY = bytes(sorted(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27, 26}))


def decode(data: bytes, name: str) -> str:
    """The text of a file.

    Raises:
        CamfinderError: It is no text, or broken.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            if mark == codecs.BOM_UTF8 and _strays(rest):
                _refuse_binary(rest, name)
                return _mended(rest, name)
            return _decoded(rest, charset, name)
    wide = _wide(data[:4096])
    if wide:
        return _decoded(data, wide, name)
    _refuse_binary(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _code_page(data, name)


def _refuse_binary(data: bytes, name: str) -> None:
    sample = data[:_SAMPLE]
    if len(sample) - len(sample.translate(None, _BINARY)) > len(sample) // 500:
        raise CamfinderError(f"{name} is no text file; save it as CSV (UTF-8) or XLSX")


def trouble(data: bytes, name: str) -> str:
    """What to tell of a file that was read although it is not what it says; empty for nothing."""
    if not data.startswith(codecs.BOM_UTF8):
        return ""
    strays = _strays(data[len(codecs.BOM_UTF8) :])
    if not strays:
        return ""
    lines = f"{len(strays)} lines are not" if len(strays) > 1 else "a line is not"
    return (
        f"{name} says that it is UTF-8, but {lines} (line {strays[0] + 1}): read as a Windows code "
        "page; look at its letters, or save it again as CSV (UTF-8)"
    )


def _strays(data: bytes) -> list[int]:
    """The lines that are no UTF-8, from 0 on."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return [at for at, line in enumerate(data.split(b"\n")) if not _is_utf8(line)]
    return []


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mended(data: bytes, name: str) -> str:
    """UTF-8 whose stray lines are in the code page in which all of them make most sense."""
    lines = data.split(b"\n")
    strays = _strays(data)
    read = _code_page(b"\n".join(lines[at] for at in strays), name).split("\n")
    found = dict(zip(strays, read, strict=True))
    return "\n".join(
        found[at] if at in found else line.decode("utf-8") for at, line in enumerate(lines)
    )


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: every second byte is NUL, as long as the text is Latin."""
    if len(sample) < 4:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.1 else ""


def _decoded(data: bytes, charset: str, name: str) -> str:
    try:
        return data.decode(charset)
    except UnicodeDecodeError as error:
        raise CamfinderError(
            f"{name} is broken {charset.upper()} at byte {error.start}; "
            "save it again as CSV (UTF-8)"
        ) from error


def _code_page(data: bytes, name: str) -> str:
    """The text in the code page that makes most sense."""
    readable: list[tuple[int, int, str]] = []
    for place, charset in enumerate(_CODE_PAGES):
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        readable.append((-_sense(text[:_SAMPLE]), place, text))
    if not readable:
        raise CamfinderError(f"{name}: its encoding is not known; save it as CSV (UTF-8)")
    return min(readable)[2]


def _sense(text: str) -> int:
    """Letters beside letters speak for a code page, signs between letters against it."""
    score = 0
    for at, char in enumerate(text):
        if char < "\x80":
            continue
        around = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
        beside = any(other.isalpha() for other in around)
        if char.isalpha():
            score += 1 if beside else 0
        elif beside:
            score -= 1
    return score
