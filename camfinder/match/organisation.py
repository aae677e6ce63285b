"""Who registered a MAC address: the IEEE registries, through the pymanuf package."""

from functools import lru_cache

NOBODY = frozenset({"", "unknown", "private", "ieee registration authority"})
"""Entries of the registry that name no organisation: blocks that are sold in smaller pieces."""

CACHE = 16_384


@lru_cache(maxsize=CACHE)
def organisation(mac: str) -> str:
    """The organisation that registered the address, of 36, 28 or 24 bits; empty for none.

    Locally administered and group addresses belong to nobody. The registry is loaded at first
    use (0.1 s, 35 MB).

    Args:
        mac: `aa:bb:cc:dd:ee:ff`.
    """
    if int(mac[:2], 16) & 0b11:
        return ""
    import pymanuf

    name = str(pymanuf.lookup(mac)).strip()
    return "" if name.casefold() in NOBODY else name
