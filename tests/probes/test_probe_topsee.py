"""Topsee search: named attributes only."""

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, check_broadcast, facts, silent

from camfinder.probes.topsee import PROBE

REQUEST = (
    b'<?xml version="1.0" encoding="GB2312" ?><XML_TOPSEE><MESSAGE_HEADER '
    b'Msg_type="SYSTEM_SEARCHIPC_MESSAGE" Msg_code="1" Msg_flag="0"/>'
    b"<MESSAGE_BODY></MESSAGE_BODY></XML_TOPSEE>"
)


def answer(root: str = "XML_TOPSEE", code: str = "3") -> bytes:
    """An answer with accounts in it."""
    return f"""<?xml version="1.0" encoding="GB2312" ?><{root}><MESSAGE_HEADER
Msg_type="SYSTEM_SEARCHIPC_MESSAGE" Msg_code="{code}" Msg_flag="0"/><MESSAGE_BODY>
<IPC_SERIALNUMBER SerialNumber="TS0000001" P2PID="AAA" UUID="u-1"/>
<VENDOR_PARAM VendorId="7"/><DEVICE_TYPE DeviceType="200001" DeviceModule="TH99H"/>
<LANConfig IPAddress="192.0.2.20" Netmask="255.255.255.0" MacAddress="00:5a:22:00:00:01"/>
<UserConfig><Account UserName="admin" Password="hunter2"/></UserConfig>
</MESSAGE_BODY></{root}>""".encode()


@pytest.mark.parametrize("root", ["XML_TOPSEE", "XML_ANJVISION"])
def test_answer_without_its_accounts(root: str) -> None:
    """The named attributes, whatever the root is called; nothing of the accounts."""
    assert facts(PROBE, frame(answer(root), 3001)) == {
        "topsee.answer": root,
        "topsee.vendor": "7",
        "topsee.device_type": "200001",
        "topsee.model": "TH99H",
        "topsee.serial": "TS0000001",
        "topsee.uid": "AAA",
        "topsee.uuid": "u-1",
        "topsee.mac": "00:5a:22:00:00:01",
        "topsee.address": "192.0.2.20",
    }
    raw = one(PROBE, frame(answer(root), 3001)).raw
    assert b"TH99H" in raw
    assert b"admin" not in raw
    assert b"hunter2" not in raw


def test_question_is_these_bytes_and_no_device() -> None:
    """Message code 1 from and to port 3001; hearing it, or an order, gives nothing."""
    query = check_broadcast(PROBE, 3001, REQUEST)
    assert (query.source_port, query.reply_ports) == (3001, (3001,))
    assert silent(PROBE, frame(REQUEST, 3001))
    assert silent(PROBE, frame(answer(code="2"), 3001))


def test_document_type_is_broken() -> None:
    """A DTD is refused."""
    rejects(PROBE, frame(b"<!DOCTYPE x>" + answer(), 3001))


@FUZZ
@given(payload=damaged([answer()]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 3001))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(answer(), 3001))
