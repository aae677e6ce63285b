"""Netwave and Foscam MJPEG boards, overheard: `/get_status.cgi`, a list of script variables.

Nothing is asked: only old builds answer without a login, and it is not established which.
Source: "IP camera CGI manual" 1.21 of Shenzhen Foscam, section get_status.cgi: lines
`var id='000DC5D00000';`.
"""

from collections.abc import Iterable
from types import MappingProxyType

import re2

from camfinder.model import Frame, Observation, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire.exchange import web_body
from camfinder.wire.text import Facts, decode, mac, observe

KEYS = {
    "id": "netwave_status.serial",
    "sys_ver": "netwave_status.firmware",
    "app_ver": "netwave_status.web",
    "alias": "netwave_status.name",
}
_VARIABLE = re2.compile(r"""(?m)^\s*var (id|sys_ver|app_ver|alias) ?= ?['"]([^'"\n]{0,64})['"]""")


def parse(frame: Frame) -> Iterable[Observation]:
    """Identity and versions of a get_status.cgi answer."""
    body = web_body(frame)
    if body is None or b"var sys_ver" not in body[:4096] or b"var app_ver" not in body[:4096]:
        return ()
    facts = Facts()
    for found in _VARIABLE.finditer(decode(body[:8192])):
        facts.add(KEYS[found.group(1)], found.group(2))
        if found.group(1) == "id":
            facts.add("netwave_status.mac", mac(found.group(2)))
    return (observe("netwave_status", frame, facts),) if len(facts) else ()


PROBE = Probe(
    name="netwave_status",
    title="Netwave camera status, overheard",
    touch=Touch.PASSIVE,
    ports=frozenset({80}),
    emits={
        "netwave_status.serial": "id: twelve digits, the MAC",
        "netwave_status.mac": "the same as a MAC",
        "netwave_status.firmware": "sys_ver: `11.37.2.49`",
        "netwave_status.web": "app_ver: version of the web pages",
        "netwave_status.name": "alias, the name given by its owner",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "netwave_status.serial": Slot.SERIAL,
            "netwave_status.mac": Slot.MAC,
            "netwave_status.firmware": Slot.FIRMWARE,
            "netwave_status.name": Slot.HOSTNAME,
        }
    ),
)
