"""Writes an uplink as The Things Stack tells it: topic and JSON message.

Gateways, sessions and signal strengths are invented; like the real stack it leaves out every field
that is empty, zero or false.
"""

import base64
from datetime import UTC, datetime
from math import ceil
from typing import Any

import orjson

from clair.demo.dice import roll
from clair.ingest.uplink import DataRate, Uplink

APPLICATION = "clair-demo"
TENANT = "ttn"
JOIN_EUI = "02AA0000DE000000"
FREQUENCIES_HZ = (868_100_000, 868_300_000, 868_500_000)


def topic(uplink: Uplink) -> str:
    """Name the topic on which the stack publishes the uplinks of a device."""
    return f"v3/{APPLICATION}@{TENANT}/devices/{uplink.device_id}/up"


def message(uplink: Uplink, frame_count: int) -> bytes:
    """Write the message; the same uplink and count give the same bytes."""
    outer = {
        "end_device_ids": _device(uplink),
        "correlation_ids": [f"gs:uplink:DEM0{uplink.received_at_s:022X}"],
        "received_at": _rfc3339(uplink.received_at_s, 0.412),
        "uplink_message": {
            "session_key_id": base64.b64encode(bytes.fromhex(uplink.dev_eui)).decode(),
            "f_port": uplink.f_port,
            "f_cnt": frame_count,
            "frm_payload": base64.b64encode(uplink.payload).decode(),
            "rx_metadata": [_gateway(uplink, number) for number in (1, 2)],
            "settings": _settings(uplink),
            "received_at": _rfc3339(uplink.received_at_s, 0.204),
            "consumed_airtime": f"{airtime_s(_rate(uplink), len(uplink.payload)):.6f}s",
            "network_ids": {"net_id": "000013", "tenant_id": TENANT, "cluster_id": "eu1"},
        },
    }
    return orjson.dumps(_without_zeros(outer))


def airtime_s(rate: DataRate, payload_bytes: int) -> float:
    """Give the time on air of a frame, after Semtech's data sheet of the SX1276, section 4.1.1."""
    spreading_factor, bandwidth_hz = rate.value
    symbol_s: float = (1 << spreading_factor) / bandwidth_hz
    is_slow = spreading_factor >= 11
    bits = 8 * (13 + payload_bytes) - 4 * spreading_factor + 44  # 13 bytes of LoRaWAN around it
    blocks = ceil(bits / (4 * (spreading_factor - 2 * is_slow)))
    return (8 + 4.25 + 8 + 5 * max(blocks, 0)) * symbol_s


def _rate(uplink: Uplink) -> DataRate:
    return uplink.data_rate or DataRate.SF9BW125


def _device(uplink: Uplink) -> dict[str, Any]:
    return {
        "device_id": uplink.device_id,
        "application_ids": {"application_id": APPLICATION},
        "dev_eui": uplink.dev_eui,
        "join_eui": JOIN_EUI,
        "dev_addr": f"26{uplink.dev_eui[-6:]}",
    }


def _settings(uplink: Uplink) -> dict[str, Any]:
    spreading_factor, bandwidth_hz = _rate(uplink).value
    return {
        "data_rate": {
            "lora": {
                "bandwidth": bandwidth_hz,
                "spreading_factor": spreading_factor,
                "coding_rate": "4/5",
            }
        },
        "frequency": str(FREQUENCIES_HZ[uplink.received_at_s % 3]),
        "timestamp": _gateway_clock(uplink),
        "time": _rfc3339(uplink.received_at_s - 1, 0.987),
    }


def _gateway(uplink: Uplink, number: int) -> dict[str, Any]:
    """Invent how a gateway heard the frame; the second one is further away, its clock unset."""
    chance = roll(uplink.dev_eui, uplink.received_at_s, number)
    rssi = -80 - 20 * number + round(12 * chance)
    return {
        "gateway_ids": {
            "gateway_id": f"demo-gateway-{number}",
            "eui": f"02AA0000DEFF{number:04X}",
        },
        "time": _rfc3339(uplink.received_at_s - 1, 0.987) if number == 1 else "",
        "timestamp": _gateway_clock(uplink) // number,
        "rssi": rssi,
        "channel_rssi": rssi,
        "snr": round(9 - 6 * number + 5 * chance, 1),
        "location": {
            "latitude": 52.51 + number / 100,
            "longitude": 13.4,
            "altitude": 20 * number,
            "source": "SOURCE_REGISTRY",
        },
        "uplink_token": base64.b64encode(uplink.dev_eui.encode()).decode(),
        "channel_index": uplink.received_at_s % 3,
    }


def _gateway_clock(uplink: Uplink) -> int:
    return uplink.received_at_s * 1_000_000 % 2**32


def _rfc3339(second: int, fraction: float) -> str:
    """Write an instant with the nine digits that the stack writes."""
    instant = datetime.fromtimestamp(second, UTC)
    return f"{instant:%Y-%m-%dT%H:%M:%S}{f'{fraction:.9f}'[1:]}Z"


def _without_zeros(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_zeros(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_zeros(each) for name, each in value.items() if each}
