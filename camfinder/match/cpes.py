"""The CPE 2.3 names of a device: of the rules that fired, and of vendor, model and firmware."""

from collections.abc import Iterable, Mapping

from camfinder.match.nouns import Fingerprints, Rule
from camfinder.match.templates import fill
from camfinder.model import Evidence, Slot
from camfinder.wire.cpe import bind, quoted


def cpes_of(
    evidence: Iterable[Evidence], values: Mapping[Slot, str], fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Names of hardware and firmware, each once; those that rules give come first.

    Args:
        evidence: Of the device: rules may hold templates.
        values: What won, by slot.
        fingerprints: For the rules, and for `cpe_vendor` of the brand, else of the maker.
    """
    model, version = values.get(Slot.MODEL, ""), _version(values.get(Slot.FIRMWARE, ""))
    parts: dict[str, str | None] = {"model": quoted(model), "firmware": quoted(version)}
    found: dict[str, None] = {}
    for item in evidence:
        rule = fingerprints.by_id.get(item.fingerprint)
        for template in rule.cpe if isinstance(rule, Rule) else ():
            filled = fill(template, parts)
            if filled:
                found[filled] = None
    vendor = _vendor(values, fingerprints)
    if vendor and model:
        names = [bind("h", vendor, model, "")]
        if version:
            names.append(bind("o", vendor, f"{model}_firmware", version))
        found |= dict.fromkeys(name for name in names if name)
    return tuple(found)


def _vendor(values: Mapping[Slot, str], fingerprints: Fingerprints) -> str | None:
    """The vendor part: of the label, as the dictionary lists products by their label."""
    for slot in (Slot.BRAND, Slot.MAKER):
        known = fingerprints.vendors.get(values.get(slot, ""))
        if known is not None and known.cpe_vendor:
            return known.cpe_vendor
    return None


def _version(firmware: str) -> str:
    """Without the V in front, as the dictionary writes versions."""
    return firmware[1:] if firmware[:1] in {"v", "V"} and firmware[1:2].isdigit() else firmware
