"""Messages of The Things Stack are understood, or refused with a reason."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest

from clair.identity import node_uuid
from clair.ingest.decoders import DECODERS
from clair.ingest.networks import NETWORKS, ttn
from clair.ingest.uplink import (
    DataRate,
    FormatError,
    Ignored,
    Reading,
    Uplink,
    unix_second,
)

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
MESSAGES = VECTORS["uplink_messages"]
NOW_S = unix_second("2024-11-06T00:00:00Z")
ABSENT = ...


def message(**changes: Any) -> bytes:
    """Write a plain message with changes, each named by its path with `__` between the parts."""
    document = deepcopy(MESSAGES[0]["message"])
    for path, value in changes.items():
        *parents, name = path.split("__")
        target = document
        for parent in parents:
            target = target[parent]
        if value is ABSENT:
            del target[name]
        else:
            target[name] = value
    return orjson.dumps(document)


def parse(raw: bytes) -> Uplink:
    return ttn.parse(raw, NOW_S)


@pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector["id"])
def test_message_gives_what_the_vector_says(vector: dict[str, Any]) -> None:
    wanted = vector.get("recommended", vector["expected"])
    raw = orjson.dumps(vector["message"])
    if wanted.get("skipped"):
        with pytest.raises(Ignored):
            parse(raw)
        return
    uplink = parse(raw)
    assert uplink == Uplink(
        dev_eui=wanted["dev_eui"].upper(),
        device_id=wanted["device_id"],
        f_port=wanted["f_port"],
        payload=uplink.payload,
        received_at_s=wanted["received_at_epoch_s"],
        data_rate=DataRate[wanted["data_rate"]],
        is_simulated=False,
    )
    assert str(node_uuid(vector["family"], uplink.dev_eui)) == wanted["node_id"]
    assert DECODERS[vector["family"]](uplink) == [Reading(**sample) for sample in wanted["samples"]]


def test_network_is_found_by_its_name() -> None:
    assert NETWORKS["ttn"](message(), NOW_S) == parse(message())


def test_message_of_the_storage_integration_is_the_same() -> None:
    assert parse(b'{"result": ' + message() + b"}") == parse(message())


def test_absent_port_is_port_zero() -> None:
    assert parse(message(uplink_message__f_port=ABSENT)).f_port == 0


def test_absent_device_id_loses_no_data() -> None:
    assert parse(message(end_device_ids__device_id=ABSENT)).device_id == ""


@pytest.mark.parametrize(("told", "is_simulated"), [(ABSENT, False), (False, False), (True, True)])
def test_simulated_uplink_is_marked(told: object, is_simulated: bool) -> None:
    changes = {} if told is ABSENT else {"simulated": told}
    assert parse(message(**changes)).is_simulated is is_simulated


@pytest.mark.parametrize("name", ttn.OTHER_MESSAGES)
def test_messages_about_other_things_are_ignored(name: str) -> None:
    with pytest.raises(Ignored, match=name):
        parse(message(uplink_message=ABSENT, **{name: {}}))


@pytest.mark.parametrize(
    "changes",
    [
        {"uplink_message__frm_payload": ABSENT},
        {"uplink_message__frm_payload": ""},
        {"end_device_ids__dev_eui": ABSENT},
        {"end_device_ids": ABSENT},
    ],
    ids=str,
)
def test_frames_with_nothing_to_store_are_ignored(changes: dict[str, Any]) -> None:
    with pytest.raises(Ignored):
        parse(message(**changes))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"null",
        b"[]",
        b'"uplink_message"',
        b"{}",
        b'{"result": []}',
        b'{"error": {"code": 5}}',
        b'{"uplink_message": []}',
        b'{"uplink_message": null}',
        b"[" * 100_000,
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_what_is_no_message_is_a_format_error(raw: bytes) -> None:
    with pytest.raises(FormatError):
        parse(raw)


@pytest.mark.parametrize(
    "changes",
    [
        {"simulated": 1},
        {"received_at": 5, "uplink_message__received_at": "nonsense"},
        {"end_device_ids": "invented-clairchen-1"},
        {"end_device_ids__device_id": 5},
        {"end_device_ids__dev_eui": 5},
        {"end_device_ids__dev_eui": "02AA00000000C0"},
        {"end_device_ids__dev_eui": "02AA00000000C00G"},
        {"uplink_message__f_port": "1"},
        {"uplink_message__f_port": 1.0},
        {"uplink_message__f_port": True},
        {"uplink_message__f_port": -1},
        {"uplink_message__f_port": 256},
        {"uplink_message__frm_payload": 5},
        {"uplink_message__frm_payload": [2, 39]},
        {"uplink_message__frm_payload": "Aie0KLQptQ"},
        {"uplink_message__frm_payload": "Aie0*KLQptQ=="},
        {"uplink_message__frm_payload": "Aie0 KLQptQ=="},
        {"uplink_message__frm_payload": "Aie0KLQptQ==Aie0"},
        {"uplink_message__frm_payload": "ä"},
        {"uplink_message__received_at": 1_643_706_930},
        {"uplink_message__settings": []},
        {"uplink_message__settings__data_rate": "SF9BW125"},
        {"uplink_message__settings__data_rate__lora": 9},
        {"uplink_message__settings__data_rate__lora__spreading_factor": "9"},
        {"uplink_message__settings__data_rate__lora__bandwidth": 125e3},
        {"uplink_message__settings__data_rate_index": "3"},
    ],
    ids=str,
)
def test_fields_of_the_wrong_kind_are_a_format_error(changes: dict[str, Any]) -> None:
    with pytest.raises(FormatError) as caught:
        parse(message(**changes))
    assert caught.value.kind == "format"
    assert next(iter(changes)).split("__")[-1] in caught.value.detail


# --- data rate


def lora(spreading_factor: int, bandwidth: int) -> dict[str, Any]:
    return {"lora": {"spreading_factor": spreading_factor, "bandwidth": bandwidth}}


@pytest.mark.parametrize(
    ("settings", "data_rate"),
    [
        ({"data_rate": lora(12, 125_000)}, DataRate.SF12BW125),
        ({"data_rate": lora(7, 125_000)}, DataRate.SF7BW125),
        ({"data_rate": lora(7, 250_000)}, DataRate.SF7BW250),
        ({"data_rate": lora(8, 250_000)}, DataRate.UNSUPPORTED),
        ({"data_rate": {"lora": {}}}, DataRate.UNSUPPORTED),
        ({"data_rate": {"fsk": {"bit_rate": 50_000}}}, DataRate.UNSUPPORTED),
        ({"data_rate": {"lrfhss": {"coding_rate": "1/3"}}}, DataRate.UNSUPPORTED),
        ({"data_rate": lora(12, 125_000), "data_rate_index": 3}, DataRate.SF12BW125),
        ({"data_rate": {"fsk": {"bit_rate": 50_000}}, "data_rate_index": 7}, DataRate.UNSUPPORTED),
        ({"data_rate_index": 0}, DataRate.SF12BW125),
        ({"data_rate_index": 1}, DataRate.SF11BW125),
        ({"data_rate_index": 2}, DataRate.SF10BW125),
        ({"data_rate_index": 3}, DataRate.SF9BW125),
        ({"data_rate_index": 4}, DataRate.SF8BW125),
        ({"data_rate_index": 5}, DataRate.SF7BW125),
        ({"data_rate_index": 6}, DataRate.SF7BW250),
        ({"data_rate_index": 7}, DataRate.UNSUPPORTED),
        ({"data_rate_index": -1}, DataRate.UNSUPPORTED),
        ({"data_rate": {}}, None),
        ({}, None),
        (None, None),
    ],
    ids=str,
)
def test_data_rate_is_taken_from_lora_then_from_the_index(
    settings: dict[str, Any] | None, data_rate: DataRate | None
) -> None:
    assert parse(message(uplink_message__settings=settings)).data_rate is data_rate
