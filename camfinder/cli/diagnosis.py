"""What this machine allows camfinder to do, and what to do where it does not."""

import resource
import shutil
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

from camfinder.cli.settings import files
from camfinder.flow.blind import drops_strangers
from camfinder.model import Target
from camfinder.net.interfaces import interfaces
from camfinder.probes import all_probes

_SMALL_BUFFER = (
    "with thousands of cameras on one subnet answers may be lost: "
    "sysctl -w net.core.rmem_max=4194304"
)


def diagnose() -> Iterator[str]:
    """Lines for people: `ok`, `note` or `problem`, what, and the remedy."""
    yield from _interfaces()
    yield from _ports()
    yield from _limits()
    yield from _rights()
    yield from _knowledge()
    yield from _settings()


def _interfaces() -> Iterator[str]:
    found = [i for i in interfaces() if not i.name.startswith("lo")]
    if not found:
        yield "problem  no network interface but loopback: only unicast to routed targets is left"
    for interface in found:
        addresses = ", ".join(str(address) for address in (*interface.ipv4, *interface.ipv6))
        state = "ok      " if interface.multicast else "note    "
        more = "" if interface.multicast else "; no multicast: discovery by group is blind there"
        yield f"{state} interface {interface.name}: {addresses or 'no address'}{more}"


def _ports() -> Iterator[str]:
    here = Target(IPv4Address("127.0.0.1"))
    replies = {
        port
        for probe in all_probes()
        for query in probe.discover(here)
        for port in query.reply_ports
    }
    wanted = sorted(replies | {3702, 5353})
    for port in wanted:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            try:
                sock.bind(("0.0.0.0", port))
            except OSError as error:
                why = f"cannot be bound ({error.strerror}): answers sent to it are not heard"
                yield f"note     UDP {port} {why}; stop the program that holds it"
            else:
                yield f"ok       UDP {port} can be bound"


def _limits() -> Iterator[str]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    state = "ok      " if hard >= 4096 else "note    "
    yield f"{state} open files: {soft} now, up to {hard}; camfinder raises it by itself"
    path = Path("/proc/sys/net/core/rmem_max")
    if path.exists():
        size = int(path.read_text())
        state = "ok      " if size >= 4 * 1024 * 1024 else "note    "
        more = "" if size >= 4 * 1024 * 1024 else f"; {_SMALL_BUFFER}"
        yield f"{state} receive buffer: {size} bytes at most{more}"


def _rights() -> Iterator[str]:
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except PermissionError:
        yield (
            "note     no right to packet sockets: no layer-2 sweep, and `listen` binds ports; "
            "run as root, or setcap cap_net_raw+ep on the Python interpreter"
        )
    except OSError as error:
        yield f"note     no packet sockets here ({error.strerror}): no layer-2 sweep"
    else:
        yield "ok       packet sockets: layer-2 sweep and silent listening work"
    yield from _strangers()
    if shutil.which("ip") is None:
        yield "note     no `ip` command: the namespace lab is not to be had"


def _strangers() -> Iterator[str]:
    for interface in interfaces():
        if not interface.loopback and drops_strangers(interface.name):
            yield (
                f"note     {interface.name}: strict rp_filter drops answers of cameras with an "
                "address outside the subnet; sysctl net.ipv4.conf.all.rp_filter=2"
            )


def _knowledge() -> Iterator[str]:
    from camfinder.cli.knowledge import fingerprints

    loaded = fingerprints(())
    yield (
        f"ok       fingerprints {loaded.digest}: {len(loaded.vendors)} vendors, {len(loaded.rules)}"
        f" rules; {len(all_probes())} protocols"
    )


def _settings() -> Iterator[str]:
    for path in files():
        state = "read" if path.is_file() else "not there"
        yield f"ok       settings {path}: {state}"
