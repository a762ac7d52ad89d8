"""Sends the mails that people are waiting for."""

import logging
import time

from flask import current_app, render_template
from flask_babel import force_locale, gettext

from clair import accounts, resets
from clair.extensions import db
from clair.models import User
from clair.publishers.mail import Server, compose

log = logging.getLogger(__name__)
DEFAULT_LANGUAGE = "de"


def send_reset_link(email: str) -> None:
    """Send the link for a new password to an address, if it is that of a user.

    Only here it is found out: a request for anybody's address takes the same time.
    """
    user = accounts.find_by_email(email)
    if user is None:
        log.info("Somebody asked for a new password who has no account.")
        return
    config = current_app.config
    uid, token = resets.reset_link_of(user, config["SECRET_KEY"], int(time.time()))
    link = link_to("accounts.reset", key=f"{uid}-{token}")
    with force_locale(user.language or DEFAULT_LANGUAGE):
        send(user, gettext("New password"), "password_reset", link=link)


def send(user: User, subject: str, template: str, **values: str) -> None:
    """Send a mail in the language of the moment, or say that mails are off."""
    config = current_app.config
    if config["EMAIL_HOST"] is None:
        log.warning("EMAIL_HOST is not set: no mail %s for user %d.", template, user.id)
        return
    server = Server(
        config["EMAIL_HOST"],
        config["EMAIL_PORT"],
        config["EMAIL_HOST_USER"],
        config["EMAIL_HOST_PASSWORD"],
        config["EMAIL_USE_TLS"],
    )
    sender = config["DEFAULT_FROM_EMAIL"] or f"clair@{config['CLAIR_DOMAIN'].partition(':')[0]}"
    values |= {"name": user.first_name or user.username, "host": config["CLAIR_DOMAIN"]}
    text = render_template(f"mail/{template}.txt", **values)
    html = render_template(f"mail/{template}.html", **values)
    message = compose(sender, user.email, subject, text, html)
    # SQLite's only write lock must not be held while another server takes its time.
    db.session.rollback()
    server.send(message)


def link_to(endpoint: str, **values: str) -> str:
    """Name a page as the world sees it; the job has no request to tell."""
    config = current_app.config
    scheme = "https" if config["SESSION_COOKIE_SECURE"] else "http"
    addresses = current_app.url_map.bind(config["CLAIR_DOMAIN"], url_scheme=scheme)
    return addresses.build(endpoint, values, force_external=True)
