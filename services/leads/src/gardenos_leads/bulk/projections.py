"""What is kept of bulk actions when somebody is forgotten."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.leads import PersonForgotten
from sqlalchemy import delete

from gardenos_leads.bulk.tables import bulk_rows


async def forget_bulk_rows(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """That they were among leads that were given a tag tells something of them: what remains is counted."""
    for fact in facts:
        if isinstance(fact.data, PersonForgotten):
            theirs = (bulk_rows.c.agency_id == fact.agency_id, bulk_rows.c.lead_id == fact.stream_id)
            await session.execute(delete(bulk_rows).where(*theirs))
