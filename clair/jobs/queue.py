"""Puts jobs on the queue, from requests that do not wait for them."""

import logging
from collections.abc import Callable
from typing import Any

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError

from clair.extensions import IMPATIENT
from clair.jobs import QUEUE

log = logging.getLogger(__name__)
DAY_S = 86_400


def enqueue(job: Callable[..., None], *arguments: Any) -> None:
    """Put a job on the queue; when Redis is away it is lost, and the log says so.

    The log of the worker names the job without what it is about.
    """
    # Takes a while, which processes spare that never have a job.
    from rq import Queue

    try:
        with Redis.from_url(current_app.config["REDIS_URL"], **IMPATIENT) as redis:
            Queue(QUEUE, connection=redis).enqueue(
                job,
                *arguments,
                description=job.__name__,
                result_ttl=0,
                failure_ttl=DAY_S,
            )
    except RedisError as error:
        log.error("Redis does not answer, and %s is not done: %s", job.__name__, error)
