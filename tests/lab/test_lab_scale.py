"""Big and branched networks: crowds, dead addresses, several subnets."""

import subprocess
import sys

import pytest

from camfinder.lab import run, scale
from camfinder.lab.building import Dead, Order, Place, Subnet, available
from camfinder.lab.state import State
from camfinder.model import CamfinderError

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(available()[0] != "namespace", reason=f"no namespaces: {available()[1]}"),
]

CONNECT = """
import socket, sys
for address in sys.argv[1:]:
    try:
        socket.create_connection((address, 80), timeout=0.4).close()
        print("open")
    except OSError as error:
        print(type(error).__name__)
"""
SADP = """
import socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(2)
for address in sys.argv[1:]:
    sock.sendto(b"<Probe><Uuid>A</Uuid><Types>inquiry</Types></Probe>", (address, 37020))
    data, source = sock.recvfrom(9000)
    print(source[0], data.partition(b"<MAC>")[2][:17].decode())
"""


def python(running: State, script: str, *arguments: str) -> list[str]:
    """The lines that a script prints where the scanner stands."""
    argv = run.command([sys.executable, "-c", script, *arguments], running)
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


def neighbours(running: State) -> dict[str, str]:
    """The scanner's ARP table: address to MAC of those that answered."""
    argv = run.command(["ip", "-4", "neigh"], running)
    lines = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
    return {line.split()[0]: line.split()[4] for line in lines if "lladdr" in line}


def test_attached_copies_have_their_own_macs() -> None:
    """Live ones answer from their own MAC, which SADP repeats; a dead one answers no ARP."""
    order = scale.attached(5, hurry=True)
    with run.lab(order) as running:
        live = [place.address for place in order.places]
        dead = next(f"10.77.0.{host}" for host in range(1, 9) if f"10.77.0.{host}" not in live)
        assert python(running, CONNECT, *live, dead) == ["open"] * 5 + ["TimeoutError"]
        macs = neighbours(running)
        assert macs == {place.address: place.mac for place in order.places}
        told = dict(line.split() for line in python(running, SADP, *live))
        assert {each: mac.replace("-", ":") for each, mac in told.items()} == macs


@pytest.mark.parametrize(
    ("dead", "outcome"),
    [("silent", "TimeoutError"), ("reject", "ConnectionRefusedError"), ("unreachable", "OSError")],
)
def test_routed_crowds_answer_each_as_itself(dead: Dead, outcome: str) -> None:
    """Each live host of a routed network is one of its own; the dead do as ordered."""
    order = scale.routed("10.80.7.0/24", 30, dead=dead, hurry=True)
    live = order.crowds[0].live
    nobody = next(f"10.80.7.{host}" for host in range(1, 40) if f"10.80.7.{host}" not in live)
    with run.lab(order) as running:
        assert running.networks == ("10.77.0.0/24", "10.80.7.0/24")
        assert python(running, CONNECT, *live[:3], nobody) == ["open"] * 3 + [outcome]
        told = [line.split() for line in python(running, SADP, *live[-3:])]
        assert [source for source, _ in told] == list(live[-3:])
        assert len({mac for _, mac in told}) == 3
        assert set(neighbours(running)) == {"10.77.0.254"}


def test_two_attached_subnets_and_a_routed_one() -> None:
    """The scanner has a leg in the attached ones; the third is behind the router."""
    subnets = (
        Subnet(network="10.77.0.0/24"),
        Subnet(network="10.78.0.0/24"),
        Subnet(network="10.79.0.0/24", attached=False),
    )
    places = tuple(
        Place(persona="hikvision-dome", address=f"10.{net}.0.11", mac=f"44:19:b6:00:00:{net}")
        for net in (77, 78, 79)
    )
    order = Order(mode="namespace", subnets=subnets, places=places, hurry=True)
    with run.lab(order) as running:
        assert python(running, CONNECT, *(place.address for place in places)) == ["open"] * 3
        assert neighbours(running) == {
            "10.77.0.11": "44:19:b6:00:00:77",
            "10.78.0.11": "44:19:b6:00:00:78",
            "10.77.0.254": neighbours(running)["10.77.0.254"],
        }


def test_too_many_devices_are_refused() -> None:
    """More than the subnet holds, or a persona that is not there."""
    with pytest.raises(CamfinderError, match="do not fit"):
        scale.attached(260)
    with pytest.raises(CamfinderError, match="no persona 'x'"):
        scale.routed("10.80.0.0/24", 2, persona="x")
