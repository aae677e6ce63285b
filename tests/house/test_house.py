"""The rules of the house that no linter knows."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from places import ROOT

from camfinder.probes import Probe, all_probes
from camfinder.reports import all_reports

SOURCES = sorted((ROOT / "camfinder").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LONGEST_FILE = 400
ALLOWED = {"camfinder/model.py": "all nouns stand in one place, with their meanings"}
LONGEST_FUNCTION = 62


def relative(path: Path) -> str:
    """The path as people say it, for test ids."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_file_is_too_long(path: Path) -> None:
    """A file of more than 400 lines is cut along its seams."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE or relative(path) in ALLOWED


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_functions_fit_a_screen(path: Path) -> None:
    """No function body is longer than a screen."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.body[0].lineno > LONGEST_FUNCTION
        and "versions" not in path.parts  # a migration is one list of tables
    ]
    assert not long


@pytest.mark.parametrize("path", TESTS, ids=relative)
def test_every_test_says_what_holds(path: Path) -> None:
    """Each test has a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert not silent


@pytest.mark.parametrize("probe", all_probes(), ids=lambda probe: probe.name)
def test_probe_is_at_home(probe: Probe) -> None:
    """Each probe has its test twin, meanings for its facts, and a source in its docstring."""
    assert (ROOT / "tests" / "probes" / f"test_probe_{probe.name}.py").is_file()
    assert set(probe.declares) <= set(probe.emits)
    assert probe.free_text <= set(probe.emits)
    assert all(probe.emits.values())
    module = ast.parse((ROOT / "camfinder" / "probes" / f"{probe.name}.py").read_text())
    assert "Source" in (ast.get_docstring(module) or "")


def test_reports_have_their_own_suffixes() -> None:
    """No two formats claim the same suffix."""
    suffixes = [report.suffix for report in all_reports()]
    assert len(suffixes) == len(set(suffixes))


def test_every_package_has_its_place() -> None:
    """The architecture page names each package and shared module, and no other."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([a-z]+(?:/|\.py))` \|", page, re.MULTILINE))
    there = {f"{path.parent.name}/" for path in (ROOT / "camfinder").glob("*/__init__.py")}
    there |= {path.name for path in (ROOT / "camfinder").glob("[!_]*.py")}
    assert named == there


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_pages_lead_somewhere(page: Path) -> None:
    """Every link and picture of a page is there."""
    text = page.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [
        link for link in links if link and "://" not in link and not (page.parent / link).exists()
    ]
    assert not missing


def test_a_new_probe_starts_clean(tmp_path: Path) -> None:
    """What `make new-probe` writes passes the linters, and its test runs."""
    for folder in ("tools", "camfinder/probes", "tests/probes"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "new.py", tmp_path / "tools")
    make = [sys.executable, "tools/new.py", "probe", "acme_search"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    for name in ("camfinder/probes/acme_search.py", "tests/probes/test_probe_acme_search.py"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        for command in ("check", "format --check"):
            ruff = [sys.executable, "-m", "ruff", *command.split(), "--stdin-filename", name, "-"]
            done = subprocess.run(
                ruff, cwd=ROOT, input=text, check=False, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout
    probe: dict[str, Any] = {"__name__": "acme_search"}
    exec(compile((tmp_path / "camfinder/probes/acme_search.py").read_text(), "new", "exec"), probe)  # noqa: S102
    assert isinstance(probe["PROBE"], Probe)


@pytest.mark.xdist_group("house")
def test_groups_reach_the_workers(request: pytest.FixtureRequest) -> None:
    """Tests that share a costly fixture, or a port, run in one process: pytest tells xdist so."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("no workers: pytest -n 2")
    remedy = "run pytest without --dist (loadgroup is set in pyproject.toml), or with loadgroup"
    assert request.node.nodeid.endswith("@house"), remedy


def test_workers_keep_groups_without_being_told() -> None:
    """`pytest -n 1` is enough: who forgets `--dist` is not told of failures that are none."""
    alone = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    one = "tests/house/test_house.py::test_groups_reach_the_workers"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "1", one],
        cwd=ROOT,
        env=alone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout


def test_nothing_of_one_machine_stands_in_the_project() -> None:
    """No machine paths and no registry addresses in the files that are shipped."""
    names = ("README.md", "CHANGELOG.md", "Makefile", "requirements.lock", "pyproject.toml")
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in names)
    assert f"/{'work'}/" not in text
    assert "://pypi" not in text
    assert "index-url" not in text
