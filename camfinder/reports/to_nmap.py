"""Nmap's XML (`nmap -oX`), so that tools which read it take a camfinder inventory.

A `host` per device with an address or a MAC. What camfinder concludes stands in scripts of the
host (`camfinder`, `camfinder-findings`), not in `os`: no TCP/IP fingerprint was taken. `product`,
`version` and CPE names stand at the ports whose own answers named the device. Devices without
any address, blind spots and sums stand in a script after the hosts.

Source: nmap.dtd of Nmap 7.93; chapter "XML Output" of Nmap's reference guide.
"""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime

from lxml import etree

from camfinder.document import DeviceDoc, Document, EvidenceDoc, FindingDoc, ServiceDoc
from camfinder.reports import Report
from camfinder.reports.cells import against
from camfinder.reports.cpe import uri
from camfinder.reports.inert import shorten, visible

XML_VERSION = "1.05"
MAX_VALUE = 4_096
_MOST_PORTS = 1_000
_MOST_RIVALS = 20
_NAMES = {
    "wsd": "ws-discovery", "ssdp": "upnp", "tls": "ssl", "snmp": "snmp", "dhcp": "dhcpc",
}  # fmt: skip
"""Where Nmap's list of services has another word than the probe's name."""
_DEVICE_TYPES = {
    "camera": "webcam", "encoder": "webcam", "doorbell": "webcam", "recorder": "media device",
}  # fmt: skip
_CONF = {"high": "10", "medium": "7", "low": "3"}
_SAID = (
    "kind", "surveillance", "confidence", "brand", "maker", "model", "firmware", "firmware_raw",
    "serial", "hostname", "endpoint_uuid", "claimed_address", "channels", "id",
)  # fmt: skip


def render(document: Document) -> bytes:
    """The XML, valid against nmap.dtd."""
    out = io.BytesIO()
    run = document.run
    with etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        file.write_doctype("<!DOCTYPE nmaprun>")
        with file.element("nmaprun", _run(document)):
            file.write("\n")
            for empty in ("verbose", "debugging"):
                file.write(etree.Element(empty, level="0"), "\n")
            left_out = []
            for device in document.devices:
                addresses = _addresses(device)
                if not addresses:
                    left_out.append(device)
                    continue
                file.write(_host(device, addresses), "\n")
            file.write(_after(document, left_out), "\n")
            seconds = (run.ended_at - run.started_at).total_seconds()
            up = len(document.devices) - len(left_out)
            file.write(_sums(run.ended_at, seconds, up), "\n")
    return out.getvalue() + b"\n"


def _run(document: Document) -> dict[str, str]:
    run = document.run
    scope = " ".join(run.scope or [source.name for source in run.sources])
    return {
        "scanner": "nmap",
        "args": _text(f"camfinder {run.mode} {scope}"),
        "start": _epoch(run.started_at),
        "startstr": f"{run.started_at:%a %b %d %H:%M:%S %Y}",
        "version": _text(f"camfinder {document.tool.version}"),
        "xmloutputversion": XML_VERSION,
    }


def _addresses(device: DeviceDoc) -> list[dict[str, str]]:
    """The address it was reached at last (tools take one a host), and its MAC."""
    found = []
    for address in [device.address, *device.addresses]:
        text = _text((address or "").partition("%")[0])
        if text:
            kind = "ipv6" if ":" in text else "ipv4"
            found.append({"addr": text, "addrtype": kind})
            break
    if device.mac:
        found.append({"addr": _text(device.mac).upper(), "addrtype": "mac"})
    return found


def _host(device: DeviceDoc, addresses: list[dict[str, str]]) -> etree._Element:
    times = {"starttime": _epoch(device.first_seen), "endtime": _epoch(device.last_seen)}
    host = etree.Element("host", times)
    _add(host, "status", {"state": "up", "reason": _reason(device), "reason_ttl": "0"})
    for address in addresses:
        _add(host, "address", address)
    names = _add(host, "hostnames", {})
    if device.hostname:
        _add(names, "hostname", {"name": _text(device.hostname)})
    _ports(host, device)
    scripts = _add(host, "hostscript", {})
    _claims(scripts, device)
    if findings := against(device):
        _findings(scripts, findings)
    return host


def _reason(device: DeviceDoc) -> str:
    """Why it counts as up, in Nmap's words."""
    transports = {service.transport for service in device.services}
    if transports:
        return "syn-ack" if "tcp" in transports else "udp-response"
    return "arp-response" if device.mac else "unknown-response"


def _ports(host: etree._Element, device: DeviceDoc) -> None:
    ports = _add(host, "ports", {})
    spoke: dict[tuple[str, int], list[EvidenceDoc]] = {}
    for item in device.evidence:
        key = ("tcp" if item.transport in {"tcp", "http", "https", "tls"} else "udp", item.port)
        spoke.setdefault(key, []).append(item)
    grouped: dict[tuple[str, int], list[ServiceDoc]] = {}
    for service in device.services:
        if service.transport in {"tcp", "udp"} and len(grouped) < _MOST_PORTS:
            grouped.setdefault((service.transport, service.port), []).append(service)
    for (transport, number), services in sorted(grouped.items()):
        port = _add(ports, "port", {"protocol": transport, "portid": str(number)})
        reason = "syn-ack" if transport == "tcp" else "udp-response"
        _add(port, "state", {"state": "open", "reason": reason, "reason_ttl": "0"})
        _service(port, device, services, spoke.get((transport, number), []))


def _service(
    port: etree._Element, device: DeviceDoc, services: list[ServiceDoc], spoke: list[EvidenceDoc]
) -> None:
    """What runs at a port; who made it only where the port's own answers told."""
    protocols = [service.protocol for service in services]
    carriers = {item.transport for item in spoke} | set(protocols)
    over_tls = bool(carriers & {"tls", "https"})
    web = bool(carriers & {"http", "https"})
    name = "http" if web else _NAMES.get(protocols[0], protocols[0])
    values = {"name": _text(name) or "unknown", "conf": "10", "method": "probed"}
    if over_tls:
        values["tunnel"] = "ssl"
    banners = dict.fromkeys(service.banner for service in services if service.banner)
    if banners:
        values["extrainfo"] = _text("; ".join(banners))
    named = any({"brand", "maker", "model"} & set(item.claims) for item in spoke)
    if named:
        product = " ".join(filter(None, (device.brand or device.maker, device.model)))
        values |= {"product": _text(product)} if product else {}
        values |= {"version": _text(device.firmware)} if device.firmware else {}
        kind = _DEVICE_TYPES.get(device.kind)
        values |= {"devicetype": kind} if kind else {}
        values["conf"] = _CONF.get(device.confidence, "3")
    made = _add(port, "service", values)
    for cpe in dict.fromkeys(uri(name) for name in device.cpes) if named else ():
        if cpe is not None:
            etree.SubElement(made, "cpe").text = cpe


def _claims(scripts: etree._Element, device: DeviceDoc) -> None:
    values = {name: getattr(device, name) for name in _SAID}
    values["surveillance"] = {True: "yes", False: "no", None: "undecided"}[device.surveillance]
    told = {name: _text(str(value)) for name, value in values.items() if value is not None}
    script = _script(scripts, "camfinder", (f"{name}: {value}" for name, value in told.items()))
    _elements(script, told)
    if len(device.addresses) > 1:
        _list(script, "addresses", device.addresses)
    if device.disputed:
        disputed = _add(script, "table", {"key": "disputed"})
        for slot, rivals in device.disputed.items():
            _list(disputed, slot, rivals[:_MOST_RIVALS])
    if device.cpes:
        _list(script, "cpes", device.cpes)
    claims = _add(script, "table", {"key": "claims"})
    for slot, values_of in device.claims.items():
        for claim in values_of[:_MOST_RIVALS]:
            row = _add(claims, "table", {"key": _text(slot)})
            _elements(row, {"value": _text(claim.value), "strength": _text(claim.strength)})
    if device.record is not None:
        _elements(_add(script, "table", {"key": "record"}), {"status": _text(device.record.status)})


def _findings(scripts: etree._Element, findings: list[FindingDoc]) -> None:
    lines = (
        f"{f.kind} {f.id}: {f.verdict}{', known exploited' if f.kev else ''}" for f in findings
    )
    script = _script(scripts, "camfinder-findings", map(_text, lines))
    for finding in findings:
        values = {
            "kind": finding.kind, "verdict": finding.verdict, "title": finding.title,
            "because": finding.because, "fixed_in": finding.fixed_in, "clause": finding.clause,
            "known_exploited": None if finding.kev is None else str(finding.kev).lower(),
            "cvss": None if finding.cvss is None else f"{finding.cvss:g}",
        }  # fmt: skip
        table = _add(script, "table", {"key": _text(finding.id)})
        _elements(table, {name: _text(value) for name, value in values.items() if value})


def _after(document: Document, left_out: list[DeviceDoc]) -> etree._Element:
    """The script after all hosts: what has no place in a host."""
    after = etree.Element("postscript")
    spots = [f"not seen: {s.what} ({s.why}; {s.remedy})" for s in document.run.blind_spots]
    lost = [f"without address: {d.kind} {d.brand or ''} {d.model or ''} {d.id}" for d in left_out]
    script = _script(after, "camfinder", map(_text, [*spots, *lost]))
    ledger = document.run.ledger
    sent = {
        "datagrams": str(ledger.datagrams),
        "connections": str(ledger.connections),
        "requests": str(ledger.requests),
    }
    _elements(script, sent)
    return after


def _sums(ended: datetime, seconds: float, up: int) -> etree._Element:
    sums = etree.Element("runstats")
    told = f"camfinder done at {ended:%a %b %d %H:%M:%S %Y}; {up} hosts up, {seconds:.2f} s"
    values = {
        "time": _epoch(ended),
        "timestr": f"{ended:%a %b %d %H:%M:%S %Y}",
        "elapsed": f"{seconds:.2f}",
        "summary": told,
        "exit": "success",
    }
    _add(sums, "finished", values)
    _add(sums, "hosts", {"up": str(up), "down": "0", "total": str(up)})
    return sums


def _script(parent: etree._Element, name: str, lines: Iterable[str]) -> etree._Element:
    output = "".join(f"\n  {line}" for line in lines)
    return _add(parent, "script", {"id": name, "output": output})


def _list(parent: etree._Element, key: str, values: Iterable[str]) -> None:
    table = _add(parent, "table", {"key": _text(key)})
    for value in values:
        etree.SubElement(table, "elem").text = _text(value)


def _elements(parent: etree._Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        element = _add(parent, "elem", {"key": name})
        element.text = value


def _add(parent: etree._Element, name: str, values: Mapping[str, str]) -> etree._Element:
    return etree.SubElement(parent, name, dict(values))


def _text(value: str) -> str:
    """Inert, and without what XML 1.0 forbids (section 2.2: controls, surrogates, U+FFFE/F)."""
    return visible(shorten(value, MAX_VALUE))


def _epoch(moment: datetime) -> str:
    return str(int(moment.timestamp()))


REPORT = Report(
    name="nmap",
    suffix=".nmap.xml",
    title="Nmap's XML, for tools that read it",
    render=render,
)
