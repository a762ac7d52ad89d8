"""flask worker, flask cron: the background jobs."""

import logging
import time

import click
from flask import current_app
from flask.cli import with_appcontext
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

PAUSE_S = 1.0

logger = logging.getLogger(__name__)


@click.command()
@with_appcontext
def worker() -> None:
    """Do the background jobs, one after the other, until SIGTERM.

    Several workers may run. A job that has begun is finished.

    \b
    Example:
      REDIS_URL=redis://localhost:6379/0 flask worker
    """
    from clair.jobs.worker import work

    try:
        is_told_to_end = work(wait_for_redis())
    except RedisConnectionError as error:
        raise click.ClickException(f"Lost Redis; start again when it is back: {error}") from error
    if not is_told_to_end:
        raise click.ClickException("The worker ended by an error, see above; start it again.")


@click.command()
@with_appcontext
def cron() -> None:
    """Put each background job on the queue whenever it is due, until SIGTERM.

    There must be one such process. Two would do no harm, but everything twice.

    \b
    Example:
      REDIS_URL=redis://localhost:6379/0 flask cron
    """
    from clair.jobs.schedule import make_scheduler

    redis = wait_for_redis()
    try:
        make_scheduler(redis).start()  # type: ignore[no-untyped-call]
    except RedisConnectionError as error:
        raise click.ClickException(f"Lost Redis; start again when it is back: {error}") from error


def wait_for_redis() -> Redis:
    """Connect to the job queue as soon as it is there."""
    redis = Redis.from_url(current_app.config["REDIS_URL"])
    while True:
        try:
            redis.ping()
        except RedisConnectionError as error:
            logger.warning("Redis does not answer: %s", error)
            time.sleep(PAUSE_S)
        else:
            return redis
