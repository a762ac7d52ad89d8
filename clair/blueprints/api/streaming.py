"""Answers of any length at the memory of a page: a document around a list that is still being read."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import orjson
from flask import Response, stream_with_context

from clair.blueprints.errors import JSONAPI
from clair.extensions import db

PLACE = b"\0"
"""Where a list goes into a document; JSON writes this sign as an escape, so it is nowhere else."""


class Streamed:
    """A list in a document that is written piece by piece, after all else is known."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = pieces


def answer(document: Mapping[str, object], status: int = 200) -> Response:
    """Answer with a JSON:API document; at most one list in it may be streamed."""
    lists: list[Streamed] = []

    def leave_out(value: object) -> orjson.Fragment:
        if not isinstance(value, Streamed):
            raise TypeError(f"{type(value).__name__} cannot be written")
        lists.append(value)
        return orjson.Fragment(PLACE)

    body = orjson.dumps(document, default=leave_out)
    if not lists:
        return Response(body, status, content_type=JSONAPI)
    head, _, tail = body.partition(PLACE)
    return stream(chain([head, b"["], lists[0].pieces, [b"]", tail]), JSONAPI)


def stream(pieces: Iterable[bytes], content_type: str) -> Response:
    """Answer with pieces as they are read, and hold no transaction while the client takes them."""

    def send() -> Iterator[bytes]:
        for piece in pieces:
            db.session.rollback()
            yield piece

    return Response(stream_with_context(send()), content_type=content_type)
