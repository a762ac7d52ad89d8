"""What can go wrong in the terms of the domain; each door translates it once."""


class ClairError(Exception):
    """Something that the person who asked should be told, in one sentence."""

    status = 500
    code: str | None = None
    """What programs are told; None is the usual word for the status."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(ClairError):
    """There is no such thing, or it is hidden from the one who asks."""

    status = 404


class Forbidden(ClairError):
    """The thing can be seen, but it is not theirs to change."""

    status = 403


class Unauthorized(ClairError):
    """Nobody knows yet who asks."""

    status = 401


class Conflict(ClairError):
    """The change clashes with what is already there."""

    status = 409


class Invalid(ClairError):
    """A value cannot be accepted; `field` says which."""

    status = 400

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
