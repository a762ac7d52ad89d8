"""Mails: how they are put together, and how they get to the operator's server."""

import socket
import ssl
from pathlib import Path

import pytest
import trustme

from clair.publishers import mail
from clair.publishers.mail import MailError, Server, compose

from postbox import bodies, postbox
from services import free_port

MESSAGE = compose(
    "Clair <clair@example.org>",
    "alice@example.org",
    "Grüße",
    "Schöne Grüße: https://clair.example.org/" + "x" * 100,
    "<p>Schöne Grüße</p>",
)


def server(port: int, *, use_tls: bool = False, **login: str) -> Server:
    return Server("localhost", port, login.get("user"), login.get("password"), use_tls)


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for this machine, which this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def test_a_mail_has_a_prefix_and_two_bodies_and_wants_no_answer_of_machines() -> None:
    with postbox() as box:
        server(box.port).send(MESSAGE)
    (received,) = box.mails
    assert received["Subject"] == "[Clair Plattform] Grüße"
    assert received["From"] == "Clair <clair@example.org>"
    assert received["To"] == "alice@example.org"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Message-ID"].endswith("@example.org>")
    assert received["Date"]
    text, html = bodies(received)
    assert text.strip().endswith("/" + "x" * 100), "the link is in one piece"
    assert "<p>Schöne Grüße</p>" in html


def test_a_mail_is_encrypted_when_that_is_wanted(context: ssl.SSLContext) -> None:
    with postbox(context, user="clair") as box:
        server(box.port, use_tls=True, user="clair", password="geheim").send(MESSAGE)
    assert box.encrypted == [True]


def test_a_server_that_does_not_encrypt_gets_nothing() -> None:
    with postbox() as box, pytest.raises(MailError, match="STARTTLS"):
        server(box.port, use_tls=True).send(MESSAGE)
    assert box.mails == []


def test_a_certificate_of_somebody_else_gets_nothing(
    context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with postbox(context) as box, pytest.raises(MailError, match="certificate"):
        server(box.port, use_tls=True).send(MESSAGE)
    assert box.mails == []


def test_a_wrong_password_is_an_error_without_it(context: ssl.SSLContext) -> None:
    with postbox(context, user="clair") as box, pytest.raises(MailError) as error:
        server(box.port, use_tls=True, user="clair", password="falsches Geheimnis").send(MESSAGE)
    assert "falsches" not in str(error.value)
    assert box.mails == []


def test_a_mail_that_is_refused_is_an_error() -> None:
    with postbox() as box:
        box.refusal = "550 no such user"
        with pytest.raises(MailError, match="no such user"):
            server(box.port).send(MESSAGE)


def test_a_server_that_is_not_there_is_an_error() -> None:
    with pytest.raises(MailError, match="localhost"):
        server(free_port()).send(MESSAGE)


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailError, match="timed"):
        server(silent.getsockname()[1]).send(MESSAGE)


@pytest.mark.parametrize("address", ["a@example.org\nBcc: b@example.org", "a@b\r\n\r\nbody"])
def test_an_address_cannot_add_a_line(address: str) -> None:
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        compose("clair@example.org", address, "subject", "text", "html")
