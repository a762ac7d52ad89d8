"""The time of reception is half of a sample's identity: an instant gives one second only."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.ingest.networks import ttn
from clair.ingest.uplink import ContentError, unix_second

NOW_S = unix_second("2024-11-06T00:00:00Z")
DAY_S = 86_400


def received_at_s(network_server: str | None, application_server: str | None = None) -> int:
    """Parse a message with these times and return the one that was taken."""
    document = {
        "end_device_ids": {"dev_eui": "02AA00000000C001"},
        "received_at": application_server,
        "uplink_message": {"frm_payload": "Aie0", "received_at": network_server},
    }
    return ttn.parse(orjson.dumps(document), NOW_S).received_at_s


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("2021-01-01T00:00:00Z", 1_609_459_200),
        ("2021-01-01T00:00:00.5Z", 1_609_459_200),
        ("2021-01-01T00:00:01.5Z", 1_609_459_202),
        ("2021-01-01T00:00:00.500000999Z", 1_609_459_200),
        ("2021-01-01T00:00:00.500001Z", 1_609_459_201),
        ("2021-01-01T00:00:01.999999999Z", 1_609_459_202),
        ("2021-01-01T01:00:00.25+01:00", 1_609_459_200),
        ("2020-12-31T14:30:00-09:30", 1_609_459_200),
    ],
)
def test_reception_time_is_the_nearest_second(text: str, second: int) -> None:
    assert received_at_s(text) == second


@given(
    second=st.integers(1_577_836_800, NOW_S),
    digits=st.text("0123456789", min_size=1, max_size=9) | st.just("5"),
    offset_minutes=st.integers(-23 * 60, 23 * 60),
)
def test_any_reception_time_is_cut_to_microseconds_and_rounded_half_to_even(
    second: int, digits: str, offset_minutes: int
) -> None:
    zone = timezone(timedelta(minutes=offset_minutes))
    text = datetime.fromtimestamp(second, zone).isoformat()
    text = f"{text[:19]}.{digits}{text[19:]}"
    micros = Decimal(f"{second}.{digits}").quantize(Decimal("0.000001"), ROUND_DOWN)
    assert unix_second(text) == int(micros.quantize(Decimal(1), ROUND_HALF_EVEN))


NONSENSE = [
    None,
    "",
    "yesterday",
    "2021-02-30T00:00:00Z",
    "2022-02-01T09:15:30",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "1969-12-31T23:59:59Z",
    "2019-12-31T23:59:59Z",
    datetime.fromtimestamp(NOW_S + DAY_S + 1, UTC).isoformat(),
]


@pytest.mark.parametrize("text", NONSENSE, ids=str)
def test_nonsense_of_the_network_server_gives_way_to_the_application_server(
    text: str | None,
) -> None:
    assert received_at_s(text, "2022-02-01T09:15:31.5Z") == unix_second("2022-02-01T09:15:32Z")


@pytest.mark.parametrize("text", NONSENSE, ids=str)
def test_nonsense_everywhere_is_a_content_error(text: str | None) -> None:
    with pytest.raises(ContentError) as caught:
        received_at_s(text, text)
    assert caught.value.kind == "content"


@pytest.mark.parametrize("text", ["2020-01-01T00:00:00Z", "2024-11-07T00:00:00Z"])
def test_times_at_the_edge_of_the_plausible_are_taken(text: str) -> None:
    assert received_at_s(text) == unix_second(text)
