"""Whether two addresses are one, however people write a street."""

import re

_SHORT = {
    "alley": "aly", "avenue": "ave", "av": "ave", "boulevard": "blvd", "circle": "cir", "court": "ct", "cove": "cv",
    "creek": "crk", "drive": "dr", "expressway": "expy", "freeway": "fwy", "heights": "hts", "highway": "hwy",
    "lane": "ln", "parkway": "pkwy", "place": "pl", "plaza": "plz", "point": "pt", "ridge": "rdg", "road": "rd",
    "square": "sq", "street": "st", "str": "st", "terrace": "ter", "trail": "trl", "turnpike": "tpke", "way": "way",
    "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se",
    "southwest": "sw", "apartment": "#", "apt": "#", "unit": "#", "suite": "#", "ste": "#", "number": "#", "no": "#",
}  # fmt: skip
"""As the postal service abbreviates (Publication 28); of what stands before a flat's number, one sign for all."""


def plain_street(street: str | None) -> str | None:
    """A street with its number, as it is compared; None of one without a number: half a town may live there."""
    words = re.findall(r"[^\W_]+|#", (street or "").lower())
    if not any(word[0].isdigit() for word in words):
        return None
    plain = " ".join(_SHORT.get(word, word) for word in words)
    # "Apt # 4" is "Apt 4".
    return re.sub(r"#( #)+", "#", plain)


def same_address(street: str | None, postal_code: str | None, other: str | None, other_code: str | None) -> bool:
    """Whether both are known, and one."""
    one, two = plain_street(street), plain_street(other)
    zips = (postal_code or "")[:5], (other_code or "")[:5]
    return one is not None and one == two and bool(zips[0]) and zips[0] == zips[1]
