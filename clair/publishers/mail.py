"""Mails: how a message is put together, and the client that hands it to the operator's server."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

TIMEOUT_S = 15
PORT_OF_TLS = 465
PREFIX = "[Clair Plattform] "


class MailError(Exception):
    """The server for mails could not be reached, or did not take a mail."""


@dataclass(frozen=True)
class Server:
    """The server that sends mails, and how to speak to it."""

    host: str
    port: int
    user: str | None
    password: str | None
    use_tls: bool

    def send(self, message: EmailMessage) -> None:
        """Hand a message over, or raise MailError."""
        try:
            with self.connection() as smtp:
                smtp.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"{self.host}:{self.port} did not take a mail: {error}") from error

    @contextmanager
    def connection(self) -> Iterator[smtplib.SMTP]:
        """Connect, encrypt and log in."""
        context = ssl.create_default_context()
        if self.port == PORT_OF_TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_S, context=context
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        with smtp:
            if self.use_tls and self.port != PORT_OF_TLS:
                smtp.starttls(context=context)
            if self.user:
                smtp.login(self.user, self.password or "")
            yield smtp


def compose(sender: str, receiver: str, subject: str, text: str, html: str) -> EmailMessage:
    """Put a mail together, as plain text and as HTML."""
    message = EmailMessage()
    message["Subject"] = PREFIX + subject
    message["From"] = sender
    message["To"] = receiver
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].partition("@")[2])
    # Whoever is away shall not answer a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message
