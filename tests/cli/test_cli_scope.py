"""Scopes that are larger than anybody is likely to mean, before the first packet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from netns import Namespace, Packet, Sniffer, laboratory
from test_cli_main import run

LARGE = "10.0.0.0/8"
ALL = 16_777_214


@pytest.fixture
def routed() -> Iterator[tuple[Namespace, Sniffer]]:
    """A scanner whose default route leads to a router that answers nothing, and who listens."""
    with laboratory() as lab:
        scanner, router = lab.namespace("s"), lab.namespace("r")
        lab.cable(scanner, "eth0", "192.0.2.1/24", router, "eth0", "192.0.2.254/24")
        scanner.ip("route", "add", "default", "via", "192.0.2.254")
        sniffer = Sniffer(scanner, "eth0")
        try:
            yield scanner, sniffer
        finally:
            sniffer.close()


def to_targets(sniffer: Sniffer) -> list[Packet]:
    """What left for the targets."""
    return [packet for packet in sniffer.packets() if packet.destination.startswith("10.")]


@pytest.mark.netns
def test_nothing_is_sent_before_the_refusal(
    routed: tuple[Namespace, Sniffer], tmp_path: Path
) -> None:
    """One line with count, time and remedy; not one packet, and no run is kept."""
    scanner, sniffer = routed
    with scanner:
        done = run("scan", LARGE, "--deadline", "2", cwd=tmp_path)
    assert to_targets(sniffer) == []
    assert (done.returncode, done.stdout) == (2, "")
    told = done.stderr.strip()
    assert "\n" not in told
    for part in (f"{ALL:,} addresses", "at least 41 h", f"--max-addresses {ALL}"):
        assert part in told
    assert not list(tmp_path.rglob("*.db"))


@pytest.mark.netns
def test_who_means_it_is_let_through(routed: tuple[Namespace, Sniffer], tmp_path: Path) -> None:
    """The count that the refusal names is enough; one less is not."""
    scanner, sniffer = routed
    less, enough = (("--max-addresses", str(number)) for number in (ALL - 1, ALL))
    with scanner:
        refused = run("scan", LARGE, *less, "--no-store", "--deadline", "2", cwd=tmp_path)
        assert to_targets(sniffer) == []
        done = run("scan", LARGE, *enough, "--no-store", "--deadline", "2", cwd=tmp_path)
    assert refused.returncode == 2
    assert done.returncode == 3
    assert to_targets(sniffer)


def dry(folder: Path, *arguments: str) -> str:
    """The line of the scope that a dry run shows."""
    done = run("scan", *arguments, "--dry-run", cwd=folder)
    assert done.returncode == 0, done.stderr
    lines: list[str] = done.stdout.splitlines()
    return next(line for line in lines if line.startswith("scope: "))


def test_a_dry_run_tells_what_would_be_refused(tmp_path: Path) -> None:
    """Exclusions are taken off first; networks that are only heard are not counted."""
    assert f"({ALL:,} addresses to sweep; refused without" in dry(tmp_path, LARGE)
    assert "(65,534 addresses to sweep)" in dry(tmp_path, "10.1.0.0/16")
    assert "(65,536 addresses to sweep)" in dry(tmp_path, "10.1.0.0-10.1.255.255")
    assert "(65,537 addresses to sweep; refused" in dry(tmp_path, "10.1.0.0-10.2.0.0")
    excluded = dry(tmp_path, LARGE, "--exclude", "10.0.0.0/9", "--exclude", "10.128.0.0/10")
    assert "(4,194,303 addresses to sweep; refused" in excluded
    rest = dry(tmp_path, LARGE, "--exclude", "10.0.0.0-10.255.0.0")
    assert "(65,534 addresses to sweep)" in rest
    assert "(254 addresses to sweep)" in dry(tmp_path, "10.0.0.0/24", "fd00::/64", "fd01::/32")
    both = dry(tmp_path, "fd00::/112", "10.0.0.1")
    assert "(65,537 addresses to sweep; refused" in both


def test_the_limit_can_stand_in_the_settings(tmp_path: Path) -> None:
    """As `max-addresses`, lower or higher than the built-in one; a flag wins."""
    (tmp_path / "camfinder.toml").write_text("[scan]\nmax-addresses = 200\n")
    assert "refused without" in dry(tmp_path, "10.0.0.0/24")
    assert "refused" not in dry(tmp_path, "10.0.0.0/24", "--max-addresses", "254")
