"""A lead's household and who may be of it: read tables in, answers out."""

from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.tenancy import Session
from sqlalchemy import ColumnElement, and_, literal_column, or_, select

from gardenos_leads.households.addresses import same_address
from gardenos_leads.households.seen import household_name
from gardenos_leads.households.tables import households_apart
from gardenos_leads.matching import others
from gardenos_leads.queries import DO_NOT_CALL_AT
from gardenos_leads.records.queries import x_dates_of
from gardenos_leads.tables import leads

_LOOKED_AT = 100
_SUGGESTED = 5
_SHOWN = ("id", "display_name", "relationship", "stage", "pipeline", "stage_key", "owner_id", "team_id", "client_id")
_ALIKE: ColumnElement[Any] = literal_column("leads.alike")
"""The ZIP code and the first letter of the surname; the index `leads_alike` knows it."""


async def household_of(session: Session, caller: Caller, lead_id: UUID) -> dict[str, Any]:
    """Who lives with a lead that the caller sees, itself first; nobody where it lives with nobody whom they see."""
    its_own = select(leads.c.household_id).where(leads.c.agency_id == caller.agency_id, leads.c.id == lead_id)
    asked = (
        select(
            *(leads.c[name] for name in _SHOWN),
            *(leads.c[name] for name in ("line_of_business", "x_date", "current_carrier")),
            DO_NOT_CALL_AT.label("do_not_call_at"),
            household_name(caller).label("name"),
        )
        .where(
            leads.c.agency_id == caller.agency_id,
            leads.c.household_id == its_own.scalar_subquery(),
            or_(leads.c.id == lead_id, and_(leads.c.removed_at.is_(None), _seen(caller))),
        )
        .order_by(leads.c.id != lead_id, leads.c.captured_at, leads.c.id)
    )
    rows = [dict(row) for row in (await session.execute(asked)).mappings()]
    if len(rows) < 2:
        return {"name": None, "members": []}
    x_dates = await x_dates_of(session, caller, rows)
    members = [
        {name: row[name] for name in (*_SHOWN, "do_not_call_at")} | {"x_dates": x_dates[row["id"]]} for row in rows
    ]
    return {"name": rows[0]["name"] or rows[1]["name"], "members": members}


async def suggested(session: Session, caller: Caller, lead_id: UUID) -> list[dict[str, Any]]:
    """Leads whom the caller sees and who may live with this one: by surname and address, or telephone number.

    Whoever may be the same person is none, nor whom somebody said to be of another household.
    """
    this = select(leads).where(leads.c.agency_id == caller.agency_id, leads.c.id == lead_id)
    lead = (await session.execute(this)).mappings().one()
    if lead["removed_at"] is not None or lead["forgotten_at"] is not None:
        return []
    by: list[ColumnElement[bool]] = []
    if lead["phone"]:
        by.append(leads.c.phone == lead["phone"])
    if lead["family_name"] and lead["postal_code"]:
        surname = lead["family_name"].lower()
        lives_near = lead["postal_code"][:5] + surname[0] == _ALIKE
        by.append(lives_near & leads.c.sort_name.startswith(surname, autoescape=True))
    if not by:
        return []
    apart = select(households_apart.c.lead_id, households_apart.c.other_id).where(
        households_apart.c.agency_id == caller.agency_id,
        or_(households_apart.c.lead_id == lead_id, households_apart.c.other_id == lead_id),
    )
    refused = {id for pair in await session.execute(apart) for id in pair} | {lead_id}
    asked = (
        select(
            *(leads.c[name] for name in (*_SHOWN, "phone", "given_name", "family_name", "street", "postal_code")),
            household_name(caller).label("household"),
        )
        .where(
            leads.c.agency_id == caller.agency_id,
            or_(*by),
            leads.c.id.not_in(refused),
            leads.c.removed_at.is_(None),
            _seen(caller),
        )
        .order_by(leads.c.captured_at.desc(), leads.c.id)
        .limit(_LOOKED_AT)
    )
    if lead["household_id"] is not None:
        asked = asked.where(leads.c.household_id.is_distinct_from(lead["household_id"]))
    found = []
    for row in (await session.execute(asked)).mappings():
        reasons = _reasons(lead, row)
        if reasons and others(lead["given_name"], row["given_name"]):
            found.append({name: row[name] for name in (*_SHOWN, "street", "household")} | {"reasons": reasons})
    return found[:_SUGGESTED]


def _reasons(one: Any, other: Any) -> list[str]:
    surnames = one["family_name"].casefold(), other["family_name"].casefold()
    lives_there = same_address(one["street"], one["postal_code"], other["street"], other["postal_code"])
    found = ["address"] if lives_there and surnames[0] and surnames[0] == surnames[1] else []
    return found + (["phone"] if one["phone"] and one["phone"] == other["phone"] else [])


def _seen(caller: Caller) -> ColumnElement[bool]:
    return visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id)
