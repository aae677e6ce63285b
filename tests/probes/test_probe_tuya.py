"""Tuya broadcasts, all three protocol generations."""

import json

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from framing import damaged, frame, rejects, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, facts, silent

from camfinder.probes.tuya import KEY, PROBE

TEXT = json.dumps(
    {"ip": "192.0.2.20", "gwId": "bf0000000001", "productKey": "key0001", "version": "3.3"}
).encode()


def old(body: bytes, *, code: bool = True, tail: int = 4) -> bytes:
    """A `55aa` frame with a check of four or 32 bytes."""
    body = (bytes(4) if code else b"") + body + bytes(tail) + bytes.fromhex("0000aa55")
    return bytes.fromhex("000055aa 00000000 00000013") + len(body).to_bytes(4, "big") + body


def veiled(text: bytes) -> bytes:
    """Under AES-ECB with padding."""
    pad = 16 - len(text) % 16
    encryptor = Cipher(AES(KEY), ECB()).encryptor()  # noqa: S305  # the devices' choice
    return encryptor.update(text + bytes([pad]) * pad) + encryptor.finalize()


def new(text: bytes) -> bytes:
    """A `6699` frame under AES-GCM."""
    nonce = b"0123456789ab"
    size = len(text) + 12 + 16
    head = bytes.fromhex("0000 00000000 00000013") + size.to_bytes(4, "big")
    body = nonce + AESGCM(KEY).encrypt(nonce, text, head)
    return bytes.fromhex("00006699") + head + body + bytes.fromhex("00009966")


@pytest.mark.parametrize(
    ("payload", "port"),
    [
        (old(TEXT), 6666),
        (old(veiled(TEXT)), 6667),
        (old(veiled(TEXT), code=False), 6667),
        (old(veiled(TEXT), tail=32), 6667),
        (new(TEXT), 7000),
        (new(bytes(4) + TEXT), 7000),
        (TEXT, 6666),
    ],
)
def test_broadcasts(payload: bytes, port: int) -> None:
    """Plain, AES-ECB, AES-GCM: the same facts."""
    assert facts(PROBE, frame(payload, port)) == {
        "tuya.id": "bf0000000001",
        "tuya.product_key": "key0001",
        "tuya.protocol": "3.3",
        "tuya.address": "192.0.2.20",
    }


def test_listens_only() -> None:
    """Nothing is sent; the search of an app is no device."""
    assert not list(PROBE.discover(TARGET))
    assert not list(PROBE.queries(TARGET))
    assert silent(PROBE, frame(new(b'{"from":"app","ip":"192.0.2.9"}'), 7000))
    assert silent(PROBE, frame(TEXT, 5000))


def test_wrong_key_is_broken() -> None:
    """A frame that the public key does not open."""
    rejects(PROBE, frame(old(b"\x00" * 32), 6667))
    rejects(PROBE, frame(new(TEXT)[:-10] + bytes(10), 7000))


@FUZZ
@given(payload=damaged([old(TEXT), old(veiled(TEXT)), new(TEXT)]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 6667))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(old(veiled(TEXT)), 6667))
    attack(PROBE, frame(new(TEXT), 7000))
