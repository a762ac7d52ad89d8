"""The forwarder's status file, and what it says about the forwarder's health."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from clair.forwarders.spool import MAX_MESSAGES

MINUTE_S = 60
MAX_STATUS_AGE_S = 15
MAX_DISCONNECTED_S = 5 * MINUTE_S
MAX_WAITING_S = 10 * MINUTE_S
MAX_SPOOLED = MAX_MESSAGES * 9 // 10
LONG_SILENCE_S = 60 * MINUTE_S
REFUSAL_SHOWS_S = 60 * MINUTE_S


@dataclass(frozen=True, slots=True)
class Status:
    """How the forwarder is doing; `last_error` is what is wrong now."""

    written_at_s: int
    started_at_s: int
    connected: bool
    disconnected_since_s: int | None
    login_refused: bool
    delivery_refused: bool
    last_uplink_s: int | None
    last_delivery_s: int | None
    oldest_spooled_s: int | None
    spooled: int
    refused: int
    last_refused_s: int | None
    last_error: str | None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a status file; raise ValueError if it is none."""
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(str(error)) from error

    def to_json(self) -> str:
        """Write a status file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def judge(status: Status, now_s: int) -> list[str]:
    """Name what is wrong with the forwarder; nothing is when the list is empty."""
    age_s = now_s - status.written_at_s
    if age_s > MAX_STATUS_AGE_S:
        return [f"the forwarder has not reported for {age_s} s"]
    problems = [*find_broker_problems(status, now_s), *find_delivery_problems(status, now_s)]
    if problems and status.last_error:
        problems.append(status.last_error)
    return problems


def find_broker_problems(status: Status, now_s: int) -> list[str]:
    """Name what keeps uplinks from coming in."""
    if status.login_refused:
        return ["the broker refuses the log-in"]
    if disconnected_s(status, now_s) > MAX_DISCONNECTED_S:
        return [f"no connection to the broker for {disconnected_s(status, now_s)} s"]
    return []


def find_delivery_problems(status: Status, now_s: int) -> list[str]:
    """Name what keeps uplinks from reaching the ingest endpoint."""
    problems = []
    if status.delivery_refused:
        problems.append("the ingest endpoint refuses the token or is not at this address")
    if status.spooled > MAX_SPOOLED:
        problems.append(f"the spool is almost full with {status.spooled} messages")
    if waiting_s(status, now_s) > MAX_WAITING_S:
        problems.append(f"the oldest message waits for {waiting_s(status, now_s)} s")
    if is_refusal_recent(status, now_s):
        problems.append(f"messages were refused within the last hour, {status.refused} are kept")
    return problems


def disconnected_s(status: Status, now_s: int) -> int:
    """Say for how long the broker has been away."""
    return 0 if status.disconnected_since_s is None else now_s - status.disconnected_since_s


def waiting_s(status: Status, now_s: int) -> int:
    """Say for how long the oldest message has been waiting."""
    return 0 if status.oldest_spooled_s is None else now_s - status.oldest_spooled_s


def is_refusal_recent(status: Status, now_s: int) -> bool:
    """Say whether the refusal of a message is still worth a look by the operator."""
    return status.last_refused_s is not None and now_s - status.last_refused_s <= REFUSAL_SHOWS_S


def find_silence(status: Status, now_s: int) -> str | None:
    """Say if nothing was heard for so long that somebody might want to know."""
    silence_s = now_s - (status.last_uplink_s or status.started_at_s)
    if silence_s <= LONG_SILENCE_S:
        return None
    return f"no uplink has arrived for {silence_s // MINUTE_S} minutes"
