"""A Clairchen's message is read with its times, and written as the firmware writes it."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.ingest.decoders import clairchen
from clair.ingest.uplink import (
    ContentError,
    DataRate,
    Reading,
    Uplink,
)

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
FIRMWARE = VECTORS["clairchen_firmware_encoder"]
NOON_S = 1_632_139_200


def uplink(payload: bytes, f_port: int = 1, **fields: Any) -> Uplink:
    sf9 = Uplink("0011223344556677", "a-device", f_port, payload, NOON_S, DataRate.SF9BW125)
    return replace(sf9, **fields)


def spaced(end_s: int, interval_s: int, values: list[tuple[int, int, int]]) -> list[Reading]:
    """Make readings at regular times, the last of them at the end."""
    return [
        Reading(end_s - (len(values) - 1 - number) * interval_s, *triple)
        for number, triple in enumerate(values)
    ]


@pytest.mark.parametrize(
    "vector", VECTORS["field_vectors"]["clairchen_header"], ids=lambda vector: vector["hex"]
)
def test_clairchen_header_is_read(vector: dict[str, Any]) -> None:
    count = vector["announced_samples"]
    sent = uplink(bytes.fromhex(vector["hex"]) + b"\x32\xb4" * count)
    if vector["version"]:
        with pytest.raises(ContentError, match=f"version {vector['version']}"):
            clairchen.decode(sent)
    elif vector["message_id"]:
        with pytest.raises(ContentError, match=f"id {vector['message_id']}"):
            clairchen.decode(sent)
    else:
        assert len(clairchen.decode(sent)) == count


def test_clairchen_without_data_rate_takes_the_interval_of_sf9(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, last = clairchen.decode(uplink(bytes.fromhex("0114a215ab"), data_rate=None))
    assert last.timestamp_s - first.timestamp_s == 178
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "0011223344556677" in caplog.text


def test_single_clairchen_sample_without_data_rate_is_nothing_to_warn_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    [reading] = clairchen.decode(uplink(bytes.fromhex("0014a2"), data_rate=None))
    assert reading == Reading(NOON_S, 400, 20, 30)
    assert not caplog.records


@pytest.mark.parametrize("payload", ["0014a2", "0114a215ab"])
def test_clairchen_at_a_data_rate_it_does_not_have_is_refused(payload: str) -> None:
    with pytest.raises(ContentError, match="data rate"):
        clairchen.decode(uplink(bytes.fromhex(payload), data_rate=DataRate.UNSUPPORTED))


@pytest.mark.parametrize("vector", FIRMWARE["co2_byte"], ids=lambda vector: vector["co2_ppm"])
def test_clairchen_co2_is_rounded_as_by_the_firmware(vector: dict[str, Any]) -> None:
    assert clairchen.encode([Reading(0, vector["co2_ppm"], 0, 10)])[1] == vector["byte"]


@pytest.mark.parametrize(
    "vector", FIRMWARE["temperature_bits"], ids=lambda vector: vector["temperature_celsius"]
)
def test_clairchen_temperature_is_rounded_as_by_the_firmware(vector: dict[str, Any]) -> None:
    encoded = clairchen.encode([Reading(0, 0, vector["temperature_celsius"], 10)])
    assert encoded[2] >> 3 == vector["bits"]


@pytest.mark.parametrize(
    "vector", FIRMWARE["humidity_bits"], ids=lambda vector: vector["rel_humidity_percent"]
)
def test_clairchen_humidity_is_rounded_as_by_the_firmware(vector: dict[str, Any]) -> None:
    encoded = clairchen.encode([Reading(0, 0, 0, vector["rel_humidity_percent"])])
    assert encoded[2] & 0b111 == vector["bits"]


@pytest.mark.parametrize("vector", FIRMWARE["sample_bytes"], ids=lambda vector: vector["hex"])
def test_clairchen_sample_is_encoded_as_by_the_firmware(vector: dict[str, Any]) -> None:
    fields = {key: value for key, value in vector.items() if key != "hex"}
    assert clairchen.encode([Reading(timestamp_s=0, **fields)]).hex() == "00" + vector["hex"]


@given(
    end_s=st.integers(1_577_836_800, 4_000_000_000),
    data_rate=st.sampled_from(sorted(clairchen.INTERVALS_S, key=lambda rate: rate.name)),
    values=st.lists(
        st.tuples(
            st.integers(0, 255).map(lambda step: step * 20),
            st.integers(0, 31),
            st.integers(1, 8).map(lambda step: step * 10),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_clairchen_reads_what_it_writes(
    end_s: int, data_rate: DataRate, values: list[tuple[int, int, int]]
) -> None:
    sent = spaced(end_s, clairchen.INTERVALS_S[data_rate], values)
    payload = clairchen.encode(sent)
    assert len(payload) == 1 + 2 * len(sent)
    assert clairchen.decode(uplink(payload, received_at_s=end_s, data_rate=data_rate)) == sent


@pytest.mark.parametrize("count", [0, 9])
def test_clairchen_message_holds_one_to_eight_samples(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 8"):
        clairchen.encode([Reading(0, 400, 20, 50)] * count)


def test_clairchen_knows_interval_and_count_of_every_data_rate() -> None:
    rates = set(DataRate) - {DataRate.UNSUPPORTED}
    assert set(clairchen.INTERVALS_S) == set(clairchen.SAMPLES_PER_MESSAGE) == rates
