"""Network namespaces without names: they are file descriptors, and are gone with their process.

Linux `unshare(2)`, `setns(2)`; as root a network namespace alone, else a user namespace around
it, in which the caller is root over its own network and nothing else.
"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from camfinder.model import CamfinderError

CLONE_NEWUSER = 0x1000_0000
CLONE_NEWNET = 0x4000_0000
_SIOCETHTOOL = 0x8946
_ETHTOOL_STXCSUM = 0x17
_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def join(descriptor: int, kind: int) -> None:
    """This process (its only thread) is in that namespace from here on."""
    _call("setns", descriptor, kind)


def leave_the_machine() -> None:
    """This process is in a new, empty network namespace of its own from here on.

    Raises:
        OSError: The system does not allow it.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        with suppress(OSError):  # root without CAP_SYS_ADMIN: as everybody else
            _call("unshare", CLONE_NEWNET)
            return
    _call("unshare", CLONE_NEWUSER | CLONE_NEWNET)
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny", encoding="ascii")
    (own / "uid_map").write_text(f"0 {uid} 1", encoding="ascii")
    (own / "gid_map").write_text(f"0 {gid} 1", encoding="ascii")


def current() -> int:
    """A descriptor of the network namespace that this process is in."""
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def rootless() -> bool:
    """Whether this process is in a user namespace that is not the machine's."""
    text = Path("/proc/self/uid_map").read_text(encoding="ascii")
    return text.split() != ["0", "0", "4294967295"]


@contextmanager
def inside(descriptor: int) -> Generator[None]:
    """What is opened and started in this block belongs to that network namespace."""
    here = current()
    join(descriptor, CLONE_NEWNET)
    try:
        yield
    finally:
        join(here, CLONE_NEWNET)
        os.close(here)


def create() -> int:
    """A descriptor of a new network namespace, its loopback up; the caller stays where it is."""
    here = current()
    try:
        _call("unshare", CLONE_NEWNET)
        made = current()
        _no_address_checks()
    finally:
        join(here, CLONE_NEWNET)
        os.close(here)
    return made


def _no_address_checks() -> None:
    """IPv6 addresses are usable at once (RFC 4862 duplicate detection takes a second)."""
    for name in ("all", "default"):
        with suppress(OSError):  # no IPv6, or a read-only /proc/sys
            Path(f"/proc/sys/net/ipv6/conf/{name}/accept_dad").write_text("0", encoding="ascii")


def path_of(descriptor: int) -> str:
    """A path by which other processes of the same user reach the namespace."""
    return f"/proc/{os.getpid()}/fd/{descriptor}"


def ip_command() -> str | None:
    """Where iproute2's `ip` is."""
    return shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def ip(lines: Iterable[str], descriptor: int | None = None) -> None:
    """Runs `ip` commands, one a line, in a namespace (None: where this process is).

    Raises:
        CamfinderError: There is no `ip`, or a command failed.
    """
    program = ip_command()
    if program is None:
        raise CamfinderError("the lab needs the `ip` command (package iproute2)")
    if descriptor is not None:
        with inside(descriptor):
            ip(lines)
        return
    done = subprocess.run(  # noqa: S603 - fixed program, lines of our own
        [program, "-batch", "-"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode != 0:
        raise CamfinderError(f"ip: {done.stderr.strip() or done.stdout.strip()}")


def full_checksums(interface: str, descriptor: int) -> None:
    """Packets carry real checksums: a veth leaves them out, and recordings look broken."""
    value = ctypes.create_string_buffer(struct.pack("II", _ETHTOOL_STXCSUM, 0))
    request = struct.pack("16sP16x", interface.encode(), ctypes.addressof(value))
    with inside(descriptor), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, _SIOCETHTOOL, request)


def try_out() -> str:
    """Why namespaces do not work here; empty where they do. Leaves this process in one."""
    if not sys.platform.startswith("linux"):
        return "network namespaces are a Linux thing"
    if ip_command() is None:
        return "the `ip` command (package iproute2) is missing"
    try:
        leave_the_machine()
        other = create()
        pair = f"link add p0 type veth peer name eth0 netns {path_of(other)}"
        ip(("link add br0 type bridge", pair))
        full_checksums("eth0", other)
    except (OSError, CamfinderError) as error:
        return f"network namespaces are not allowed here ({error})"
    return ""


if __name__ == "__main__":
    sys.stdout.write(try_out())
