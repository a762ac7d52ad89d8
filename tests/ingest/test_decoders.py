"""Payloads of each family give the readings that their devices took."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.ingest.decoders import DECODERS, clairchen, oy1012
from clair.ingest.limits import apply_limits
from clair.ingest.uplink import (
    ContentError,
    DataRate,
    DecodeError,
    FormatError,
    Ignored,
    Reading,
    Uplink,
    unix_second,
)

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
VECTORS_OF = {family: part["vectors"] for family, part in VECTORS["decoders"].items()}
NOON_S = 1_632_139_200
ERRORS = {"format": FormatError, "content": ContentError}


def uplink(payload: bytes, f_port: int = 1, **fields: Any) -> Uplink:
    sf9 = Uplink("0011223344556677", "a-device", f_port, payload, NOON_S, DataRate.SF9BW125)
    return replace(sf9, **fields)


def uplink_of(vector: dict[str, Any]) -> Uplink:
    return uplink(
        bytes.fromhex(vector["hex"]),
        vector["f_port"],
        received_at_s=unix_second(vector["received_at"]),
        data_rate=DataRate.from_lora(vector["spreading_factor"], vector["bandwidth_hz"]),
    )


def readings(samples: list[dict[str, Any]]) -> list[Reading]:
    keys = ("timestamp_s", "co2_ppm", "temperature_celsius", "rel_humidity_percent")
    return [Reading(**{key: sample[key] for key in keys}) for sample in samples]


@pytest.mark.parametrize(
    ("family", "vector"),
    [
        pytest.param(family, vector, id=vector["id"])
        for family, vectors in VECTORS_OF.items()
        for vector in vectors
    ],
)
def test_payload_is_read_as_the_vector_says(family: str, vector: dict[str, Any]) -> None:
    wanted = vector.get("recommended", vector["expected"])
    decode = DECODERS[family]
    if "error" in wanted:
        with pytest.raises(ERRORS[wanted["error"]["kind"]]):
            decode(uplink_of(vector))
    elif wanted.get("ignored"):
        with pytest.raises(Ignored):
            decode(uplink_of(vector))
    else:
        assert decode(uplink_of(vector)) == readings(wanted["samples"])


@pytest.mark.parametrize(
    ("family", "vector"),
    [
        pytest.param(family, vector, id=vector["id"])
        for family, vectors in VECTORS_OF.items()
        for vector in vectors
        if "samples" in vector["expected"] and "recommended" not in vector
    ],
)
def test_what_violates_a_limit_is_not_stored(family: str, vector: dict[str, Any]) -> None:
    wanted = vector["expected"]
    stored = [apply_limits(reading) for reading in DECODERS[family](uplink_of(vector))]
    for reading, sample, posted in zip(
        stored, wanted["samples"], wanted["posted_attributes"], strict=True
    ):
        violated = sample.get("violates_backend_limits", [])
        kept = {key: value for key, value in posted.items() if key not in violated}
        assert reading == (None if "co2_ppm" in violated else Reading(**kept))


@pytest.mark.parametrize("family", DECODERS)
@given(
    payload=st.binary(max_size=60)
    | st.lists(st.sampled_from(b"\x00\x01\x02\x06\x07\x28")).map(bytes),
    f_port=st.integers(0, 255),
    data_rate=st.none() | st.sampled_from(DataRate),
)
def test_any_bytes_give_readings_or_a_reason(
    family: str, payload: bytes, f_port: int, data_rate: DataRate | None
) -> None:
    try:
        result = DECODERS[family](uplink(payload, f_port, data_rate=data_rate))
    except (DecodeError, Ignored):
        return
    times = [reading.timestamp_s for reading in result]
    assert times == sorted(set(times))
    assert times[-1] == NOON_S


@pytest.mark.parametrize(("family", "f_port"), [("clairchen", 1), ("ers", 5), ("oy1012", 2)])
def test_empty_payload_is_a_format_error(family: str, f_port: int) -> None:
    with pytest.raises(FormatError):
        DECODERS[family](uplink(b"", f_port))


@given(
    timestamp_s=st.integers(1_577_836_800, 4_000_000_000),
    co2_ppm=st.integers(0, 0xFFFE),
    temperature=st.integers(-800, 3295),
    humidity=st.integers(-250, 3845),
)
def test_oy1012_reads_what_it_writes(
    timestamp_s: int, co2_ppm: int, temperature: int, humidity: int
) -> None:
    sent = Reading(timestamp_s, co2_ppm, temperature / 10, humidity / 10)
    payload = oy1012.encode(sent)
    assert oy1012.decode(uplink(payload, oy1012.F_PORT, received_at_s=timestamp_s)) == [sent]


@pytest.mark.parametrize("reading", [Reading(NOON_S, 500, 20), Reading(NOON_S, 500, None, 50)])
def test_devices_that_report_everything_are_not_encoded_with_less(reading: Reading) -> None:
    with pytest.raises(ValueError, match="always"):
        oy1012.encode(reading)
    with pytest.raises(ValueError, match="always"):
        clairchen.encode([reading])
