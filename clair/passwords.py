"""How passwords are kept, and which new ones are good enough; needs no database."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache
from hmac import compare_digest
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext

from clair.errors import Invalid, Problems

hasher = PasswordHasher()
HASHING = BoundedSemaphore(2)
"""Each takes 64 MiB while it lasts."""
# Verified when the user is unknown, so that the answer takes as long as for a known one.
NO_PASSWORD = hasher.hash("nobody has this password")

MIN_LENGTH, MAX_LENGTH = 8, 128
MAX_LIKENESS = 0.7
"""How much of a password may be the name of its user: 1 is all of it."""
DJANGO = re.compile(r"pbkdf2_sha256\$(\d{1,7})\$([^$]+)\$([A-Za-z0-9+/=]+)", re.ASCII)
MAX_ITERATIONS = 5_000_000
"""Some seconds; a hash that asks for more is broken."""


def hash_password(password: str) -> str:
    """Hash a password; few at the same time, because each takes much memory."""
    with HASHING:
        return hasher.hash(password)


def is_password(stored: str, password: str) -> bool:
    """Say whether a password belongs to a hash, ours or Django's; none belongs to a broken one."""
    try:
        with HASHING:
            return is_django_password(stored, password) or (
                not stored.startswith("pbkdf2_") and hasher.verify(stored, password)
            )
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def is_django_password(stored: str, password: str) -> bool:
    """Say whether a password belongs to a hash `pbkdf2_sha256$iterations$salt$base64`."""
    found = DJANGO.fullmatch(stored)
    if found is None or not 0 < int(found[1]) <= MAX_ITERATIONS:
        return False
    try:
        expected = base64.b64decode(found[3], validate=True)
    except binascii.Error:
        return False
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), found[2].encode(), int(found[1]))
    return compare_digest(digest, expected)


def is_outdated(stored: str) -> bool:
    """Say whether a hash, whose password is at hand, should be made anew."""
    return stored.startswith("pbkdf2_") or hasher.check_needs_rehash(stored)


def check_password(password: str, about_user: Iterable[str], field: str = "password") -> None:
    """Raise every rule for new passwords that one breaks; `about_user` are names and addresses."""
    broken = [Invalid(field, message, code) for code, message in broken_rules(password, about_user)]
    if len(broken) == 1:
        raise broken[0]
    if broken:
        raise Problems(broken)


def broken_rules(password: str, about_user: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name the rules that a new password breaks, by their codes and in words."""
    if len(password) < MIN_LENGTH:
        message = gettext("must have at least %(length)d characters", length=MIN_LENGTH)
        yield "password_too_short", message
    if len(password) > MAX_LENGTH:
        message = gettext("must have at most %(length)d characters", length=MAX_LENGTH)
        yield "password_too_long", message
    if is_similar(password, about_user):
        yield "password_too_similar", gettext("must not be similar to the name or the e-mail")
    if password.lower() in common_passwords():
        yield "password_too_common", gettext("must not be a password that many people use")
    if password.isdecimal():
        yield "password_entirely_numeric", gettext("must not be a number alone")


def is_similar(password: str, about_user: Iterable[str]) -> bool:
    """Say whether a password is much like something about its user, or like a part of it."""
    likeness = SequenceMatcher(b=password[:MAX_LENGTH].lower(), autojunk=False)
    for text in about_user:
        for part in {text.lower(), *re.split(r"[\W_]+", text.lower())}:
            likeness.set_seq1(part)
            if likeness.real_quick_ratio() >= MAX_LIKENESS and likeness.ratio() >= MAX_LIKENESS:
                return True
    return False


@cache
def common_passwords() -> frozenset[str]:
    """List 30,000 passwords that were found in stolen data most often."""
    # Takes 13 MB, which a process spares that never sees a new password.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
