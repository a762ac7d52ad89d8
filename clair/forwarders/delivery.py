"""The sender: posts what waits in the spool to the ingest endpoint, for as long as it takes."""

import json
import logging
import random
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto

import requests

from clair.forwarders.backoff import pause_s
from clair.forwarders.spool import Message, Spool

logger = logging.getLogger(__name__)

MAX_BATCH = 500
MAX_BATCH_BYTES = 512 * 1024
TIMEOUTS_S = (5, 30)  # to connect, to answer
MAX_ANSWER_BYTES = 1024 * 1024
ANSWER_PART_BYTES = 64 * 1024
ANSWER_TIMEOUT_S = 60  # for all of the body; TIMEOUTS_S starts again with each byte
JSONAPI = "application/vnd.api+json"
LONGEST_PAUSE_S = 60
CONFIGURATION_PAUSE_S = 60
LONGEST_RETRY_AFTER_S = 600
NEWLINES = bytes.maketrans(b"\r\n", b"  ")

# What the operator has to repair: each of these would refuse every message alike.
WRONG_CONFIGURATION = {
    401: "the ingest endpoint does not accept CLAIR_INGEST_TOKEN",
    403: "CLAIR_INGEST_TOKEN is not allowed to deliver uplinks of this network",
    404: "there is no ingest endpoint at this address, CLAIR_API_ROOT is wrong",
    405: "there is no ingest endpoint at this address, CLAIR_API_ROOT is wrong",
}


class Verdict(Enum):
    """What an answer means for the batch."""

    DELIVERED = auto()
    FAULT = auto()  # keep it and try again
    MISCONFIGURED = auto()  # keep it until the operator has repaired the configuration
    REFUSED = auto()  # will not be accepted as it is


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request."""

    verdict: Verdict
    reason: str
    retry_after_s: float | None = None


def write_lines(batch: Sequence[Message]) -> bytes:
    """Put messages into the form that the endpoint takes: one a line."""
    # JSON has line breaks between values only, where a space means the same.
    return b"\n".join(message.payload.translate(NEWLINES) for message in batch) + b"\n"


def judge(response: requests.Response, body: bytes, now_s: float) -> Answer:
    """Say what the endpoint's answer means."""
    status = response.status_code
    if 200 <= status < 300:
        if isinstance(read_object(body).get("meta"), dict):
            return Answer(Verdict.DELIVERED, "delivered")
        return Answer(Verdict.FAULT, f"{status} does not come from the ingest endpoint")
    if status in WRONG_CONFIGURATION:
        return Answer(Verdict.MISCONFIGURED, f"{status}: {WRONG_CONFIGURATION[status]}")
    if status == 413 or is_our_refusal(response, body):
        text = body[:500].decode(errors="replace")
        return Answer(Verdict.REFUSED, f"{status} {response.reason}: {text}")
    after_s = read_retry_after(response.headers.get("Retry-After", ""), now_s)
    return Answer(Verdict.FAULT, f"{status} {response.reason}", after_s)


def is_our_refusal(response: requests.Response, body: bytes) -> bool:
    """Tell our endpoint from a proxy that says 400 to everything: it must not empty the spool."""
    if not 400 <= response.status_code < 500 or response.status_code in (408, 429):
        return False
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return media_type == JSONAPI and "errors" in read_object(body)


def read_object(body: bytes) -> dict[str, object]:
    """Read a JSON object; what a captive portal or proxy says instead counts as an empty one."""
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def read_body(response: requests.Response) -> bytes:
    """Read an answer up to a size and for a time, so that an endless one does not hold us up."""
    body = b""
    deadline = threading.Timer(ANSWER_TIMEOUT_S, response.raw.shutdown)
    deadline.daemon = True
    deadline.start()
    try:
        for part in response.iter_content(ANSWER_PART_BYTES):
            body += part
            if len(body) >= MAX_ANSWER_BYTES:
                break
    finally:
        deadline.cancel()
    return body[:MAX_ANSWER_BYTES]


def read_retry_after(value: str, now_s: float) -> float | None:
    """Read a Retry-After header, which holds seconds or an HTTP date."""
    try:
        is_date = not value.isdigit()
        wait_s = parsedate_to_datetime(value).timestamp() - now_s if is_date else float(value)
    except (ValueError, OverflowError):
        return None
    return min(max(wait_s, 1.0), LONGEST_RETRY_AFTER_S)


class Http(requests.Session):
    """A session that follows no redirect, and does not read the whole body of one either."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Say that no answer is a redirect."""


class Sender(threading.Thread):
    """A thread that empties the spool."""

    def __init__(self, spool: Spool, url: str, token: str) -> None:
        super().__init__(name="sender", daemon=True)
        self._spool = spool
        self._url = url
        self._http = Http()
        # Not as a header: requests would prefer a password from ~/.netrc.
        self._http.auth = lambda request: add_token(request, token)
        self._http.headers["Content-Type"] = "application/x-ndjson"
        self._arrived = threading.Event()
        self._finishing = threading.Event()
        self._limit = MAX_BATCH
        self._failures = 0
        self.is_refused = False
        self.last_delivery_s: int | None = None
        self.problem: str | None = None

    def wake(self) -> None:
        """Say that a message has arrived."""
        self._arrived.set()

    def finish(self, within_s: float) -> bool:
        """Send what waits and end; say whether that was done in time."""
        self._finishing.set()
        self._arrived.set()
        self.join(within_s)
        return not self.is_alive()

    def run(self) -> None:
        """Send until told to finish and nothing waits, or the endpoint cannot take it."""
        with self._http:
            while True:
                self._arrived.clear()
                wait_s = self._send_oldest()
                if wait_s is None and self._finishing.is_set():
                    return
                if wait_s is None:
                    self._arrived.wait()
                elif wait_s > 0 and self._finishing.wait(wait_s):
                    return

    def _send_oldest(self) -> float | None:
        """Send one batch; return how long to wait before the next, or None if none waits."""
        try:
            batch = self._spool.oldest(self._limit, MAX_BATCH_BYTES)
            return self._settle(batch, self._post(batch)) if batch else None
        except sqlite3.Error as error:
            logger.exception("The spool cannot be used")
            return self._pause(f"the spool cannot be used: {error}")

    def _post(self, batch: Sequence[Message]) -> Answer:
        try:
            lines = write_lines(batch)
            with self._http.post(self._url, lines, timeout=TIMEOUTS_S, stream=True) as response:
                return judge(response, read_body(response), time.time())
        except requests.RequestException as error:
            return Answer(Verdict.FAULT, f"cannot reach the ingest endpoint: {error}")
        except Exception as error:  # whatever the other side answers, we try again
            logger.exception("An answer cannot be read")
            return Answer(Verdict.FAULT, f"cannot read the endpoint's answer: {error}")

    def _settle(self, batch: Sequence[Message], answer: Answer) -> float:
        """Do with the batch what the answer asks for; return how long to wait."""
        self.is_refused = answer.verdict is Verdict.MISCONFIGURED
        if answer.verdict is Verdict.DELIVERED:
            self._spool.delete(batch)
            self.last_delivery_s = int(time.time())
            return self._go_on()
        if answer.verdict is Verdict.REFUSED and len(batch) > 1:
            # One of them is to blame, or they are too large together: try fewer.
            self._limit = len(batch) // 2
            return 0
        if answer.verdict is Verdict.REFUSED:
            self._spool.refuse(batch[0], answer.reason)
            logger.error("A message of %s is refused: %s", batch[0].topic, answer.reason)
            return self._go_on()
        return self._pause(answer.reason, answer.retry_after_s)

    def _go_on(self) -> float:
        self._failures = 0
        self._limit = min(2 * self._limit, MAX_BATCH)
        self.problem = None
        return 0

    def _pause(self, problem: str, retry_after_s: float | None = None) -> float:
        self._failures += 1
        self.problem = problem
        jitter = random.SystemRandom().uniform(0.8, 1.0)
        wait_s = retry_after_s or pause_s(self._failures, 1, LONGEST_PAUSE_S) * jitter
        if self.is_refused:
            wait_s = CONFIGURATION_PAUSE_S
        logger.warning("Uplinks wait, next attempt in %.1f s: %s", wait_s, problem)
        return wait_s


def add_token(request: requests.PreparedRequest, token: str) -> requests.PreparedRequest:
    """Say who we are."""
    request.headers["Authorization"] = f"Bearer {token}"
    return request
