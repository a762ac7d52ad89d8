"""`flask import managair`: what it prints, and what it does with files that are no dumps."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from managair.dumps import (
    BEGIN_S,
    LIBRARY,
    PEOPLE,
    SAMPLES,
    SENSOR,
    organization,
    record,
    sample,
    write,
)
from sqlalchemy import func, select

from clair.extensions import db
from clair.models import Base, Organization, Sample

Run = Callable[..., Result]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The dump of the library as a file."""
    return write(tmp_path / "library.json", LIBRARY)


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_summary_says_what_became_of_each_model(run: Run, library: Path) -> None:
    result = run("import", "managair", library)
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["model", "created", "unchanged", "skipped"]
    assert ["auth.user", "3", "0", "0"] in lines
    assert ["core.sample", "12", "0", "0"] in lines
    assert count(Sample) == 12
    again = run("import", "managair", library)
    assert again.exit_code == 0
    assert ["core.sample", "0", "12", "0"] in [line.split() for line in again.stdout.splitlines()]


def test_reasons_come_with_their_number_and_some_examples(run: Run, tmp_path: Path) -> None:
    extra = [sample(SENSOR, BEGIN_S + 86_400 + n, 20_000) for n in range(5)]
    path = write(tmp_path / "dump.json", [*LIBRARY, *extra, record("admin.logentry", 1)])
    result = run("import", "managair", path)
    assert result.exit_code == 0
    assert result.stdout.endswith(
        "\n1 of admin.logentry: it is the diary of Managair's back office.\n"
        "\n5 of core.sample: its co2_ppm is outside 0 to 10000.\n"
        f"  {SENSOR} at {BEGIN_S + 86_400}\n"
        f"  {SENSOR} at {BEGIN_S + 86_401}\n"
        f"  {SENSOR} at {BEGIN_S + 86_402}\n"
        "  …\n"
    )


def test_progress_goes_to_stderr(run: Run, library: Path) -> None:
    result = run("import", "managair", library)
    assert result.stderr.splitlines() == [
        "Reading the inventory: 100 %",
        "Storing samples: 100 %, 12 samples",
    ]


def test_files_may_be_packed_and_come_from_standard_input(
    run: Run, tmp_path: Path, library: Path
) -> None:
    packed = tmp_path / "samples.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(SAMPLES).encode()))
    rest = json.dumps(LIBRARY[len(PEOPLE) : -len(SAMPLES)])
    people = write(tmp_path / "people.json", PEOPLE)
    result = run("import", "managair", packed, "-", people, stdin=rest)
    assert result.exit_code == 0
    assert (count(Sample), count(Organization)) == (12, 1)


def test_dump_without_anything_is_no_error(run: Run, tmp_path: Path) -> None:
    result = run("import", "managair", write(tmp_path / "dump.json", []))
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"", "is no dump of Django: it holds no list in JSON."),
        (b'[{"model": "core.site"', "cannot be read: it breaks off in the middle."),
        (b"[{}]", "is no dump of Django: entry 1 is not an object with a model and its fields."),
    ],
    ids=["missing", "empty", "broken", "other"],
)
def test_broken_file_is_named_and_nothing_is_written(
    run: Run, tmp_path: Path, library: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_bytes(content)
    result = run("import", "managair", library, path)
    assert result.exit_code == 1
    assert result.stderr.endswith(f"Error: {path} {sentence}\n")
    assert result.stdout == ""
    assert (count(Organization), count(Sample)) == (0, 0)


def test_file_is_needed(run: Run) -> None:
    assert run("import", "managair").exit_code == 2


def test_conflicts_are_told_and_no_failure(run: Run, tmp_path: Path) -> None:
    db.session.add(Organization(id=7, name="Bäckerei"))
    path = write(tmp_path / "dump.json", [organization(7, "Stadtbücherei")])
    result = run("import", "managair", path)
    assert result.exit_code == 0
    assert "7 “Stadtbücherei” – here 7 “Bäckerei”" in result.stdout
