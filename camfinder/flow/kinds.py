"""Kinds of observations as others call them, and texts that lost their form on the way.

Whoever collects answers names the pieces after the tool at hand: `http.headers`, `wsd.probe_match`,
`http.html`. What is plainly meant is read; the documented names are those of docs/identify.md.
"""

from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

import msgspec
import re2

SAME: Mapping[str, str] = {
    "http.headers": "http.response",
    "http.head": "http.response",
    "http.banner": "http.response",
    "http.raw": "http.response",
    "http.html": "http.body",
    "http.page": "http.body",
    "http.content": "http.body",
    "http.www-authenticate": "http.www_authenticate",
    "http.auth": "http.www_authenticate",
    "http.cookie": "http.set_cookie",
    "http.favicon.hash": "http.favicon.mmh3",
    "http.favicon": "http.favicon.mmh3",
    "favicon.mmh3": "http.favicon.mmh3",
    "favicon.md5": "http.favicon.md5",
    "rtsp.headers": "rtsp.response",
    "rtsp.head": "rtsp.response",
    "rtsp.banner": "rtsp.response",
    "rtsp.options": "rtsp.response",
    "rtsp.describe": "rtsp.response",
    "rtsp.www-authenticate": "rtsp.www_authenticate",
    "sdp": "rtsp.sdp",
    "sip.headers": "sip.response",
    "sip.user-agent": "sip.user_agent",
    "wsd.probe_match": "wsd.probematch",
    "wsd.probe_matches": "wsd.probematch",
    "wsd.probematches": "wsd.probematch",
    "wsd.hello": "wsd.probematch",
    "wsd.response": "wsd.probematch",
    "wsd.scopes": "onvif.scopes",
    "ws-discovery": "wsd.probematch",
    "ws_discovery": "wsd.probematch",
    "onvif.discovery": "wsd.probematch",
    "onvif.probematch": "wsd.probematch",
    "onvif.device_info": "onvif.device_information",
    "onvif.deviceinformation": "onvif.device_information",
    "onvif.get_device_information": "onvif.device_information",
    "onvif.getdeviceinformation": "onvif.device_information",
    "onvif.scope.all": "onvif.scopes",
    "isapi.deviceinfo": "isapi.device_info",
    "isapi.device_information": "isapi.device_info",
    "sadp": "hikvision.sadp",
    "dhip": "dahua.dhip",
    "dahua.discovery": "dahua.dhip",
    "tapo.discovery": "tplink.discovery",
    "kasa.discovery": "tplink.discovery",
    "ssdp.headers": "ssdp.response",
    "ssdp.notify": "ssdp.response",
    "ssdp.search": "ssdp.response",
    "upnp.response": "ssdp.response",
    "upnp.xml": "upnp.description",
    "upnp.device": "upnp.description",
    "upnp.device_description": "upnp.description",
    "upnp.rootdesc": "upnp.description",
    "mdns.name": "mdns.instance",
    "tls.cn": "tls.subject.cn",
    "tls.certificate.subject": "tls.subject",
    "tls.certificate.issuer": "tls.issuer",
    "x509.subject": "tls.subject",
    "x509.issuer": "tls.issuer",
    "snmp.sys_descr": "snmp.sysdescr",
    "snmp.description": "snmp.sysdescr",
    "snmp.sys_object_id": "snmp.sysobjectid",
    "snmp.sysoid": "snmp.sysobjectid",
    "dhcp.option60": "dhcp.vendor_class",
    "dhcp.vendor_class_id": "dhcp.vendor_class",
    "dhcp.option12": "dhcp.hostname",
    "hostname": "dhcp.hostname",
    "mac.address": "mac",
    "arp.mac": "mac",
    "telnet": "telnet.banner",
    "ftp": "ftp.banner",
    "ssh": "ssh.banner",
}
"""Other names of kinds, in lower case."""

_STARTS: tuple[tuple[str, str], ...] = (
    ("HTTP/1.", "http.response"),
    ("RTSP/1.0", "rtsp.response"),
    ("SIP/2.0", "sip.response"),
    ("NOTIFY * HTTP", "ssdp.response"),
    ("v=0", "rtsp.sdp"),
    ("SSH-", "ssh.banner"),
    ("220", "ftp.banner"),
)
_MARKS: tuple[tuple[str, str], ...] = (
    ("ProbeMatch", "wsd.probematch"),
    ("GetDeviceInformationResponse", "onvif.device_information"),
    ("<DeviceInfo", "isapi.device_info"),
    ("urn:schemas-upnp-org:device-1-0", "upnp.description"),
    ("<ProbeMatch", "hikvision.sadp"),
)
MARK_CHARS = 65_536

_FIELDS: Mapping[str, str] = {
    "manufacturer": "Manufacturer",
    "model": "Model",
    "firmwareversion": "FirmwareVersion",
    "firmware": "FirmwareVersion",
    "fwversion": "FirmwareVersion",
    "serialnumber": "SerialNumber",
    "serial": "SerialNumber",
    "hardwareid": "HardwareId",
}
_FIELD = re2.compile(
    r"(?i)(?:^|[^A-Za-z])[\"']?(manufacturer|model|(?:firmware|fw)[ _]?version|firmware"
    r"|serial[ _]?number|serial|hardware[ _]?id)[\"']?\s*[:=]\s*"
    r"(?:\"([^\"]*)\"|'([^']*)'|([^\s,;{}\"'][^\r\n,;{}\"']*))"
)
"""A field of device information that a library printed: JSON, a Python table, or lines."""


def canonical(kind: str, value: object, known: Callable[[str], bool]) -> str:
    """The documented name of a kind; for one that nobody knows, what its value looks like.

    Args:
        kind: As it was given.
        value: Of the observation.
        known: Whether a kind is understood as it is.
    """
    if known(kind):
        return kind
    name = kind.strip().lower()
    name = SAME.get(name, name)
    if known(name) or not isinstance(value, str):
        return name
    start = value.lstrip()
    for prefix, guess in _STARTS:
        if start.startswith(prefix):
            return guess
    head = value[:MARK_CHARS]
    return next((guess for mark, guess in _MARKS if mark in head), name)


def device_information(value: str) -> bytes:
    """Device information as the message it was: libraries print its fields in many ways."""
    if value.lstrip()[:1] == "<":
        return _answer(value).encode("utf-8", "replace")
    fields: dict[str, str] = {}
    for name, double, single, bare in _FIELD.findall(value[:MARK_CHARS]):
        key = _FIELDS["".join(char for char in name.lower() if char.isalpha())]
        fields.setdefault(key, (double or single or bare).strip())
    if len(fields) < 2:
        return value.encode("utf-8", "replace")
    whole = dict.fromkeys(_FIELDS.values(), "") | fields
    return msgspec.json.encode(whole)


def _answer(value: str) -> str:
    """Elements of an answer of which the envelope was left out, as a whole answer."""
    if "DeviceInformationResponse" in value or "Manufacturer>" not in value:
        return value
    start = '<Envelope xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><Body>'
    name = "tds:GetDeviceInformationResponse"
    return f"{start}<{name}>{value}</{name}></Body></Envelope>"


_PAIR = re2.compile(
    r"[\"'](\w{1,40})[\"']\s*:\s*(?:\"([^\"]{0,400})\"|'([^']{0,400})'|(\d{1,20}|true|false)\b)"
)
"""A key and its value in JSON, or in a table as Python prints it."""


def elements(root: str, value: str) -> str:
    """A table as the XML that it was read out of; other texts, and XML, as they are.

    Args:
        root: Name of the root element, its attributes behind it.
        value: Of the observation: XML, JSON, or a table as Python prints it.
    """
    if value.lstrip()[:1] != "{":
        return value
    found = _PAIR.findall(value[:MARK_CHARS])
    children = (
        f"<{key}>{escape(double or single or bare)}</{key}>" for key, double, single, bare in found
    )
    return f"<{root}>{''.join(children)}</{root.partition(' ')[0]}>"
