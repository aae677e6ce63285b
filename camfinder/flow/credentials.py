"""Accounts that the user gave for devices: one file, for its owner alone.

[default]
user = "operator"
password = "..."

["10.0.0.0/24"]         # a network, or one address; the most specific table wins
user = "other"
password = "..."
"""

import os
import stat
import tomllib
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from camfinder.model import Address, CamfinderError
from camfinder.net.onvif_login import Account

MAX_BYTES = 1 << 20
FIELDS = frozenset({"user", "password"})
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose account is for which devices; nothing of it is ever printed."""

    default: Account | None = field(default=None, repr=False)
    networks: tuple[tuple[Network, Account], ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return self.default is not None or bool(self.networks)

    def account(self, address: Address) -> Account | None:
        """The account for one device, None where there is none."""
        plain = ip_address(address.packed)
        fitting = [entry for entry in self.networks if plain in entry[0]]
        if fitting:
            return max(fitting, key=lambda entry: entry[0].prefixlen)[1]
        return self.default


def load(path: Path) -> Credentials:
    """Reads a file of accounts.

    Raises:
        CamfinderError: It cannot be read, others may read it, or something in it is wrong. The
            message never holds what is in the file.
    """
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or about.st_uid not in _owners():
                raise CamfinderError(
                    f"{path}: others may read or change it; run `chmod 600 {path}` as its owner"
                )
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CamfinderError(f"--credentials {path}: {error.strerror}") from error
    try:
        found = tomllib.loads(data[:MAX_BYTES].decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        # Without the cause: it may quote a line of the file.
        raise CamfinderError(f"{path}: no TOML; see docs/commands.md for its form") from None
    default, networks = None, []
    for name, table in found.items():
        account = _account(path, name, table)
        if name == "default":
            default = account
        else:
            networks.append((_network(path, name), account))
    return Credentials(default, tuple(networks))


def _owners() -> frozenset[int]:
    return frozenset({os.geteuid(), 0})


def _account(path: Path, name: str, table: object) -> Account:
    if not isinstance(table, dict) or set(table) != FIELDS:
        raise CamfinderError(f"{path}: [{name}] needs user and password, and nothing else")
    user, password = table["user"], table["password"]
    if not isinstance(user, str) or not isinstance(password, str) or not user:
        raise CamfinderError(f"{path}: [{name}]: user and password are texts")
    return Account(user, password)


def _network(path: Path, name: str) -> Network:
    try:
        return ip_network(name, strict=False)
    except ValueError:
        raise CamfinderError(
            f"{path}: [{name}] is no address and no network; write default or 10.0.0.0/24"
        ) from None
