"""What a value tells by itself: the part of evidence that does not depend on who said it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from camfinder.match.nouns import Vendor
from camfinder.model import Slot, Strength

Requirements = tuple[tuple[str, Any], ...]
"""Fact keys and compiled patterns."""


class Finding(NamedTuple):
    """A rule, field or model form applied to one value.

    Attributes:
        fingerprint: As in `Evidence`.
        claims: As in `Evidence`.
        strengths: As in `Evidence`.
        requires: Fact key and pattern that must occur in the same observation.
    """

    fingerprint: str
    claims: Mapping[Slot, str]
    strengths: Mapping[Slot, Strength]
    requires: Requirements = ()


def with_maker(
    vendors: Mapping[str, Vendor], claims: dict[Slot, str], strengths: dict[Slot, Strength]
) -> None:
    """Add the maker where the brand is of a vendor who makes all that is sold under its name.

    The maker is then as sure as the brand, at most `family`: what the device itself shows of its
    maker is stronger than what we know of the label.
    """
    vendor = vendors.get(claims.get(Slot.BRAND, ""))
    if vendor and vendor.makes_own and Slot.MAKER not in claims:
        claims[Slot.MAKER] = vendor.id
        strengths[Slot.MAKER] = min(strengths[Slot.BRAND], Strength.FAMILY)
