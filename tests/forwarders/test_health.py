"""The status file tells whether the forwarder is well."""

import time
from dataclasses import replace

import pytest
from click.testing import CliRunner

from clair.cli.forward import forward
from clair.forwarders.health import Status, find_silence, judge
from clair.forwarders.run import status_path

NOON_S = 1_700_000_000
MINUTE_S = 60
WELL = Status(
    written_at_s=NOON_S,
    started_at_s=NOON_S - 3600,
    connected=True,
    disconnected_since_s=None,
    login_refused=False,
    delivery_refused=False,
    last_uplink_s=NOON_S - 60,
    last_delivery_s=NOON_S - 60,
    oldest_spooled_s=None,
    spooled=0,
    refused=0,
    last_refused_s=None,
    last_error=None,
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"written_at_s": NOON_S - 15},
        {"connected": False, "disconnected_since_s": NOON_S - 5 * MINUTE_S},
        {"spooled": 900_000, "oldest_spooled_s": NOON_S - 10 * MINUTE_S},
        {"refused": 10_000, "last_error": "500 Internal Server Error"},
        {"refused": 7, "last_refused_s": NOON_S - 60 * MINUTE_S - 1},
        {"last_uplink_s": None, "last_delivery_s": None, "started_at_s": NOON_S},
    ],
)
def test_a_forwarder_is_well_while_it_copes(changes):
    assert judge(replace(WELL, **changes), NOON_S) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"written_at_s": NOON_S - 16}, "the forwarder has not reported for 16 s"),
        ({"disconnected_since_s": NOON_S - 301}, "no connection to the broker for 301 s"),
        ({"login_refused": True}, "the broker refuses the log-in"),
        (
            {"delivery_refused": True},
            "the ingest endpoint refuses the token or is not at this address",
        ),
        ({"spooled": 900_001}, "the spool is almost full with 900001 messages"),
        ({"oldest_spooled_s": NOON_S - 601}, "the oldest message waits for 601 s"),
        (
            {"refused": 7, "last_refused_s": NOON_S - 60 * MINUTE_S},
            "messages were refused within the last hour, 7 are kept",
        ),
    ],
)
def test_each_trouble_is_named(changes, problem):
    assert judge(replace(WELL, **changes), NOON_S) == [problem]


def test_the_cause_is_told_along_with_the_trouble():
    status = replace(WELL, disconnected_since_s=NOON_S - 400, last_error="no such host")
    assert judge(status, NOON_S) == ["no connection to the broker for 400 s", "no such host"]


def test_an_old_report_says_nothing_about_the_rest():
    status = replace(WELL, written_at_s=NOON_S - 900, login_refused=True)
    assert judge(status, NOON_S) == ["the forwarder has not reported for 900 s"]


@pytest.mark.parametrize(
    ("last_uplink_s", "silence"),
    [
        (NOON_S - 60 * MINUTE_S, None),
        (NOON_S - 61 * MINUTE_S, "no uplink has arrived for 61 minutes"),
        (None, "no uplink has arrived for 120 minutes"),
    ],
)
def test_a_long_silence_is_told(last_uplink_s, silence):
    status = replace(WELL, started_at_s=NOON_S - 120 * MINUTE_S, last_uplink_s=last_uplink_s)
    assert find_silence(status, NOON_S) == silence


def test_a_status_file_reads_as_it_was_written():
    assert Status.from_json(WELL.to_json()) == WELL


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"spooled": 1}', "null"])
def test_anything_else_is_no_status_file(text):
    with pytest.raises(ValueError, match=r"Expecting|argument"):
        Status.from_json(text)


# --- flask forward health


@pytest.fixture
def ask(tmp_path):
    """Run `flask forward health` on a status."""
    environ = {
        "CLAIR_TTN_APP_ID": "my-sensors",
        "CLAIR_INGEST_TOKEN": "a-token",
        "CLAIR_DATA": str(tmp_path),
    }

    def run(status: Status | None):
        if status:
            status_path(tmp_path, "ttn").write_text(status.to_json())
        return CliRunner().invoke(forward, ["health"], env=environ)

    return run


@pytest.fixture
def well_now() -> Status:
    now_s = int(time.time())
    return replace(WELL, written_at_s=now_s, last_uplink_s=now_s, spooled=3)


def test_the_command_says_in_one_line_that_all_is_well(ask, well_now):
    answer = ask(well_now)
    assert answer.exit_code == 0
    assert answer.stdout == "The forwarder is well; 3 messages are waiting.\n"
    assert answer.stderr == ""


def test_the_command_fails_with_one_sentence(ask, well_now):
    answer = ask(replace(well_now, login_refused=True, last_error="Not authorized"))
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert answer.stderr == (
        "Error: The forwarder is not well: the broker refuses the log-in; Not authorized.\n"
    )


def test_a_long_silence_is_a_warning_and_no_failure(ask, well_now):
    answer = ask(replace(well_now, last_uplink_s=well_now.written_at_s - 7200))
    assert answer.exit_code == 0
    assert answer.stderr == "Warning: no uplink has arrived for 120 minutes.\n"


def test_a_forwarder_that_never_ran_is_not_well(ask):
    answer = ask(None)
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: There is no status of the forwarder")
