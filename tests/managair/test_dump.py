"""Dumps are read in every form that Django writes, and what is none is told apart in one sentence."""

import gzip
import io
import json
import os
import threading
from pathlib import Path

import pytest

from clair.managair.dump import Record, Unreadable, opened

RECORDS = [
    {"model": "core.organization", "pk": 7, "fields": {"name": "Stadtbücherei"}},
    {"model": "core.sample", "fields": {"co2_ppm": 640, "temperature_celsius": "21.5"}},
]
EXPECTED = [
    Record("core.organization", 7, {"name": "Stadtbücherei"}),
    Record("core.sample", None, {"co2_ppm": 640, "temperature_celsius": "21.5"}),
]
LIST = json.dumps(RECORDS, ensure_ascii=False).encode()
LINES = b"".join(json.dumps(record).encode() + b"\n" for record in RECORDS)


def read(path: Path) -> list[Record]:
    """Read a file twice, as an import does."""
    with opened([str(path)]) as [dump]:
        first = list(dump.records())
        assert list(dump.records()) == first
        assert dump.position == dump.size
    return first


@pytest.mark.parametrize(
    "content",
    [
        LIST,
        json.dumps(RECORDS, indent=4).encode(),
        b"\n  \t" + LIST + b"\n\n",
        b"\xef\xbb\xbf" + LIST,
        LINES,
        LINES.rstrip(),
        gzip.compress(LIST),
        gzip.compress(LINES),
        gzip.compress(LIST[:50]) + gzip.compress(LIST[50:]),
    ],
    ids=[
        "list",
        "indented",
        "blanks",
        "mark",
        "lines",
        "no end",
        "gzip",
        "gzip lines",
        "two gzips",
    ],
)
def test_all_forms_say_the_same(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "dump"
    path.write_bytes(content)
    assert read(path) == EXPECTED


def test_empty_list_is_a_dump(tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_bytes(b"[]\n")
    assert read(path) == []


PACKED = gzip.compress(os.urandom(50).hex().encode() * 20)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no dump of Django: it holds no list in JSON."),
        (b" \n", "is no dump of Django: it holds no list in JSON."),
        (b"id,timestamp_s,co2_ppm\n", "is no dump of Django: it holds no list in JSON."),
        (b"<django-objects/>", "is no dump of Django: it holds no list in JSON."),
        (LIST[:-1], "cannot be read: it breaks off in the middle."),
        (LIST[:60], "cannot be read: it breaks off in the middle."),
        (b"[", "cannot be read: it breaks off in the middle."),
        (LINES[:-5], "cannot be read: it breaks off in the middle."),
        (gzip.compress(LIST)[:-12], "cannot be read: it breaks off in the middle."),
        (PACKED[:20] + b"xxxx" + PACKED[24:], "cannot be read: Error -3 while decompressing data"),
        (LIST + b"]", "cannot be read: parse error: trailing garbage."),
        (LIST.replace(b"640", b"NaN"), "cannot be read: lexical error: invalid char in json text."),
        (b'["\xff"]', "cannot be read: lexical error: invalid bytes in UTF8 string."),
        (b"[1]", "entry 1 is not an object with a model and its fields."),
        (LIST[:-1] + b', {"a": 1}]', "entry 3 is not an object with a model and its fields."),
        (b'{"data": []}', "entry 1 is not an object with a model and its fields."),
        (b'[{"model": "core.site", "pk": 1}]', "entry 1 is not an object"),
        (b'[{"model": 1, "fields": {}}]', "entry 1 is not an object"),
        (b'[{"model": "core.site", "fields": []}]', "entry 1 is not an object"),
        (LINES + LIST, "entry 3 is not an object"),
    ],
)
def test_what_is_no_dump_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "dump.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught, opened([str(path)]) as [dump]:
        list(dump.records())
    assert str(caught.value).startswith(f"{path} ")
    assert sentence.rstrip(".") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(Unreadable, match=reason), opened([str(path)]):
            pass


def test_standard_input_is_read_once_and_yielded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LIST)))
    with opened(["-"]) as [dump]:
        assert list(dump.records()) == list(dump.records()) == EXPECTED


def test_pipe_is_read_once_and_yielded_twice(tmp_path: Path) -> None:
    """As the shell hands over what a command writes: `<(zcat dump.json.gz)`."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(LIST,))
    writer.start()
    assert read(path) == EXPECTED
    writer.join()
