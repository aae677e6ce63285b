"""Topsee, Tianshitong, Anjoy and Anjvision boards, UDP 3001: XML in attributes.

The answer (message code 3, root element renamed by relabellers) is broadcast to the same port and
holds accounts in plain text: only the attributes named below are read, and the evidence is made of
them alone. Message codes other than 1 write and are never sent.
Source: public discovery tools for these boards and firmware-side source, as read for the facts.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire import soap
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, observe

PORT = 3001
REQUEST = (
    b'<?xml version="1.0" encoding="GB2312" ?><XML_TOPSEE><MESSAGE_HEADER '
    b'Msg_type="SYSTEM_SEARCHIPC_MESSAGE" Msg_code="1" Msg_flag="0"/>'
    b"<MESSAGE_BODY></MESSAGE_BODY></XML_TOPSEE>"
)
MESSAGE = b"SYSTEM_SEARCHIPC_MESSAGE"
FIELDS = (
    ("VENDOR_PARAM", "VendorId", "topsee.vendor"),
    ("DEVICE_TYPE", "DeviceType", "topsee.device_type"),
    ("DEVICE_TYPE", "DeviceModule", "topsee.model"),
    ("IPC_SERIALNUMBER", "SerialNumber", "topsee.serial"),
    ("IPC_SERIALNUMBER", "P2PID", "topsee.uid"),
    ("IPC_SERIALNUMBER", "UUID", "topsee.uuid"),
    ("LANConfig", "MacAddress", "topsee.mac"),
    ("LANConfig", "IPAddress", "topsee.address"),
)


def discover(_target: Target) -> Iterable[Query]:
    """To everybody; the answers are broadcast to the same port."""
    return (broadcast("topsee", PORT, REQUEST, source_port=PORT, reply_ports=(PORT,)),)


def parse(frame: Frame) -> Iterable[Observation]:
    """The named attributes of an answer; a search or a message that writes gives nothing."""
    data = frame.payload
    if frame.transport is not Transport.UDP or MESSAGE not in data[:1024]:
        return ()
    root = soap.parse(data)
    head = soap.find(root, "MESSAGE_HEADER")
    if head is None or head.get("Msg_code") != "3":
        return ()
    facts = Facts()
    facts.add("topsee.answer", soap.local(root))
    kept = []
    for element, attribute, key in FIELDS:
        found = soap.find(root, element)
        value = None if found is None else found.get(attribute)
        if value:
            kept.append(f"{element} {attribute}={value[:256]}")
        if key.endswith(".mac"):
            facts.add_mac(key, value)
        else:
            facts.add(key, value, 256)
    return (observe("topsee", frame, facts, raw="\n".join(kept).encode()),) if kept else ()


PROBE = Probe(
    name="topsee",
    title="Topsee and Anjvision search",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "topsee.answer": "root element: `XML_TOPSEE`, `XML_ANJVISION`",
        "topsee.vendor": "VendorId",
        "topsee.device_type": "DeviceType",
        "topsee.model": "DeviceModule, the board's own name",
        "topsee.serial": "SerialNumber",
        "topsee.uid": "P2PID",
        "topsee.uuid": "UUID",
        "topsee.mac": "MacAddress",
        "topsee.address": "IPAddress",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "topsee.model": Slot.MODEL,
            "topsee.serial": Slot.SERIAL,
            "topsee.mac": Slot.MAC,
            "topsee.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
)
