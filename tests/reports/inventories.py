"""Inventories for the report tests: an ordinary one, and one in which every text is an attack."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import msgspec

from camfinder.document import Document
from camfinder.model import (
    BlindSpot,
    Certificate,
    Claim,
    Device,
    Evidence,
    Fact,
    Inventory,
    Kind,
    Ledger,
    Problem,
    ProblemKind,
    Run,
    Service,
    Slot,
    Source,
    Strength,
    Transport,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ATTACKS = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "+1",
    "@SUM(A1)",
    "-2+3",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egnp.exe",
    "\u2066isolated",
    "a\x00b",
    "\"quoted\" 'single' `tick`",
    "]]>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "line\nbreak\r\ttab",
    "\ud800lone",
    "[bold]markup[/bold]",
    "<r><evil/></r>",
    "_x003d_cmd",
    "\uff1d1+1",
    "a;=1+1",
    "\x7f",
    "\ufffe\uffff\x0b\x7f\x85",
    "| a | b |\n| - | - |",
    "![x](http://evil.example/x.png) www.evil.example",
    "--><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "x" * 1_000_000,
)


def device(text: str | None = None, number: int = 1) -> Device:
    """A camera; with `text`, every field that the network fills holds it."""
    address = ip_address(f"192.0.2.{number}")
    fact = Fact("http.title", text or "AXIS P3245-V")
    evidence = Evidence(
        fingerprint="axis.http.title",
        fact=fact,
        claims={Slot.MODEL: text or "P3245-V", Slot.KIND: "camera"},
        strengths={Slot.MODEL: Strength.DISTINCT, Slot.KIND: Strength.DISTINCT},
        probe="http",
        address=address,
        port=80,
        transport=Transport.HTTP,
        seen_at=NOW,
        where=text or "live eth0",
        raw=(text or "HTTP/1.1 200 OK").encode("utf-8", "surrogatepass"),
    )
    return Device(
        id=f"ip-192.0.2.{number}",
        kind=Kind.CAMERA,
        surveillance=True,
        address=address,
        addresses=(address,),
        claimed_address=text,
        mac="00:40:8c:00:00:01",
        brand=text or "Axis",
        maker=text or "Axis",
        model=text or "P3245-V",
        firmware=text or "10.12.114",
        firmware_raw=text or "10.12.114",
        serial=text or "00408C000001",
        hostname=text,
        endpoint_uuid=text,
        channels=None,
        confidence="high",
        claims={Slot.MODEL: (Claim(text or "P3245-V", Strength.DISTINCT, (0,)),)},
        evidence=(evidence,),
        disputed={Slot.MODEL: (text, "other")} if text else {},
        services=(Service(80, "tcp", "http", text or "Apache"),),
        certificate=Certificate(text or "CN=axis", text or "CN=axis", "1", NOW, NOW, "00" * 32),
        cpes=("cpe:2.3:h:axis:p3245-v:-:*:*:*:*:*:*:*",),
        first_seen=NOW,
        last_seen=NOW,
    )


def inventory(text: str | None = None) -> Inventory:
    """A scan that found one camera, one other device, one of unknown kind."""
    other = replace(device(text, 2), kind=Kind.OTHER, surveillance=False)
    unknown = replace(
        device(text, 3), kind=Kind.UNKNOWN, surveillance=None, claims={}, confidence="low"
    )
    return Inventory(
        run=Run(
            mode="scan",
            site=text,
            scope=(text or "192.0.2.0/24",),
            started_at=NOW,
            ended_at=NOW,
            sources=(Source(text or "a.pcap", "00" * 32, 3),),
            ledger=Ledger(1, 2, 3, {"192.0.2.1": 6}),
            blind_spots=(BlindSpot(text or "mDNS", text or "no multicast", text or "attach"),),
        ),
        devices=(device(text), other, unknown),
        problems=(Problem(ProblemKind.TIMEOUT, "http", text or "192.0.2.1", text or "late"),),
        fingerprints_digest="0123abcd",
    )


def poisoned(document: Document, text: str) -> Document:
    """The document with every text in it, keys of mappings included, replaced by an attack.

    Such a document never comes out of a run, but out of a file that somebody else sends.
    """
    made = msgspec.convert(_mapped(msgspec.to_builtins(document), lambda _old: text), Document)
    made.schema = document.schema
    return made


def _mapped(value: object, change: Callable[[str], str], key: str = "") -> object:
    if isinstance(value, dict):
        free = key in {"claims", "strengths", "disputed", "per_host", "policies", "advisories"}
        return {
            (change(name) if free and name else name): _mapped(item, change, "" if free else name)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    fixed = key in {"started_at", "ended_at", "seen_at", "first_seen", "last_seen", "at"}
    fixed = fixed or key in {"not_before", "not_after", "excerpt"}
    return change(value) if isinstance(value, str) and not fixed else value


def readable(rendered: bytes) -> str:
    """The text of a rendered report; of a workbook the text of all its parts."""
    if not rendered.startswith(b"PK"):
        return rendered.decode()
    with zipfile.ZipFile(io.BytesIO(rendered)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())
