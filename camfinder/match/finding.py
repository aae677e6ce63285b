"""What a value tells by itself: the part of evidence that does not depend on who said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from camfinder.match.names import bare
from camfinder.match.nouns import Vendor
from camfinder.model import Fact, Slot, Strength

Requirements = tuple[tuple[str, Any], ...]
"""Fact keys and compiled patterns."""


@dataclass(slots=True, eq=False)
class Finding:
    """A rule, field or model form applied to one value; never changed once it is made.

    Attributes:
        fingerprint: As in `Evidence`.
        claims: As in `Evidence`.
        strengths: As in `Evidence`.
        requires: Fact key and pattern that must occur in the same observation.
        lasting: The same object comes with many values: what follows from it may be remembered.
    """

    fingerprint: str
    claims: Mapping[Slot, str]
    strengths: Mapping[Slot, Strength]
    requires: Requirements = ()
    lasting: bool = False


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


def no_serial_as_model(found: list[tuple[Fact, Finding]]) -> list[tuple[Fact, Finding]]:
    """The findings, save models of running text that a rule knows for the serial number."""
    stated = [one.claims[Slot.SERIAL] for _fact, one in found if Slot.SERIAL in one.claims]
    if not stated:
        return found
    serials = {bare(serial) for serial in stated}
    kept = (
        (fact, _without_model(finding) if _is_serial(finding, serials) else finding)
        for fact, finding in found
    )
    return [(fact, finding) for fact, finding in kept if finding.claims]


def _is_serial(finding: Finding, serials: set[str]) -> bool:
    """The model that the finding claims is, or ends in, a serial number."""
    model = bare(finding.claims.get(Slot.MODEL, ""))
    sure = finding.strengths.get(Slot.MODEL, Strength.HINT) >= Strength.DECLARED
    return bool(model) and not sure and any(model.endswith(serial) for serial in serials)


def _without_model(finding: Finding) -> Finding:
    claims = dict(finding.claims)
    strengths = dict(finding.strengths)
    claims.pop(Slot.MODEL, None)
    strengths.pop(Slot.MODEL, None)
    return Finding(finding.fingerprint, claims, strengths, finding.requires)
