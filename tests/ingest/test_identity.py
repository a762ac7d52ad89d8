"""A device has one identity, however its EUI is written."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.identity import PROTOCOL_NAMES, node_uuid, parse_eui

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())


@pytest.mark.parametrize(
    "vector", VECTORS["node_ids"], ids=lambda vector: f"{vector['family']}-{vector['dev_eui']}"
)
def test_node_has_the_identity_of_the_vector(vector: dict[str, Any]) -> None:
    assert PROTOCOL_NAMES[vector["family"]] == vector["protocol_name"]
    assert str(node_uuid(vector["family"], vector["dev_eui"])) == vector["node_id"]


def test_identity_does_not_depend_on_how_the_eui_is_written() -> None:
    assert node_uuid("ers", "a8-17-58-ff-fe-05-2b-0f") == node_uuid("ers", "A81758FFFE052B0F")


@pytest.mark.parametrize(
    "text",
    [
        "A81758FFFE052B0F",
        "a81758fffe052b0f",
        "A8-17-58-FF-FE-05-2B-0F",
        "a8:17:58:ff:fe:05:2b:0f",
        " A817 58FF FE05 2B0F\n",
    ],
)
def test_eui_is_understood_as_people_write_it(text: str) -> None:
    assert parse_eui(text) == "A81758FFFE052B0F"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A817",
        "A81758FFFE052B0",
        "A81758FFFE052B0F0",
        "G81758FFFE052B0F",
        "A8.17.58.FF.FE.05.2B.0F",
    ],
)
def test_anything_but_eight_bytes_is_no_eui(text: str) -> None:
    with pytest.raises(ValueError, match="not an EUI"):
        parse_eui(text)


@given(st.text())
def test_any_text_is_an_eui_or_a_value_error(text: str) -> None:
    try:
        eui = parse_eui(text)
    except ValueError:
        return
    assert len(bytes.fromhex(eui)) == 8


@given(st.binary(min_size=8, max_size=8))
def test_eui_survives_writing_it_down(eui: bytes) -> None:
    assert parse_eui(eui.hex(":")) == parse_eui(eui.hex("-")) == eui.hex().upper()
