"""Certificates, odd and broken ones too."""

import hashlib
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from framing import damaged, frame, one, read, rejects, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Transport
from camfinder.probes.tls import PROBE

KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(common_name: str = "axis-00408caa0001", issuer: str | None = None) -> bytes:
    """A certificate in DER, organisation before common name as issuers encode them."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Nord, AS"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Cameras"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, "044500000001"),
        ]
    )
    other = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer or "x")])
    names = [x509.DNSName("nord.local"), x509.IPAddress(ip_address("192.0.2.10"))]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(other if issuer else subject)
        .public_key(KEY.public_key())
        .serial_number(0xABC)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2034, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(KEY, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


def test_certificate() -> None:
    """Names in RFC 4514 form, dates, serial number, digest, alternative names."""
    der = certificate()
    found = one(PROBE, frame(der, 443, Transport.TLS))
    subject = "SERIALNUMBER=044500000001,CN=axis-00408caa0001,OU=Cameras,O=Nord\\, AS"
    assert found.first("tls.subject") == found.first("tls.issuer") == subject
    assert found.first("tls.subject.cn") == "axis-00408caa0001"
    assert found.first("tls.subject.o") == "Nord, AS"
    assert found.first("tls.subject.serial") == "044500000001"
    assert found.all("tls.san") == ("nord.local", "192.0.2.10")
    assert found.first("tls.serial") == "abc"
    assert found.first("tls.not_before") == "2024-01-01T00:00:00Z"
    assert found.first("tls.not_after") == "2034-01-01T00:00:00Z"
    assert found.first("tls.sha256") == hashlib.sha256(der).hexdigest()
    assert found.first("tls.self_signed") == "true"


def test_issued_by_another() -> None:
    """A certificate of an authority is not self-signed."""
    found = one(PROBE, frame(certificate(issuer="Nord Root"), 443, Transport.TLS))
    assert found.first("tls.issuer") == "CN=Nord Root"
    assert found.first("tls.self_signed") is None


@pytest.mark.parametrize(
    ("common_name", "mac"),
    [
        ("00-07-5f-00-00-01", "00:07:5f:00:00:01"),
        ("axis-00408caa0001", "00:40:8c:aa:00:01"),
        ("UBNT-24:A4:3C:00:00:01", "24:a4:3c:00:00:01"),
        ("123456789012", None),
        ("nord-123456789012", None),
        ("www.nord.example", None),
    ],
)
def test_mac_in_the_common_name(common_name: str, mac: str | None) -> None:
    """A MAC in the name is one when it is written like one."""
    found = one(PROBE, frame(certificate(common_name), 443, Transport.TLS))
    assert found.first("tls.mac") == mac


def test_what_gives_nothing() -> None:
    """Other transports and other bytes; a broken certificate is a ParseError."""
    assert not read(PROBE, frame(certificate(), 443, Transport.TCP))
    assert not read(PROBE, frame(b"\x16\x03\x01", 443, Transport.TLS))
    rejects(PROBE, frame(certificate()[:-1], 443, Transport.TLS))
    rejects(PROBE, frame(b"\x30" + bytes(100_000), 443, Transport.TLS))


def test_cuts() -> None:
    """A certificate cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(certificate(), 443, Transport.TLS))


@settings(max_examples=200)
@given(data=damaged([certificate()]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 443, Transport.TLS))
