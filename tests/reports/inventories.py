"""Inventories for the report tests: an ordinary one, and one in which every text is an attack."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

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
