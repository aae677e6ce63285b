"""Compares what camfinder says of a device with the truth of ../shared index files."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

KINDS = {
    "camera": "camera",
    "recorder": "recorder",
    "door-station": "doorbell",
    "doorbell": "doorbell",
    "encoder": "encoder",
}
ORDER = ("low", "medium", "high")


def letters(text: str | None) -> str:
    """Letters and digits only, lower case."""
    return "".join(c for c in (text or "").lower() if c.isalnum())


class Truth:
    """The vendors' other spellings, and the comparisons that the READMEs lay down."""

    def __init__(self, shared: Path) -> None:
        path = shared / "corpus" / "vendors-aliases.json"
        aliases = json.loads(path.read_text(encoding="utf-8"))["aliases"]
        self._canonical = {
            letters(name): letters(vendor)
            for vendor, names in aliases.items()
            for name in (vendor, *names)
        }

    def vendor(self, name: str | None) -> str:
        """One spelling for all names of a vendor; legal forms and remarks in brackets are off."""
        plain = letters((name or "").partition("(")[0])
        for ending in ("communications", "electronics", "technology", "systems"):
            if plain not in self._canonical and plain.endswith(ending):
                plain = plain.removesuffix(ending)
        return self._canonical.get(plain, plain)

    def same_vendor(self, ours: str | None, theirs: Iterable[str | None]) -> bool:
        """Ours is one of the right answers."""
        return self.vendor(ours) in {self.vendor(name) for name in theirs}

    def same_model(self, ours: str | None, theirs: Iterable[str | None]) -> bool:
        """A brand in front does not count."""
        mine = letters(ours)
        return any(mine == letters(t) or (mine and letters(t).endswith(mine)) for t in theirs)

    def complaints(self, ours: Mapping[str, Any], expect: Mapping[str, Any]) -> list[str]:
        """What is wrong about our device, in words; empty when all is right."""
        truth = expect["device"]
        found = []
        wanted = truth.get("camera")
        if wanted is True and ours["surveillance"] is not True:
            null_ok = truth.get("camera_null_ok") or expect.get("camera_null_ok")
            if not (null_ok and ours["surveillance"] is None):
                found.append(f"camera: {ours['surveillance']}")
        if wanted is False and ours["surveillance"] is True:
            found.append("a false camera")
        if wanted is None and ours["surveillance"] is True and ours["confidence"] == "high":
            found.append("certain where the evidence does not decide")
        most = expect.get("max_confidence")
        if most and ours["surveillance"] and ORDER.index(ours["confidence"]) > ORDER.index(most):
            found.append(f"confidence {ours['confidence']}, at most {most}")
        return found + (self._fields(ours, truth, expect) if wanted is True else [])

    def _fields(
        self, ours: Mapping[str, Any], truth: Mapping[str, Any], expect: Mapping[str, Any]
    ) -> list[str]:
        found = []
        vendors = [truth.get("vendor"), *expect.get("acceptable_vendor", [])]
        if expect.get("vendor_optional"):
            vendors.append(None)
        named = ours["brand"] or ours["maker"]
        if not self.same_vendor(named, vendors) and not self.same_vendor(ours["maker"], vendors):
            found.append(f"vendor {named!r} / {ours['maker']!r}, not {vendors}")
        for slot in ("model", "firmware"):
            right = [truth.get(slot), *expect.get(f"acceptable_{slot}", [])]
            if expect.get(f"{slot}_optional"):
                right.append(None)
            if not self._same(slot, ours[slot], right):
                found.append(f"{slot} {ours[slot]!r}, not {right}")
        if truth.get("serial") and ours["serial"] != truth["serial"]:
            found.append(f"serial {ours['serial']!r}, not {truth['serial']!r}")
        if truth.get("mac") and not expect.get("mac_optional") and ours["mac"] != truth["mac"]:
            found.append(f"mac {ours['mac']!r}, not {truth['mac']!r}")
        kind = KINDS.get(truth.get("class", ""))
        if kind and ours["kind"] not in {kind, "unknown"}:
            found.append(f"kind {ours['kind']}, not {kind}")
        return found

    def _same(self, slot: str, ours: str | None, right: list[str | None]) -> bool:
        if slot == "model":
            return self.same_model(ours, right)
        return letters(ours).removeprefix("v") in {letters(t).removeprefix("v") for t in right}
