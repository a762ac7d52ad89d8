"""An ERS message is read whatever else it holds, and written newest first."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.ingest.decoders import ers
from clair.ingest.uplink import (
    ContentError,
    DataRate,
    FormatError,
    Reading,
    Uplink,
)

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
FIELDS = VECTORS["field_vectors"]
NOON_S = 1_632_139_200
ERRORS = {"format": FormatError, "content": ContentError}


def uplink(payload: bytes, f_port: int = ers.F_PORT, received_at_s: int = NOON_S) -> Uplink:
    return Uplink("0011223344556677", "a-device", f_port, payload, received_at_s, DataRate.SF9BW125)


def spaced(end_s: int, interval_s: int, values: list[tuple[int, float, int]]) -> list[Reading]:
    """Make readings at regular times, the last of them at the end."""
    return [
        Reading(end_s - (len(values) - 1 - number) * interval_s, *triple)
        for number, triple in enumerate(values)
    ]


def field_vectors() -> list[Any]:
    quantities = {
        "ers_co2_type_06": ("06", "co2_ppm"),
        "ers_temperature_type_01": ("0601f401", "temperature_celsius"),
        "ers_humidity_type_02": ("0601f402", "rel_humidity_percent"),
    }
    return [
        pytest.param(before + vector["hex"], quantity, vector, id=f"{quantity}-{vector['hex']}")
        for name, (before, quantity) in quantities.items()
        for vector in FIELDS[name]
    ]


@pytest.mark.parametrize(("payload", "quantity", "vector"), field_vectors())
def test_ers_value_is_read(payload: str, quantity: str, vector: dict[str, Any]) -> None:
    sent = uplink(bytes.fromhex(payload))
    if "error" in vector:
        with pytest.raises(ERRORS[vector["error"]]):
            ers.decode(sent)
    else:
        [reading] = ers.decode(sent)
        assert getattr(reading, quantity) == vector["value"]


@pytest.mark.parametrize(
    ("payload", "reading"),
    [
        ("0601f4", Reading(NOON_S, 500)),
        ("0601f40100c8", Reading(NOON_S, 500, temperature_celsius=20.0)),
        ("02280601f4", Reading(NOON_S, 500, rel_humidity_percent=40)),
        ("02280601f40100c8", Reading(NOON_S, 500, 20.0, 40)),
    ],
)
def test_single_ers_reading_may_hold_any_combination(payload: str, reading: Reading) -> None:
    assert ers.decode(uplink(bytes.fromhex(payload))) == [reading]


def test_ers_of_the_full_model_is_read_past_light_and_motion() -> None:
    sent = uplink(bytes.fromhex("0100e202290400270506060308070e40"))
    assert ers.decode(sent) == [Reading(NOON_S, 776, 22.6, 41)]


@pytest.mark.parametrize("code", ers.OTHER_WIDTHS)
def test_ers_skips_other_types_by_their_width(code: int) -> None:
    other = bytes([code]) + b"\x06" * ers.OTHER_WIDTHS[code]
    payload = other + bytes.fromhex("0601f4") + other + bytes.fromhex("0601f5") + other
    assert [reading.co2_ppm for reading in ers.decode(uplink(payload))] == [501, 500]
    with pytest.raises(FormatError):
        ers.decode(uplink(payload[:-1]))


@pytest.mark.parametrize(
    "payload",
    [
        "0100c80228",  # no CO2 at all
        "070e40",  # nothing but the battery
        "0601f40100c80100c9",  # two temperatures in one reading
        "4601f400",  # time offset
        "0601f43e0007",  # settings behind a measurement
    ],
)
def test_ers_that_makes_no_sense_is_a_content_error(payload: str) -> None:
    with pytest.raises(ContentError):
        ers.decode(uplink(bytes.fromhex(payload)))


def test_ers_port_may_be_any() -> None:
    assert ers.decode(uplink(bytes.fromhex("0601f4"), 77)) == [Reading(NOON_S, 500)]


@given(
    end_s=st.integers(1_577_836_800, 4_000_000_000),
    values=st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.integers(-32765, 32765).map(lambda tenths: tenths / 10),
            st.integers(0, 100),
        ),
        min_size=1,
        max_size=5,
    ),
    has_climate=st.booleans(),
)
def test_ers_reads_what_it_writes(
    end_s: int, values: list[tuple[int, float, int]], has_climate: bool
) -> None:
    sent = spaced(end_s, ers.INTERVALS_S.get(len(values), 0), values)
    if not has_climate:
        sent = [Reading(reading.timestamp_s, reading.co2_ppm) for reading in sent]
    assert ers.decode(uplink(ers.encode(sent), received_at_s=end_s)) == sent
