"""Series as files, CSV or a JSON object a line: streamed, whatever their length."""

from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response

from clair import timeseries
from clair.blueprints.api.negotiation import CSV
from clair.blueprints.api.samples import (
    BUCKET_HEADER,
    SAMPLE_HEADER,
    bucket_lines,
    bucket_objects,
    sample_lines,
    sample_objects,
)
from clair.blueprints.api.slices import Wish
from clair.blueprints.api.streaming import stream
from clair.timeseries import Span

SUFFIXES = {CSV: "csv"}


def download(media_type: str, name: str, span: Span, wish: Wish) -> Response:
    """Answer with all samples or buckets that are wanted of a span; a file has no pages."""
    pieces = in_csv(span, wish) if media_type == CSV else in_ndjson(span, wish)
    response = stream(pieces, f"{media_type}; charset=utf-8")
    file_name = f"{name}.{SUFFIXES.get(media_type, 'ndjson')}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def in_csv(span: Span, wish: Wish) -> Iterable[bytes]:
    """Write a header, then a line for each sample or bucket."""
    if wish.resolution_s is None:
        header, pages = SAMPLE_HEADER, map(sample_lines, timeseries.pages(*span))
    else:
        pages = map(bucket_lines, timeseries.buckets(*span, wish.resolution_s))
        header = BUCKET_HEADER
    return (each.encode() for each in chain([header], pages))


def in_ndjson(span: Span, wish: Wish) -> Iterator[bytes]:
    """Write a JSON object in a line for each sample or bucket."""
    pages: Iterator[Iterable[str]]
    if wish.resolution_s is None:
        pages = (sample_objects(page, "\n") for page in timeseries.pages(*span))
    else:
        pages = map(bucket_objects, timeseries.buckets(*span, wish.resolution_s))
    return ("\n".join([*page, ""]).encode() for page in pages)
