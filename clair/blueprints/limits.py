"""How often something may be tried; pages and API count together, in Redis for all processes."""

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import TypeVar

from flask import Response, g, request
from flask_babel import ngettext
from flask_limiter import RateLimitExceeded

from clair import accounts
from clair.errors import Throttled
from clair.extensions import limiter
from clair.identity import hash_token
from clair.models import User

Result = TypeVar("Result")
FAILED_FOR_NAME = "5 per 5 minutes"
FAILED_FROM_CLIENT = "50 per 5 minutes"
MAILS_TO_ADDRESS = "5 per hour"
MAILS_FROM_CLIENT = "20 per hour"
MEMBERS_AT_ONCE = 20
MEMBERS_BY_USER = f"{MEMBERS_AT_ONCE} per hour"
"""Whoever becomes a member shows name and address to the others, and is not asked yet."""


def log_in(login: str, password: str) -> User | None:
    """Find the user with a name or address and a password; whoever fails too often has to wait."""
    user = attempt(login, lambda: accounts.authenticate(login, password))
    g.has_failed = user is None
    return user


def attempt(login: str, try_password: Callable[[], Result]) -> Result:
    """Try the password of a user, unless too many were wrong.

    Only failures count, when they are answered: of attempts at the same time a few more get
    through, never more than there are threads.
    """
    g.login_key = f"{fingerprint(login)} {client()}"
    try:
        return within_limits(lambda: count_login(try_password))
    except accounts.WrongPassword:
        g.has_failed = True
        raise


def limit_mails(email: str) -> None:
    """Count a mail that somebody asks for, or refuse it."""
    g.mail_key = fingerprint(email)
    within_limits(count_mail)


def limit_members(count: int = 1) -> None:
    """Count members that the user adds, or refuse them: nobody shall collect people."""
    g.members = count
    if count:
        within_limits(count_members)


def has_failed(_response: Response) -> bool:
    """Say whether the password of this request was wrong."""
    return bool(g.get("has_failed"))


def client() -> str:
    """Name the client by its address; whoever has an IPv6 address has as many as he likes."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


def fingerprint(text: str) -> str:
    """Shorten what somebody has entered, so that no names and addresses lie in Redis."""
    return hash_token(text.strip().casefold())[:32]


@limiter.shared_limit(
    FAILED_FOR_NAME, "log-in", key_func=lambda: str(g.login_key), deduct_when=has_failed
)
@limiter.shared_limit(FAILED_FROM_CLIENT, "log-in", key_func=client, deduct_when=has_failed)
def count_login(try_password: Callable[[], Result]) -> Result:
    """Try a password; it is counted with the answer."""
    return try_password()


@limiter.shared_limit(MAILS_TO_ADDRESS, "mail", key_func=lambda: str(g.mail_key))
@limiter.shared_limit(MAILS_FROM_CLIENT, "mail", key_func=client)
def count_mail() -> None:
    """Count a mail."""


@limiter.shared_limit(
    MEMBERS_BY_USER,
    "members",
    key_func=lambda: str(g.actor.user_id),
    cost=lambda: int(g.members),
)
def count_members() -> None:
    """Count members."""


def within_limits(do: Callable[[], Result]) -> Result:
    """Do what is counted, or say how long to wait."""
    try:
        return do()
    except RateLimitExceeded as error:
        limit = limiter.current_limit
        wait_s = max(1, ceil(limit.window.reset_time - time.time())) if limit else 1
        raise Throttled(sentence(wait_s), wait_s) from error


def sentence(wait_s: int) -> str:
    """Say how long to wait, in whole minutes."""
    return str(
        ngettext(
            "Too many attempts. Try again in %(num)d minute.",
            "Too many attempts. Try again in %(num)d minutes.",
            ceil(wait_s / 60),
        )
    )
