"""What `scan`, `listen` and `replay` share: checks before the run, judging and reports after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from camfinder.cli.codes import Exit, highest, of_methods, of_problems
from camfinder.cli.judging import Judging, judging
from camfinder.cli.knowing import Given, Knowing, knowing
from camfinder.cli.output import check_outputs, finish
from camfinder.cli.storing import Kept
from camfinder.document import Document, build
from camfinder.model import Inventory
from camfinder.net.scope import Scope


class Rules(NamedTuple):
    """Values of the options about judging.

    Attributes:
        policy: `--policy`.
        policies: `--policies`.
        fail_on: `--fail-on`.
    """

    policy: Sequence[str]
    policies: Sequence[Path]
    fail_on: Sequence[str]


@dataclass(frozen=True, slots=True)
class Ending:
    """What is done with an inventory.

    Attributes:
        outputs: Values of `--output`.
        judged: What to judge by.
        lists: What to compare with.
        as_json: Print the document.
        everything: List all devices.
    """

    outputs: Sequence[Path]
    judged: Judging
    lists: Knowing
    as_json: bool
    everything: bool

    def settle(
        self, inventory: Inventory, keeping: Kept, scope: Scope | None = None
    ) -> tuple[Document, Exit]:
        """The document with records and findings, and how storing it went."""
        document = build(inventory)
        self.lists.apply(document, scope)
        self.judged.judge(document)
        return document, keeping.finish(document, self.lists.seen(document))

    def report(
        self,
        inventory: Inventory,
        settled: tuple[Document, Exit],
        *,
        named: frozenset[str] = frozenset(),
        outputs: Sequence[Path] | None = None,
    ) -> Exit:
        """Write and print; the exit code of the run.

        Args:
            inventory: Its problems count.
            settled: By `settle`.
            named: Methods that were asked for by name.
            outputs: Files to write instead of `self.outputs`.
        """
        document, stored = settled
        paths = self.outputs if outputs is None else outputs
        written = finish(document, paths, as_json=self.as_json, everything=self.everything)
        problems = inventory.problems
        ran = highest(of_problems(problems), of_methods(problems, named))
        return highest(written, stored, ran, self.judged.code(document))


def ending(
    outputs: Sequence[Path],
    rules: Rules,
    given: Given,
    fingerprints: Sequence[Path],
    *,
    as_json: bool,
    everything: bool,
) -> Ending:
    """What to do at the end, checked and read before anything is sent or read.

    Args:
        outputs: Values of `--output`.
        rules: What to judge by.
        given: Lists to compare with.
        fingerprints: Folders of further fingerprints.
        as_json: Print the document.
        everything: List all devices.

    Raises:
        CamfinderError: An output cannot be written, a rule or list cannot be read.
    """
    check_outputs(outputs)
    judged = judging(rules.policy, rules.policies, rules.fail_on)
    lists = knowing(given, fingerprints, rules.fail_on)
    return Ending(outputs, judged, lists, as_json, everything)
