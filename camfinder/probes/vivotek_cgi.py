"""Vivotek: model and firmware by the anonymous parameter program of some generations.

Source: VIVOTEK "URL Commands" of the network camera user manuals (getparam.cgi, group
system_info): lines `system_info_modelname='IP8131W'`.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Known, Observation, Query, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire.exchange import add_fields, ask_web, assignments, wanted, web_body
from camfinder.wire.text import Facts, mac, observe

REQUEST = "GET /cgi-bin/anonymous/getparam.cgi?system_info_modelname&system_info_firmwareversion"
VENDORS = frozenset({"vivotek"})
FIELDS = (
    ("system_info_modelname", "vivotek_cgi.model"),
    ("system_info_firmwareversion", "vivotek_cgi.firmware"),
    ("system_info_serialnumber", "vivotek_cgi.serial"),
    ("system_hostname", "vivotek_cgi.name"),
)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """One GET to a web server that some evidence calls a Vivotek."""
    return ask_web("vivotek_cgi", seen, REQUEST) if wanted(known, VENDORS) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """Lines of getparam.cgi."""
    body = web_body(frame)
    if body is None or b"system_info_" not in body[:8192]:
        return ()
    facts = Facts()
    add_fields(facts, assignments(body), FIELDS)
    if not facts.has("vivotek_cgi.model") and not facts.has("vivotek_cgi.firmware"):
        return ()
    serial = next((f.value for f in facts.done() if f.key == "vivotek_cgi.serial"), None)
    facts.add("vivotek_cgi.mac", mac(serial))
    return (observe("vivotek_cgi", frame, facts),)


PROBE = Probe(
    name="vivotek_cgi",
    title="Vivotek parameters",
    touch=Touch.UNICAST,
    ports=frozenset({80, 443}),
    emits={
        "vivotek_cgi.model": "system_info_modelname: `IP8131W`",
        "vivotek_cgi.firmware": "system_info_firmwareversion: `IP8131-VVTK-0100e7`",
        "vivotek_cgi.serial": "system_info_serialnumber: twelve digits, the MAC",
        "vivotek_cgi.mac": "the same as a MAC",
        "vivotek_cgi.name": "system_hostname",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "vivotek_cgi.model": Slot.MODEL,
            "vivotek_cgi.firmware": Slot.FIRMWARE,
            "vivotek_cgi.serial": Slot.SERIAL,
            "vivotek_cgi.mac": Slot.MAC,
            "vivotek_cgi.name": Slot.HOSTNAME,
        }
    ),
    follow_ups=follow_ups,
    crosses_routers=True,
)
