"""Templates: they compile, stay short, obey the content security policy, and import what they use."""

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "clair/templates").rglob("*.html"))
OURS = [each for each in (ROOT / "clair/static").glob("*") if each.suffix in (".css", ".js")]
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a handler in an attribute": re.compile(r"<[^>]*\s(?:on\w+|hx-on[\w:-]*)\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "an inline style sheet": re.compile(r"<style\b"),
    "a file from elsewhere": re.compile(r'(?:src|href)="(?:https?:)?//'),
    "a filter that is evaluated": re.compile(r'hx-trigger="[^"]*\['),
}
IMPORT = re.compile(r'\{%-?\s*import "[\w/.]+" as (\w+)')


def identify(path: Path) -> str:
    """Name a file by its place below the package."""
    return str(path.relative_to(ROOT / "clair"))


def test_every_template_compiles(app: Flask) -> None:
    for name in app.jinja_env.list_templates(extensions=["html"]):
        assert app.jinja_env.get_template(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=identify)
def test_a_template_needs_nothing_that_the_policy_forbids(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(source)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=identify)
def test_a_template_imports_only_macros_that_it_uses(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert [name for name in IMPORT.findall(source) if f"{name}." not in source] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=identify)
def test_a_template_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 100


@pytest.mark.parametrize("path", OURS, ids=identify)
def test_a_style_sheet_or_script_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_what_pages_load_is_there(app: Flask) -> None:
    static = ROOT / "clair/static"
    for path in TEMPLATES:
        names = re.findall(
            r'url_for\("static", filename="([^"]+)"\)', path.read_text(encoding="utf-8")
        )
        assert [name for name in names if not (static / name).is_file()] == []


def test_files_of_others_come_with_their_licence() -> None:
    for script in (ROOT / "clair/static/vendor").rglob("*.min.*"):
        assert list(script.parent.glob("LICENSE*")), script
