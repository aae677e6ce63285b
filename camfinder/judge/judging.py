"""A whole inventory document judged: policy and posture findings of every device.

Findings of other kinds (advisories) are left as they are.
"""

from collections.abc import Sequence
from datetime import date

from camfinder.document import Document, FindingDoc
from camfinder.judge.policy import Knowledge, Policy
from camfinder.judge.posture import posture
from camfinder.judge.verdict import ORDER, judge_device

POLICY = "policy"
POSTURE = "posture"


def judge_policies(
    document: Document, policies: Sequence[Policy], knowledge: Knowledge, day: date
) -> None:
    """Put the verdicts of these policies into the document, in place of earlier ones.

    Args:
        document: Changed in place: findings of the devices, `tool.policies`.
        policies: The regimes, in the order of the findings; none takes earlier verdicts away.
        knowledge: Where they come from: digest, date, makers.
        day: The day of judgement.
    """
    for device in document.devices:
        found = (judge_device(device, each, knowledge.makers, day) for each in policies)
        _replace(device.findings, POLICY, [finding for finding in found if finding is not None])
    document.tool.policies = None
    if policies:
        document.tool.policies = {
            "digest": knowledge.digest,
            "date": knowledge.checked,
            "as_of": day.isoformat(),
            "ids": ",".join(policy.id for policy in policies),
        }


def judge_posture(document: Document, day: date) -> None:
    """Put the posture findings into the document, in place of earlier ones."""
    asked = document.run.mode == "scan"
    for device in document.devices:
        _replace(device.findings, POSTURE, posture(device, day, asked=asked))


def _replace(findings: list[FindingDoc], kind: str, new: Sequence[FindingDoc]) -> None:
    """Policies first, as readers look for them first; posture last."""
    others = [finding for finding in findings if finding.kind != kind]
    findings[:] = [*new, *others] if kind == POLICY else [*others, *new]


def count(document: Document) -> dict[str, dict[str, int]]:
    """Policy id to verdict to number of devices, verdicts in the order of their weight."""
    found: dict[str, dict[str, int]] = {}
    for device in document.devices:
        for finding in device.findings:
            if finding.kind == POLICY:
                words = found.setdefault(finding.id, dict.fromkeys(ORDER, 0))
                words[finding.verdict] = words.get(finding.verdict, 0) + 1
    return found
