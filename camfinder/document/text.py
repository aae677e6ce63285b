"""The document as JSON, and back; its JSON Schema."""

from typing import Any

import msgspec

from camfinder.document.types import Document
from camfinder.model import CamfinderError

SCHEMA = "camfinder.inventory/1"


def dumps(document: Document) -> bytes:
    """JSON, indented by two, with a line end."""
    return msgspec.json.format(encode(document), indent=2) + b"\n"


def encode(value: object) -> bytes:
    r"""Compact JSON in which format characters (bidi controls ...) are written as `\u202e`.

    JSON is looked at in terminals, too.
    """
    data = msgspec.json.encode(value)
    if data.isascii() and b"\x7f" not in data:
        return data
    return "".join(c if c.isprintable() else _escaped(c) for c in data.decode()).encode()


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def loads(data: bytes, name: str) -> Document:
    """A document from its JSON.

    Raises:
        CamfinderError: It is no inventory document, or one of another major version.
    """
    try:
        document = msgspec.json.decode(data, type=Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CamfinderError(
            f"{name} is not an inventory document ({error}); make one with --json or -o FILE.json"
        ) from error
    if document.schema != SCHEMA:
        raise CamfinderError(
            f"{name} is a {document.schema!r} document; this camfinder reads {SCHEMA}"
        )
    return document


def schema() -> dict[str, Any]:
    """JSON Schema of the document (draft 2020-12)."""
    made = msgspec.json.schema(Document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        **made,
    }
