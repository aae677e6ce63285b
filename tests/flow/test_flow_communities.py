"""SNMP with given communities: who is asked, with what, how often; that they stay secret."""

import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scanning_lab import Ran, needs_namespaces, ran
from scapy.layers.snmp import SNMP, SNMPget
from wiretap import UDP, Seen, packets

from camfinder.lab import run
from camfinder.lab.building import order
from camfinder.store.content import unsqueeze

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("flow-communities")]

PERSONAS = Path(__file__).parent / "communities"
SNIFFING = Path(__file__).with_name("sniffing.py")
NETWORK = "10.77.0.41-48"
ALONE, SMALL, OLD, STRANGER, RECORDER, SPARED, SETTLED, CLOSED = (
    f"10.77.0.{n}" for n in range(41, 49)
)
FIRST, SECOND = "first-c0mmunity", "second-c0mmunity"
FILE = f"""
[default]
communities = ["{FIRST}", "{SECOND}"]
["{SPARED}"]
communities = []
"""


class Scans(NamedTuple):
    """A scan with the file of communities, and one by SNMP alone."""

    given: Ran
    alone: Ran
    seen: dict[str, list[Seen]]
    folder: Path


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Scans:
    """Both, each with a sniffer beside it."""
    needs_namespaces()
    folder = tmp_path_factory.mktemp("communities")
    file = folder / "credentials.toml"
    file.write_text(FILE)
    file.chmod(0o600)
    given = ["--credentials", str(file)]
    kept = ["--record", str(folder / "scan.pcapng"), "-o", str(folder / "inventory.html")]
    kept += ["--db", str(folder / "store.db")]
    wanted = {"given": given + kept, "alone": [*given, "--only", "snmp"]}
    with run.lab(order(PERSONAS, mode="namespace", hurry=True)) as running:

        def scanned(name: str) -> Ran:
            scan = [sys.executable, "-m", "camfinder", "scan", NETWORK, "--json", "-q"]
            argv = [sys.executable, str(SNIFFING), str(folder / name), *scan, *wanted[name]]
            return ran(run.command(argv, running))

        done = {name: scanned(name) for name in wanted}
    seen = {name: packets(folder / name) for name in wanted}
    return Scans(done["given"], done["alone"], seen, folder)


def asked(scans: Scans, name: str) -> dict[str, list[Any]]:
    """Address to the messages that it was sent on port 161, as another program reads them."""
    found: dict[str, list[Any]] = {}
    for each in scans.seen[name]:
        if each.out and each.kind == UDP and each.there_port == 161:
            found.setdefault(each.there, []).append(SNMP(each.payload))
    return found


def communities(messages: list[Any]) -> list[tuple[int, str]]:
    """Version and community of each."""
    return [(each.version.val, bytes(each.community.val).decode()) for each in messages]


def slots(ran: Ran, address: str) -> tuple[Any, ...]:
    """What SNMP tells."""
    device = ran.device(address)
    return device["brand"], device["model"], device["firmware"]


AXIS = ("Axis", "P3245-LVE", "10.12.182")


def test_first_community_that_is_answered_is_the_last(scans: Scans) -> None:
    """Each is sent once, in the order of the file: silence to one is no reason to repeat it."""
    told = asked(scans, "given")
    assert communities(told[ALONE]) == [(1, FIRST), (1, SECOND)]
    assert communities(told[RECORDER]) == [(1, FIRST)]


def test_only_questions_that_read(scans: Scans) -> None:
    """GetRequest of whole messages, never to another port; the ledger counts them."""
    for messages in (*asked(scans, "given").values(), *asked(scans, "alone").values()):
        assert {type(each.PDU) for each in messages} == {SNMPget}
    for name, done in (("given", scans.given), ("alone", scans.alone)):
        out = [each for each in scans.seen[name] if each.out and each.kind == UDP]
        assert len(out) == done.document["run"]["ledger"]["datagrams"]
        inside = [each for each in out if b"c0mmunity" in each.payload]
        assert {each.there_port for each in inside} == {161}


def test_found_by_snmp_alone(scans: Scans) -> None:
    """A camera that answers a manager and nobody else."""
    for done in (scans.given, scans.alone):
        assert slots(done, ALONE) == AXIS
        assert done.device(ALONE)["surveillance"] is True


def test_small_agent_is_asked_less(scans: Scans) -> None:
    """After `tooBig` once more, for the system group alone, with the community it has taken."""
    messages = asked(scans, "given")[SMALL]
    assert communities(messages) == [(1, FIRST), (1, FIRST)]
    assert [len(each.PDU.varbindlist) for each in messages] == [17, 3]
    assert slots(scans.given, SMALL) == AXIS


def test_version_1_is_for_silent_cameras(scans: Scans) -> None:
    """It is one by its scopes; a host of which nothing is known gets version 2c alone."""
    told = asked(scans, "given")
    both = [(1, FIRST), (1, SECOND)]
    assert communities(told[OLD]) == [*both, *both, (0, FIRST)]
    assert slots(scans.given, OLD) == AXIS
    assert communities(told[STRANGER]) == both * 2


def test_a_closed_port_hears_one_community(scans: Scans) -> None:
    """A camera without an agent says so; it is asked no further, nor in another version."""
    told = asked(scans, "given")
    assert communities(told[CLOSED]) == [(1, FIRST)]
    assert scans.given.device(CLOSED)["surveillance"] is True


def test_makers_objects(scans: Scans) -> None:
    """Model, firmware and serial number where the system group has none."""
    device = scans.alone.device(RECORDER)
    assert slots(scans.alone, RECORDER)[1:] == ("DHI-NVR4216-16P-4KS2", "4.001.0000005.1")
    assert device["serial"] == "6J0A41BPAZ7C3D2"
    assert device["maker"] == "Dahua"


def test_who_is_spared(scans: Scans) -> None:
    """A network with an empty list; a camera that is known without."""
    assert SPARED not in asked(scans, "given")
    assert SETTLED not in asked(scans, "given")
    assert scans.given.device(SETTLED)["model"] == "DS-2CD2143G2-IS"


def test_few_datagrams_to_anybody(scans: Scans) -> None:
    """Two communities, two versions, twice each at most."""
    for name in ("given", "alone"):
        counts = Counter({host: len(each) for host, each in asked(scans, name).items()})
        assert max(counts.values()) <= 8


def test_no_community_is_kept(scans: Scans) -> None:
    """Not in report, recording, messages or store."""
    texts = [scans.given.errors.encode(), str(scans.given.document).encode()]
    texts += [(scans.folder / name).read_bytes() for name in ("scan.pcapng", "inventory.html")]
    texts += contents(scans.folder / "store.db")
    for text in texts:
        assert b"c0mmunity" not in text


def contents(store: Path) -> list[bytes]:
    """Every value of the store, unpacked, and the file itself."""
    found = [store.read_bytes()]
    with sqlite3.connect(store) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own names
                found += [unsqueeze(v) if isinstance(v, bytes) and v[:1] in b"\0\1" and v else b""
                          for v in row]  # fmt: skip
    return found


def test_recording_replays_to_the_same(scans: Scans) -> None:
    """The answers are in it, with an empty community; the questions are not."""
    recording = str(scans.folder / "scan.pcapng")
    argv = [sys.executable, "-m", "camfinder", "replay", recording, "--json", "-q"]
    again = ran(argv)
    for address in (ALONE, SMALL, OLD):
        assert slots(again, address) == AXIS


def test_recording_is_for_its_owner(scans: Scans) -> None:
    """As every recording."""
    assert (scans.folder / "scan.pcapng").stat().st_mode & 0o077 == 0


def test_by_name_it_needs_a_community(tmp_path: Path) -> None:
    """`--only snmp` without one is an error, before anything is sent."""
    needs_namespaces()
    with pytest.raises(AssertionError, match="no community is known"):
        ran([sys.executable, "-m", "camfinder", "scan", "127.0.0.1", "--only", "snmp", "--json"])
