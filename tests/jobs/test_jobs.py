"""Worker and scheduler as processes of their own, with a real Redis that may be away."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import flask_migrate
import pytest
from redis import Redis
from rq import Queue
from rq.job import JobStatus
from rq.registry import FinishedJobRegistry
from sqlalchemy import text

from clair.extensions import db
from clair.jobs import QUEUE
from clair.jobs.partitions import make_partitions
from clair.jobs.schedule import EVERY_S, make_scheduler

from conftest import make_app
from services import Service, free_port, wait_for

Start = Callable[..., "subprocess.Popen[bytes]"]
KEEP = str(Path(__file__).parents[2] / "scripts" / "keep")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Service]:
    """A private Redis, not started yet."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    service = Service(command, port)
    yield service
    service.stop()


@pytest.fixture
def redis(server: Service) -> Iterator[Redis]:
    with Redis(port=server.port) as connection:
        yield connection


@pytest.fixture
def start(server: Service, tmp_path: Path) -> Iterator[Start]:
    """Start `flask worker` or `flask cron`, or a command that starts it."""
    settings = {
        "REDIS_URL": f"redis://127.0.0.1:{server.port}",
        "SECRET_KEY": "a secret key for tests alone",
        "DATABASE_URL": f"sqlite:///{tmp_path}/clair.sqlite",
        "CLAIR_DATA": str(tmp_path),
        "FLASK_APP": str(Path(__file__).parents[2] / "wsgi.py"),
    }
    started = []

    def start_one(name: str, *starter: str) -> subprocess.Popen[bytes]:
        command = [*starter, sys.executable, "-m", "flask", name]
        started.append(subprocess.Popen(command, env=os.environ | settings))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.wait()


def test_jobs_are_done_although_redis_came_last(server, redis, start, tmp_path):
    with make_app(f"sqlite:///{tmp_path}/clair.sqlite", tmp_path).app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    processes = [start("worker"), start("cron")]
    server.start()

    finished = FinishedJobRegistry(QUEUE, connection=redis)
    wait_for(lambda: finished.count == len(EVERY_S), "the end of all jobs", 15)
    for process in processes:
        process.send_signal(signal.SIGTERM)
        assert process.wait(3) == 0


@pytest.mark.parametrize("name", ["worker", "cron"])
def test_sigterm_ends_the_wait_for_redis(start, name):
    process = start(name)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)

    process.send_signal(signal.SIGTERM)

    assert process.wait(2) == -signal.SIGTERM


def test_a_worker_does_a_job_after_redis_was_away(server, redis, start):
    server.start()
    # RQ waits for Redis between two jobs, and ends when it goes in the midst of one.
    start("worker", KEEP)
    queue = Queue(QUEUE, connection=redis)
    first = queue.enqueue(make_partitions)
    wait_for(lambda: first.get_status() is JobStatus.FINISHED, "the first job", 10)
    server.kill()
    server.start()

    second = queue.enqueue(make_partitions)

    wait_for(lambda: second.get_status() is JobStatus.FINISHED, "the second job", 15)


def test_the_schedule_knows_every_job_and_its_interval(server, redis):
    server.start()

    jobs = make_scheduler(redis).get_jobs()

    assert [(job.func, job.interval) for job in jobs] == EVERY_S
    assert all(job.queue_name == QUEUE for job in jobs)


def test_partitions_are_made_ahead_and_twice_is_harmless(app, database):
    make_partitions()
    make_partitions()

    if database == "postgresql":
        statement = text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'sample'::regclass")
        assert db.session.scalar(statement) >= 3
