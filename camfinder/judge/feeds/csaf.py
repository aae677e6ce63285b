"""CSAF 2.0 advisories (OASIS), as CISA publishes them for industrial systems and cameras.

Product versions stand in the branches of the product tree, ranges with operators in names
(`>= 5.2.0 build 140721 | <= 5.4.0 Build 160414`).
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from camfinder.judge.advisories import Advisory, Affected
from camfinder.judge.feeds.common import Data, advisory, affected, best, day, is_key
from camfinder.judge.feeds.phrases import UNUSABLE, Span, operators, structured
from camfinder.judge.feeds.products import Vendors, models_of

MAX_DEPTH = 16
MAX_PRODUCTS = 4_096


class Product(msgspec.Struct):
    """A leaf of the tree."""

    product_id: str = ""
    name: str = ""


class Branch(msgspec.Struct):
    """A node of the tree."""

    category: str = ""
    name: str = ""
    product: Product | None = None
    branches: list["Branch"] = []


class Relationship(msgspec.Struct):
    """A firmware on a model."""

    category: str = ""
    product_reference: str = ""
    relates_to_product_reference: str = ""
    full_product_name: Product | None = None


class Tree(msgspec.Struct):
    """The products."""

    branches: list[Branch] = []
    relationships: list[Relationship] = []


class Score3(msgspec.Struct, rename="camel"):
    """CVSS 3."""

    version: str = ""
    base_score: float = -1.0
    vector_string: str = ""


class Score(msgspec.Struct):
    """A score."""

    cvss_v3: Score3 | None = None


class Status(msgspec.Struct):
    """Which products have it."""

    known_affected: list[str] = []


class Weakness(msgspec.Struct):
    """A CWE entry."""

    id: str = ""


class Vulnerability(msgspec.Struct):
    """One vulnerability."""

    cve: str = ""
    title: str = ""
    cwe: Weakness | None = None
    product_status: Status | None = None
    scores: list[Score] = []


class Tracking(msgspec.Struct):
    """Id and days."""

    id: str = ""
    initial_release_date: str = ""
    current_release_date: str = ""


class Head(msgspec.Struct):
    """Head of the file."""

    title: str = ""
    tracking: Tracking = msgspec.field(default_factory=Tracking)


class Csaf(msgspec.Struct):
    """A file."""

    document: Head
    product_tree: Tree = msgspec.field(default_factory=Tree)
    vulnerabilities: list[Vulnerability] = []


_decoder = msgspec.json.Decoder(Csaf)


def read(raw: Data, vendors: Vendors) -> list[Advisory]:
    """The advisories of a file, one per CVE number and vendor of surveillance devices.

    Raises:
        msgspec.DecodeError: It is no JSON, or no CSAF file.
    """
    file = _decoder.decode(raw)
    leaves: dict[str, _Leaf] = {}
    for branch in file.product_tree.branches:
        for leaf in _leaves(branch, (), 0):
            if len(leaves) < MAX_PRODUCTS:
                leaves[leaf.id] = leaf
    pairs = {
        each.full_product_name.product_id: each
        for each in file.product_tree.relationships[:MAX_PRODUCTS]
        if each.full_product_name is not None
    }
    return [
        found
        for each in file.vulnerabilities
        if is_key(each.cve)
        for found in _advisories(each, file.document, _Products(leaves, pairs, vendors))
    ]


def _advisories(each: Vulnerability, head: Head, products: "_Products") -> Iterator[Advisory]:
    ids = each.product_status.known_affected if each.product_status else []
    by_vendor = products.affected(ids)
    score, vector = best(
        (found.cvss_v3.version, found.cvss_v3.base_score, found.cvss_v3.vector_string)
        for found in each.scores
        if found.cvss_v3
    )
    tracking = head.tracking
    for vendor, tables in by_vendor.items():
        yield advisory(
            each.cve,
            vendor,
            f"{head.title}: {each.title}" if each.title else head.title,
            tables,
            published=day(tracking.initial_release_date),
            score=score,
            vector=vector,
            weakness=each.cwe.id if each.cwe else "",
            reference=tracking.id,
            source=f"CSAF {tracking.id[:40]}, issued {day(tracking.current_release_date)}",
        )


class _Leaf(NamedTuple):
    """A product with the names above it."""

    id: str
    category: str
    name: str
    vendor: str
    product: str


def _leaves(branch: Branch, above: tuple[Branch, ...], depth: int) -> Iterator[_Leaf]:
    path = (*above, branch)
    if branch.product is not None:
        names = {each.category: each.name for each in path}
        product = names.get("product_name", "").replace("- ", "-")
        vendor = names.get("vendor", "")
        yield _Leaf(branch.product.product_id, branch.category, branch.name, vendor, product)
    if depth < MAX_DEPTH:
        for each in branch.branches:
            yield from _leaves(each, path, depth + 1)


class _Products(NamedTuple):
    """The tree of a file: leaves and pairs of firmware and model, by id."""

    leaves: dict[str, _Leaf]
    pairs: dict[str, Relationship]
    vendors: Vendors

    def affected(self, ids: list[str]) -> dict[str, list[Affected]]:
        """Vendor to what is affected."""
        found: dict[str, list[Affected]] = {}
        versions: dict[str, list[str]] = {}
        for product_id in ids[:MAX_PRODUCTS]:
            if product_id in self.leaves:
                self._add(found, self.leaves[product_id], None)
            elif product_id in self.pairs:
                pair = self.pairs[product_id]
                firmware = self.leaves.get(pair.product_reference)
                if firmware is not None:
                    model = pair.relates_to_product_reference
                    versions.setdefault(model, []).append(firmware.name)
        for product_id, names in versions.items():
            if product_id in self.leaves:
                self._add(found, self.leaves[product_id], names)
        return found

    def _add(
        self, found: dict[str, list[Affected]], leaf: _Leaf, versions: list[str] | None
    ) -> None:
        """One product; `versions` are those of the firmware on it."""
        vendor = self.vendors.of(leaf.vendor)
        if vendor is None or not leaf.product or not self.vendors.wants(vendor, leaf.product):
            return
        models = models_of((leaf.vendor, leaf.vendor.split(" ")[0], vendor), leaf.product)
        if models is None or not models.match:
            return
        schemes = self.vendors.schemes_of(vendor)
        span = _span(leaf, schemes) if versions is None else structured(schemes, exactly=versions)
        found.setdefault(vendor, []).append(affected(models, span))


def _span(leaf: _Leaf, schemes: tuple[str, ...]) -> Span:
    if leaf.category not in {"product_version", "product_version_range"}:
        return UNUSABLE
    return operators(leaf.name, schemes)
