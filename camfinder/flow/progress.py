"""How a run tells of itself while it goes on; who shows it is the caller's business."""

from collections.abc import Callable
from dataclasses import dataclass, field

from camfinder.model import Device


def _nothing(*_values: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Progress:
    """Callbacks, all optional.

    Attributes:
        stage: A stage begins: its name and how many steps it has (0: unknown).
        advance: So many steps of a stage are done.
        device: A device was identified, or is now known better.
    """

    stage: Callable[[str, int], None] = field(default=_nothing)
    advance: Callable[[str, int], None] = field(default=_nothing)
    device: Callable[[Device], None] = field(default=_nothing)
