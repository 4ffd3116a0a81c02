"""From what was posted to what is known of a prospect: by the source's mapping, else by usual names."""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from uuid import UUID

from gardenos_chassis import reading
from gardenos_contracts.campaigns import Utm
from gardenos_contracts.values import LineOfBusiness, Money, PersonName

from gardenos_leads import values
from gardenos_leads.campaigns.utm import WORDS, utm_of
from gardenos_leads.importing.columns import field_of_header

DETAILS: Mapping[str, Callable[[str], Any]] = {
    "name": values.person_name,
    "given_name": reading.plain,
    "family_name": reading.plain,
    "email": reading.email,
    "phone": reading.phone,
    "street": reading.plain,
    "city": reading.plain,
    "postal_code": reading.postal_code,
    "state": reading.state,
    "birth_date": reading.day,
    "line_of_business": values.line_of_business,
    "current_carrier": reading.plain,
    "x_date": reading.day,
    "notes": lambda text: text.replace("\0", "").strip()[:10_000] or None,
}
"""What is known of the prospect, and how each is read."""

_USUAL: Mapping[str, str] = {
    "reference": r"(vendor|external|partner|provider|affiliate)?(lead|transaction|record|submission)(id|number|no)|externalid|id",
    "consent_text": r"(tcpa|consent)(consent)?(text|language|disclosure|statement|wording)|disclosure",
    "consented_at": r"(tcpa|consent|optin)(consent)?(time|timestamp|date|datetime|at)",
    "consent_token": r".*trustedform.*|(universal)?leadidtoken|universalleadid|jornaya.*|consenttoken",
    "source_url": r"(source|landing|landingpage|page|optin|form|website)ur[il]|landingpage|ur[il]",
    "price": r"(lead|bid)?(price|cost|bid)|payout",
    "ping_id": r"pingid|bidid",
    "address": r"(client|consumer|user|lead)?ip(address)?",
    "user_agent": r"useragent",
    **{f"utm_{word}": f"utm{word}" for word in WORDS},
}
"""What is said of the inquiry itself, with its usual names: lower case, letters and digits alone."""

FIELDS = (*DETAILS, *_USUAL)
"""All that a mapping may name."""

REACHES = ("email", "phone")
WHO = frozenset({"name", "given_name", "family_name", *REACHES})
"""What says who somebody is."""
_OTHERS = frozenset({"vendor", "provider"})
"""Within these elements of a lead stands who brings it."""
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of one field; of the whole, `field` is None."""

    field: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A post as it was understood. `paths` tells where each field was found."""

    details: Mapping[str, Any]
    """As LeadCaptured has them: `name` a PersonName, the rest absent where nothing was said."""
    paths: Mapping[str, str]
    remarks: tuple[Remark, ...]
    reference: str | None = None
    consent_text: str | None = None
    """As it was posted, letter for letter."""
    consented_at: datetime | None = None
    consent_token: str | None = None
    source_url: str | None = None
    price: Decimal | None = None
    ping_id: UUID | None = None
    address: str | None = None
    user_agent: str | None = None
    delivery: str | None = None
    """By what the very same is known again that has no id of the sender's: of a mail, of a form that is sent twice."""
    utm: Utm = field(default_factory=Utm)
    """The words of the link that they clicked: as they were posted, else as the page's address has them."""

    @property
    def known_by(self) -> str | None:
        """What makes a second one the first."""
        return self.reference or self.delivery

    @property
    def fits(self) -> bool:
        """Whether it can be a lead: somebody can be reached, or is at least known by name, and no number went astray."""
        if any(self.details.get(way) for way in REACHES):
            return True
        astray = {remark.field for remark in self.remarks} & set(REACHES)
        return bool(str(self.details["name"])) and not astray


def understand(
    leaves: Mapping[str, str],
    mapping: Mapping[str, str],
    *,
    by_mapping_alone: Container[str] = (),
    delivery: str | None = None,
) -> Submission:
    """Reads what was posted. What cannot be read is left out, with a remark; nothing is refused.

    What stands at the paths `by_mapping_alone` is known by no name.
    """
    paths = paths_of(leaves, mapping, by_mapping_alone)
    written = {name: leaves[path] for name, path in paths.items()}
    remarks = [
        Remark(name, f"nothing stands at “{path}”")
        for name, path in mapping.items()
        if path and name in (*REACHES, "name", "given_name", "family_name") and not leaves.get(path, "").strip()
    ]
    details = _details(written, remarks)
    source_url = _read("source_url", written, _text, remarks)
    if not str(details["name"]):
        remarks.append(Remark("name", "no name was found"))
    if not any(written.get(way) for way in REACHES):
        remarks.append(Remark(None, "neither an email address nor a telephone number was found"))
    return Submission(
        details=details,
        paths=paths,
        reference=_read("reference", written, reading.plain, remarks),
        consent_text=written.get("consent_text"),
        consented_at=_read("consented_at", written, _moment, remarks),
        consent_token=_read("consent_token", written, _text, remarks),
        source_url=source_url,
        price=_read("price", written, amount, remarks),
        ping_id=_read("ping_id", written, _id, remarks),
        address=_read("address", written, reading.plain, remarks),
        user_agent=_read("user_agent", written, _text, remarks),
        delivery=delivery,
        utm=utm_of({word: written.get(f"utm_{word}") for word in WORDS}, source_url),
        remarks=tuple(remarks),
    )


def paths_of(
    leaves: Mapping[str, str], mapping: Mapping[str, str], by_mapping_alone: Container[str] = ()
) -> dict[str, str]:
    """Where each field stands: as mapped (to nothing: nowhere), else at the first path that ends in a usual name of it."""
    found = {name: path for name, path in mapping.items() if path and leaves.get(path, "").strip()}
    taken = set(found.values())
    for path, value in leaves.items():
        passed = path in taken or path in by_mapping_alone or not value.strip()
        name = None if passed else usual(path)
        if name is not None and name not in mapping and name not in found:
            found[name] = path
    return found


@lru_cache(maxsize=20_000)
def usual(path: str) -> str | None:
    """The field that a path names by its last step, or None. Senders use the same paths again and again."""
    steps = [step for step in re.split(r"[.@]", path.replace("[", ".").replace("]", "")) if not step.isdecimal()]
    bare = re.sub(r"[^a-z0-9]", "", steps[-1].lower()) if steps else ""
    # `name[first]`: the tag says what of.
    whole = re.sub(r"[^a-z0-9]", "", "".join(reversed(steps[-2:])).lower())
    about = next((name for name, pattern in _USUAL.items() if bare and re.fullmatch(pattern, bare)), None)
    if about is not None:
        return about
    known = field_of_header(whole) if "[" in path else None
    known = known or field_of_header(bare)
    theirs = any(step.lower() in _OTHERS for step in steps[:-1])
    return known if known in DETAILS and not theirs else None


def _details(written: Mapping[str, str], remarks: list[Remark]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, read in DETAILS.items():
        value = _read(name, written, read, remarks)
        if value is not None:
            found[name] = value
    whole, given, family = (found.pop(name, None) for name in ("name", "given_name", "family_name"))
    found["name"] = PersonName(given=given or "", family=family or "") if given or family else whole or PersonName()
    return found


def _read(name: str, written: Mapping[str, str], read: Callable[[str], Any], remarks: list[Remark]) -> Any:
    if name not in written:
        return None
    try:
        return read(written[name])
    except (ValueError, ArithmeticError, TypeError, LookupError) as error:
        said = str(error) if isinstance(error, ValueError) else f"“{written[name][:100]}” cannot be read"
        remarks.append(Remark(name, said.replace("\0", "")[:300]))
        return None


def amount(text: str) -> Decimal | None:
    """A price as it is written: `12.50`, `$12.50`. Raises ValueError."""
    written = re.sub(r"[\s$,]|USD", "", text)
    try:
        found = Decimal(written)
    except InvalidOperation as error:
        raise ValueError(f"“{text[:50]}” is no price") from error
    if not found.is_finite() or not 0 <= found <= 1_000_000:
        raise ValueError(f"“{text[:50]}” is no price")
    return found


def money(price: Decimal, currency: str) -> Money:
    """A price in minor units."""
    return Money(minor=int((price * 100).to_integral_value()), currency=currency)


def _moment(text: str) -> datetime | None:
    if re.fullmatch(r"\d{10}(\d{3})?", text.strip()):
        seconds = int(text.strip()[:10])
        return datetime.fromtimestamp(seconds, UTC)
    return reading.moment(text)


def _text(text: str) -> str | None:
    return reading.plain(text, longest=_LONGEST)


def _id(text: str) -> UUID | None:
    return UUID(text.strip())


def line_by_default(details: Mapping[str, Any], line: LineOfBusiness | None) -> dict[str, Any]:
    """The details, with the line of a source whose leads say none."""
    return {**details, "line_of_business": details.get("line_of_business") or line}


__all__ = [
    "DETAILS", "FIELDS", "REACHES", "WHO", "Remark", "Submission", "amount", "line_by_default", "money", "understand", "usual",
]  # fmt: skip
