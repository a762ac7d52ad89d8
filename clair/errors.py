"""What can go wrong in the terms of the domain; each door translates it once."""

from collections.abc import Sequence


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


class Throttled(ClairError):
    """It was tried too often; `retry_after_s` says how long to wait."""

    status = 429

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Conflict(ClairError):
    """The change clashes with what is already there."""

    status = 409


class Invalid(ClairError):
    """A value cannot be accepted; `field` says which, `code` which rule it breaks."""

    status = 400
    place = "attributes"

    def __init__(self, field: str, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.code = code

    def __str__(self) -> str:
        """Say it at the command line, where no form shows the field."""
        return f"{self.field}: {self.message}"

    @property
    def pointer(self) -> str:
        """Point at the value in a JSON:API document."""
        return f"/data/{self.place}/{self.field}"


class InvalidLink(Invalid):
    """What a document refers to cannot be accepted."""

    place = "relationships"


class InvalidParameter(ClairError):
    """A part of the query string cannot be accepted; `parameter` says which."""

    status = 400

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class Problems(ClairError):
    """Everything that is wrong with a document, so that nobody has to find out one by one."""

    def __init__(self, problems: Sequence[ClairError]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
        self.status = problems[0].status
