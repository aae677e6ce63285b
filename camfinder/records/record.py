"""What a record is: one line of somebody's list, in the words that devices are described with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

FIELDS = (
    "address", "mac", "serial", "name", "hostname", "brand", "model", "firmware", "uuid",
    "location", "site",
)  # fmt: skip
"""The fields that a column can be mapped to."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a list says is there.

    Attributes:
        source: Name of the list: file, or file#sheet.
        row: Line or row in it, from 1; None where it has none.
        addresses: Canonical text.
        macs: `aa:bb:cc:dd:ee:ff`.
        serial: As written; never a placeholder.
        name: What people call it: not compared with what the device says, but found by it.
        hostname: Its name on the network: compared.
        uuid: Endpoint UUID.
        site: Name of the network that its address belongs to.
        notes: What was odd about the row.
    """

    source: str
    row: int | None = None
    addresses: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    serial: str | None = None
    name: str | None = None
    hostname: str | None = None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    uuid: str | None = None
    location: str | None = None
    site: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Something in it can find a device."""
        keys = (self.addresses, self.macs, self.serial, self.name, self.hostname, self.uuid)
        return any(keys)


@dataclass(frozen=True, slots=True)
class Known:
    """A list that was read.

    Attributes:
        source: Its name.
        form: What it was read as: `table`, `ISC dhcpd leases`, `NetBox` ...
        columns: Field to the header of its column, where it is a table.
        skipped: Rows that hold nothing that could be a record.
        trouble: What is wrong with the file that was read all the same; empty for nothing.
    """

    source: str
    form: str
    records: tuple[Record, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    skipped: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An address or MAC that somebody else's tool has seen.

    Attributes:
        source: Name of the file.
        row: Line, from 1.
        kind: `arp`, `mac-table`, `lease`, `nmap`.
        address: Canonical text, or None (a switch's MAC table has none).
        mac: `aa:bb:cc:dd:ee:ff`, or None.
        raw: The line itself: the evidence.
        services: Open ports as (port, `tcp` or `udp`, what was said of it).
        at: When; None where the file does not say.
    """

    source: str
    row: int
    kind: str
    address: str | None
    mac: str | None
    raw: str
    hostname: str | None = None
    services: tuple[tuple[int, str, str], ...] = ()
    at: datetime | None = None
