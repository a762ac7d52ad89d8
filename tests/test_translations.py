"""Texts for people: all of them pass through the catalogue, and German is complete."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted(ROOT.glob("translations/*/LC_MESSAGES/messages.po"))
TEMPLATES = sorted((ROOT / "clair/templates").rglob("*.html"))
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
READ_ALOUD = re.compile(r'(?:aria-label|title|alt|placeholder|aria-roledescription)="([^"]*)"')
ENTITY = re.compile(r"&#?\w+;")
LETTERS = re.compile(r"[^\W\d_]{2,}")
SAME_EVERYWHERE = {"Clair", "ppm", "CO", "DOCTYPE"}


def extracted() -> Catalog:
    """Collect all texts of the programs and the templates, as `pybabel extract` does."""
    with (ROOT / "translations/babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalogue = Catalog()
    for path, line, message, comments, context in extract_from_dir(
        ROOT / "clair",
        [(under_clair(pattern), how) for pattern, how in methods],
        {under_clair(pattern): each for pattern, each in options.items()},
        KEYWORDS,
    ):
        catalogue.add(message, locations=[(path, line)], auto_comments=comments, context=context)
    return catalogue


def under_clair(pattern: str) -> str:
    """Turn a pattern for the whole checkout into one for the package: the rest takes long to walk."""
    return pattern.removeprefix("clair/")


def is_translated(message: Message | None) -> bool:
    """Say whether a text has a translation, in every plural form."""
    if message is None or message.fuzzy or not message.string:
        return False
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_every_text_is_translated(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    texts = [message for message in extracted() if message.id]
    assert len(texts) > 50
    missing = [text.id for text in texts if not is_translated(catalogue.get(text.id, text.context))]
    assert missing == [], "run pybabel extract and update, then translate"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_translations_keep_their_placeholders(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    wrong = [error for _, errors in catalogue.check() for error in errors]
    assert wrong == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_text_outside_the_catalogue(path: Path) -> None:
    bare = list(bare_words(path.read_text(encoding="utf-8")))
    assert bare == []


def bare_words(source: str) -> Iterator[str]:
    """Find words that people would read and that no `_()` surrounds."""
    markup = JINJA.sub(" ", source)
    read = [ENTITY.sub(" ", TAG.sub(" ", markup)), *READ_ALOUD.findall(markup)]
    for text in read:
        yield from (word for word in LETTERS.findall(text) if word not in SAME_EVERYWHERE)


def test_bare_words_are_found() -> None:
    found = bare_words('<p title="Hello">{{ _("Good") }} morning</p>')
    assert sorted(found) == ["Hello", "morning"]
