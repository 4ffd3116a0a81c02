"""Events of sources and inquiries in, their read tables out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_sources import LeadInquired, LeadSourceChanged, LeadSourceMade, LeadSourceTokenRotated
from gardenos_contracts.leads import PersonForgotten
from sqlalchemy import insert, update

from gardenos_leads.capturing.tables import inquiries, lead_posts, lead_sources


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps sources and inquiries."""
    for fact in facts:
        this = (lead_sources.c.agency_id == fact.agency_id, lead_sources.c.id == fact.stream_id)
        now = {"version": fact.version, "changed_at": fact.occurred_at}
        match fact.data:
            case LeadSourceMade() as made:
                row = {"agency_id": fact.agency_id, "id": fact.stream_id, "made_at": fact.occurred_at}
                await session.execute(insert(lead_sources).values(**row, **_said(made), **now))
            case LeadSourceChanged() as changed:
                await session.execute(update(lead_sources).where(*this).values(**_said(changed), **now))
            case LeadSourceTokenRotated():
                await session.execute(update(lead_sources).where(*this).values(**now))
            case PersonForgotten():
                theirs = (inquiries.c.agency_id == fact.agency_id, inquiries.c.lead_id == fact.stream_id)
                await session.execute(update(inquiries).where(*theirs).values(**_NOTHING))
    asked = [_inquired(fact, fact.data) for fact in facts if isinstance(fact.data, LeadInquired)]
    if asked:
        await session.execute(insert(inquiries), asked)


async def forget_posts(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """What was posted about somebody who was forgotten goes; that it was posted, its fate and its price stay."""
    for fact in facts:
        if isinstance(fact.data, PersonForgotten):
            theirs = (lead_posts.c.agency_id == fact.agency_id, lead_posts.c.lead_id == fact.stream_id)
            await session.execute(update(lead_posts).where(*theirs).values(**_NOTHING_POSTED))


_NOTHING_POSTED: dict[str, Any] = {**dict.fromkeys(("sealed", "reference", "sender", "subject")), "remarks": []}
_NOTHING: dict[str, Any] = dict.fromkeys(("external_id", "consent_text", "consent_token", "source_url"))


def _said(source: LeadSourceMade | LeadSourceChanged) -> dict[str, Any]:
    return {
        "name": source.name,
        "kind": source.kind.value,
        "active": source.active,
        "campaign_id": source.campaign_id,
        "owner_id": source.owner_id,
        "team_id": source.team_id,
        "cost_minor": source.cost.minor if source.cost else None,
        "cost_currency": source.cost.currency if source.cost else None,
        "line_of_business": source.line_of_business.value if source.line_of_business else None,
        "mapping": source.mapping,
        "answers": source.answers.model_dump(mode="json"),
        "bidding": source.bidding.model_dump(mode="json") if source.bidding else None,
        "form": source.form.model_dump(mode="json") if source.form else None,
        "senders": list(source.senders),
    }


def _inquired(fact: Fact[Event], inquiry: LeadInquired) -> dict[str, Any]:
    return {
        "agency_id": fact.agency_id,
        "id": inquiry.inquiry_id,
        "lead_id": inquiry.lead_id,
        "person_id": inquiry.person_id,
        "source_id": inquiry.source_id,
        "source": inquiry.source,
        "campaign_id": inquiry.campaign_id,
        "cost_minor": inquiry.cost.minor if inquiry.cost else None,
        "cost_currency": inquiry.cost.currency if inquiry.cost else None,
        "line_of_business": inquiry.line_of_business.value if inquiry.line_of_business else None,
        "external_id": inquiry.external_id,
        # PostgreSQL keeps no NUL in a text; the event has it as it was.
        "consent_text": inquiry.consent_text and inquiry.consent_text.replace("\0", "\ufffd"),
        "consented_at": inquiry.consented_at,
        "consent_token": inquiry.consent_token,
        "source_url": inquiry.source_url,
        "inquired_at": inquiry.inquired_at,
    }
