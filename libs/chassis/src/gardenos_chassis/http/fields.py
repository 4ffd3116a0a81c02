"""Fields of a request's body that may be written as people write them.

    class Details(BaseModel):
        phone: Phone = None
        notes: Annotated[str, StringConstraints(max_length=10_000), WithoutNul] = ""

A text that cannot be read is refused in words, by the field's pointer. Needs `gardenos-chassis[reading]`.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints

from gardenos_chassis import reading


def _written(read: Callable[[str | None], Any]) -> BeforeValidator:
    """A text read into what is kept; anything else is left to pydantic."""
    return BeforeValidator(lambda value: read(value) if isinstance(value, str) else value)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("the text holds a NUL character; remove it")
    return text


Plain = Annotated[str | None, _written(reading.plain)]
Email = Annotated[str | None, _written(reading.email)]
Phone = Annotated[str | None, _written(reading.phone)]
PostalCode = Annotated[str | None, _written(reading.postal_code)]
State = Annotated[str | None, _written(reading.state)]
Day = Annotated[date | None, _written(reading.day)]

WithoutNul = AfterValidator(_without_nul)
"""PostgreSQL keeps no NUL in a text."""

_NamePart = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), WithoutNul]


class Name(BaseModel):
    """A person's name."""

    given: _NamePart = ""
    family: _NamePart = ""
