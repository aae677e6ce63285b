"""Posture: what a device itself shows about how it is run, without any log-in.

Facts, no verdict on the maker: no password set, no TLS, open Telnet ... each with the evidence.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from camfinder.document import DeviceDoc, EvidenceDoc, FindingDoc

STATED = "stated"
MAX_DRIFT = timedelta(days=1)
FIRST_YEAR = 1990
"""Evidence without a real time carries one before: no clock is judged by it."""

MIN_NAME = 6
"""Characters of a serial or MAC that make a host name a default one."""

_SETUP: dict[str, tuple[frozenset[str], str]] = {
    "sadp.activated": (frozenset({"false"}), "SADP: Activated is false"),
    "isapi.activated": (frozenset({"false"}), "activation status: Activated is false"),
    "sunapi.initialized": (frozenset({"false"}), "SUNAPI: Initialized is false"),
    "hanwha.password_status": (frozenset({"0"}), "Hanwha search: no password set"),
}
STATES = frozenset(
    {
        *_SETUP,
        "onvif.clock",
        "rtsp.answered",
        "telnet.banner",
        "ftp.banner",
        "tls.not_after",
        "tls.issuer",
    }
)
"""Facts that the engine keeps as evidence although they claim nothing of maker or model."""

_Rule = Callable[[DeviceDoc, date, bool], Iterator[FindingDoc]]


def posture(device: DeviceDoc, day: date, *, asked: bool) -> list[FindingDoc]:
    """The posture findings of a surveillance device; none for anything else.

    Args:
        device: As the inventory document holds it.
        day: The day by which certificates are judged.
        asked: camfinder asked itself, without credentials; answers that were overheard may have
            been given to somebody who had logged in.
    """
    if not device.surveillance:
        return []
    return [finding for rule in _RULES for finding in rule(device, day, asked)]


def _finding(
    key: str, title: str, because: str, evidence: Sequence[EvidenceDoc] = ()
) -> FindingDoc:
    return FindingDoc(
        kind="posture",
        id=key,
        verdict=STATED,
        title=title,
        because=because,
        evidence=[item.id for item in evidence],
    )


def _facts(device: DeviceDoc, *keys: str) -> list[EvidenceDoc]:
    """Evidence on these facts, each fact and place once."""
    found: dict[tuple[str, str, int], EvidenceDoc] = {}
    for item in device.evidence:
        if item.fact in keys:
            found.setdefault((item.fact, item.value, item.port), item)
    return list(found.values())


def _not_set_up(device: DeviceDoc, _day: date, _asked: bool) -> Iterator[FindingDoc]:
    """Factory state: whoever comes first sets the password."""
    for key, (values, words) in _SETUP.items():
        items = [i for i in _facts(device, key) if i.value.casefold() in values]
        if items:
            because = f"{words}: whoever comes first sets its password"
            yield _finding("not-activated", "no password was ever set", because, items)
            return


def _plain_http(device: DeviceDoc, _day: date, _asked: bool) -> Iterator[FindingDoc]:
    """A web server without TLS, and no TLS seen on any port."""
    secured = any(s.protocol == "tls" for s in device.services) or any(
        item.transport in {"https", "tls"} for item in device.evidence
    )
    plain = [item for item in device.evidence if item.transport == "http" and item.port]
    if plain and not secured and device.certificate is None:
        ports = sorted({item.port for item in plain})
        because = f"port {', '.join(map(str, ports))} answers plain HTTP, and no TLS was seen"
        first = {item.port: item for item in reversed(plain)}
        yield _finding("http-without-tls", "HTTP without TLS", because, list(first.values()))


def _certificate(device: DeviceDoc, day: date, _asked: bool) -> Iterator[FindingDoc]:
    certificate = device.certificate
    if certificate is None:
        return
    items = _facts(device, "tls.not_after", "tls.issuer")
    if certificate.subject == certificate.issuer:
        because = f"subject and issuer are the same: {certificate.subject}"
        yield _finding("certificate-self-signed", "self-signed certificate", because, items)
    if certificate.not_after.astimezone(UTC).date() < day:
        because = f"valid until {certificate.not_after.date()}, judged on {day}"
        yield _finding("certificate-expired", "expired certificate", because, items)


def _open_service(device: DeviceDoc, _day: date, _asked: bool) -> Iterator[FindingDoc]:
    """Telnet and FTP carry passwords in the clear."""
    for protocol in ("telnet", "ftp"):
        ports = sorted({s.port for s in device.services if s.protocol == protocol})
        if ports:
            because = f"port {', '.join(map(str, ports))} answers; passwords go in the clear"
            items = _facts(device, f"{protocol}.banner")
            yield _finding(f"{protocol}-open", f"{protocol.capitalize()} is open", because, items)


def _anonymous(device: DeviceDoc, _day: date, asked: bool) -> Iterator[FindingDoc]:
    """ONVIF Core specification 5.12: GetDeviceInformation is for users, not for anybody."""
    if not asked:
        return
    items = [
        item
        for item in _facts(device, "onvif.firmware", "onvif.serial")
        if item.probe == "onvif" and item.transport in {"http", "https"}
    ]
    if items:
        because = "GetDeviceInformation told firmware and serial number without a log-in"
        yield _finding("onvif-anonymous", "ONVIF answers without log-in", because, items)


def _open_stream(device: DeviceDoc, _day: date, asked: bool) -> Iterator[FindingDoc]:
    items = [i for i in _facts(device, "rtsp.answered") if i.value.startswith("200 DESCRIBE")]
    if asked and items:
        because = "DESCRIBE was answered without a log-in: the stream is open to everybody"
        yield _finding("stream-open", "RTSP stream without log-in", because, items)


def _clock(device: DeviceDoc, _day: date, _asked: bool) -> Iterator[FindingDoc]:
    """Its clock against ours at the moment of the answer."""
    for item in _facts(device, "onvif.clock"):
        try:
            shown = datetime.fromisoformat(item.value)
        except ValueError:
            continue
        shown = shown if shown.tzinfo else shown.replace(tzinfo=UTC)
        if item.seen_at.year >= FIRST_YEAR and abs(shown - item.seen_at) > MAX_DRIFT:
            because = f"it says {shown.isoformat()} at {item.seen_at.isoformat()}"
            yield _finding("clock-wrong", "the clock is wrong by more than a day", because, [item])
            return


def _default_name(device: DeviceDoc, _day: date, _asked: bool) -> Iterator[FindingDoc]:
    """A host name that the factory made: of model, serial number or MAC."""
    parts = [device.model, device.serial, (device.mac or "").replace(":", "")[-MIN_NAME:]]
    marks = [_plain(part) for part in parts if part and len(_plain(part)) >= MIN_NAME]
    for claim in device.claims.get("hostname", []):
        name = _plain(claim.value)
        if any(mark in name for mark in marks):
            items = [item for item in device.evidence if item.id in claim.evidence]
            because = f"{claim.value} is made of its model, serial number or MAC"
            yield _finding("default-host-name", "default host name", because, items)
            return


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


_RULES: tuple[_Rule, ...] = (
    _not_set_up,
    _plain_http,
    _certificate,
    _open_service,
    _anonymous,
    _open_stream,
    _clock,
    _default_name,
)
