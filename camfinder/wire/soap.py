"""XML as devices send it: bounded, without DTD, and still read when it is broken.

Elements are looked up by local name, for prefixes and even namespaces vary between firmwares; where
a namespace decides (`tds:Device` is a camera's type, `wsdp:Device` a Windows computer's), names
are given in Clark notation, `{namespace}Local`.
"""

from collections.abc import Iterator
from functools import lru_cache

import re2
from lxml import etree

from camfinder.model import ParseError
from camfinder.wire.text import byte_pattern, clean, decode

MAX_XML_BYTES = 262_144
MAX_DEPTH = 64
MAX_MATCHES = 256
"""No caller reads more elements of one name than this."""

_DTD = byte_pattern(rb"(?i)<!\s*(?:DOCTYPE|ENTITY)")
_DECLARATION = byte_pattern(rb"(?s)^<\?xml[^>]{0,256}\?>")
_AMPERSAND = byte_pattern(rb"&((?:#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|lt|gt|amp|quot|apos);)?")
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_TO_BLANK = bytes.maketrans(_CONTROL, b" " * len(_CONTROL))


def looks_like_xml(data: bytes) -> bool:
    """The first visible byte opens a tag (a byte order mark may stand before it)."""
    return data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00\r\n\t ")[:1] == b"<"


def parse(data: bytes, max_bytes: int = MAX_XML_BYTES) -> etree._Element:
    """The root element of an XML document.

    Unescaped ampersands, control characters, bytes of another encoding and missing end tags are
    survived. No entity is expanded, nothing is fetched.

    Raises:
        ParseError: Too long, too deep, with a DTD, or nothing that can be read.
    """
    if len(data) > max_bytes:
        raise ParseError(f"XML of {len(data)} bytes is longer than {max_bytes}")
    text = _plain(data)
    if _DTD.search(text):
        raise ParseError("XML with a DTD is refused")
    root = _read(text) if _as_declared(text) else None
    if root is None:  # an encoding that is wrong or unknown: read the text as what it looks like
        root = _read(decode(_DECLARATION.sub(b"", text)).encode("utf-8", "replace"))
    if root is None:
        raise ParseError("no readable XML")
    if _too_deep(root):
        raise ParseError(f"XML deeper than {MAX_DEPTH}")
    return root


def _plain(data: bytes) -> bytes:
    """One byte per ASCII character, from the first tag on, with ampersands escaped."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or data[:4] in {b"<\x00?\x00", b"\x00<\x00?"}:
        codec = "utf-16" if data[0] in b"\xff\xfe" else "utf-16-le" if data[0] else "utf-16-be"
        text = data.decode(codec, "replace").encode("utf-8", "replace")
        data = _DECLARATION.sub(b"", text.lstrip(b"\xef\xbb\xbf \r\n\t"))
    start = data.find(b"<")
    text = data[max(start, 0) :].rstrip(b"\x00 \r\n\t").translate(_TO_BLANK)
    return bytes(_AMPERSAND.sub(lambda found: found.group(0) if found.group(1) else b"&amp;", text))


def _as_declared(text: bytes) -> bool:
    """The bytes may be what they are declared as; UTF-8 (also by default) is checked."""
    declared = _DECLARATION.match(text[:300])
    name = declared.group(0).lower() if declared else b""
    if b"encoding" in name and b"utf-8" not in name:
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read(text: bytes) -> etree._Element | None:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None


def _too_deep(root: etree._Element) -> bool:
    """Some element lies deeper than `MAX_DEPTH`; without recursion."""
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def local(element: etree._Element) -> str:
    """Local name, also where the prefix was never declared (`wsdd:Probe` is then the whole tag)."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2]


def clark(element: etree._Element) -> str:
    """`{namespace}Local`, with an empty namespace where there is none."""
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag if tag.startswith("{") else "{}" + tag.rpartition(":")[2]


def namespace(element: etree._Element) -> str:
    """The namespace, empty where there is none."""
    return clark(element)[1:].partition("}")[0]


def resolve(element: etree._Element, name: str) -> str:
    """A qualified name in text (`tds:Device`) in Clark notation, by the namespaces in scope.

    A prefix that nobody declared gives `{}Local`.
    """
    prefix, colon, rest = name.partition(":")
    scope = element.nsmap
    uri = scope.get(prefix if colon else None)
    return "{" + (uri or "") + "}" + (rest if colon else name)


def iter_named(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The elements of these local names below (and including) `root`, in document order."""
    count = 0
    for element in root.iter():
        if local(element) in names:
            yield element
            count += 1
            if count >= MAX_MATCHES:
                return


def find(root: etree._Element, *names: str) -> etree._Element | None:
    """The first element of one of these local names, or None."""
    return next(iter_named(root, *names), None)


def text_of(element: etree._Element | None) -> str:
    """All text inside the element, cleaned; empty for None."""
    if element is None:
        return ""
    return clean("".join(part for part in element.itertext() if isinstance(part, str)))


def find_text(root: etree._Element, *names: str) -> str:
    """The text of the first element of one of these names that has any, else empty."""
    return next((text for found in iter_named(root, *names) if (text := text_of(found))), "")


def body(root: etree._Element) -> etree._Element | None:
    """The first element inside the SOAP Body, or None where `root` is no envelope."""
    if local(root) != "Envelope":
        return None
    found = find(root, "Body")
    return next(iter(found), None) if found is not None else None


@lru_cache(maxsize=512)
def _tag_pattern(name: str) -> "re2._Regexp[bytes]":
    quoted = re2.escape(name.encode())
    return byte_pattern(rb"<(?:[\w.-]{1,64}:)?" + quoted + rb"(?:\s[^<>]*)?>([^<]*)(?:<|$)")


def loose_texts(data: bytes, name: str) -> list[str]:
    """The texts of all tags of this local name, found by pattern: for XML that `parse` gives up on.

    The name is one of ours, never from the network.
    """
    found = []
    for match in _tag_pattern(name).finditer(data[:MAX_XML_BYTES]):
        text = decode(match.group(1))
        for entity, char in (
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", '"'),
            ("&apos;", "'"),
            ("&amp;", "&"),
        ):
            text = text.replace(entity, char)
        if text := clean(text):
            found.append(text)
        if len(found) >= MAX_MATCHES:
            break
    return found


def loose_text(data: bytes, name: str) -> str:
    """The first of `loose_texts`, or empty."""
    return next(iter(loose_texts(data, name)), "")
