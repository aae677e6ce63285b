"""DHCP: the client is described, and its address only where it is sure."""

from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, facts, silent

from camfinder.model import Frame
from camfinder.probes.dhcp import PROBE

MAC = bytes.fromhex("00408c000001")


def option(code: int, value: bytes) -> bytes:
    """One option."""
    return bytes([code, len(value)]) + value


def message(
    options: bytes,
    *,
    op: int = 1,
    ciaddr: bytes = bytes(4),
    yiaddr: bytes = bytes(4),
    file: bytes = b"",
) -> bytes:
    """A BOOTP message with DHCP options."""
    head = bytes([op, 1, 6, 0]) + b"\x01\x02\x03\x04" + bytes(4) + ciaddr + yiaddr + bytes(8)
    head += MAC.ljust(16, b"\x00") + bytes(64) + file.ljust(128, b"\x00")
    return head + bytes.fromhex("63825363") + options + b"\xff"


CLIENT = (
    option(12, b"axis-00408c000001")
    + option(60, b"NORDCAM,Dome,N1-D,5.1.2")
    + option(55, bytes([1, 3, 6, 12]))
)
DISCOVER = message(option(53, b"\x01") + option(50, bytes([192, 0, 2, 99])) + CLIENT)
SELECTING = message(
    option(53, b"\x03")
    + option(54, bytes([192, 0, 2, 1]))
    + option(50, bytes([192, 0, 2, 20]))
    + CLIENT
)
ACK = message(option(53, b"\x05") + option(12, b"server-said"), op=2, yiaddr=bytes([192, 0, 2, 20]))


def udp(payload: bytes, port: int = 68) -> Frame:
    """A datagram of a client that has no address yet."""
    return frame(payload, port, source="0.0.0.0")


def test_discover_describes_the_client_without_an_address() -> None:
    """A wish for an address in a DISCOVER is no address."""
    assert facts(PROBE, udp(DISCOVER)) == {
        "dhcp.mac": "00:40:8c:00:00:01",
        "dhcp.message": "discover",
        "dhcp.hostname": "axis-00408c000001",
        "dhcp.vendor_class": "NORDCAM,Dome,N1-D,5.1.2",
        "dhcp.parameters": "1,3,6,12",
    }
    seen = one(PROBE, udp(DISCOVER))
    assert seen.address is None
    assert (seen.mac, seen.port) == ("00:40:8c:00:00:01", 68)


def test_request_to_a_named_server_has_the_address() -> None:
    """The address was just offered by the server that is named."""
    assert str(one(PROBE, udp(SELECTING)).address) == "192.0.2.20"


def test_request_after_a_reboot_has_none() -> None:
    """Without a named server the old address may be refused."""
    rebooting = message(option(53, b"\x03") + option(50, bytes([192, 0, 2, 20])) + CLIENT)
    assert one(PROBE, udp(rebooting)).address is None


def test_renewing_client_uses_its_own_address() -> None:
    """The client address field is what it holds."""
    renewing = message(option(53, b"\x03") + CLIENT, ciaddr=bytes([192, 0, 2, 30]))
    assert str(one(PROBE, udp(renewing)).address) == "192.0.2.30"


def test_ack_is_about_the_client_not_the_server() -> None:
    """Address and MAC are the client's; the server's options are not."""
    seen = one(PROBE, frame(ACK, 67, source="192.0.2.1"))
    assert (str(seen.address), seen.mac) == ("192.0.2.20", "00:40:8c:00:00:01")
    assert seen.first("dhcp.hostname") is None


def test_offers_and_refusals_are_silent() -> None:
    """They say nothing of the client that it did not say itself."""
    for kind in (2, 4, 6, 7):
        op = 2 if kind in {2, 6} else 1
        assert silent(PROBE, udp(message(option(53, bytes([kind])) + CLIENT, op=op)))


def test_split_and_overloaded_options() -> None:
    """Parts of one option are joined (RFC 3396); the file field may hold options too."""
    split = message(option(53, b"\x01") + option(60, b"NORD") + option(60, b"CAM"))
    assert facts(PROBE, udp(split))["dhcp.vendor_class"] == "NORDCAM"
    overloaded = message(
        option(53, b"\x01") + option(52, b"\x01"), file=option(12, b"cam") + b"\xff"
    )
    assert facts(PROBE, udp(overloaded))["dhcp.hostname"] == "cam"


def test_fully_qualified_name() -> None:
    """Option 81 as text and as DNS labels stands in for option 12."""
    plain = message(option(53, b"\x01") + option(81, b"\x00\x00\x00cam.lan"))
    labels = message(option(53, b"\x01") + option(81, b"\x04\x00\x00\x03cam\x03lan\x00"))
    for each in (plain, labels):
        assert facts(PROBE, udp(each))["dhcp.hostname"] == "cam.lan"


def test_cut_option_is_broken() -> None:
    """An option longer than the message."""
    rejects(PROBE, udp(message(option(53, b"\x01") + b"\x3c\x40abc")[:-1]))


def test_other_datagrams_are_silent() -> None:
    """No cookie, no DHCP."""
    assert silent(PROBE, udp(DISCOVER.replace(bytes.fromhex("63825363"), b"abcd")))
    assert silent(PROBE, udp(b""))


@FUZZ
@given(payload=damaged([DISCOVER, SELECTING, ACK]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, udp(payload))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, udp(SELECTING))
