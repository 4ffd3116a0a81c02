"""What rules would do before they are in force: the newest open leads counted by both."""

from datetime import datetime
from typing import Any

from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.auth import Caller
from gardenos_chassis.tenancy import Session
from sqlalchemy import and_, select

from gardenos_ai.queries import in_scope
from gardenos_ai.scoring.queries import rules_of_agency
from gardenos_ai.scoring.ruleset import MOST, Rules, score_of
from gardenos_ai.scoring.scoring import known_of
from gardenos_ai.tables import agencies, people, score_inputs

_LEADS = 500
_EXAMPLES = 10
_BANDS = tuple((least, MOST if least == 80 else least + 19) for least in range(0, MOST, 20))


async def preview(session: Session, caller: Caller, said: Rules, *, as_of: datetime) -> dict[str, Any]:
    """How many leads are, and would be, in each band, and the leads whose score would change most."""
    names = await _open_leads(session, caller)
    rules, _ = await rules_of_agency(session, caller.agency_id)
    zone = await zone_of(session, agencies, caller.agency_id)
    told: list[dict[str, Any]] = []
    for lead_id, (_, known) in (await known_of(session, caller.agency_id, list(names))).items():
        now, then = (score_of(known, each, as_of=as_of, zone=zone).score for each in (rules, said))
        told.append({"lead_id": lead_id, "name": names[lead_id], "now": now, "then": then})
    changed = sorted((each for each in told if each["now"] != each["then"]), key=_by_change)
    return {
        "leads": len(told),
        "changed": len(changed),
        "bands": [
            {
                "least": least,
                "most": most,
                **{when: sum(least <= each[when] <= most for each in told) for when in _WHEN},
            }
            for least, most in _BANDS
        ],
        "examples": changed[:_EXAMPLES],
    }


_WHEN = ("now", "then")


def _by_change(each: dict[str, Any]) -> tuple[int, str]:
    return -abs(each["then"] - each["now"]), str(each["lead_id"])


async def _open_leads(session: Session, caller: Caller) -> dict[Any, str]:
    """The newest that the caller sees, by id, and what they are called."""
    who = and_(people.c.agency_id == score_inputs.c.agency_id, people.c.person_id == score_inputs.c.person_id)
    asked = (
        select(score_inputs.c.lead_id, people.c.name)
        .join(people, who)
        .where(
            score_inputs.c.agency_id == caller.agency_id,
            score_inputs.c.captured_at.is_not(None),
            score_inputs.c.merged_into.is_(None),
            ~score_inputs.c.removed,
            ~score_inputs.c.ended,
            in_scope(caller, people.c.person_id),
        )
        .order_by(score_inputs.c.captured_at.desc())
        .limit(_LEADS)
    )
    return {row.lead_id: row.name for row in await session.execute(asked)}
