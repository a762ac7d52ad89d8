"""The door for measurements: uplink messages of a radio network, and samples of forwarders."""

import time

import orjson
from flask import Blueprint, Response, current_app, g, request
from flask.typing import ResponseReturnValue

from clair.auth import for_source
from clair.blueprints.bodies import ParseError, TooMany, UnsupportedMediaType, read_body
from clair.blueprints.errors import JSONAPI, error_object
from clair.errors import InvalidLink
from clair.extensions import db
from clair.ingest.documents import Problem, read_sample
from clair.ingest.receive import receive
from clair.ingest.store import NewSample, Verdict, commit_each_statement, store_samples

bp = Blueprint("ingest", __name__, url_prefix="/ingest/v1")
MAX_BATCH = 10_000
BRACES = 5
"""How many a sample has."""
MAX_SAMPLES_BODY = 8 * 1024 * 1024
NDJSON = "application/x-ndjson"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MEDIA_TYPES = (JSONAPI, "application/json", NDJSON)
REFUSED = {
    Verdict.UNKNOWN_NODE: Problem(
        "/relationships/node", "does_not_exist", "There is no such node."
    ),
    Verdict.CONFLICT: Problem(
        "/attributes/timestamp_s",
        "conflict",
        "The node has another sample of this second.",
        status=409,
    ),
}


@bp.post("/uplinks/ttn")
@for_source("ttn")
def uplinks_ttn() -> ResponseReturnValue:
    """Take one uplink message of The Things Stack, or NDJSON of many."""
    messages = split_messages(read_body())
    if not messages:
        raise ParseError("The body must have at least one message.")
    if len(messages) > MAX_BATCH:
        raise TooMany(f"At most {MAX_BATCH} messages fit into a request.")
    commit_each_statement()
    take_simulated = current_app.config["INGEST_SIMULATED"]
    receipt = receive(g.source, messages, int(time.time()), take_simulated=take_simulated)
    db.session.commit()
    return answer({"meta": vars(receipt)})


@bp.post("/ingest/")
@for_source("samples")
def ingest() -> ResponseReturnValue:
    """Take one sample as old forwarders post it; the same again is answered with the stored one."""
    document = read_document(read_body())
    sample = read_sample(document.get("data"), int(time.time()))
    if isinstance(sample, list):
        return refuse(sample)
    verdict = store_samples([sample])[0]
    db.session.commit()
    if verdict in REFUSED:
        return refuse([REFUSED[verdict]])
    return answer({"data": resource(sample)}, 201 if verdict is Verdict.STORED else 200)


@bp.post("/samples/")
@for_source("samples")
def samples() -> ResponseReturnValue:
    """Take up to 10,000 samples; the good ones are stored, and each bad one gets its error."""
    request.max_content_length = MAX_SAMPLES_BODY
    documents = split_documents(read_body())
    if len(documents) > MAX_BATCH:
        raise TooMany(f"At most {MAX_BATCH} samples fit into a request.")
    commit_each_statement()
    now_s = int(time.time())
    read = [read_sample(document, now_s) for document in documents]
    good = {n: sample for n, sample in enumerate(read) if isinstance(sample, NewSample)}
    verdicts = dict(zip(good, store_samples(list(good.values())), strict=True))
    db.session.commit()
    problems = {n: [REFUSED[verdict]] for n, verdict in verdicts.items() if verdict in REFUSED}
    problems |= {n: each for n, each in enumerate(read) if isinstance(each, list)}
    meta = {
        "stored": sum(verdict is Verdict.STORED for verdict in verdicts.values()),
        "duplicate": sum(verdict is Verdict.DUPLICATE for verdict in verdicts.values()),
        "rejected": len(problems),
    }
    errors = [as_error(each, f"/data/{n}") for n in sorted(problems) for each in problems[n]]
    return answer({"meta": meta, **({"errors": errors} if errors else {})})


def split_messages(body: bytes) -> list[bytes]:
    """Tell one message, which may be spread over lines, from NDJSON of many."""
    if request.mimetype != NDJSON and is_one_document(body):
        return [body.strip()]
    return [line for line in map(bytes.strip, body.split(b"\n")) if line]


def is_one_document(body: bytes) -> bool:
    """Say whether lines belong together."""
    if b"\n" not in body.strip():
        return bool(body.strip())
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def split_documents(body: bytes) -> list[object]:
    """Read the samples of a batch: a JSON:API document with a list, or one resource a line."""
    # Counted before they are read: millions of empty ones would take half a gigabyte.
    signs = body.count(b"\n") if request.mimetype == NDJSON else body.count(b"{") // BRACES
    if signs > 2 * MAX_BATCH:
        raise TooMany(f"At most {MAX_BATCH} samples fit into a request.")
    if request.mimetype != NDJSON:
        data = read_document(body).get("data")
        if not isinstance(data, list):
            raise ParseError("`data` must be a list of samples.")
        return data
    return [read_line(line) for line in body.split(b"\n") if line.strip()]


def read_line(line: bytes) -> object:
    """Read a line of NDJSON: a resource, or a document around it; rubbish is None, and no sample."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value["data"] if isinstance(value, dict) and set(value) == {"data"} else value


def read_document(body: bytes) -> dict[str, object]:
    """Read a JSON:API document."""
    if request.mimetype in FORMS:
        raise InvalidLink("node", "A form cannot say which node it is; send JSON:API.", "required")
    if request.mimetype not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"The body must be {JSONAPI}.")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"The body is no JSON: {error}") from error
    if not isinstance(document, dict) or "data" not in document:
        raise ParseError("The document must be an object with `data`.")
    return document


def resource(sample: NewSample) -> dict[str, object]:
    """Show a stored sample as a resource."""
    celsius = sample.temperature_celsius
    return {
        "type": "Sample",
        "id": str(sample.timestamp_s),
        "attributes": {
            "timestamp_s": sample.timestamp_s,
            "co2_ppm": sample.co2_ppm,
            "temperature_celsius": None if celsius is None else f"{celsius:.1f}",
            "rel_humidity_percent": sample.rel_humidity_percent,
        },
        "relationships": {"node": {"data": {"type": "Node", "id": str(sample.node)}}},
    }


def as_error(problem: Problem, root: str = "/data") -> dict[str, object]:
    """Show a problem as an error object with its place in the document."""
    return error_object(problem.status, problem.detail, root + problem.pointer, problem.code)


def refuse(problems: list[Problem]) -> Response:
    """Answer with an error object for each problem."""
    errors = [as_error(problem) for problem in problems]
    return answer({"errors": errors}, problems[0].status)


def answer(document: dict[str, object], status: int = 200) -> Response:
    """Answer with a JSON:API document."""
    return Response(orjson.dumps(document), status, content_type=JSONAPI)
