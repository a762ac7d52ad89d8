"""The two parts of a link that lets somebody choose a new password: who it is, and a signed token.

A token is bound to the password that it replaces and to the address that it was sent to, so that it
works once, and no longer when either has changed.
"""

from itsdangerous import BadData, URLSafeSerializer

from clair.errors import Invalid
from clair.extensions import db
from clair.models import User

LIFETIME_S = 3 * 86_400
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MAX_DIGITS = 6
"""Of the number of a row, written with 36 digits."""


def reset_link_of(user: User, secret_key: str, now_s: int) -> tuple[str, str]:
    """Make the parts `uid` and `token` of a user's link."""
    return write_uid(user.id), str(signer(user, secret_key).dumps(now_s))


def find_user(uid: str, token: str, secret_key: str, now_s: int) -> User:
    """Find the active user whose link this is, or raise Invalid: wrong, used already or too old."""
    try:
        user = db.session.get(User, read_uid(uid))
    except ValueError:
        user = None
    if user is None or not user.is_active:
        raise Invalid("uid", "must be that of the link", "invalid")
    try:
        issued_s = signer(user, secret_key).loads(token)
    except BadData:
        issued_s = 0
    if not now_s - LIFETIME_S <= issued_s <= now_s:
        raise Invalid("token", "must be that of a link of the last three days, not used", "invalid")
    return user


def signer(user: User, secret_key: str) -> URLSafeSerializer:
    """Sign for one user, with the present password and address alone."""
    salt = f"password-reset\n{user.email}\n{user.password_hash}"
    return URLSafeSerializer(secret_key, salt=salt)


def write_uid(number: int) -> str:
    """Write the number of a user with 36 digits."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits


def read_uid(text: str) -> int:
    """Read the number of a user, or raise ValueError."""
    if len(text) > MAX_DIGITS or not (text.isascii() and text.isalnum()):
        raise ValueError(text)
    return min(int(text, 36), 2**31 - 1)
