"""What `camfinder scan` does behind its options."""

import asyncio
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from camfinder.capture.record import Recorder
from camfinder.cli.knowledge import engine
from camfinder.cli.options import MAX_ADDRESSES
from camfinder.cli.progress import lasting, progress
from camfinder.flow import estimate
from camfinder.flow.credentials import Credentials, load
from camfinder.flow.plan import TIERS, Plan, tiers_for
from camfinder.flow.scan import scan
from camfinder.model import CamfinderError, Inventory, Source
from camfinder.net.scope import Scope
from camfinder.probes import Probe, all_probes
from camfinder.store import content
from camfinder.store.entries import Journal

NEVER = range(9100, 9108)
"""Printers print whatever arrives here."""


def plan(
    *,
    targets: Sequence[str],
    exclude: Sequence[str],
    ports: str | None,
    rate: float,
    gentle: bool,
    timeout_s: float,
    retries: int,
    deadline_s: float | None,
    allow_public: bool,
    site: str | None,
    only: Sequence[str] = (),
    credentials: Path | None = None,
) -> Plan:
    """The plan that the options describe.

    Raises:
        CamfinderError: A target, a port or a method is impossible, or the credentials are.
    """
    wanted = list(_expand(targets))
    if not wanted:
        raise CamfinderError("no targets; name a network such as 192.168.1.0/24, or `auto`")
    given = Credentials() if credentials is None else load(credentials)
    if "snmp" in names(only) and not given.communities:
        raise CamfinderError("--only snmp: no community is known; give one by --credentials FILE")
    tiers = TIERS if ports is None else (parse_ports(ports),)
    if only and ports is None:
        tiers = tiers_for(methods(only))
    return Plan(
        scope=Scope.parse(wanted, exclude=tuple(exclude), allow_public=allow_public),
        tiers=tiers,
        rate=rate,
        gentle=gentle,
        timeout_s=timeout_s,
        retries=retries,
        deadline_s=deadline_s,
        site=site,
        credentials=given,
    )


def within(planned: Plan, limit: int, only: Sequence[str] = ()) -> None:
    """Refuses a scope that is larger than somebody is likely to mean.

    Args:
        planned: What is to be swept; IPv6 networks that are only heard do not count.
        limit: So many addresses are let through.
        only: The methods named by --only.

    Raises:
        CamfinderError: It is; the message tells the count, the time, and what to do.
    """
    size = planned.scope.size
    if size > limit:
        raise CamfinderError(
            f"{size:,} addresses are to be swept, more than {limit:,}: that takes "
            f"{_least(planned, only)} at {_pace(planned)}; name smaller networks, or give "
            f"--max-addresses {size} if all of them are meant"
        )


def _least(planned: Plan, only: Sequence[str]) -> str:
    return f"at least {lasting(estimate.at_least_s(planned, methods(only)))}"


def _pace(planned: Plan) -> str:
    return f"{planned.rate:,g} packets a second{', gentle' if planned.gentle else ''}"


def asked(planned: Plan, ports: str | None, only: Sequence[str]) -> content.Plan:
    """The plan as the store keeps it, for --resume and for telling what a scan could see."""
    return content.Plan(
        targets=list(planned.scope.targets),
        exclude=list(planned.scope.exclude),
        ports=ports,
        only=sorted(names(only)),
        covers=planned.scope.spans(),
    )


def names(only: Sequence[str]) -> frozenset[str]:
    """The methods named by --only."""
    return frozenset(_entries(only))


def methods(only: Sequence[str]) -> tuple[Probe, ...]:
    """The protocols to speak: all, or those named.

    Raises:
        CamfinderError: There is no such method.
    """
    wanted = names(only)
    if not wanted:
        return all_probes()
    if unknown := wanted - {probe.name for probe in all_probes()}:
        raise CamfinderError(f"--only: no method {min(unknown)!r}; see `camfinder protocols`")
    return tuple(probe for probe in all_probes() if probe.name in wanted)


def lines(paths: Sequence[Path]) -> list[str]:
    """The lines of files of addresses; `#` begins a comment.

    Raises:
        CamfinderError: A file cannot be read.
    """
    found: list[str] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CamfinderError(
                f"{path}: {error}; give a text file, one address a line"
            ) from error
        found += _entries(text.splitlines())
    return found


def _entries(text: Iterable[str]) -> list[str]:
    stripped = (line.partition("#")[0].strip() for line in text)
    return [entry for line in stripped for entry in line.replace(",", " ").split()]


def _expand(targets: Sequence[str]) -> Iterable[str]:
    for target in targets:
        if target == "-":
            yield from _entries(sys.stdin)
        else:
            yield target


def parse_ports(text: str) -> tuple[int, ...]:
    """Ports from `80,554,8000-8010`, in that order.

    Raises:
        CamfinderError: One is no port, or a printer's.
    """
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or not (last if dash else first).isdecimal():
            raise CamfinderError(f"--ports {text}: {part!r} is no port; write 80,554,8000-8010")
        low, high = int(first), int(last if dash else first)
        if not 1 <= low <= high <= 65_535:
            raise CamfinderError(f"--ports {text}: {part!r} is outside 1-65535")
        found += range(low, high + 1)
    printer = [port for port in found if port in NEVER]
    if printer:
        raise CamfinderError(f"--ports: {printer[0]} is never touched: printers print what arrives")
    return tuple(dict.fromkeys(found))


def describe(planned: Plan, only: Sequence[str] = (), limit: int = MAX_ADDRESSES) -> list[str]:
    """What would be done, for --dry-run."""
    size = planned.scope.size
    refused = f"; refused without --max-addresses {size}" if size > limit else ""
    ports = [port for tier in planned.tiers for port in tier]
    given = planned.credentials
    return [
        f"scope: {', '.join(planned.scope.describe())} ({size:,} addresses to sweep{refused})",
        f"ports: {', '.join(str(port) for port in ports)}",
        f"pace: {_pace(planned)}; the sweep takes {_least(planned, only)}",
        "protocols: " + ", ".join(f"{p.name} ({p.touch.value})" for p in methods(only)),
        f"logins: {'one a device that asks for it' if given.accounts else 'none'}",
        f"SNMP: {'with the communities given' if given.communities else 'none'}",
        "nothing was sent",
    ]


def run(
    planned: Plan,
    *,
    only: Sequence[str] = (),
    fingerprints: Sequence[Path],
    record: Path | None,
    quiet: bool,
    journal: Journal | None = None,
) -> Inventory:
    """Scan; the first Ctrl-C ends it with what was found, the second at once.

    Raises:
        CamfinderError: The recording cannot be written.
    """
    loaded = engine(fingerprints)
    with ExitStack() as stack:
        recorder = None
        if record is not None:
            try:
                recorder = stack.enter_context(Recorder(record))
            except OSError as error:
                raise CamfinderError(f"--record {record}: {error.strerror}") from error
        told = stack.enter_context(progress(quiet=quiet))

        def recording() -> Source:
            assert recorder is not None  # noqa: S101 - only handed on where there is one
            recorder.close()
            return Source(str(record), recorder.sha256, recorder.packets)

        async def main() -> Inventory:
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, _interrupt, loop, stop, number)
            return await scan(
                planned,
                engine=loaded,
                probes=methods(only),
                progress=told,
                stop=stop,
                recorder=recorder,
                recording=recording if recorder is not None else None,
                journal=journal,
            )

        return asyncio.run(main())


def _interrupt(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, number: int) -> None:
    print("camfinder: stopping; once more to quit without a report", file=sys.stderr)
    loop.remove_signal_handler(number)
    stop.set()
