"""What the sensors of the demo send can be read by the same code that reads real ones."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.demo import devices, things_stack
from clair.demo.air import reading_at
from clair.demo.places import all_nodes
from clair.ingest.decoders import DECODERS
from clair.ingest.networks import NETWORKS
from clair.ingest.uplink import DataRate

NODES = list(all_nodes())
NOW_S = 1_795_179_871

nodes = st.sampled_from(NODES)
instants = st.integers(1_600_000_000, 2_200_000_000)

# Half of what a family rounds to: CO2, temperature, humidity.
ROUNDING = {"clairchen": (10, 0.5, 5), "ers": (0, 0.05, 0.5), "oy1012": (0, 0.05, 0.05)}


@given(nodes, instants)
def test_a_message_leads_back_to_the_air_of_the_room(node, instant_s):
    uplink = devices.uplink(node, instant_s)
    parsed = NETWORKS["ttn"](things_stack.message(uplink, 17), instant_s + 1)
    readings = DECODERS[node.family](parsed)

    assert parsed == uplink
    assert readings[-1].timestamp_s == instant_s
    assert len(readings) == devices.spacing_s(node)[0]
    co2, temperature, humidity = ROUNDING[node.family]
    for reading in readings:
        measured = reading_at(node.air, reading.timestamp_s)
        assert abs(reading.co2_ppm - measured.co2_ppm) <= co2
        if reading.temperature_celsius is not None:
            assert reading.temperature_celsius == pytest.approx(
                measured.temperature_celsius, abs=temperature + 1e-6
            )
            assert reading.rel_humidity_percent == pytest.approx(
                measured.rel_humidity_percent, abs=humidity + 1e-6
            )


@given(nodes, instants, st.integers(0, 9))
def test_overlapping_messages_agree_about_every_second(node, instant_s, later):
    _, interval_s = devices.spacing_s(node)
    first = {each.timestamp_s: each for each in devices.sent(node, instant_s)}
    second = {each.timestamp_s: each for each in devices.sent(node, instant_s + later * interval_s)}

    for timestamp_s in first.keys() & second.keys():
        assert first[timestamp_s] == second[timestamp_s]


def test_the_same_uplink_is_the_same_message_to_the_byte():
    messages = {things_stack.message(devices.uplink(NODES[0], NOW_S), 3) for _ in range(3)}

    assert len(messages) == 1


def test_the_message_has_the_fields_of_the_things_stack_and_no_zeros():
    uplink = devices.uplink(NODES[0], NOW_S)
    first = json.loads(things_stack.message(uplink, 0))
    frame = first["uplink_message"]

    assert "f_cnt" not in frame
    assert first["end_device_ids"]["dev_eui"] == NODES[0].eui
    assert first["end_device_ids"]["application_ids"] == {"application_id": "clair-demo"}
    assert frame["settings"]["data_rate"]["lora"]["spreading_factor"] == 9
    assert [gateway["gateway_ids"]["gateway_id"] for gateway in frame["rx_metadata"]]
    assert re.fullmatch(r"2026-11-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", frame["received_at"])
    assert things_stack.topic(uplink) == f"v3/clair-demo@ttn/devices/{uplink.device_id}/up"


def test_device_ids_follow_the_rule_of_the_things_stack_and_differ():
    ids = {devices.uplink(node, NOW_S).device_id for node in NODES}

    assert len(ids) == len(NODES)
    assert all(re.fullmatch(r"[a-z0-9](-?[a-z0-9])*", each) and len(each) <= 36 for each in ids)


@pytest.mark.parametrize(
    ("rate", "samples", "airtime_s"),
    [
        (DataRate.SF7BW250, 2, 0.0257),
        (DataRate.SF7BW125, 2, 0.0515),
        (DataRate.SF9BW125, 3, 0.1853),
        (DataRate.SF11BW125, 4, 0.7414),
        (DataRate.SF12BW125, 5, 1.4828),
    ],
)
def test_time_on_air_is_that_of_the_radio(rate, samples, airtime_s):
    assert things_stack.airtime_s(rate, 1 + 2 * samples) == pytest.approx(airtime_s, abs=1e-4)


def test_all_families_take_part_and_one_sensor_is_silent():
    assert {node.family for node in NODES} == set(DECODERS)
    assert [node.name for node in NODES if node.is_silent] == ["Turnhalle"]
    assert len({node.eui for node in NODES}) == len(NODES)
    assert all(node.eui.startswith("02AA") for node in NODES)
