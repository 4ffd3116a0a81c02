"""The shapes of answers: read-only models that document what is serialised straight from the rows.

A route names its shape, and answers by `json_response`:

    @router.get("/leads/{lead_id}", responses={200: {"model": Lead}})

Nothing is validated while serving. The test kit holds every answer a test gets against the shape, strictly.
"""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Shape(BaseModel):
    """An answer, or a part of one. A field without a default is always there; `| None` says that it may be null."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Withholding(Shape):
    """An answer with sensitive fields, which not every role sees (`gardenos_chassis.auth.fields`)."""

    withheld: list[str] | None = None
    """The fields that are null because your role does not see them, whatever is in them; absent where there are none."""


class Page(Shape, Generic[T]):
    """A part of a list; `next_cursor` asks for the part after it, and is null on the last one."""

    items: list[T]
    next_cursor: str | None


class FieldProblem(Shape):
    """What is wrong with one field."""

    pointer: str
    """A JSON pointer into the body (RFC 6901), or `query:<name>`, `header:<name>`."""
    detail: str


class Problem(Shape):
    """An error (RFC 9457): what was wrong, where, and what to do."""

    type: str
    title: str
    status: int
    detail: str
    see: str | None = None
    """The address of the record that stands in the way, where you may see it; else absent."""
    errors: list[FieldProblem] = []
    """The fields that are wrong, where it is a matter of fields."""
