"""What a TLS handshake shows in clear: the name asked for, the certificate given.

TLS 1.3 encrypts the certificate, so nothing comes of it there.

Source: RFC 5246 sections 6.2, 7.4; RFC 8446 section 5.1; RFC 6066 section 3.
"""

from collections.abc import Iterator

_HANDSHAKE = 22
_CLIENT_HELLO, _CERTIFICATE = 1, 11
MAX_HANDSHAKE = 128 << 10
MAX_MESSAGES = 32
MAX_NAME = 255


def begins(data: bytes | bytearray) -> bool:
    """Whether this is the start of a TLS handshake."""
    return len(data) >= 6 and data[0] == _HANDSHAKE and data[1] == 3 and data[5] in {1, 2}


def is_client(data: bytes | bytearray) -> bool:
    """Whether this is the start of a handshake's asking side."""
    return begins(data) and data[5] == _CLIENT_HELLO


def server_name(data: bytes) -> bytes:
    """The server name in a ClientHello; empty when it names none."""
    for kind, body in _handshake(data):
        if kind == _CLIENT_HELLO:
            return _server_name(body)
    return b""


def leaf(data: bytes) -> bytes:
    """The first certificate of a server's handshake, DER; empty when it shows none."""
    for kind, body in _handshake(data):
        if kind == _CERTIFICATE:
            size = int.from_bytes(body[3:6], "big")
            der = body[6 : 6 + size]
            return der if len(der) == size else b""
    return b""


def _handshake(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of the handshake messages in clear."""
    plain, at = bytearray(), 0
    while at + 5 <= len(data) and data[at] == _HANDSHAKE and len(plain) < MAX_HANDSHAKE:
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        plain += data[at + 5 : at + 5 + size]
        at += 5 + size
    at = 0
    for _ in range(MAX_MESSAGES):
        size = int.from_bytes(plain[at + 1 : at + 4], "big")
        body = bytes(plain[at + 4 : at + 4 + size])
        if at + 4 > len(plain) or len(body) < size:
            return
        yield plain[at], body
        at += 4 + size


def _server_name(body: bytes) -> bytes:
    at = 34  # version and random
    at += 1 + int.from_bytes(body[at : at + 1], "big")  # session
    at += 2 + int.from_bytes(body[at : at + 2], "big")  # cipher suites
    at += 1 + int.from_bytes(body[at : at + 1], "big")  # compression
    stop = at + 2 + int.from_bytes(body[at : at + 2], "big")
    at += 2
    while at + 4 <= min(stop, len(body)):
        kind = int.from_bytes(body[at : at + 2], "big")
        size = int.from_bytes(body[at + 2 : at + 4], "big")
        if kind == 0 and body[at + 6 : at + 7] == b"\0":
            length = int.from_bytes(body[at + 7 : at + 9], "big")
            return body[at + 9 : at + 9 + length][:MAX_NAME]
        at += 4 + size
    return b""
