"""Folders of data files."""

import os
from pathlib import Path

import pytest

from camfinder.datafiles import MAX_FILE_BYTES, Complaint, DataKind, Digest, refuse
from camfinder.model import CamfinderError


class RecipeError(CamfinderError):
    """The kind's own class."""


RECIPES = DataKind("recipes", "recipe", RecipeError, "--recipes")


def test_files_come_in_order_of_name(tmp_path: Path) -> None:
    """TOML files alone, with their bytes, in order of name."""
    for name in ("b.toml", "a.toml", "c.txt"):
        (tmp_path / name).write_text(name)
    found = list(RECIPES.files(tmp_path, Digest(), []))
    assert found == [(tmp_path / "a.toml", b"a.toml"), (tmp_path / "b.toml", b"b.toml")]


def test_what_is_no_file_is_complained_of(tmp_path: Path) -> None:
    """Folders, pipes, dangling links, huge files: named, and the others are read all the same."""
    (tmp_path / "a.toml").mkdir()
    os.mkfifo(tmp_path / "b.toml")
    (tmp_path / "c.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "d.toml").write_bytes(b" " * (MAX_FILE_BYTES + 1))
    (tmp_path / "e.toml").write_bytes(b"e")
    complaints: list[Complaint] = []
    found = list(RECIPES.files(tmp_path, Digest(), complaints))
    assert found == [(tmp_path / "e.toml", b"e")]
    said = [str(each) for each in complaints]
    words = ("a.toml: is a folder; ", "b.toml: is no file", "c.toml: is no file", "d.toml: larger")
    assert [each for each, word in zip(said, words, strict=True) if word in each] == said


def test_the_digest_is_of_names_and_bytes(tmp_path: Path) -> None:
    """The folder does not count; another byte or another name does."""
    digests = []
    for place, name, text in (("1", "a", "x"), ("2", "a", "x"), ("3", "a", "y"), ("4", "b", "x")):
        folder = tmp_path / place
        folder.mkdir()
        (folder / f"{name}.toml").write_text(text)
        digest = Digest()
        list(RECIPES.files(folder, digest, []))
        digests.append(str(digest))
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    assert {len(each) for each in digests} == {12}


def test_a_missing_folder_is_named_with_the_remedy(tmp_path: Path) -> None:
    """No folder, an empty one, none that came along: the kind's error and a way out."""
    with pytest.raises(RecipeError, match="no such folder; name a folder of recipe files"):
        list(RECIPES.files(tmp_path / "gone", Digest(), []))
    with pytest.raises(RecipeError, match=r"no \.toml file in it; see docs/recipes\.md"):
        list(RECIPES.files(tmp_path, Digest(), []))
    with pytest.raises(RecipeError, match="or name a folder with --recipes"):
        RECIPES.default_folder()


def test_complaints_refuse() -> None:
    """The first is told, the others are counted; none raises nothing."""
    refuse([], RecipeError)
    with pytest.raises(RecipeError, match=r"^salt$"):
        refuse(["salt"], RecipeError)
    with pytest.raises(RecipeError, match=r"^salt \(and 2 more\)$"):
        refuse(["salt", "oil", "heat"], RecipeError)
