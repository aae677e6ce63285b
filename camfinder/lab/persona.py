"""The persona file as types: what one simulated device is and how it speaks (docs/lab.md).

Every table of the file is one frozen struct; unknown keys are refused. Texts may hold
`${name}` (see `template`), byte strings are lists of parts (see `template.build`).
"""

from typing import Literal

import msgspec

Kind = Literal["camera", "recorder", "encoder", "doorbell", "vms", "other", "unknown"]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every table: keyword only, immutable, no unknown keys."""


class Expect(Table, frozen=True, kw_only=True):
    """The truth about the device: what a perfect scan would say of it.

    Attributes:
        kind: As in the inventory document.
        surveillance: True for the five surveillance kinds.
        brand: What the label says; None where the device does not say.
        maker: Who made it; None where the device's answers do not show it.
        model: Model number.
        firmware: Firmware version as the maker writes it.
        serial: Serial number, where a scan without a login can see it.
    """

    kind: Kind
    surveillance: bool
    brand: str | None = None
    maker: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None


class Certificate(Table, frozen=True, kw_only=True):
    """A certificate that the device made at its first start.

    Attributes:
        subject: `CN=..`, `O=..`, `OU=..`, `C=..`, `L=..`, `ST=..`, `SERIALNUMBER=..` in order.
        issuer: The same for another issuer; empty for self-signed.
        names: Subject alternative names: DNS names or addresses.
        serial: Certificate serial number, decimal.
        not_before: First day, `YYYY-MM-DD`.
        not_after: Last day.
        tls: Highest TLS version the device speaks.
    """

    subject: tuple[str, ...]
    issuer: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    serial: int = 1
    not_before: str = "2019-01-01"
    not_after: str = "2049-12-31"
    tls: Literal["1.0", "1.1", "1.2", "1.3"] = "1.3"


class Page(Table, frozen=True, kw_only=True):
    """One answer of the web server.

    Attributes:
        path: Path with its query, path alone, or `*` for everything else.
        method: `GET`, `POST`; empty for any.
        status: Status code.
        reason: Reason phrase; empty for the usual one.
        headers: Header lines as sent, in order, besides those of the server.
        body: Text of the body.
        body_hex: The body in hex, for icons; instead of `body`.
        raw: The whole answer as sent, for broken servers; instead of all the others.
    """

    path: str
    method: str = ""
    status: int = 200
    reason: str = ""
    headers: tuple[str, ...] = ()
    body: str = ""
    body_hex: str = ""
    raw: str = ""


class Http(Table, frozen=True, kw_only=True):
    """A web server on one port.

    Attributes:
        port: TCP port.
        certificate: With one it speaks TLS.
        headers: Header lines of every answer, before those of the page.
        page: Its answers.
        delay_ms: Least and most time before an answer.
    """

    port: int
    certificate: Certificate | None = None
    headers: tuple[str, ...] = ()
    page: tuple[Page, ...] = ()
    delay_ms: tuple[int, int] = (0, 20)


class RtspAnswer(Table, frozen=True, kw_only=True):
    """The answer to one RTSP method; `*` for any other. `${cseq}` is the request's number."""

    method: str
    status: str = "200 OK"
    headers: tuple[str, ...] = ("CSeq: ${cseq}",)
    body: str = ""


class Rtsp(Table, frozen=True, kw_only=True):
    """A streaming server: the answers by method; it never sends a picture."""

    port: int = 554
    answer: tuple[RtspAnswer, ...] = ()
    delay_ms: tuple[int, int] = (0, 20)


class Onvif(Table, frozen=True, kw_only=True):
    """An ONVIF device service on one of the web ports.

    Attributes:
        port: The web port it lives on.
        path: Path of the service.
        manufacturer: GetDeviceInformation, as are model, firmware, serial and hardware_id.
        scopes: GetScopes; empty for those of `wsd`.
        services: Namespaces of GetServices besides the device service.
        hostname: GetHostname.
        open: Operations that need no login besides the pre-authentication ones.
        closed: Pre-authentication operations that this device refuses all the same.
        refusal: How a login is asked for: HTTP 401 with this realm, or a SOAP fault.
        realm: The realm of `http` refusals.
        algorithm: Of their digest.
        qop: Its quality of protection; empty for devices of before 1999.
        nonce_uses: After so many logins the device wants another nonce (`stale`); 0: never.
        tokens: A UsernameToken opens the device too.
        user: The lab's account on the device, for tests with credentials; empty for none.
        secret: Its password.
        video_sources: GetVideoSources: one for each channel.
        clock_ahead_s: How far its clock is ahead of ours; a login's time must then be within ten
            seconds of it. None: right, and the time does not count.
    """

    port: int = 80
    path: str = "/onvif/device_service"
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""
    hardware_id: str = ""
    scopes: tuple[str, ...] = ()
    services: tuple[str, ...] = ("http://www.onvif.org/ver10/media/wsdl",)
    hostname: str = ""
    open: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    refusal: Literal["http", "fault"] = "fault"
    realm: str = ""
    algorithm: Literal["MD5", "SHA-256"] = "MD5"
    qop: Literal["auth", ""] = "auth"
    nonce_uses: int = 0
    tokens: bool = True
    user: str = ""
    secret: str = ""
    video_sources: int = 1
    clock_ahead_s: float | None = None


class Wsd(Table, frozen=True, kw_only=True):
    """WS-Discovery 2005/04, composed with the `wsdiscovery` package's messages.

    Attributes:
        types: Prefixed names; prefixes of `namespaces` and the usual ones (`dn`, `tds`, `wsdp`,
            `pub`, `wprt`, `wscn`).
        scopes: Scope URIs, percent-encoded as sent.
        xaddrs: Transport addresses.
        endpoint: Endpoint reference.
        namespaces: Further prefixes.
        hello: Say Hello on start.
        unicast: Answer unicast probes too.
        delay_ms: Least and most time before an answer (APP_MAX_DELAY is 500 ms).
    """

    types: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    xaddrs: tuple[str, ...] = ()
    endpoint: str
    namespaces: dict[str, str] = {}
    hello: bool = True
    unicast: bool = True
    delay_ms: tuple[int, int] = (0, 500)


class MdnsService(Table, frozen=True, kw_only=True):
    """One DNS-SD service: type `_axis-video._tcp`, instance, port, TXT strings."""

    type: str
    instance: str
    port: int
    txt: tuple[str, ...] = ()


class Mdns(Table, frozen=True, kw_only=True):
    """A multicast DNS responder (RFC 6762) for the device's host name and services."""

    host: str
    service: tuple[MdnsService, ...] = ()
    delay_ms: tuple[int, int] = (20, 120)


class Ssdp(Table, frozen=True, kw_only=True):
    """A UPnP device on UDP 1900; its description is a page of `http`.

    Attributes:
        location: Address of the description.
        server: The SERVER header.
        uuid: Its UDN, with `uuid:`.
        targets: Device and service types besides `upnp:rootdevice` and the UDN.
        notify: Say ssdp:alive on start.
        unicast: Answer unicast searches too.
        delay_ms: Least and most time before an answer.
    """

    location: str
    server: str
    uuid: str
    targets: tuple[str, ...] = ()
    notify: bool = True
    unicast: bool = True
    delay_ms: tuple[int, int] = (0, 200)


class Sadp(Table, frozen=True, kw_only=True):
    """Hikvision SADP on UDP 37020: the tags of the ProbeMatch in order, after Uuid and Types.

    `reply` `sender` answers where the inquiry came from, `group` multicasts to the group.
    """

    fields: dict[str, str]
    reply: Literal["sender", "group"] = "sender"
    delay_ms: tuple[int, int] = (0, 50)


class Dhip(Table, frozen=True, kw_only=True):
    """Dahua DHDiscover on UDP 37810: the members of `deviceInfo`, values of any JSON type."""

    info: dict[str, object]
    delay_ms: tuple[int, int] = (0, 30)


class Snmp(Table, frozen=True, kw_only=True):
    """An SNMP agent on UDP 161.

    Attributes:
        community: Whom it answers; another community gets nothing.
        objects: Dotted object identifier to value: a text, `oid:1.3..`, or `hex:..`.
        versions: Which versions it speaks: `1`, `2c`.
        max_bindings: A question for more objects is too big for it; 0: none is.
    """

    community: str
    objects: dict[str, str]
    versions: tuple[Literal["1", "2c"], ...] = ("1", "2c")
    max_bindings: int = 0
    delay_ms: tuple[int, int] = (0, 60)


class Udp(Table, frozen=True, kw_only=True):
    """Any other datagram protocol.

    Attributes:
        port: UDP port it listens on.
        groups: Multicast groups it joins.
        match: First bytes of the requests it answers, hex, `??` for any byte.
        contains: Text that must occur in the request.
        reply: Parts of the answer (`template.build`).
        to: `sender`, `broadcast`, or an address (a multicast group).
        to_port: Port of the answer; 0 for the sender's.
        from_port: Port it answers from; 0 for the listening one, -1 for a new one.
        unicast: Answers requests sent to its own address too, not only broadcasts.
        announce: Parts of a datagram it sends by itself on start, to `to` (broadcast where that
            is `sender`) and `to_port`.
        delay_ms: Least and most time before an answer.
    """

    port: int
    groups: tuple[str, ...] = ()
    match: str = ""
    contains: str = ""
    reply: tuple[str, ...] = ()
    to: str = "sender"
    to_port: int = 0
    from_port: int = 0
    unicast: bool = True
    announce: tuple[str, ...] = ()
    delay_ms: tuple[int, int] = (0, 30)


class Tcp(Table, frozen=True, kw_only=True):
    """A TCP port that speaks first, or is merely open.

    Attributes:
        port: TCP port.
        banner: Parts sent on connect; none for a silent port.
        keep_open_s: It closes the connection after this time.
    """

    port: int
    banner: tuple[str, ...] = ()
    keep_open_s: float = 5.0


class Persona(Table, frozen=True, kw_only=True):
    """One simulated device.

    Attributes:
        id: The file's name without `.toml`.
        title: What it is, for people.
        host: Host number in its subnet (1 to 249).
        subnet: Index of its subnet in the building.
        mac: Its MAC address.
        values: Names for `${..}` of its own; they may use the given ones and earlier ones.
        expect: The truth.
    """

    schema: Literal[1]
    id: str
    title: str
    host: int
    subnet: int = 0
    mac: str
    values: dict[str, str] = {}
    expect: Expect
    http: tuple[Http, ...] = ()
    rtsp: tuple[Rtsp, ...] = ()
    onvif: Onvif | None = None
    wsd: Wsd | None = None
    mdns: Mdns | None = None
    ssdp: Ssdp | None = None
    sadp: Sadp | None = None
    dhip: Dhip | None = None
    snmp: Snmp | None = None
    udp: tuple[Udp, ...] = ()
    tcp: tuple[Tcp, ...] = ()
