"""Time series of nodes and installations: by themselves, and as a part of what they belong to.

`filter[from]` and `filter[to]` are both included; samples of the future are left out unless they are
asked for. Beyond that, `filter[resolution]` gives `buckets` of so many seconds in place of samples,
and `page[size]` or `page[after]` a part of a long series, with a link to the next one.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, func
from sqlalchemy.orm import joinedload

from clair import access, timeseries
from clair.auth import public
from clair.blueprints.api import finding, links
from clair.blueprints.api.downloads import download
from clair.blueprints.api.fields import OPEN_END_S
from clair.blueprints.api.links import root
from clair.blueprints.api.negotiation import CSV, NDJSON, negotiate
from clair.blueprints.api.samples import sample_object
from clair.blueprints.api.slices import (
    Slice,
    Wish,
    read_paged_wish,
    read_slice,
    read_wish,
    wants_series,
)
from clair.blueprints.api.streaming import answer
from clair.blueprints.errors import JSONAPI
from clair.errors import NotFound
from clair.extensions import db
from clair.identity import parse_uuid
from clair.models import Installation, Node
from clair.timeseries import Span, Summary

Attributes = dict[str, object]


def list_nodes(nodes: Sequence[Node], now_s: int) -> list[Attributes]:
    """Compute what a list shows of nodes beside their columns."""
    spans = [Span(node.id, 0, now_s + 1) for node in nodes]
    return [counted(each) for each in timeseries.summarize(spans)]


def list_installations(installations: Sequence[Installation], now_s: int) -> list[Attributes]:
    """Compute what a list shows of installations beside their columns."""
    everything = Wish(0, now_s)
    spans = [own_span(each, everything) for each in installations]
    asked: Attributes = {"query_timestamp_s": now_s}
    return [asked | counted(each) for each in timeseries.summarize(spans)]


def show_node(node: Node, arguments: Any, now_s: int) -> Attributes:
    """Compute what a node shows beside its columns, of the slice that is wanted."""
    wish = read_wish(arguments, now_s)
    span = wish.span(node.id)
    shown = show_slice(span, wish, arguments)
    latest = shown.summary.latest
    bounds: Attributes = {"from_timestamp_s": wish.from_s, "to_timestamp_s": wish.to_s}
    if latest is not None:
        first_s = timeseries.first_s(span) if shown.first is None else shown.first.timestamp_s
        bounds = {"from_timestamp_s": first_s, "to_timestamp_s": latest.timestamp_s}
    return {"query_timestamp_s": now_s, **bounds, **attributes_of(shown, wish)}


def show_installation(installation: Installation, arguments: Any, now_s: int) -> Attributes:
    """Compute what an installation shows beside its columns, of the slice that is wanted."""
    wish = read_wish(arguments, now_s)
    shown = show_slice(own_span(installation, wish), wish, arguments)
    return {"query_timestamp_s": now_s, **attributes_of(shown, wish)}


def show_slice(span: Span, wish: Wish, arguments: Any) -> Slice:
    """Read a slice with its samples, or only count them."""
    if wants_series(arguments):
        return read_slice(timeseries.narrow(span), wish)
    [summary] = timeseries.summarize([span])
    return Slice(summary)


def attributes_of(shown: Slice, wish: Wish) -> Attributes:
    """Show a slice as attributes."""
    if shown.content is None:
        return counted(shown.summary)
    name = "timeseries" if wish.resolution_s is None else "buckets"
    return counted(shown.summary) | {name: shown.content}


def counted(summary: Summary) -> Attributes:
    """Show how many samples there are, and the latest, if there is one."""
    if summary.latest is None:
        return {"sample_count": summary.count}
    return {"sample_count": summary.count, "latest_sample": sample_object(summary.latest)}


def own_span(installation: Installation, wish: Wish) -> Span:
    """Give the span that is wanted of an installation, cut to its own time."""
    from_s, to_s = installation.from_timestamp_s, installation.to_timestamp_s
    return wish.span(installation.node_id, from_s, to_s)


@dataclass(frozen=True)
class Subject:
    """Whose series it is: how the wire knows it, what heads its attributes, and its bounds."""

    type: str
    path: str
    id: str
    head: Attributes
    from_s: int
    to_s: int

    def show(self, now_s: int, members: Attributes) -> Attributes:
        """Show the series as a resource object."""
        attributes = self.head | {
            "query_timestamp_s": now_s,
            "from_timestamp_s": self.from_s,
            "to_timestamp_s": self.to_s,
        }
        self_url = f"{root()}{self.path}/{self.id}/"
        return {
            "type": self.type,
            "id": self.id,
            "attributes": attributes | members,
            "links": {"self": self_url},
        }


def of_node(node: Node, wish: Wish) -> Subject:
    """Name the series of a node, in the bounds of what is wanted."""
    head: Attributes = {"node_alias": node.alias}
    return Subject(
        "Node-Timeseries", "node-timeseries", str(node.uuid), head, wish.from_s, wish.to_s
    )


def of_installation(row: Installation, from_s: int, to_s: int) -> Subject:
    """Name the series of an installation."""
    head: Attributes = {"node_id": str(row.node.uuid), "node_alias": row.node.alias}
    return Subject(
        "Installation-Timeseries", "installation-timeseries", str(row.id), head, from_s, to_s
    )


def list_node_series() -> ResponseReturnValue:
    """List the series of all visible nodes, without their samples."""
    everything = Wish(0, int(time.time()))
    nodes = db.session.scalars(visible_nodes().order_by(func.upper(Node.eui64))).all()
    subjects = [of_node(node, everything) for node in nodes]
    return show_list(subjects, [everything.span(node.id) for node in nodes], everything.to_s)


@public
def list_installation_series() -> ResponseReturnValue:
    """List the series of all visible installations, without their samples."""
    everything = Wish(0, int(time.time()))
    order = (Installation.from_timestamp_s.desc(), Installation.id)
    rows = db.session.scalars(visible_installations().order_by(*order)).all()
    subjects = [
        of_installation(row, row.from_timestamp_s, row.to_timestamp_s or OPEN_END_S) for row in rows
    ]
    return show_list(subjects, [own_span(row, everything) for row in rows], everything.to_s)


def show_list(subjects: Sequence[Subject], spans: Sequence[Span], now_s: int) -> Response:
    """Answer with series without their samples."""
    negotiate()
    summaries = timeseries.summarize(spans)
    data = [
        subject.show(now_s, {"sample_count": summary.count})
        for subject, summary in zip(subjects, summaries, strict=True)
    ]
    return answer({"data": data})


def show_node_series(key: str) -> ResponseReturnValue:
    """Show the series of a node."""
    node = db.session.scalar(visible_nodes().where(Node.uuid == read_uuid(key)))
    if node is None:
        raise NotFound(_("There is no such resource."))
    now_s = int(time.time())
    wish = read_paged_wish(request.args, now_s)
    return show_series(of_node(node, wish), wish.span(node.id), wish, now_s)


@public
def show_installation_series(key: str) -> ResponseReturnValue:
    """Show the series of an installation."""
    row_id = finding.number(key)
    row = db.session.scalar(visible_installations().where(Installation.id == row_id))
    if row is None:
        raise NotFound(_("There is no such resource."))
    now_s = int(time.time())
    wish = read_paged_wish(request.args, now_s)
    span = own_span(row, wish)
    end_s = wish.to_s if row.to_timestamp_s is None else min(wish.to_s, row.to_timestamp_s)
    return show_series(of_installation(row, span.from_s, end_s), span, wish, now_s)


def show_series(subject: Subject, span: Span, wish: Wish, now_s: int) -> Response:
    """Answer with a series in the media type that is wanted."""
    media_type = negotiate(CSV, NDJSON)
    span = timeseries.narrow(span)
    if media_type == JSONAPI:
        response = answer(document_of(subject, read_slice(span, wish), wish, now_s))
    else:
        response = download(media_type, f"{subject.path}-{subject.id}", span, wish)
    response.vary.add("Accept")
    return response


def document_of(subject: Subject, shown: Slice, wish: Wish, now_s: int) -> Attributes:
    """Make the document of a series, with a link to the next page if there are pages."""
    name = "samples" if wish.resolution_s is None else "buckets"
    members: Attributes = {"sample_count": shown.summary.count, name: shown.content}
    document: Attributes = {"data": subject.show(now_s, members)}
    if wish.size is not None:
        is_more = shown.next_s is not None
        next_url = links.url_with({"page[after]": str(shown.next_s)}) if is_more else None
        document["links"] = {"next": next_url}
    return document


def visible_nodes() -> Select[Node]:
    """Select the nodes that the caller may see."""
    return access.visible(Node, g.actor)


def visible_installations() -> Select[Installation]:
    """Select the installations that the caller may see, with their nodes."""
    return access.visible(Installation, g.actor).options(joinedload(Installation.node))


def read_uuid(key: str) -> UUID:
    """Read the id of a node in an address, or raise NotFound."""
    try:
        return parse_uuid(key)
    except ValueError as error:
        raise NotFound(_("There is no such resource.")) from error


def register(bp: Blueprint) -> None:
    """Open the addresses of series, with or without their last slash."""
    for rule, view in (
        ("/node-timeseries/", list_node_series),
        ("/node-timeseries/<key>/", show_node_series),
        ("/nodes/<key>/timeseries/", show_node_series),
        ("/installation-timeseries/", list_installation_series),
        ("/installation-timeseries/<key>/", show_installation_series),
        ("/installations/<key>/timeseries/", show_installation_series),
    ):
        bp.add_url_rule(rule, view.__name__, view, strict_slashes=False)
