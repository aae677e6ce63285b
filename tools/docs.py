"""`make docs`: the pages that are generated from the code; `--check` only compares."""

import sys
from pathlib import Path

import msgspec

from camfinder.document import schema
from camfinder.flow.methods import Method, methods
from camfinder.match.schema import schema as fingerprint_schema
from camfinder.probes import all_probes, catalogue
from camfinder.reports import all_reports

DOCS = Path(__file__).resolve().parent.parent / "docs"

HEAD = """# Methods

Generated from `camfinder/probes/*.py` by `make docs`; `camfinder protocols` prints the same.

*touch* is how a method touches the network at most: `passive` only hears, `multicast` asks
everybody on the attached subnets, `unicast` asks one device, `login` does so only with what the
user gave in `--credentials`. *routers*: whether a question to one
address works beyond the attached subnet. *bound*: local ports that are bound to hear the answers;
without the right to bind one the report names a blind spot. *on a hint*: asked of one device when
some evidence suggests it. Bytes, quirks and sources stand in each module's docstring.

| method | what | asked by | IP | ports | bound | touch | routers | rights | yields |
|---|---|---|---|---|---|---|---|---|---|
"""


FACTS = """# Facts

What a fingerprint rule may name. Generated from `camfinder/probes/*.py` by `make docs`;
`camfinder fingerprints facts` prints the same. The prefix is the protocol.

| fact | meaning |
|---|---|
"""


def facts() -> str:
    """`docs/facts.md`."""
    known = sorted(catalogue().emits.items())
    return FACTS + "".join(f"| `{key}` | {cell(meaning)} |\n" for key, meaning in known)


def cell(text: str) -> str:
    """Text that does not end its cell."""
    return text.replace("|", "\\|")


def page() -> str:
    """`docs/protocols.md`."""
    return HEAD + "".join(_row(method) for method in methods(all_probes()))


def _row(method: Method) -> str:
    cells = (
        f"`{method.name}`",
        method.title,
        method.transport,
        method.families,
        method.ports,
        method.replies,
        method.touch,
        "crosses" if method.crosses_routers else "",
        method.needs_rights,
        method.yields,
    )
    return "| " + " | ".join(map(cell, cells)) + " |\n"


def formats(text: str) -> str:
    """`docs/reports.md` with the table of the formats that there are."""
    begin, end = "by `make docs` -->\n", "<!-- end of formats -->"
    before, _, rest = text.partition(begin)
    _old, _, after = rest.partition(end)
    rows = "".join(
        f"| `{report.suffix}` | {report.title} |\n"
        for report in sorted(all_reports(), key=lambda report: report.suffix)
    )
    return f"{before}{begin}| suffix | what |\n|---|---|\n{rows}{end}{after}"


def generated() -> dict[Path, bytes]:
    """Every generated file and its content."""
    rules = msgspec.json.encode(fingerprint_schema(catalogue().emits))
    document = msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"
    return {
        DOCS / "protocols.md": page().encode(),
        DOCS / "facts.md": facts().encode(),
        DOCS / "reports.md": formats((DOCS / "reports.md").read_text(encoding="utf-8")).encode(),
        DOCS / "inventory.schema.json": document,
        DOCS / "fingerprints.schema.json": msgspec.json.format(rules, indent=2) + b"\n",
    }


def main() -> int:
    """Write them; with `--check` say which are out of date."""
    check = "--check" in sys.argv
    stale = [
        path
        for path, content in generated().items()
        if not path.is_file() or path.read_bytes() != content
    ]
    for path in stale:
        if check:
            print(f"{path.name} is out of date: run `make docs`")
        else:
            path.write_bytes(generated()[path])
            print(f"wrote {path}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
