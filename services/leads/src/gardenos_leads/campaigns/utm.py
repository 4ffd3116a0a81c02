"""By the words of the link that somebody clicked (`utm_campaign=spring`) the campaign is known that they come from."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import orjson
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts.campaigns import Utm

from gardenos_leads.campaigns.campaign import Status

WORDS = tuple(Utm.model_fields)
_LONGEST = 200
_MOST_IN_A_QUERY = 100

# A draft sent nobody out yet, and a closed one takes nobody any more. A paused one's links are out there.
_OPEN = [Status.RUNNING.value, Status.PAUSED.value]
_NAMED = """
select id, utm from campaigns
where agency_id = $1 and status = any($2) and coalesce(utm ->> 'campaign', '') <> ''
order by launched_at desc nulls last, id desc
"""


def utm_of(said: Mapping[str, str | None], url: str | None = None) -> Utm:
    """The words that were said, by name (`campaign`), and else those in an address. Whatever stands there, it is no fault."""
    there = {**_words_in(url or ""), **{name: word for name, word in said.items() if word}}
    return Utm(**{name: _plain(there[name]) for name in WORDS if there.get(name)})


def best(said: Utm, campaigns: Iterable[tuple[UUID, Utm]]) -> UUID | None:
    """The campaign all of whose words were said; of several the one that asks for most of them, then the first.

    A campaign without `utm_campaign` is nobody's: a medium alone tells of too many.
    """
    found = [(len(asked), id) for id, utm in campaigns if (asked := _asked(utm)).get("campaign") and _has(said, asked)]
    most = max((count for count, _ in found), default=0)
    return next((id for count, id in found if count == most), None)


async def campaign_by(session: Session, agency_id: UUID, said: Utm) -> UUID | None:
    """The campaign that links with these words are of; None where there is none that takes anybody."""
    if not said.campaign:
        return None
    rows = await driver_of(session).fetch(_NAMED, agency_id, _OPEN)
    return best(said, ((row["id"], _utm(row["utm"])) for row in rows))


def _words_in(url: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(urlsplit(url).query, max_num_fields=_MOST_IN_A_QUERY)
    except ValueError:
        return {}
    # Of a word that is said twice the first counts.
    return {name.lower()[4:]: word for name, word in reversed(pairs) if name.lower().startswith("utm_")}


def _asked(utm: Utm) -> dict[str, str]:
    return {name: word for name in WORDS if (word := _plain(getattr(utm, name)))}


def _has(said: Utm, asked: Mapping[str, str]) -> bool:
    return all(getattr(said, name) == word for name, word in asked.items())


def _plain(word: str) -> str:
    """People write Spring and spring, and links have + for a blank."""
    return " ".join(word.replace("\0", " ").split()).casefold()[:_LONGEST]


def _utm(value: object) -> Utm:
    return Utm.model_validate(orjson.loads(value) if isinstance(value, str | bytes) else value)
