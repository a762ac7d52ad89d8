"""No document whatever ends in anything but a draft or errors, and what is shown can be read again."""

import json
from collections.abc import Callable
from functools import singledispatch
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clair.blueprints.api.documents import load, read_linkage
from clair.blueprints.api.fields import (
    OPEN_END_S,
    Attribute,
    Boolean,
    Choice,
    Decimal,
    Integer,
    OpenEnd,
    Text,
    Uuid,
)
from clair.blueprints.api.schemas import Resource, attributes, links
from clair.blueprints.errors import as_objects
from clair.errors import ClairError

from blueprints.api.reading import FORMS, RESOURCES, Reader
from conftest import make_app

SCHEMAS = [*RESOURCES, *FORMS]
TYPES = [schema.type_ for schema in SCHEMAS]
MEMBERS = ["data", "type", "id", "attributes", "relationships", "included", "meta", "links"]
NAMES = sorted({name for schema in SCHEMAS for name in schema._declared_fields})
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["", " ", "3", "O", "NaN", "1e5", "-.5", "\0", *TYPES])
)
# What the standard library writes, but no JSON: surrogates, and numbers beyond all bounds.
WILD = st.sampled_from(["\ud800", 10**400, float("nan"), float("inf")])
KEYS = st.sampled_from([*MEMBERS, *NAMES]) | st.text()


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Make lists and objects of leaves."""
    grow = lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)  # noqa: E731
    return st.recursive(leaves, grow, max_leaves=6)


JSON = nested(LEAVES)
LINKAGE = st.fixed_dictionaries({"type": st.sampled_from(TYPES) | JSON, "id": LEAVES}) | JSON
RELATED = st.fixed_dictionaries({"data": LINKAGE | st.lists(LINKAGE)}) | JSON
RESOURCE = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={
        "id": st.just("3") | JSON,
        "attributes": st.dictionaries(st.sampled_from(NAMES), JSON | LINKAGE) | JSON,
        "relationships": st.dictionaries(st.sampled_from(NAMES), RELATED) | JSON,
    },
)


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(make_app(f"sqlite:///{folder}/unused.sqlite", folder))


def attempt(function: Callable[[], Any]) -> Any:
    """Read, if that is possible; what is refused must be fit to be sent."""
    try:
        return function()
    except ClairError as error:
        return orjson.dumps(as_objects(error)) and None


@settings(max_examples=200)
@given(
    resource=RESOURCE,
    schema=st.sampled_from(SCHEMAS),
    partial=st.booleans(),
    row_id=st.sampled_from([None, "3"]),
)
def test_any_resource_is_read_or_refused(
    reader: Reader, resource: Any, schema: type[Resource], partial: bool, row_id: str | None
) -> None:
    body = {"data": resource | {"type": schema.type_}}
    read = lambda: load(schema, partial=partial, row_id=row_id)  # noqa: E731
    draft = reader.call(lambda: attempt(read), json.dumps(body).encode())
    if draft:
        assert set(draft.values) <= {"id", *attributes(schema)}
        assert set(draft.links) <= set(links(schema))


@settings(max_examples=300)
@given(schema=st.sampled_from(SCHEMAS), data=st.data())
def test_any_attributes_and_relationships_are_read_or_refused(
    reader: Reader, schema: type[Resource], data: st.DataObject
) -> None:
    given_values = dict.fromkeys(attributes(schema), LEAVES | LINKAGE)
    given_links = dict.fromkeys(links(schema), RELATED)
    resource = {
        "type": schema.type_,
        "id": "3",
        "attributes": data.draw(st.fixed_dictionaries({}, optional=given_values)),
        "relationships": data.draw(st.fixed_dictionaries({}, optional=given_links)),
    }
    read = lambda: load(schema, partial=True, row_id="3")  # noqa: E731
    draft = reader.call(lambda: attempt(read), json.dumps({"data": resource}).encode())
    if draft:
        assert set(draft.values) <= resource["attributes"].keys()


@given(document=nested(LEAVES | WILD))
def test_any_document_is_read_or_refused(reader: Reader, document: Any) -> None:
    read = lambda: load(RESOURCES[0])  # noqa: E731
    reader.call(lambda: attempt(read), json.dumps(document).encode())


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
def test_values_at_any_depth_are_refused(reader: Reader, schema: type[Resource]) -> None:
    # As deep as the parser goes; Python itself cannot write such a list as text.
    deep = f"{'[' * 1000}3{']' * 1000}"
    names = ", ".join(f'"{name}": {deep}' for name in [*attributes(schema), *links(schema)])
    head = f'"type": "{schema.type_}", "id": {deep}'
    body = f'{{"data": {{{head}, "attributes": {{{names}}}, "relationships": {{{names}}}}}}}'
    assert reader.refuse(schema, body.encode())
    assert reader.refuse(schema, body.encode(), row_id="3") == [("/data", "error", "409")]
    linkage = f'{{"data": [{{"type": "User", "id": {deep}}}]}}'.encode()
    missing = [("/data", "does_not_exist", "400")]
    assert reader.errors(lambda: read_linkage("User"), linkage) == missing


@given(body=st.binary())
def test_any_bytes_are_read_or_refused(reader: Reader, body: bytes) -> None:
    read = lambda: load(RESOURCES[0])  # noqa: E731
    reader.call(lambda: attempt(read), body)


@given(linkage=st.lists(LINKAGE) | JSON, type_=st.sampled_from(["User", "Node"]))
def test_any_linkage_is_read_or_refused(reader: Reader, linkage: Any, type_: str) -> None:
    read = lambda: read_linkage(type_)  # noqa: E731
    ids = reader.call(lambda: attempt(read), json.dumps({"data": linkage}).encode())
    assert ids is None or all(isinstance(each, str) for each in ids)


@singledispatch
def values(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Make values that an attribute can have."""
    raise TypeError(attribute)


@values.register
def _(attribute: Text) -> st.SearchStrategy[Any]:
    if attribute.pattern:
        return st.from_regex(attribute.pattern, fullmatch=True).filter(
            lambda text: len(text) <= (attribute.max_length or 0) and "\0" not in text
        )
    alphabet = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    texts = st.text(alphabet, min_size=attribute.required, max_size=attribute.max_length)
    if not attribute.is_trimmed:
        return texts
    return texts.map(str.strip).filter(lambda text: text or not attribute.required)


@values.register
def _(attribute: Integer) -> st.SearchStrategy[Any]:
    return st.integers(attribute.min_value, attribute.max_value)


@values.register
def _(_attribute: OpenEnd) -> st.SearchStrategy[Any]:
    return st.none() | st.integers(0, OPEN_END_S - 1)


@values.register
def _(attribute: Decimal) -> st.SearchStrategy[Any]:
    limit = attribute.max_value or 10**attribute.whole_digits - 1
    return st.decimals(-limit, limit, places=attribute.places)


@values.register
def _(_attribute: Boolean) -> st.SearchStrategy[Any]:
    return st.booleans()


@values.register
def _(attribute: Choice) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(attribute.choices))


@values.register
def _(_attribute: Uuid) -> st.SearchStrategy[Any]:
    return st.uuids()


WRITABLE = [
    (schema, name)
    for schema in SCHEMAS
    for name, field in schema._declared_fields.items()
    if isinstance(field, Attribute) and not field.dump_only
]


@given(which=st.sampled_from(WRITABLE), data=st.data())
def test_what_is_shown_can_be_read_again(
    which: tuple[type[Resource], str], data: st.DataObject
) -> None:
    schema, name = which
    field = schema._declared_fields[name]
    value = data.draw(values(field))
    assert field.deserialize(field.show(value)) == value
    if field.allow_none:
        assert field.deserialize(field.show(None)) is None


def test_decimals_are_shown_with_their_places_and_open_ends_as_the_largest_instant() -> None:
    room, installation = RESOURCES[4], RESOURCES[5]
    size = attributes(room)["size_sqm"]
    assert [size.show(size.read(each)) for each in (5, "-.5", 100.1)] == ["5.0", "-0.5", "100.1"]
    end = attributes(installation)["to_timestamp_s"]
    assert [end.show(each) for each in (None, 5)] == [2_147_483_647, 5]
