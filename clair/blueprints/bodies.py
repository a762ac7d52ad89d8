"""Reads the bodies of requests, and says what is wrong with one that cannot be read."""

from flask import request

from clair.errors import ClairError


class UnsupportedMediaType(ClairError):
    """The body is of a type that this door does not read."""

    status = 415


class TooMany(ClairError):
    """The batch is longer than this door takes."""

    status = 413


class ParseError(ClairError):
    """The body cannot be read at all."""

    status = 400
    code = "parse_error"


def read_body() -> bytes:
    """Read the body, or refuse one that is too large or packed."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("The body must not be packed.")
    body = request.get_data()
    # One without a length, sent in chunks, would be cut at the limit without a word.
    if request.content_length is None and len(body) == request.max_content_length:
        raise TooMany(f"At most {request.max_content_length} bytes fit into a request.")
    return body
