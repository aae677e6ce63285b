"""What a page shows of its device in words: title, headings, meta elements, copyright notices.

Source: HTML living standard. Patterns are dear and most pages hold few of these: each is searched
only where a word of it occurs.
"""

from collections.abc import Iterator
from html import unescape

import re2

from camfinder.model import Fact

MAX_EACH = 5
"""Headings and meta elements that are read of a page."""

MAX_NOTICES = 3
WORDS_CHARS = 120

_TITLE = re2.compile(r"(?is)<title[^<>]*>([^<]*)(?:</title|<|$)")
_HEADING = re2.compile(
    r"(?is)<h[1-3](?:\s[^<>]*)?>(.{1,300}?)</h[1-3]"
    r"|<(?:span|div|p|td|th|label|font|b|strong|legend)\s[^<>]*(?:id|class)\s*=\s*[\"']"
    r"(?:[^\"'<>]*[_ -])?(?:title|product|model|brand)(?:[_ -]?name)?[\"'][^<>]*>([^<>]{2,120})<"
)
_MARKED = ("title", "product", "model", "brand", "name")
_HEADING_MARKS = ("<h1", "<h2", "<h3", *(word + end for word in _MARKED for end in "\"'"))
_META = re2.compile(
    r"(?is)<meta\s[^<>]*?name\s*=\s*[\"']?"
    r"(?:author|description|generator|application-name|copyright|product)\b[^<>]*>"
)
_CONTENT = re2.compile(r"(?is)\scontent\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s\"'<>]+))")
_TAG = re2.compile(r"<[^<>]*>")
_COPYRIGHT = re2.compile(r"(?i)(?:&copy;|&#169;|©|\(c\)|copyright)([^<>\r\n]{3,120})")
_COPYRIGHT_MARKS = ("&copy;", "&#169;", "©", "(c)", "copyright")


def words(text: str) -> Iterator[Fact]:
    """The facts `http.title`, `http.copyright`, `http.heading` and `http.meta` of a page.

    Args:
        text: The decoded body, of bounded length.
    """
    lower = text.lower()
    if "<title" in lower and (title := _TITLE.search(text)):
        yield Fact("http.title", _folded(title.group(1)))
    if any(mark in lower for mark in _COPYRIGHT_MARKS):
        for notice in _COPYRIGHT.findall(text)[:MAX_NOTICES]:
            yield Fact("http.copyright", _folded(notice)[:WORDS_CHARS])
    if any(mark in lower for mark in _HEADING_MARKS):
        for heading, marked in _HEADING.findall(text)[:MAX_EACH]:
            yield Fact("http.heading", _folded(_TAG.sub(" ", heading or marked))[:WORDS_CHARS])
    if "<meta" in lower:
        for element in _META.findall(text)[:MAX_EACH]:
            if content := _CONTENT.search(element):
                yield Fact(
                    "http.meta", _folded("".join(filter(None, content.groups())))[:WORDS_CHARS]
                )


def _folded(text: str) -> str:
    """Running text: entities decoded, blanks folded."""
    return " ".join(unescape(text).split())
