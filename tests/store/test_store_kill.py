"""Kill -9 at random moments of a real scan of the lab, and what its resumption finds and asks."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from test_store_lab import NETWORK, PORT, PREFIX, ROOF, folder, year

from camfinder.lab import run as lab
from camfinder.lab.building import Order, Subnet, available, order
from camfinder.lab.state import State

SINGLE = int(os.environ.get("CAMFINDER_KILLS", "0"))
"""So many scans of the whole lab by all methods are killed once each; 0: three of the small one."""
CHAIN = 20
"""How often one and the same scan is killed."""
SEED = int(os.environ.get("CAMFINDER_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)

LAST_S = 1.1
"""The last second before a kill, and what a busy machine is late."""

PERSONAS = frozenset(
    {
        "axis-camera",
        "bosch-camera",
        "dahua-nvr",
        "doorbird-doorbell",
        "hikvision-dome",
        "hp-printer",
        "tapo-camera",
        "ubiquiti-camera",
        "uniview-camera",
        "xiongmai-camera",
    }
)
"""Makers' datagrams, ONVIF, HTTP, TLS, RTSP, mDNS, SSDP, greetings on TCP, and a printer."""
METHODS = (
    "arp,axis,bosch_rcp,dhip,http,isapi,kasa,mdns,onvif,rtsp,sadp,sdk,ssdp,tapo,telnet,tls,ubnt,"
    "upnp,wsd"
)
"""What those speak: asking for the rest takes time only."""

Frame = tuple[float, str, str, int]
Key = tuple[str, str, int]


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes:
        code: Exit code, or minus the signal.
        start: By this machine's clock, in seconds.
        end: The same.
        sent: What left meanwhile.
    """

    code: int
    start: float
    end: float
    sent: tuple[Frame, ...]

    @property
    def killed(self) -> bool:
        """By us."""
        return self.code == -9

    def asked(self, since: float = 0.0) -> Counter[Key]:
        """How often whom; connections by host, for their order and ports are chance."""
        return Counter(
            (how, to, 0 if how == "tcp" else port) for at, how, to, port in self.sent if at >= since
        )


class Scanner:
    """Runs scans where the scanner stands, and kills them.

    Args:
        running: The lab.
        arguments: Of every scan.
        wire: Count frames, too.
    """

    def __init__(self, running: State, arguments: Sequence[str], *, wire: bool) -> None:
        self._arguments = ["scan", "-q", *arguments]
        argv = [sys.executable, str(Path(__file__).with_name("killing.py"))]
        self._process = subprocess.Popen(
            lab.command([*argv, *(["--wire"] if wire else [])], running),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"

    def close(self) -> None:
        """No more of them."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def run(self, place: Path, *more: str, after_s: float | None = None) -> Ended:
        """One scan, killed after so many seconds."""
        argv = [*self._arguments, "--db", f"{place}.db", "-o", f"{place}.json", *more]
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"argv": argv, "after_s": after_s}) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._answer())
        frames = tuple((float(at), how, to, port) for at, how, to, port in told["sent"])
        return Ended(told["code"], told["start"], told["end"], frames)

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def scanner(wanted: Order, arguments: Sequence[str]) -> Iterator[Scanner]:
    """A lab and a scanner in it."""
    # Devices that announce themselves in between would tell a longer run more.
    wanted = msgspec.structs.replace(wanted, announce_every_s=3600.0)
    with lab.lab(wanted) as running:
        # On loopback the devices' own frames, and those of other tests, leave by the same way.
        made = Scanner(running, arguments, wire=wanted.mode == "namespace")
        try:
            yield made
        finally:
            made.close()


def building(tmp_path: Path) -> tuple[Order, list[str]]:
    """What is scanned, and how."""
    if available()[0] != "namespace":
        personas = folder(tmp_path / "personas", year()[0] | {21: ROOF})
        subnets = [Subnet(network=NETWORK)]
        options = ["--rate", "60", "--only", "http,onvif", "--ports", f"{PORT},8080,8081"]
        wanted = order(personas, subnets=subnets, mode="loopback", hurry=True)
        return wanted, [f"{PREFIX}10-30", *options]
    wanted = order(hurry=True)
    if SINGLE:
        return wanted, ["10.77.0.0/24"]
    places = tuple(place for place in wanted.places if place.persona in PERSONAS)
    assert len(places) == len(PERSONAS)
    wanted = msgspec.structs.replace(wanted, places=places)
    return wanted, ["10.77.0.0/26", "--only", METHODS]


def inventory_of(path: Path) -> dict[str, Any]:
    """What a document says of each device, times and the number of proofs apart.

    What is plainly no camera is left alone at once, so which of its ports were asked by then is
    chance, in undisturbed scans too.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    slots = ("kind", "brand", "maker", "model", "firmware", "serial", "mac", "hostname", "disputed")
    return {
        device["id"]: {
            **{slot: device[slot] for slot in slots},
            "addresses": sorted(device["addresses"]),
            "services": [
                (each["port"], each["protocol"])
                for each in device["services"]
                if device["surveillance"] is not False
            ],
        }
        for device in document["devices"]
    }


def moments() -> random.Random:
    """Chance, and in the output of a failed test how to have the same again."""
    sys.stdout.write(f"CAMFINDER_SEED={SEED}\n")
    return random.Random(SEED)  # noqa: S311 - no secret


def asks_again_at_most_a_second(whole: Ended, parts: Sequence[Ended]) -> None:
    """All parts of a scan together ask what the undisturbed one asks, and what kills lost.

    A kill also closes a connection that was held open for the next question.
    """
    allowed, asked = whole.asked(), Counter[Key]()
    for part in parts:
        asked += part.asked()
        if part.killed:
            allowed += part.asked(part.end - LAST_S)
            allowed += Counter(key for key in part.asked() if key[0] == "tcp")
    assert asked - allowed == Counter()


@pytest.mark.slow(90)
def test_one_scan_is_killed_twenty_times(tmp_path: Path) -> None:
    """Taken up and killed again and again, it finds what an undisturbed scan finds in the end.

    Each process lives for a moment only, some of them not until they have sent anything.
    """
    chance = moments()
    wanted, arguments = building(tmp_path)
    with scanner(wanted, arguments) as scans:
        whole = scans.run(tmp_path / "whole")
        assert whole.code == 0
        longest_s = 0.3 + 2.5 * (whole.end - whole.start) / CHAIN
        parts: list[Ended] = []
        place = tmp_path / "chain"
        begun = False
        while len(parts) < CHAIN:
            more = ["--resume"] if begun else []
            ended = scans.run(place, *more, after_s=chance.uniform(0.1, max(longest_s, 2.0)))
            if begun and ended.code == 2:
                begun = False  # killed before it was in the store: there is nothing to take up
                parts.clear()
                continue
            assert ended.killed, "the scan came to its end"
            begun = True
            parts.append(ended)
        parts.append(scans.run(place, "--resume"))
    assert parts[-1].code == 0
    assert inventory_of(tmp_path / "chain.json") == inventory_of(tmp_path / "whole.json")
    asks_again_at_most_a_second(whole, parts)


@pytest.mark.slow(60)
def test_scans_are_killed_once(tmp_path: Path) -> None:
    """Killed at any moment and taken up, a scan finds what an undisturbed one finds."""
    chance = moments()
    wanted, arguments = building(tmp_path)
    with scanner(wanted, arguments) as scans:
        whole = scans.run(tmp_path / "whole")
        assert whole.code == 0
        for turn in range(SINGLE or 3):
            place = tmp_path / str(turn)
            moment = chance.uniform(0.0, whole.end - whole.start)
            first = scans.run(place, after_s=moment)
            parts = [first]
            if first.killed:
                parts.append(scans.run(place, "--resume"))
            if parts[-1].code == 2:
                # Killed before it was in the store, or after it was: then it is whole.
                assert moment < 2.0 or moment > whole.end - whole.start - 1.0
                continue
            assert parts[-1].code == 0
            found = inventory_of(Path(f"{place}.json"))
            assert found == inventory_of(tmp_path / "whole.json"), (turn, moment)
            asks_again_at_most_a_second(whole, parts)
