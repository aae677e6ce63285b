"""Policy packs: rules on whose equipment may be used, found, read, laid over each other.

Data: `policies/*.toml`, one file per regime, and `policies/makers.toml` (docs/policies.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from camfinder.datafiles import Complaint, DataKind, Digest, refuse
from camfinder.judge.dates import begun, holds
from camfinder.judge.makers import STATUS, Maker, Makers, dangling, read_makers
from camfinder.judge.tables import PolicyError, Table, is_id, opened

__all__ = [
    "Clause",
    "Knowledge",
    "Named",
    "Policy",
    "PolicyError",
    "default_folder",
    "load",
    "read",
]

POLICIES = DataKind("policies", "policy", PolicyError, "--policies")
SCHEMA = 1
MAKERS_FILE = "makers.toml"
THREE = ("yes", "no", "unknown")
FOUR = ("yes", "no", "partly", "unknown")
KINDS = (
    "law", "regulation", "regulatory list", "list", "ministerial instruction",
    "ministerial commitment", "ministerial order", "departmental decision", "government decision",
    "executive instruction", "state directive and law", "parliament resolution", "export control",
    "advice", "alert", "position", "own rule",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A maker that a clause names.

    Attributes:
        id: As in the makers.
        since: From when it is named, None for as long as the clause holds.
        until: Until when.
        certain: That it is named is confirmed.
    """

    id: str
    since: str | None
    until: str | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of a regime.

    Attributes:
        id: Unique over all packs.
        name: As reports show it.
        kind: One of `KINDS`.
        reference: Law, paragraph, docket.
        adopted: When it was decided.
        effective: From when it holds.
        until: When it ended, None while it holds.
        scope: What it says.
        applies_to: Who has to follow it.
        makers: Named makers.
        approved: A positive list: every other maker is reached.
        countries: States whose makers are reached.
        countries_certain: The maker's seat is the test itself, not only a hint at it.
        countries_note: Which test that is, in words.
        doubtful_countries: States of which it is open whether they count.
        affiliates: Whether subsidiaries of named makers count: yes, no, unknown.
        affiliates_note: In words.
        relabelled: Whether equipment sold under another label counts: yes, no, partly, unknown.
        relabelled_note: In words.
        components: Substantial or essential components count, too.
        outside: Why no device can show whether it is reached; empty where one can.
        conditions: On what else it depends.
        note: Anything else.
        source: Where it was read.
    """

    id: str
    name: str
    kind: str
    reference: str
    adopted: str | None
    effective: str
    until: str | None
    scope: str
    applies_to: str
    makers: tuple[Named, ...]
    approved: tuple[str, ...]
    countries: tuple[str, ...]
    countries_certain: bool
    countries_note: str
    doubtful_countries: tuple[str, ...]
    affiliates: str
    affiliates_note: str
    relabelled: str
    relabelled_note: str
    components: bool
    outside: str
    conditions: tuple[str, ...]
    note: str
    source: str

    def in_force(self, day: date) -> bool:
        """It certainly holds on the day."""
        return holds(self.effective, self.until, day)

    def begun(self, day: date) -> bool:
        """It holds on the day, or held before."""
        return begun(self.effective, day)


@dataclass(frozen=True, slots=True)
class Policy:
    """A regime: one file.

    Attributes:
        id: What `--policy` names.
        name: As reports show it.
        jurisdiction: Whose rule it is.
        about: What it is, in a line.
        checked: When the file was last compared with its sources.
        clauses: In order of the file.
        file: Where it comes from.
    """

    id: str
    name: str
    jurisdiction: str
    about: str
    checked: str
    clauses: tuple[Clause, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All policies and makers.

    Attributes:
        policies: By id.
        makers: Brands, companies, relations.
        digest: First 12 hexadecimal digits of the SHA-256 over the files.
        checked: The oldest day on which one of the files was compared with its sources.
    """

    policies: Mapping[str, Policy]
    makers: Makers
    digest: str
    checked: str

    def chosen(self, ids: Sequence[str]) -> tuple[Policy, ...]:
        """The policies of these ids, in their order, each once.

        Raises:
            PolicyError: There is no such policy.
        """
        for each in ids:
            if each not in self.policies:
                known = ", ".join(sorted(self.policies))
                raise PolicyError(f"no policy {each!r}; known are {known}")
        return tuple(self.policies[each] for each in dict.fromkeys(ids))


def default_folder() -> Path:
    """The policies that came with camfinder: package data, or beside the package in a checkout.

    Raises:
        PolicyError: Neither is there.
    """
    return POLICIES.default_folder()


def load(folders: Sequence[Path]) -> Knowledge:
    """The policies of all folders; later policies and makers replace earlier ones by id.

    Raises:
        PolicyError: Something in a file is wrong; it names file, clause and remedy.
    """
    knowledge, complaints = read(folders)
    refuse(complaints, PolicyError)
    return knowledge


def read(folders: Sequence[Path]) -> tuple[Knowledge, tuple[Complaint, ...]]:
    """The readable part of all folders, and every complaint about the rest.

    Raises:
        PolicyError: A folder is not there or holds no policy file.
    """
    policies: dict[str, Policy] = {}
    makers: dict[str, Maker] = {}
    companies: dict[str, str] = {}
    complaints: list[Complaint] = []
    checked: list[str] = []
    digest = Digest()
    for folder in folders:
        layer: dict[str, Policy] = {}
        for path, data in POLICIES.files(folder, digest, complaints):
            root = opened(path, data, SCHEMA, complaints)
            if root is None:
                continue
            checked.append(root.day("checked", required=True) or "")
            if path.name == MAKERS_FILE:
                more, owners = read_makers(root)
                makers |= more
                companies |= owners
            else:
                _add(_policy(root, str(path)), layer, complaints)
            root.done()
        policies |= layer
    everyone = Makers(makers, companies)
    complaints += _loose_ends(policies, everyone)
    oldest = min(filter(None, checked), default="")
    return Knowledge(policies, everyone, str(digest), oldest), tuple(complaints)


def _add(policy: Policy | None, layer: dict[str, Policy], complaints: list[Complaint]) -> None:
    if policy is None:
        return
    if policy.id in layer:
        problem = f"the id stands in {layer[policy.id].file}, too"
        complaints.append(Complaint(policy.file, policy.id, problem, "give each file its own"))
    layer[policy.id] = policy


def _policy(root: Table, file: str) -> Policy | None:
    """The regime of a file; None where it has no [policy] at all."""
    head = root.take("policy")
    if not isinstance(head, dict):
        root.complain("there is no [policy] table", "write [policy] with an id and a name")
        return None
    table = root.inner(head)
    table.where = str(head.get("id", "policy"))
    key = table.text("id", required=True)
    if key and not is_id(key):
        table.complain(f"id is {key!r}", "write lower case letters, digits and hyphens")
    policy = Policy(
        id=key,
        name=table.text("name", required=True),
        jurisdiction=table.text("jurisdiction", required=True),
        about=table.text("about"),
        checked=root.day("checked") or "",
        clauses=tuple(_clause(each) for each in root.tables("clause")),
        file=file,
    )
    table.done()
    if not policy.clauses:
        table.complain("there is no clause", "write at least one [[clause]]")
    return policy


def _clause(table: Table) -> Clause:
    clause = Clause(
        id=table.text("id", required=True),
        name=table.text("name", required=True),
        kind=table.word("kind", KINDS),
        reference=table.text("reference", required=True),
        adopted=table.day("adopted"),
        effective=table.day("effective", required=True) or "9999",
        until=table.day("until"),
        scope=table.text("scope", required=True),
        applies_to=table.text("applies_to"),
        makers=_named(table),
        approved=table.texts("approved"),
        countries=table.countries("countries"),
        countries_certain=table.flag("countries_certain", default=True),
        countries_note=table.text("countries_note"),
        doubtful_countries=table.countries("doubtful_countries"),
        affiliates=table.word("affiliates", THREE, "unknown"),
        affiliates_note=table.text("affiliates_note"),
        relabelled=table.word("relabelled", FOUR),
        relabelled_note=table.text("relabelled_note"),
        components=table.flag("components", default=False),
        outside=table.text("outside"),
        conditions=table.texts("conditions"),
        note=table.text("note"),
        source=table.text("source", required=True),
    )
    table.done()
    if clause.id and not is_id(clause.id):
        table.complain(f"id is {clause.id!r}", "write lower case letters, digits and hyphens")
    if clause.approved and (clause.makers or clause.countries):
        table.complain("approved beside makers or countries", "make two clauses of it")
    return clause


def _named(table: Table) -> tuple[Named, ...]:
    """The named makers: ids, or tables of id, since, until, status."""
    value = table.take("makers")
    if value is None:
        return ()
    if not isinstance(value, list):
        table.complain("makers is no list", 'write makers = ["hikvision"]')
        return ()
    found: list[Named] = []
    for each in value:
        if isinstance(each, str):
            found.append(Named(each, None, None, certain=True))
        elif isinstance(each, dict):
            found.append(_named_table(table.inner(each)))
        else:
            remedy = 'write "hikvision" or { id = "hikvision", since = "2022-10" }'
            table.complain(f"makers: {each!r} is neither id nor table", remedy)
    return tuple(found)


def _named_table(table: Table) -> Named:
    named = Named(
        id=table.text("id", required=True),
        since=table.day("since"),
        until=table.day("until"),
        certain=table.word("status", STATUS, "confirmed") == "confirmed",
    )
    table.done()
    return named


def _loose_ends(policies: Mapping[str, Policy], makers: Makers) -> list[Complaint]:
    """Names of makers that nobody knows; clause ids that stand twice."""
    found = [
        Complaint(MAKERS_FILE, maker, f"relations: no maker {of!r}", "add it or correct the id")
        for maker, of in dangling(makers)
    ]
    seen: dict[str, str] = {}
    for policy in policies.values():
        for clause in policy.clauses:
            if clause.id in seen:
                problem = f"the id is one of {seen[clause.id]}, too"
                found.append(Complaint(policy.file, clause.id, problem, "give it another"))
            seen[clause.id] = policy.id
            for name in (*(named.id for named in clause.makers), *clause.approved):
                if name not in makers.by_id:
                    remedy = f"correct it or add it to a {MAKERS_FILE}"
                    problem = f"makers: no maker {name!r}"
                    found.append(Complaint(policy.file, clause.id, problem, remedy))
    return found
