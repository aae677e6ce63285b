"""docs/supported.md: the brands and models that the examples of the rules prove.

A brand is listed where a hit of a rule or of a model form names it, a model where such a hit
gives it.
"""

import argparse
from collections import defaultdict
from pathlib import Path

from camfinder.match.fingerprint import default_folder, read
from camfinder.match.nouns import Fingerprints
from camfinder.model import Kind, Slot

PAGE = Path(__file__).resolve().parent.parent / "docs" / "supported.md"
SHOWN = 12
"""Models shown of one brand; the rest are counted."""


def proven(fingerprints: Fingerprints) -> dict[str, set[str]]:
    """Vendor id to the models that its hits give: none where only the name is known."""
    models: dict[str, set[str]] = defaultdict(set)
    for form in fingerprints.models:
        if form.kind is not Kind.OTHER:
            models[form.vendor].update(form.hits)
    for rule in fingerprints.rules:
        brand = rule.gives.get(Slot.BRAND) or rule.gives.get(Slot.MAKER)
        if brand is None or rule.gives.get(Slot.KIND) == Kind.OTHER.value:
            continue
        models[brand].update(hit.gives[Slot.MODEL] for hit in rule.hits if Slot.MODEL in hit.gives)
    return {vendor: found for vendor, found in models.items() if vendor in fingerprints.vendors}


def page(fingerprints: Fingerprints) -> str:
    """The page, in Markdown."""
    found = proven(fingerprints)
    rules = sum(1 for rule in fingerprints.rules if rule.hits)
    count = sum(map(len, found.values()))
    lines = [
        "# Supported brands and models",
        "",
        "Written by `python tools/supported.py` from the examples of the fingerprints, each of",
        f"which is a test. {len(found)} brands, {count} model numbers, {rules} rules. A model that",
        "is not listed is recognised too where it has the form of its brand's numbers.",
        "",
        "| brand | models among the examples |",
        "|---|---|",
    ]
    for vendor in sorted(found, key=lambda each: fingerprints.vendors[each].name.casefold()):
        models = sorted(found[vendor])
        more = f" and {len(models) - SHOWN} more" if len(models) > SHOWN else ""
        shown = ", ".join(model.replace("|", "/") for model in models[:SHOWN])
        lines.append(f"| {fingerprints.vendors[vendor].name} | {shown}{more} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or with --check tell whether it is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where the page is out of date")
    options = parser.parse_args()
    loaded, _complaints = read([default_folder()])
    text = page(loaded)
    if options.check:
        same = PAGE.is_file() and PAGE.read_text() == text
        print("up to date" if same else "out of date: run tools/supported.py")
        return 0 if same else 1
    PAGE.write_text(text)
    print(f"{PAGE.name}: {len(text.splitlines())} lines")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
