"""A real server for mails on this machine, which keeps what it is given."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from services import free_port


class Postbox:
    """Takes mails; with a certificate only encrypted ones, with a user only from that user."""

    def __init__(self, context: ssl.SSLContext | None = None, user: str | None = None) -> None:
        self.mails: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.encrypted: list[bool] = []
        self.user = user
        self.refusal: str | None = None
        self.controller = Controller(
            self,
            hostname="127.0.0.1",
            port=free_port(),
            tls_context=context,
            require_starttls=context is not None,
            auth_required=user is not None,
            auth_require_tls=context is not None,
            authenticator=self.authenticate,
        )

    @property
    def port(self) -> int:
        """Say where it listens."""
        return int(self.controller.port)

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        """Let the user in with the password `geheim`."""
        expected = (self.user or "").encode(), b"geheim"
        return AuthResult(success=(data.login, data.password) == expected)

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        if self.refusal:
            return self.refusal
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.receivers += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


@contextmanager
def postbox(context: ssl.SSLContext | None = None, user: str | None = None) -> Iterator[Postbox]:
    """Run a server for mails for a while."""
    box = Postbox(context, user)
    box.controller.start()
    try:
        yield box
    finally:
        box.controller.stop()


def bodies(mail: EmailMessage) -> tuple[str, str]:
    """Give the text and the HTML of a mail."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()
