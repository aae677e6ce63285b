"""What commands judge: policies, advisories, posture, and what `--fail-on` makes of it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from camfinder.cli import failing
from camfinder.cli.codes import Exit
from camfinder.document import Document
from camfinder.judge.advisories import Advisories
from camfinder.judge.advisory import judge_advisories
from camfinder.judge.judging import judge_policies, judge_posture
from camfinder.judge.policy import Knowledge, Policy, default_folder, load
from camfinder.model import CamfinderError


@dataclass(frozen=True, slots=True)
class Judging:
    """What was asked for, checked before anything is sent or read.

    Attributes:
        knowledge: The policies and makers; None where no policy is judged.
        policies: The regimes to judge by.
        advisories: Known vulnerabilities; always judged.
        day: Day of judgement; None for today's rules and the run's own day for posture.
        fail_on: Words of `--fail-on`.
    """

    knowledge: Knowledge | None
    policies: tuple[Policy, ...]
    advisories: Advisories
    day: date | None
    fail_on: tuple[str, ...]

    def judge(self, document: Document) -> None:
        """Put the findings into the document."""
        today = self.day or datetime.now(UTC).date()
        if self.knowledge is not None:
            judge_policies(document, self.policies, self.knowledge, today)
        judge_advisories(document, self.advisories, today)
        judge_posture(document, self.day or document.run.ended_at.astimezone(UTC).date())

    def code(self, document: Document) -> Exit:
        """Whether something named by `--fail-on` was found; says what on stderr."""
        found = failing.failed(document, self.fail_on)
        for word, number in found.items():
            print(f"camfinder: --fail-on {word}: {number}", file=sys.stderr)
        return Exit.FOUND if found else Exit.OK


def knowledge(folders: Sequence[Path]) -> Knowledge:
    """The shipped policies, then the user's folder, then those named on the command line.

    Raises:
        CamfinderError: A folder is missing, a file is broken.
    """
    import platformdirs

    own = Path(platformdirs.user_config_dir("camfinder")) / "policies"
    return load([default_folder(), *([own] if own.is_dir() else []), *folders])


def advisories() -> Advisories:
    """The shipped advisories, those of the user's folder, and what was imported.

    Raises:
        CamfinderError: A file is broken.
    """
    import platformdirs

    from camfinder.flow.feeds import read_store, store_path, with_store
    from camfinder.judge import advisories as known

    own = Path(platformdirs.user_config_dir("camfinder")) / "advisories"
    shipped = known.load([known.default_folder(), *([own] if own.is_dir() else [])])
    return with_store(shipped, read_store(store_path()))


def judging(
    ids: Sequence[str],
    folders: Sequence[Path],
    fail_on: Sequence[str],
    *,
    as_of: str | None = None,
) -> Judging:
    """What to judge by.

    Args:
        ids: Values of `--policy`.
        folders: Values of `--policies`.
        fail_on: Values of `--fail-on`.
        as_of: `2026-11-24`, None for today.

    Raises:
        CamfinderError: There is no such policy, word or day; a file is broken.
    """
    wanted = failing.words(ids)
    known = knowledge(folders) if wanted or folders else None
    chosen = known.chosen(wanted) if known else ()
    words = failing.words(fail_on)
    failing.check(words, policies=chosen)
    return Judging(known if chosen else None, chosen, advisories(), _day(as_of), words)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise CamfinderError(f"--as-of {text}: no day; write it as 2026-11-24") from error
