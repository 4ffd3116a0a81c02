"""Which column holds what: by its header, else by what stands in it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from gardenos_chassis import reading
from gardenos_chassis.errors import Invalid
from pydantic import StringConstraints

from gardenos_leads.lists.fields import Field, in_use

if TYPE_CHECKING:
    from gardenos_leads.importing.reading import Record

ImportField: TypeAlias = Literal[
    "name", "given_name", "family_name", "email", "phone", "street", "city", "postal_code", "state", "birth_date",
    "line_of_business", "current_carrier", "x_date", "captured_at", "source", "notes", "external_id",
]  # fmt: skip
"""What a column may be taken for."""

OwnField: TypeAlias = Annotated[str, StringConstraints(pattern=r"^fields\.[a-z][a-z0-9_]{0,49}$")]
"""Or for one of the agency's own fields, by its key: `fields.roof_age`."""

FIELDS: Mapping[ImportField, str] = {
    "name": r"(full|contact|customer|client|lead|insured|prospect)?name|contact|customer|insured|prospect|leadfullname",
    "given_name": r"(first|given|fore)name|first|fname|.*firstname",
    "family_name": r"(last|family|sur)name|surname|last|lname|.*lastname",
    "email": r".*e?mail(address|addr|id)?\d?",
    "phone": r".*(phone|mobile|cell|tel|telephone)(number|no|num|nr)?\d?|ph|cellular",
    "street": r"(home|mailing|residence|residential|property|physical|street)?(street(address)?|address(line)?(1|one)?)",
    "city": r"(home|mailing|address|residence|property)?(city|town)(name)?",
    "postal_code": r".*(zip|postal|post)(code)?(5|plus4)?|zip",
    "state": r"(home|mailing|address|residence)?(state|stateprovince|province)",
    "birth_date": r"dob|birth(day|date)|dateofbirth|bdate",
    "line_of_business": r"lob|line(s)?ofbusiness"
    r"|(insurance|policy|coverage|product)(type|line|interest)?|interest(edin)?",
    "current_carrier": r"(current|existing|present|prior|incumbent)?(carrier|insurer|insurancecompany|insurance)(name)?",
    "x_date": r"xdate|(policy|current)?(exp|expiration|expiry|renewal|renews)(iration)?(date|on)?",
    "captured_at": r"(lead|created?|received|inquiry|submitted|entry|added|captured?|signup)(date|at|on|time)?"
    r"|date(created|added|received)|createdtime|date|timestamp",
    "source": r"(lead)?source|referrer|origin|vendor",
    "notes": r"notes?|comments?|remarks?|description|message|memo",
    "external_id": r"(external|lead|record|contact|crm|vendorlead)id|id|leadnumber|leadno",
}
"""Our fields, each with the headers it goes by: lower case, letters and digits alone."""

_SAMPLES = 3
_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: what it is taken for, how that is known, and what stands in it."""

    header: str
    field: str | None
    guessed: bool
    remembered: bool
    """Whether a file with these headers had it so before."""
    samples: tuple[str, ...]


def field_of_header(header: str) -> str | None:
    """The field a header names, or None."""
    bare = _bare(header)
    return next((field for field, pattern in FIELDS.items() if bare and re.fullmatch(pattern, bare)), None)


def guess_columns(
    headers: Sequence[str],
    first: "Sequence[Record]",
    remembered: Mapping[str, str | None],
    own: Mapping[str, Field],
) -> tuple[Column, ...]:
    """Each column's field: as a file with these headers had it before, else by its header, else by its values.

    Who has a field of their own by the header's very name means that one.
    """
    columns = []
    theirs = in_use(own)
    named = {_bare(called): name for name, field in theirs.items() for called in (field.key, field.label)}
    for place, header in enumerate(headers):
        standing = [
            record.cells[place].strip() for record in first if len(record.cells) > place and record.cells[place].strip()
        ]
        before = remembered.get(header)
        known = header in remembered and (before is None or before in FIELDS or before in theirs)
        field = before if known else named.get(_bare(header)) or field_of_header(header) or _field_of_values(standing)
        samples = tuple(each[:_LONGEST_SAMPLE] for each in standing[:_SAMPLES])
        columns.append(Column(header, field, not known, known, samples))
    return tuple(columns)


def mapped(
    columns: Sequence[Column], mapping: Mapping[str, str | None], own: Mapping[str, Field]
) -> tuple[Column, ...]:
    """The columns as somebody says they are; those they say nothing of stay. Raises Invalid for what cannot be."""
    headers = {column.header for column in columns}
    wrong = [(_pointer(header), f"the file has no column “{header}”") for header in mapping if header not in headers]
    offered = [*FIELDS, *in_use(own)]
    wrong += [
        (_pointer(header), f"“{field}” is no field; take one of {', '.join(offered)}")
        for header, field in mapping.items()
        if field is not None and field not in offered
    ]
    if wrong:
        raise Invalid.many(wrong)
    return tuple(
        replace(column, field=mapping[column.header], guessed=False, remembered=False)
        if column.header in mapping
        else column
        for column in columns
    )


def require_telling(columns: Sequence[Column]) -> None:
    """Raises Invalid where no column tells who somebody is."""
    if not any(column.field in _TELLING for column in columns):
        raise Invalid(
            "no column with names, email addresses or telephone numbers was recognised; say by `mapping` which one it is",
            pointer="/mapping",
        )


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _pointer(header: str) -> str:
    return "/mapping/" + header.replace("~", "~0").replace("/", "~1")


_LONGEST_SAMPLE = 200
_TELLING = {"name", "given_name", "family_name", "email", "phone"}


def _field_of_values(standing: Sequence[str]) -> str | None:
    tests: dict[str, Callable[[str], object]] = {"email": reading.email, "phone": _surely_phone}
    for field, read in tests.items():
        if standing and sum(_reads(read, value) for value in standing) >= _ENOUGH * len(standing):
            return field
    return None


def _surely_phone(text: str) -> str | None:
    # Ten digits without a mark may be any number.
    if not re.search(r"[-().+ ]", text):
        raise ValueError("no sign of a telephone number")
    return reading.phone(text)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        return read(text) is not None
    except ValueError:
        return False
