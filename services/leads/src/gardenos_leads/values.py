"""What people write of insurance and of names, as we keep it; what is general is in `gardenos_chassis.reading`.

Each function gives None for an empty text and raises ValueError, with words for the reader, for one it cannot read.
"""

import re

from gardenos_chassis.reading import plain
from gardenos_contracts.values import LineOfBusiness, PersonName

_LINES: tuple[tuple[str, LineOfBusiness], ...] = (
    (r"commercial|business|bop\b|workers|general liability|\bgl\b|cgl", LineOfBusiness.COMMERCIAL),
    (r"medicare|medigap|medsup", LineOfBusiness.MEDICARE),
    (r"umbrella|excess", LineOfBusiness.UMBRELLA),
    (r"rent", LineOfBusiness.RENTERS),
    (r"home|house|dwelling|\bho-?[358]\b|property|condo", LineOfBusiness.HOME),
    (r"auto|car\b|cars\b|vehicle|motor|\bpap\b", LineOfBusiness.AUTO),
    (r"life|term|whole", LineOfBusiness.LIFE),
    (r"health|aca\b|medical", LineOfBusiness.HEALTH),
)


def line_of_business(text: str | None) -> LineOfBusiness | None:
    """A line by any of its usual names; what is no known name is `other`."""
    written = plain(text)
    if written is None:
        return None
    lowered = written.lower()
    for pattern, line in _LINES:
        if re.search(pattern, lowered):
            return line
    return LineOfBusiness.OTHER


def person_name(text: str | None) -> PersonName | None:
    """“Last, First” or “First Last”: the last word is the family name."""
    written = plain(text, longest=200)
    if written is None:
        return None
    family, comma, given = written.partition(",")
    if comma and given.strip():
        return PersonName(given=given.strip(), family=family.strip())
    given, _, family = written.strip(", ").rpartition(" ")
    return PersonName(given=given or family, family=family if given else "")
