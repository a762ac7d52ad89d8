"""No bytes whatever crash the reading of messages."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from clair.ingest.networks import ttn
from clair.ingest.uplink import DecodeError, Ignored, unix_second

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
MESSAGES = VECTORS["uplink_messages"]
NOW_S = unix_second("2024-11-06T00:00:00Z")
DAY_S = 86_400


def parts_of(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all parts of a document."""
    if isinstance(document, dict):
        inner = list(document.items())
    elif isinstance(document, list):
        inner = list(enumerate(document))
    else:
        inner = []
    return [path] * bool(path) + [
        found for key, value in inner for found in parts_of(value, (*path, key))
    ]


anything_in_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def rewritten_messages(draw: st.DrawFn) -> bytes:
    """Put something else in place of one or two parts of a real message."""
    document = deepcopy(draw(st.sampled_from(MESSAGES))["message"])
    for _ in range(draw(st.integers(1, 2))):
        *parents, name = draw(st.sampled_from(parts_of(document)))
        target = document
        for parent in parents:
            target = target[parent]
        target[name] = draw(anything_in_json)
    return json.dumps(document).encode()


@st.composite
def damaged_messages(draw: st.DrawFn) -> bytes:
    """Overwrite, cut or insert bytes somewhere in a real message."""
    raw = orjson.dumps(draw(st.sampled_from(MESSAGES))["message"])
    start = draw(st.integers(0, len(raw)))
    end = draw(st.integers(start, min(start + 20, len(raw))))
    return raw[:start] + draw(st.binary(max_size=20)) + raw[end:]


@given(st.binary() | anything_in_json.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_bytes_give_an_uplink_or_a_reason(raw: bytes) -> None:
    assert_is_understood_or_refused(raw)


@given(rewritten_messages() | damaged_messages())
def test_mutated_messages_give_an_uplink_or_a_reason(raw: bytes) -> None:
    assert_is_understood_or_refused(raw)


def assert_is_understood_or_refused(raw: bytes) -> None:
    try:
        uplink = ttn.parse(raw, NOW_S)
    except (DecodeError, Ignored):
        return
    assert len(bytes.fromhex(uplink.dev_eui)) == 8
    assert 0 <= uplink.f_port <= 255
    assert 1_577_836_800 <= uplink.received_at_s <= NOW_S + DAY_S
    assert uplink.payload
