"""TOML tables of policy data read key by key, with a complaint for everything that is wrong."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli

from camfinder.datafiles import Complaint
from camfinder.judge.dates import parse_day
from camfinder.model import CamfinderError

MAX_TEXT = 4_000
"""Characters of one text; a longer one is a mistake."""


class PolicyError(CamfinderError):
    """A file of policies or makers is wrong: the message names file, clause and remedy."""


class Table:
    """One TOML table; every read key is ticked off, what stays over is complained about."""

    def __init__(
        self, data: Mapping[str, Any], file: str, where: str, complaints: list[Complaint]
    ) -> None:
        """Read.

        Args:
            data: The table as decoded.
            file: Name of the file, for complaints.
            where: Name of the table, for complaints.
            complaints: Where complaints are added.
        """
        self._data = data
        self._file = file
        self.where = where
        self._complaints = complaints
        self._read: set[str] = set()

    def complain(self, problem: str, remedy: str) -> None:
        """Note what is wrong."""
        self._complaints.append(Complaint(self._file, self.where, problem, remedy))

    def take(self, key: str) -> Any:
        """The value as it is; None where it is missing."""
        self._read.add(key)
        return self._data.get(key)

    def text(self, key: str, *, required: bool = False) -> str:
        """A text, stripped; empty where it is missing."""
        value = self.take(key)
        if value is None:
            if required:
                self.complain(f"{key} is missing", f'write {key} = "..."')
            return ""
        if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
            self.complain(f"{key} is no text of 1 to {MAX_TEXT} characters", f'write {key} = "..."')
            return ""
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where it is missing."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.complain(f"{key} is no list of texts", f'write {key} = ["...", "..."]')
            return ()
        return tuple(value)

    def word(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        """One of the words; the first one (or `default`) after a complaint."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if value not in words:
            problem = f"{key} is missing" if value is None else f"{key} is {value!r}"
            self.complain(problem, f"write one of {', '.join(words)}")
            return default or words[0]
        return str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.complain(f"{key} is no true or false", f"write {key} = true")
            return default
        return value

    def day(self, key: str, *, required: bool = False) -> str | None:
        """A day, month or year as text; None where it is missing or none."""
        value = self.take(key)
        if value is None:
            if required:
                self.complain(f"{key} is missing", f'write {key} = "2022-11-24"')
            return None
        text = value if isinstance(value, str) else str(value)
        try:
            parse_day(text)
        except ValueError as error:
            self.complain(f"{key}: {error}", f'write {key} = "2022-11-24" (or a month, or a year)')
            return None
        return text

    def countries(self, key: str) -> tuple[str, ...]:
        """ISO 3166 alpha-2 codes."""
        return tuple(code for code in self.texts(key) if self.is_country(key, code))

    def is_country(self, key: str, code: str) -> bool:
        """It is written like a country code; complains where not."""
        fine = len(code) == 2 and code.isascii() and code.isupper() and code.isalpha()
        if not fine:
            self.complain(f"{key}: {code!r} is no country", 'write ISO 3166 alpha-2, e.g. "CN"')
        return fine

    def tables(self, key: str) -> tuple["Table", ...]:
        """A list of tables; `where` of each is its id, or its number."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.complain(f"{key} is no list of tables", f"write [[{key}]]")
            return ()
        prefix = f"{self.where} " if self.where else ""
        return tuple(
            Table(each, self._file, f"{prefix}{_name(each, key, number)}", self._complaints)
            for number, each in enumerate(value, 1)
        )

    def inner(self, data: Mapping[str, Any]) -> "Table":
        """A table inside this one; complaints name this one."""
        return Table(data, self._file, self.where, self._complaints)

    def done(self, known: Iterable[str] = ()) -> None:
        """Complain about every key that was not asked for."""
        for key in sorted(set(self._data) - self._read):
            words = ", ".join(sorted({*self._read, *known}))
            self.complain(f"unknown key {key!r}", f"known are {words}")


def _name(data: Mapping[str, Any], key: str, number: int) -> str:
    name = data.get("id")
    return name if isinstance(name, str) and name else f"{key} {number}"


def is_id(text: str) -> bool:
    """Lower case letters, digits and hyphens, not at the ends."""
    plain = text.replace("-", "")
    return bool(plain) and plain.isascii() and plain.isalnum() and text == text.lower().strip("-")


def opened(path: Path, data: bytes, schema: int, complaints: list[Complaint]) -> Table | None:
    """The decoded file of this schema; None with a complaint where it is none."""
    try:
        decoded: dict[str, Any] = tomli.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        complaints.append(Complaint(str(path), "", f"no TOML: {error}", "mend the file"))
        return None
    root = Table(decoded, str(path), "", complaints)
    if root.take("schema") != schema:
        root.complain(f"schema is {decoded.get('schema')!r}", f"write schema = {schema}")
        return None
    return root
