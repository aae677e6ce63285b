"""The certificates of the devices: self-made, as devices make them at their first start."""

import ssl
import tempfile
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from camfinder.lab.persona import Certificate
from camfinder.lab.seat import Seat

_NAMES = {
    "CN": NameOID.COMMON_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "C": NameOID.COUNTRY_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "SERIALNUMBER": NameOID.SERIAL_NUMBER,
}
_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    """One key for the whole lab: making them is slow, and nobody compares them."""
    return ec.generate_private_key(ec.SECP256R1())


def _name(seat: Seat, parts: tuple[str, ...]) -> x509.Name:
    pairs = (part.partition("=") for part in parts)
    return x509.Name(
        [x509.NameAttribute(_NAMES[key.strip()], seat.text(value)) for key, _, value in pairs]
    )


def _alternative(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def make(seat: Seat, wanted: Certificate) -> x509.Certificate:
    """The certificate of a device."""
    subject = _name(seat, wanted.subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_name(seat, wanted.issuer) if wanted.issuer else subject)
        .public_key(_key().public_key())
        .serial_number(wanted.serial)
        .not_valid_before(datetime.fromisoformat(wanted.not_before).replace(tzinfo=UTC))
        .not_valid_after(datetime.fromisoformat(wanted.not_after).replace(tzinfo=UTC))
    )
    if wanted.names:
        names = x509.SubjectAlternativeName([_alternative(seat.text(n)) for n in wanted.names])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(_key(), hashes.SHA256())


def context(seat: Seat, wanted: Certificate) -> ssl.SSLContext:
    """A server context that shows this certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if wanted.tls in {"1.0", "1.1"}:  # devices of their time: OpenSSL has to be talked into it
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = _VERSIONS["1.0"]
    made.maximum_version = _VERSIONS[wanted.tls]
    pem = make(seat, wanted).public_bytes(serialization.Encoding.PEM)
    pem += _key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with tempfile.TemporaryDirectory() as folder:  # the standard library reads files only
        file = Path(folder) / "pem"
        file.write_bytes(pem)
        made.load_cert_chain(file)
    return made
