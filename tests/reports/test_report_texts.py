"""The texts of reports: all there, all used."""

import ast
import re
from string import Formatter

import pytest
from places import ROOT

from camfinder.reports.pictures import LETTERS
from camfinder.reports.rows import COLUMNS
from camfinder.reports.summary import GROUPS, MARKS
from camfinder.reports.texts import ENGLISH, LANGUAGES, texts

FOLDER = ROOT / "camfinder" / "reports"
BY_WORD = ("status.", "verdict.", "strength.", "term.", "mode.", "change.", "age.", "head.")
"""Keys that are put together from a prefix and a word of the document."""


def strings() -> str:
    """The sources that use texts."""
    names = (*FOLDER.glob("*.py"), *FOLDER.glob("page/*"))
    return "\n".join(p.read_text(encoding="utf-8") for p in names if p.name != "texts.py")


def test_every_text_is_used() -> None:
    """No text is left over."""
    source = strings()
    literal = set(re.findall(r"[\"']([a-z_]+\.?[a-z0-9_.-]*)[\"']", source))
    made = {f"mark.{mark}" for mark in MARKS} | {f"group.{name}" for name in GROUPS}
    made |= {f"col.{name}" for name in COLUMNS} | {f"sort.{sort}" for sort in LETTERS}
    made |= {f"col.{name}" for name in literal}
    unused = [key for key in ENGLISH if key not in literal | made and not key.startswith(BY_WORD)]
    assert not [key for key in unused if not key.startswith(("ui.prints.", "basis."))]


def test_every_key_exists() -> None:
    """What Python modules ask for by a plain text is there."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                key = node.args[0]
                if node.func.id == "text" and isinstance(key, ast.Constant):
                    assert key.value in ENGLISH


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_texts(language: str) -> None:
    """A language has every key, and the same values to fill in."""

    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text.partition("|")[2] or text)}

    table = LANGUAGES[language]
    assert table.keys() == ENGLISH.keys()
    assert all(fields(table[key]) == fields(ENGLISH[key]) for key in ENGLISH)


def test_plural() -> None:
    """One device, two devices; a text without a bar stays."""
    assert texts()("head.surveillance", n=1) == "surveillance device"
    assert texts()("head.surveillance", n=2) == "surveillance devices"
    assert texts()("ledger.table", n=1) == "Sends per host, 1"


def test_new_words_of_the_document_are_inert() -> None:
    """A verdict that this version does not know is shown as it is, harmless and short."""
    assert texts("xx").known("verdict", "odd\x1b[1m" + "y" * 99).startswith("odd\\x1b[1m")
    assert len(texts().known("verdict", "y" * 999)) == 80
