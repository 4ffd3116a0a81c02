"""What can go wrong for a caller, in words of the domain. The HTTP edge makes problems of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


class Refusal(Exception):
    """A command or question that cannot be answered as asked; `detail` says why, and what to do."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"
    type: ClassVar[str] = "about:blank"
    """By which a program tells it from others of the same status, where that matters."""

    def __init__(self, detail: str, *, see: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.see = see
        """The address of what stands in the way, where that is a record that the caller sees."""


class Unauthorized(Refusal):
    """Nobody knows who asks."""

    status = 401
    title = "Not signed in"


class Forbidden(Refusal):
    """The caller is known, and may not."""

    status = 403
    title = "Not allowed"


class Suspended(Forbidden):
    """The caller's agency may do nothing just now: whoever operates the platform has suspended it."""

    title = "Agency suspended"
    type = "urn:gardenos:agency-suspended"


class Closed(Forbidden):
    """The caller's agency was closed by its owner: nobody else works in it any more."""

    title = "Agency closed"
    type = "urn:gardenos:agency-closed"


class Unconfirmed(Forbidden):
    """The caller may, once they have confirmed anew that it is they."""

    title = "Confirm that it is you"
    type = "urn:gardenos:confirmation-needed"


class NotFound(Refusal):
    """No such thing, or none that the caller may see: the two are not told apart."""

    status = 404
    title = "Not found"


class Conflict(Refusal):
    """The state of things forbids it."""

    status = 409
    title = "Conflict"


class PreconditionFailed(Refusal):
    """The thing changed since the caller last read it."""

    status = 412
    title = "Changed meanwhile"


class TooLarge(Refusal):
    """More than the service takes at once."""

    status = 413
    title = "Too large"


class UnsupportedMediaType(Refusal):
    """The body is of a kind that this operation does not read."""

    status = 415
    title = "Unsupported media type"


class TooManyRequests(Refusal):
    """Slow down; `retry_after` is in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """A part this needs is away; `retry_after` is in seconds."""

    status = 503
    title = "Temporarily unavailable"

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `pointer` is an RFC 6901 JSON pointer into the body."""

    pointer: str
    detail: str


class Invalid(Refusal):
    """The request was understood and is not acceptable; names each field that is wrong."""

    status = 422
    title = "Invalid"

    def __init__(self, detail: str, *, pointer: str | None = None, errors: Iterable[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = (*errors, *((FieldError(pointer, detail),) if pointer is not None else ()))

    @classmethod
    def many(cls, errors: Iterable[tuple[str, str]]) -> "Invalid":
        """Several fields at once, each with its JSON pointer."""
        found = [FieldError(pointer, detail) for pointer, detail in errors]
        return cls("; ".join(error.detail for error in found), errors=found)
