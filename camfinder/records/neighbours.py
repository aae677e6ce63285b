"""ARP and MAC tables as switches, routers and hosts print them: any line with a MAC counts.

The makes differ in the order of their columns, not in what they hold, so lines are read by their
words: an IP address, a MAC in any of five spellings, perhaps a name. Incomplete entries have no
MAC; group addresses and the switch's own static entries are nobody's.

| make | line |
|---|---|
| Cisco IOS `show ip arp` | `Internet  10.0.0.1  5   0011.2233.4455  ARPA  Vlan10` |
| Cisco `show mac address-table` | `10   0011.2233.4455   DYNAMIC   Gi1/0/1` |
| Juniper `show arp` | `00:11:22:33:44:55 10.0.0.1  cam1.example  ge-0/0/0.0  none` |
| HP, Aruba `show arp` | `10.0.0.1   001122-334455   dynamic  A1` |
| Huawei, Comware `display arp` | `10.0.0.1   0011-2233-4455   20   D   GE1/0/1` |
| Linux, BSD `arp -a` | `cam1 (10.0.0.1) at 0:11:22:33:44:55 [ether] on eth0` |
| Linux `ip neigh` | `10.0.0.1 dev eth0 lladdr 00:11:22:33:44:55 REACHABLE` |
| Windows `arp -a` | `10.0.0.1   00-11-22-33-44-55   dynamic` |
"""

from collections.abc import Iterator

import re2

from camfinder.records.record import Sighting
from camfinder.records.values import MAX_CELL, addresses
from camfinder.wire.text import mac as mac_of

MAX_LINES = 500_000
MAX_WORDS = 40
_MAC_WORD = re2.compile(
    r"(?i)^(?:[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}"
    r"|[0-9a-f]{4}[.:-][0-9a-f]{4}[.:-][0-9a-f]{4}|[0-9a-f]{6}[-:][0-9a-f]{6})$"
)
_NAME_AT = re2.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*) \(([0-9.]+)\) at ")
_OWN = frozenset({"cpu", "self", "system", "permanent", "igmp"})
_DEAD = frozenset({"failed", "incomplete", "noarp"})
_SAMPLE = 200


def mac_word(word: str) -> str:
    """A word that is a MAC, as `aa:bb:cc:dd:ee:ff`; nothing for other words and group addresses."""
    if not _MAC_WORD.match(word):
        return ""
    if word.count(word[4:5]) == 2 and len(word) == 14:
        word = word.replace(":", ".").replace("-", ".")
    found = mac_of(word) or ""
    return "" if not found or int(found[:2], 16) & 1 else found


def is_neighbours(text: str) -> bool:
    """A table of this sort: no commas or semicolons rule its lines, and several hold a MAC."""
    lines = [line for line in text[:65_536].splitlines() if line.strip()][:_SAMPLE]
    read = [line for line in lines if _read(line) is not None]
    delimited = sum(line.count(",") >= 2 or line.count(";") >= 2 for line in lines)
    # A plain list of MACs, or of addresses, is no table: there the line holds nothing else but,
    # maybe, what somebody noted behind a `#`.
    full = [line for line in read if len(line.partition("#")[0].split()) > 1]
    return bool(full) and delimited < len(lines) / 4


def neighbours(text: str, source: str) -> Iterator[Sighting]:
    """The entries of a table; an entry is given once."""
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(text.splitlines()[:MAX_LINES], 1):
        entry = _read(line)
        if entry is None or entry[:2] in seen:
            continue
        seen.add(entry[:2])
        address, mac, name = entry
        kind = "arp" if address else "mac-table"
        yield Sighting(source, number, kind, address or None, mac, line.strip(), name or None)


def _read(line: str) -> tuple[str, str, str] | None:
    """Address, MAC and name of a line; None where it has no MAC of a single device."""
    words = line[:MAX_CELL].replace("|", " ").replace("*", " ").split()[:MAX_WORDS]
    found = [mac for mac in map(mac_word, words) if mac]
    lowered = {word.strip("()").casefold() for word in words}
    # A line that names several MACs (a lease with its client id) is no entry of such a table.
    if len(set(found)) != 1 or lowered & _DEAD:
        return None
    address = next((read[0] for word in words if (read := addresses(word.strip("()[]")))), "")
    if not address and lowered & _OWN:
        return None
    named = _NAME_AT.match(line)
    return address, found[0], named.group(1) if named else ""
