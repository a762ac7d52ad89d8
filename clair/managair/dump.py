"""Reads Django's dumps: lists of `{model, pk, fields}`, or one such record a line, plain or gzip."""

import gzip
import shutil
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple, cast

import ijson

from clair.errors import ClairError

GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BUFFER_BYTES = 256 * 1024
STDIN = "-"

Fields = dict[str, Any]


class Record(NamedTuple):
    """A row of the predecessor; its key is None in dumps that were made without."""

    model: str
    key: Any
    fields: Fields


class Unreadable(ClairError):
    """A file that cannot be read as a dump."""

    status = 400


class Dump:
    """An open file that can be read again from its beginning."""

    def __init__(self, name: str, raw: Any) -> None:
        self.name = name
        self.raw = raw
        self.size = raw.seek(0, 2)

    @property
    def position(self) -> int:
        """Say how many bytes of the file have been read."""
        return int(self.raw.tell())

    def records(self) -> Iterator[Record]:
        """Yield the records of the file in their order."""
        try:
            for number, each in enumerate(self.objects(), 1):
                if not is_record(each):
                    raise Unreadable(
                        f"{self.name} is no dump of Django: "
                        f"entry {number} is not an object with a model and its fields."
                    )
                yield Record(each["model"], each.get("pk"), each["fields"])
        except (ijson.JSONError, EOFError, zlib.error, OSError) as error:
            raise Unreadable(f"{self.name} cannot be read: {explain(error)}.") from error

    def objects(self) -> Iterator[Any]:
        """Yield what a list holds, or what stands on each line."""
        self.raw.seek(0)
        is_packed = self.raw.peek(2).startswith(GZIP)
        content: Any = gzip.GzipFile(fileobj=self.raw) if is_packed else self.raw
        start = content.peek(64)
        if start.startswith(BYTE_ORDER_MARK):
            start = start[len(BYTE_ORDER_MARK) :]
            content.read(len(BYTE_ORDER_MARK))
        first = start.lstrip()[:1]
        if first not in (b"[", b"{"):
            raise Unreadable(f"{self.name} is no dump of Django: it holds no list in JSON.")
        is_list = first == b"["
        found = ijson.items(
            content,
            "item" if is_list else "",
            # Exact decimals would take longer than all the rest of the reading.
            use_float=True,
            multiple_values=not is_list,
            buf_size=BUFFER_BYTES,
        )
        return cast(Iterator[Any], found)


def is_record(value: Any) -> bool:
    """Say whether a value has the form of Django's records."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("model"), str)
        and isinstance(value.get("fields"), dict)
    )


def explain(error: Exception) -> str:
    """Say in a few words why a file cannot be read."""
    if isinstance(error, EOFError) or "premature EOF" in str(error):
        return "it breaks off in the middle"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # The parser shows the place on further lines, now and then as the text of bytes.
    return str(error).removeprefix("b'").replace("\\n", "\n").partition("\n")[0].strip()


@contextmanager
def opened(names: Iterable[str]) -> Iterator[list[Dump]]:
    """Open files for a while; - is standard input."""
    with ExitStack() as stack:
        dumps = []
        for name in names:
            try:
                is_stdin = name == STDIN
                raw = sys.stdin.buffer if is_stdin else stack.enter_context(Path(name).open("rb"))
                if is_stdin or not Path(name).is_file():
                    # What comes out of a pipe can be read only once.
                    copy = stack.enter_context(TemporaryFile())
                    shutil.copyfileobj(raw, copy, BUFFER_BYTES)
                    raw = copy
            except OSError as error:
                raise Unreadable(f"{name} cannot be read: {explain(error)}.") from error
            dumps.append(Dump("Standard input" if is_stdin else name, raw))
        yield dumps
