"""TLS certificates: the leaf that a server showed, whoever completed the handshake.

Source: RFC 5280; names in the string form of RFC 4514.
"""

import hashlib
import warnings
from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType

from cryptography import x509
from cryptography.x509.oid import NameOID

from camfinder.model import Frame, Observation, ParseError, Slot, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.text import Facts, mac, mac_in, observe

MAX_BYTES = 65_536
MAX_NAMES = 32
_NAMES = MappingProxyType(
    {
        NameOID.SERIAL_NUMBER: "SERIALNUMBER",
        NameOID.EMAIL_ADDRESS: "emailAddress",
        NameOID.GIVEN_NAME: "GN",
        NameOID.SURNAME: "SN",
        NameOID.TITLE: "title",
        NameOID.DN_QUALIFIER: "dnQualifier",
    }
)


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation for a certificate in DER."""
    data = frame.payload
    if frame.transport is not Transport.TLS or data[:1] != b"\x30":
        return ()
    if len(data) > MAX_BYTES:
        raise ParseError(f"certificate of {len(data)} bytes")
    facts = Facts()
    try:
        with warnings.catch_warnings():
            # Cameras carry certificates that the library only puts up with: serial 0, version 1.
            warnings.simplefilter("ignore")
            _certificate(x509.load_der_x509_certificate(data), facts)
    except Exception as error:  # noqa: BLE001  # hostile bytes: the library raises many things
        raise ParseError(f"certificate: {type(error).__name__}: {error}"[:300]) from None
    facts.add("tls.sha256", hashlib.sha256(data).hexdigest())
    return (observe("tls", frame, facts),)


def _certificate(certificate: x509.Certificate, facts: Facts) -> None:
    subject = _name(certificate.subject)
    issuer = _name(certificate.issuer)
    facts.add("tls.subject", subject)
    facts.add("tls.issuer", issuer)
    facts.add_all("tls.subject.cn", _values(certificate.subject, NameOID.COMMON_NAME))
    facts.add_all("tls.subject.o", _values(certificate.subject, NameOID.ORGANIZATION_NAME))
    facts.add_all("tls.subject.ou", _values(certificate.subject, NameOID.ORGANIZATIONAL_UNIT_NAME))
    facts.add_all("tls.subject.serial", _values(certificate.subject, NameOID.SERIAL_NUMBER))
    facts.add_all("tls.san", _alternatives(certificate))
    facts.add("tls.serial", f"{certificate.serial_number:x}")
    facts.add("tls.not_before", _stamp(certificate.not_valid_before_utc))
    facts.add("tls.not_after", _stamp(certificate.not_valid_after_utc))
    if subject == issuer:
        facts.add("tls.self_signed", value=True)
    for name in _values(certificate.subject, NameOID.COMMON_NAME):
        facts.add_mac("tls.mac", _mac(name))


def _name(name: x509.Name) -> str:
    """RFC 4514 text: most specific attribute first, which is the reverse of the usual encoding."""
    return name.rfc4514_string(dict(_NAMES))


def _values(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str | bytes]:
    return [attribute.value for attribute in name.get_attributes_for_oid(oid)[:MAX_NAMES]]


def _alternatives(certificate: x509.Certificate) -> list[str]:
    """The subject's alternative names; none where they cannot be read."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []
    return [
        str(name.value)
        for name in list(extension.value)[:MAX_NAMES]
        if isinstance(name, (x509.DNSName, x509.IPAddress, x509.UniformResourceIdentifier))
    ]


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _mac(common_name: str | bytes) -> str | None:
    """A MAC (`00-07-5f-11-22-33`, `axis-accc8e000001`), not any twelve digits."""
    text = common_name if isinstance(common_name, str) else ""
    if found := mac_in(text) or mac(text):
        return found if ":" in text or "-" in text or not text.isdigit() else None
    found = mac_in(text, bare=True)
    bare = found.replace(":", "") if found else ""
    return found if bare and not bare.isdigit() and int(bare[:2], 16) & 3 == 0 else None


PROBE = Probe(
    name="tls",
    title="TLS certificates",
    touch=Touch.UNICAST,
    ports=frozenset({443, 8443, 7443, 4443, 322}),
    emits=MappingProxyType(
        {
            "tls.subject": "subject in RFC 4514 form, most specific attribute first",
            "tls.issuer": "issuer, likewise",
            "tls.subject.cn": "common name of the subject",
            "tls.subject.o": "organisation of the subject",
            "tls.subject.ou": "organisational unit of the subject",
            "tls.subject.serial": "serial number attribute of the subject",
            "tls.san": "an alternative name of the subject",
            "tls.serial": "serial number of the certificate, hexadecimal",
            "tls.not_before": "begin of validity, RFC 3339",
            "tls.not_after": "end of validity, RFC 3339",
            "tls.sha256": "SHA-256 of the certificate, hexadecimal",
            "tls.self_signed": "true where subject and issuer are the same",
            "tls.mac": "MAC in the common name",
        }
    ),
    parse=parse,
    declares=MappingProxyType({"tls.mac": Slot.MAC}),
    free_text=frozenset({"tls.subject.cn", "tls.subject.o", "tls.subject.ou"}),
    crosses_routers=True,
)
