"""The mail with the link for a new password, from the request to the postbox."""

import logging
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from redis import Redis
from rq import SimpleWorker
from rq.registry import FailedJobRegistry

from clair.extensions import db
from clair.jobs import QUEUE
from clair.jobs.mail import send_reset_link
from clair.jobs.queue import enqueue
from clair.publishers.mail import MailError

from conftest import World
from postbox import Postbox, bodies, postbox
from services import redis_server

LINK = re.compile(r"https?://[^\s\"]+")
Configure = Callable[..., None]


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Change settings for a test."""

    def change(**settings: object) -> None:
        for name, value in settings.items():
            monkeypatch.setitem(app.config, name, value)

    return change


@pytest.fixture
def box(configure: Configure) -> Iterator[Postbox]:
    """A postbox that the application sends to."""
    with postbox() as box:
        configure(
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=box.port,
            EMAIL_USE_TLS=False,
            CLAIR_DOMAIN="clair.example.org",
            SESSION_COOKIE_SECURE=True,
        )
        yield box


@pytest.fixture
def redis(configure: Configure) -> Iterator[Redis]:
    """A private Redis that the application puts its jobs into."""
    with redis_server() as server, Redis(port=server.port) as connection:
        configure(REDIS_URL=f"redis://127.0.0.1:{server.port}")
        yield connection


def work(redis: Redis) -> None:
    """Do what is on the queue, as `flask worker` does."""
    SimpleWorker([QUEUE], connection=redis).work(burst=True, logging_level=None)


def test_the_link_comes_in_german_unless_the_user_chose_otherwise(
    world: World, box: Postbox
) -> None:
    world.bob.language = "en"
    db.session.commit()
    send_reset_link("alice@example.org")
    send_reset_link("bob@example.org")
    german, english = (mail["Subject"] for mail in box.mails)
    assert english == "[Clair Plattform] New password"
    assert german.startswith("[Clair Plattform] ")
    assert "bob" in bodies(box.mails[1])[0]
    assert box.receivers == ["alice@example.org", "bob@example.org"]


def test_the_link_is_in_both_bodies_and_leads_to_the_domain(world: World, box: Postbox) -> None:
    send_reset_link("alice@example.org")
    text, html = bodies(box.mails[0])
    (link,) = LINK.findall(text)
    assert re.fullmatch(
        r"https://clair\.example\.org/accounts/password/reset/key/[0-9a-z]+-[\w.-]+/", link
    )
    assert LINK.findall(html) == [link]
    assert box.mails[0]["From"] == "clair@clair.example.org"


def test_the_sender_is_that_of_the_settings(
    world: World, box: Postbox, configure: Configure
) -> None:
    configure(DEFAULT_FROM_EMAIL="Clair Berlin <post@example.org>")
    send_reset_link("alice@example.org")
    assert box.mails[0]["From"] == "Clair Berlin <post@example.org>"


def test_an_installation_without_https_links_to_what_it_has(
    world: World, box: Postbox, configure: Configure
) -> None:
    configure(SESSION_COOKIE_SECURE=False, CLAIR_DOMAIN="localhost:8000")
    send_reset_link("alice@example.org")
    assert LINK.findall(bodies(box.mails[0])[0])[0].startswith("http://localhost:8000/accounts/")


@pytest.mark.parametrize("email", ["dora@example.org", "alice", "", "alice@example.org\0", "%"])
def test_who_has_no_account_gets_no_mail(world: World, box: Postbox, email: str) -> None:
    send_reset_link(email)
    assert box.mails == []


def test_who_is_disabled_gets_no_mail(world: World, box: Postbox) -> None:
    world.alice.is_active = False
    send_reset_link("alice@example.org")
    assert box.mails == []


def test_without_a_server_the_log_says_so_and_not_the_token(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        send_reset_link("alice@example.org")
    assert "EMAIL_HOST is not set" in caplog.text
    assert "reset/key" not in caplog.text


def test_the_queue_takes_the_job_and_a_worker_does_it(
    world: World, box: Postbox, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        enqueue(send_reset_link, "ALICE@example.org")
        work(redis)
    assert box.receivers == ["alice@example.org"]
    assert "send_reset_link" in caplog.text
    assert "ALICE" not in caplog.text, "the log does not say for whom"
    assert not [key for key in redis.keys("rq:job:*") if redis.type(key) == b"hash"]


def test_a_mail_that_is_refused_is_a_failed_job(world: World, box: Postbox, redis: Redis) -> None:
    box.refusal = "451 come back later"
    enqueue(send_reset_link, "alice@example.org")
    work(redis)
    failed = FailedJobRegistry(QUEUE, connection=redis)
    assert failed.count == 1
    with pytest.raises(MailError):
        send_reset_link("alice@example.org")


def test_without_redis_the_log_says_what_is_not_done(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue(send_reset_link, "alice@example.org")
    assert "send_reset_link is not done" in caplog.text
    assert "alice" not in caplog.text
