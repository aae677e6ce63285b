"""Accounts and communities that the user gave for devices: one file, for its owner alone.

[default]
user = "operator"
password = "..."
communities = ["..."]   # SNMP, asked in this order

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
from typing import Generic, TypeVar

from camfinder.model import Address, CamfinderError
from camfinder.net.onvif_login import Account

MAX_BYTES = 1 << 20
MAX_COMMUNITIES = 3
"""Of one table: a device is asked with each in turn, and may report every wrong one."""
ACCOUNT = frozenset({"user", "password"})
COMMUNITIES = "communities"
Network = IPv4Network | IPv6Network
Communities = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Given(Generic[T]):
    """What is for all devices, and for those of some networks."""

    default: T | None = field(default=None, repr=False)
    networks: tuple[tuple[Network, T], ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return self.default is not None or bool(self.networks)

    def of(self, address: Address) -> T | None:
        """What is for this address; None where there is nothing."""
        plain = ip_address(address.packed)
        fitting = [entry for entry in self.networks if plain in entry[0]]
        if fitting:
            return max(fitting, key=lambda entry: entry[0].prefixlen)[1]
        return self.default


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is for which devices; nothing of it is ever printed.

    Attributes:
        accounts: For devices that ask for a login.
        communities: For SNMP; an empty list keeps it from a network.
    """

    accounts: Given[Account] = field(default_factory=Given, repr=False)
    communities: Given[Communities] = field(default_factory=Given, repr=False)


def load(path: Path) -> Credentials:
    """Reads a file of accounts and communities.

    Raises:
        CamfinderError: It cannot be read, others may read it, or something in it is wrong. The
            message never holds what is in the file.
    """
    accounts: dict[Network | None, Account] = {}
    communities: dict[Network | None, Communities] = {}
    for name, table in _tables(path).items():
        network = None if name == "default" else _network(path, name)
        if not isinstance(table, dict) or not table or set(table) - ACCOUNT - {COMMUNITIES}:
            raise CamfinderError(
                f"{path}: [{name}] needs user and password, or communities, and nothing else"
            )
        if ACCOUNT & set(table):
            accounts[network] = _account(path, name, table)
        if COMMUNITIES in table:
            communities[network] = _communities(path, name, table[COMMUNITIES])
    return Credentials(_given(accounts), _given(communities))


def _tables(path: Path) -> dict[str, object]:
    """The tables of the file."""
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
        return tomllib.loads(data[:MAX_BYTES].decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        # Without the cause: it may quote a line of the file.
        raise CamfinderError(f"{path}: no TOML; see docs/commands.md for its form") from None


def _owners() -> frozenset[int]:
    return frozenset({os.geteuid(), 0})


def _given(found: dict[Network | None, T]) -> Given[T]:
    networks = tuple((net, value) for net, value in found.items() if net is not None)
    return Given(found.get(None), networks)


def _account(path: Path, name: str, table: dict[str, object]) -> Account:
    user, password = table.get("user"), table.get("password")
    if not isinstance(user, str) or not isinstance(password, str) or not user:
        raise CamfinderError(f"{path}: [{name}]: user and password are texts, and go together")
    return Account(user, password)


def _communities(path: Path, name: str, value: object) -> Communities:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise CamfinderError(f"{path}: [{name}]: communities is a list of texts")
    if len(value) > MAX_COMMUNITIES or any(len(each.encode()) > 255 for each in value):
        raise CamfinderError(
            f"{path}: [{name}]: at most {MAX_COMMUNITIES} communities, of 255 bytes each"
        )
    return tuple(dict.fromkeys(value))


def _network(path: Path, name: str) -> Network:
    try:
        return ip_network(name, strict=False)
    except ValueError:
        raise CamfinderError(
            f"{path}: [{name}] is no address and no network; write default or 10.0.0.0/24"
        ) from None
