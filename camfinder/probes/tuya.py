"""Tuya devices of any kind, white-label cameras among them: what they broadcast of themselves.

UDP 6666 plain (protocol 3.1), 6667 under AES-ECB (3.2 to 3.4), 7000 under AES-GCM (3.5), all with
one public key. Frames: `000055aa`, sequence, command, length, return code, JSON, check, `0000aa55`;
or `00006699`, two zero bytes, sequence, command, length, 12 bytes of nonce, text, 16 of tag,
`00009966`. Listening is enough: nothing is sent. The product behind a key needs the maker's cloud.
Source: tinytuya (frames, key).
"""

from collections.abc import Iterable
from hashlib import md5
from types import MappingProxyType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from camfinder.model import Frame, Observation, ParseError, Slot, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import add_fields, json_object
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import take, u32be

PORTS = frozenset({6666, 6667, 7000})
KEY = md5(b"yGAdlopoPVldABfn", usedforsecurity=False).digest()
OLD, NEW = bytes.fromhex("000055aa"), bytes.fromhex("00006699")
FIELDS = (
    ("gwId", "tuya.id"),
    ("productKey", "tuya.product_key"),
    ("version", "tuya.protocol"),
    ("ip", "tuya.address"),
)


def parse(frame: Frame) -> Iterable[Observation]:
    """A broadcast; the search of an app has no device id and gives nothing."""
    data = frame.payload
    if frame.transport is not Transport.UDP or len(data) > 4096:
        return ()
    if data.startswith(OLD):
        text = _old(data)
    elif data.startswith(NEW):
        text = _new(data)
    elif PORTS & {frame.source_port, frame.destination_port} and data.startswith(b"{"):
        text = data
    else:
        return ()
    found = json_object(text)
    if "gwId" not in found or "productKey" not in found:
        return ()
    facts = Facts()
    add_fields(facts, found, FIELDS)
    return (observe("tuya", frame, facts),) if facts.has("tuya.id") else ()


def _old(data: bytes) -> bytes:
    """The JSON of a `55aa` frame, plain or under AES-ECB."""
    size = u32be(data, 12)
    body = take(data, 16, size)
    if len(body) < 8 + 4:
        raise ParseError("Tuya frame without a body")
    for text in (body[4:-8], body[:-8], body[4:-36], body[:-36]):
        if text.startswith(b"{"):
            return text
        if text and len(text) % 16 == 0:
            decryptor = Cipher(AES(KEY), ECB()).decryptor()  # noqa: S305  # the devices' choice
            plain = decryptor.update(text) + decryptor.finalize()
            if plain.startswith(b"{"):
                return _unpadded(plain)
    raise ParseError("Tuya frame that its key does not open")


def _unpadded(plain: bytes) -> bytes:
    """Without PKCS 7 padding where there is some."""
    return plain[: -plain[-1]] if 1 <= plain[-1] <= 16 else plain


def _new(data: bytes) -> bytes:
    """The JSON of a `6699` frame; the head behind the prefix is authenticated with it."""
    size = u32be(data, 14)
    body = take(data, 18, size)
    if len(body) < 12 + 16:
        raise ParseError("Tuya frame without a body")
    try:
        plain = AESGCM(KEY).decrypt(body[:12], body[12:], data[4:18])
    except InvalidTag as error:
        raise ParseError("Tuya frame that its key does not open") from error
    start = plain.find(b"{", 0, 8)
    if start < 0:
        raise ParseError("Tuya frame without JSON")
    return plain[start:]


PROBE = Probe(
    name="tuya",
    title="Tuya broadcasts",
    touch=Touch.PASSIVE,
    ports=PORTS,
    emits={
        "tuya.id": "gwId, the device id",
        "tuya.product_key": "productKey: which product, known to the maker's cloud only",
        "tuya.protocol": "version of the protocol: `3.3`",
        "tuya.address": "ip",
    },
    parse=parse,
    declares=MappingProxyType({"tuya.id": Slot.SERIAL, "tuya.address": Slot.CLAIMED_ADDRESS}),
    magics=(OLD, NEW),
)
