"""Memory of what was asked for lately, of bounded size."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """What is not asked for again is forgotten: two generations, the older goes as a whole.

    Cheaper than counting uses, and a flood of new keys never makes it larger.
    """

    __slots__ = ("_new", "_old", "_size")

    def __init__(self, size: int) -> None:
        """Remember.

        Args:
            size: Keys of each generation.
        """
        self._size = size
        self._new: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def get(self, key: Key) -> Value | None:
        """What is remembered of the key; None where it was never kept or is forgotten."""
        found = self._new.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.keep(key, found)
        return found

    def keep(self, key: Key, value: Value) -> None:
        """Remember it for as long as one generation lasts after its last use, or nearly."""
        if len(self._new) >= self._size:
            self._old, self._new = self._new, {}
        self._new[key] = value
