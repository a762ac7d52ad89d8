"""The budgets that keep the code readable, measured over its syntax trees."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

import pytest
from jinja2 import Environment

import clair

from conftest import make_app

ROOT = Path(clair.__file__).parent
PROJECT = ROOT.parent
MODULES = sorted(ROOT.rglob("*.py"))
SCRIPTS = sorted(path for path in (PROJECT / "scripts").iterdir() if path.is_file())
TESTS = sorted((PROJECT / "tests").rglob("*.py"))
BESIDE = [*SCRIPTS, *TESTS, PROJECT / "migrations" / "env.py"]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
EMPTY_NAMES = {"utils", "helpers", "common", "services", "managers"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def trees(paths: Iterable[Path] = MODULES) -> Iterator[tuple[str, ast.Module]]:
    for path in paths:
        if path.suffix == ".py":
            yield str(path.relative_to(PROJECT)), ast.parse(path.read_text(encoding="utf-8"))


def lengths(paths: Iterable[Path]) -> dict[str, int]:
    return {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, tree in trees(paths)
        for node in ast.walk(tree)
        if isinstance(node, Function)
    }


def count_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def public_members(node: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Functions and classes that others may use: not those inside functions."""
    for child in node.body:
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public_members(child)


def test_functions_are_short() -> None:
    found = sorted(lengths(MODULES).values())
    assert median(found) <= 8
    assert found[int(len(found) * 0.9)] <= 25


def test_no_function_is_long() -> None:
    found = lengths([*MODULES, *BESIDE])
    assert {name: lines for name, lines in found.items() if lines > 40} == {}


def test_no_file_is_long() -> None:
    paths = [*MODULES, *BESIDE]
    assert {str(path): lines for path in paths if (lines := count_lines(path)) > 300} == {}


def test_no_template_is_long() -> None:
    assert {str(path): lines for path in TEMPLATES if (lines := count_lines(path)) > 100} == {}


def test_everything_public_says_what_it_is_for() -> None:
    silent = [
        f"{name}: {member.name}"
        for name, tree in trees()
        for member in public_members(tree)
        if not ast.get_docstring(member)
    ]
    assert silent == []


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, tree in trees() if not ast.get_docstring(tree)] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    parts = {part for path in MODULES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & EMPTY_NAMES == set()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp("structure")
    return make_app(f"sqlite:///{folder}/clair.sqlite", folder).jinja_env


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_compiles(path: Path, environment: Environment) -> None:
    environment.get_template(str(path.relative_to(ROOT / "templates")))
