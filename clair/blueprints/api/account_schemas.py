"""What the endpoints below `auth/` read and say."""

from typing import ClassVar

from clair.blueprints.api.fields import EMAIL, Choice, Integer, Text
from clair.blueprints.api.schemas import Resource, User
from clair.models import Scope

MAX_EXACT = 2**53 - 1
"""The largest whole number that every program reads from JSON as it is."""


def secret(max_length: int = 4096) -> Text:
    """Declare a password: blanks at its ends belong to it. Old ones may be of any sensible length."""
    return Text(required=True, is_trimmed=False, max_length=max_length)


def new_secret() -> Text:
    """Declare a new password."""
    return secret(128)


class Account(User):
    """The own account, which says its number in an attribute, too."""

    type_: ClassVar[str] = "User"

    pk = Integer(dump_only=True)


class LoginView(Resource):
    """A log-in by user name or e-mail; the answer is the key."""

    username = Text(load_default="", max_length=254)
    email = Text(load_default="", max_length=254)
    password = secret()
    key = Text(dump_only=True)


class PasswordChangeView(Resource):
    """A new password in place of the old one."""

    old_password = secret()
    new_password1 = new_secret()
    new_password2 = new_secret()


class PasswordResetView(Resource):
    """The address to which the link for a new password goes."""

    email = Text(required=True, max_length=254, pattern=EMAIL)


class PasswordResetConfirmView(Resource):
    """A new password in exchange for the two parts of the link."""

    uid = Text(required=True, max_length=50)
    token = Text(required=True, max_length=200)
    new_password1 = new_secret()
    new_password2 = new_secret()


class Token(Resource):
    """What a program logs in with; its key is shown once."""

    name = Text(required=True, max_length=50)
    scope = Choice(Scope, load_default=Scope.WRITE)
    expires_s = Integer(min_value=0, max_value=MAX_EXACT, allow_none=True)
    created_s = Integer(dump_only=True)
    key = Text(dump_only=True)
