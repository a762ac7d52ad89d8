"""Which samples a request wants: from when to when, how fine, and which page of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import orjson
from flask_babel import gettext as _

from clair import timeseries
from clair.analytics.windows import DAY_S
from clair.blueprints.api.samples import bucket_objects, last_of, sample_objects
from clair.blueprints.api.streaming import Streamed
from clair.errors import InvalidParameter
from clair.timeseries import PAGE, Columns, Measurement, Span, Summary

MAX_S = 2**40
MAX_RESOLUTION_S = 366 * DAY_S
OFF = ("", "0", "false", "no", "off")


@dataclass(frozen=True)
class Wish:
    """What a query asks for: both bounds are included; without a size, all samples at once."""

    from_s: int
    to_s: int
    resolution_s: int | None = None
    after_s: int | None = None
    size: int | None = None

    def span(self, node_id: int, from_s: int = 0, to_s: int | None = None) -> Span:
        """Give the span that is wanted of a node, cut to [from_s, to_s)."""
        until_s = self.to_s + 1 if to_s is None else min(self.to_s + 1, to_s)
        return Span(node_id, max(self.from_s, from_s), until_s)


@dataclass(frozen=True)
class Slice:
    """The samples that were wanted, to be written; `next_s` is where the next page goes on."""

    summary: Summary
    content: orjson.Fragment | Streamed | None = None
    first: Measurement | None = None
    next_s: int | None = None


def read_wish(arguments: Any, now_s: int) -> Wish:
    """Read from when to when samples are wanted, by default all up to now, and how fine."""
    to_s = number(arguments, "filter[to]", 0, MAX_S)
    return Wish(
        from_s=number(arguments, "filter[from]", 0, MAX_S) or 0,
        to_s=now_s if to_s is None else to_s,
        resolution_s=number(arguments, "filter[resolution]", 1, MAX_RESOLUTION_S),
    )


def read_paged_wish(arguments: Any, now_s: int) -> Wish:
    """Read which samples are wanted, and which page of them, if they are not wanted all at once."""
    wish = read_wish(arguments, now_s)
    after_s = number(arguments, "page[after]", 0, MAX_S)
    size = number(arguments, "page[size]", 1, PAGE)
    if after_s is not None and size is None:
        size = PAGE
    return replace(wish, after_s=after_s, size=size)


def number(arguments: Any, name: str, least: int, most: int) -> int | None:
    """Read a whole number from the query; of a repeated parameter, the last counts."""
    texts = arguments.getlist(name)
    if not texts:
        return None
    text = texts[-1]
    if not (text.isascii() and text.isdigit() and len(text) < 14 and least <= int(text) <= most):
        message = _(
            "This must be a whole number from %(least)s to %(most)s.", least=least, most=most
        )
        raise InvalidParameter(name, message)
    return int(text)


def wants_series(arguments: Any) -> bool:
    """Say whether the samples themselves are wanted with what they belong to."""
    texts = arguments.getlist("include_timeseries") or [""]
    return texts[-1].strip().lower() not in OFF


def read_slice(span: Span, wish: Wish) -> Slice:
    """Read what is wanted of a span."""
    if wish.resolution_s is None:
        return read_samples(span) if wish.size is None else read_page(span, wish.after_s, wish.size)
    if wish.size is None:
        return read_buckets(span, wish.resolution_s)
    return read_bucket_page(span, wish.resolution_s, wish.after_s, wish.size)


def read_samples(span: Span) -> Slice:
    """Read all samples: a page of them makes up the whole answer, more are streamed."""
    pages = timeseries.pages(*span)
    columns = next(pages, Columns.empty())
    if len(columns.timestamp_s) < PAGE:
        summary = Summary(len(columns.timestamp_s), last_of(columns))
        return Slice(summary, fragment(sample_objects(columns)), first_of(columns))
    [summary] = timeseries.summarize([span])
    pieces = joined(sample_objects(each) for each in chain([columns], pages))
    return Slice(summary, Streamed(pieces), first_of(columns))


def read_page(span: Span, after_s: int | None, size: int) -> Slice:
    """Read some samples, those after an instant if one is given."""
    from_s = span.from_s if after_s is None else max(span.from_s, after_s + 1)
    columns = timeseries.samples(span.node_id, from_s, span.to_s, size + 1)
    shown = columns.head(size)
    next_s = int(shown.timestamp_s[-1]) if len(columns.timestamp_s) > size else None
    [summary] = timeseries.summarize([span])
    return Slice(summary, fragment(sample_objects(shown)), next_s=next_s)


def read_buckets(span: Span, resolution_s: int) -> Slice:
    """Read all buckets; those of many samples are streamed."""
    [summary] = timeseries.summarize([span])
    pieces = joined(bucket_objects(page) for page in timeseries.buckets(*span, resolution_s))
    if summary.count > PAGE:
        return Slice(summary, Streamed(pieces))
    return Slice(summary, orjson.Fragment(b"[" + b"".join(pieces) + b"]"))


def read_bucket_page(span: Span, resolution_s: int, after_s: int | None, size: int) -> Slice:
    """Read some buckets, those that begin after an instant if one is given."""
    from_s = span.from_s
    if after_s is not None:
        from_s = max(from_s, after_s - after_s % resolution_s + resolution_s)
    found = chain.from_iterable(
        timeseries.buckets(span.node_id, from_s, span.to_s, resolution_s, max(PAGE, size))
    )
    buckets = list(islice(found, size + 1))
    next_s = buckets[size - 1].timestamp_s if len(buckets) > size else None
    [summary] = timeseries.summarize([span])
    return Slice(summary, fragment(bucket_objects(buckets[:size])), next_s=next_s)


def first_of(columns: Columns) -> Measurement | None:
    """Give the first sample."""
    return last_of(columns.head(1))


def fragment(objects: Iterable[str]) -> orjson.Fragment:
    """Make an array of what is JSON already."""
    return orjson.Fragment(f"[{','.join(objects)}]")


def joined(pages: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """Write pages of objects one after the other, as the inside of an array."""
    comma = ""
    for page in pages:
        yield (comma + ",".join(page)).encode()
        comma = ","
