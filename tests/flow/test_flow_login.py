"""Logins with given accounts, on devices of the lab that ask for one."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scanning_lab import Ran, camfinder, needs_namespaces, ran

from camfinder.lab import run
from camfinder.lab.building import order

PERSONAS = Path(__file__).parent / "logins"
RECORDER, CAMERA, STRANGER = "10.77.0.21", "10.77.0.22", "10.77.0.23"
SECRETS = ("s3cret-of-the-lab", "another-s3cret", "wrong-guess", "operator", "viewer")
ACCOUNTS = """
[default]
user = "viewer"
password = "another-s3cret"
["10.77.0.16/28"]
user = "somebody"
password = "wrong-guess"
["10.77.0.21"]
user = "operator"
password = "s3cret-of-the-lab"
["10.77.0.22"]
user = "viewer"
password = "another-s3cret"
"""

pytestmark = [pytest.mark.netns, pytest.mark.slow(40), pytest.mark.xdist_group("flow-login")]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ran, Ran, Path]]:
    """A scan without accounts, one with, and the folder with the recording of the latter."""
    needs_namespaces()
    folder = tmp_path_factory.mktemp("logins")
    accounts = folder / "accounts.toml"
    accounts.write_text(ACCOUNTS)
    accounts.chmod(0o600)
    with run.lab(order(PERSONAS, mode="namespace", hurry=True)) as running:
        without = camfinder(running, "scan", "10.77.0.21-23")
        recording = folder / "scan.pcapng"
        more = ("--credentials", accounts, "--record", recording, "-o", folder / "inventory.html")
        yield without, camfinder(running, "scan", "10.77.0.21-23", *more), folder


def slots(ran: Ran, address: str) -> tuple[Any, ...]:
    """What a login shows."""
    device = ran.device(address)
    return device["model"], device["firmware"], device["serial"], device["channels"]


def test_without_accounts_nothing_of_it_is_known(both: tuple[Ran, Ran, Path]) -> None:
    """The devices are found, and keep what they do not tell to strangers."""
    for address in (RECORDER, CAMERA, STRANGER):
        assert slots(both[0], address)[1:] == (None, None, None)


def test_recorder_tells_its_channels(both: tuple[Ran, Ran, Path]) -> None:
    """Though its clock is a year and a half behind: the login goes by the device's own time."""
    assert slots(both[1], RECORDER) == ("NR-416", "3.2.1", "NR000016", 16)
    assert both[1].device(RECORDER)["kind"] == "recorder"


def test_account_of_an_address_goes_before_that_of_a_network(both: tuple[Ran, Ran, Path]) -> None:
    """The camera asked by HTTP 401, and takes no other login than its digest."""
    assert slots(both[1], CAMERA) == ("NC-4", "1.0.9", "NC000004", 1)


def test_a_refusal_is_told_once_and_final(both: tuple[Ran, Ran, Path]) -> None:
    """Each device was tried once: three calls where it went well, one where it did not."""
    needed = [p for p in both[1].document["problems"] if p["kind"] == "needs_login"]
    assert [p["address"] for p in needed] == [STRANGER]
    assert slots(both[1], STRANGER)[1:] == (None, None, None)
    counts = [ran.document["run"]["ledger"]["requests"] for ran in both[:2]]
    assert counts[1] - counts[0] == 3 + 3 + 1


def test_no_account_is_in_reports_and_recordings(both: tuple[Ran, Ran, Path]) -> None:
    """Neither names nor passwords nor what was made of them."""
    ran, folder = both[1], both[2]
    texts = [ran.errors, str(ran.document)]
    texts += [
        (folder / name).read_bytes().decode("latin-1") for name in ("scan.pcapng", "inventory.html")
    ]
    for text in texts:
        for secret in (*SECRETS, "UsernameToken", "PasswordDigest", "Authorization", "cnonce"):
            assert secret not in text


def test_replay_of_the_recording_shows_the_same(both: tuple[Ran, Ran, Path]) -> None:
    """What the devices told to the account is in their answers."""
    argv = [sys.executable, "-m", "camfinder", "replay", both[2] / "scan.pcapng", "--json", "-q"]
    again = ran([str(each) for each in argv])
    assert slots(again, RECORDER) == slots(both[1], RECORDER)
