"""Leads that are to be forgotten because they were kept for long enough: owners and admins get a letter a week before."""

from gardenos_chassis.events import Consumer
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.lead_disposal import LeadDisposalAnnounced

from gardenos_identity.mail.admins import tell_admins
from gardenos_identity.mail.letter import Letter, Link
from gardenos_identity.mail.post import Mail


def lead_disposals(mail: Mail) -> Consumer:
    """What listens to leads."""
    consumer = Consumer("identity.lead-disposals", listens_to=[LeadDisposalAnnounced])

    @consumer.on(LeadDisposalAnnounced)
    async def tell(event: Received[LeadDisposalAnnounced], db: Session) -> None:
        """To whoever settles for how long leads are kept."""
        await tell_admins(mail, db, event, lambda to, agency: _letter(mail, event.data, to=to, agency=agency))

    return consumer


def _letter(mail: Mail, told: LeadDisposalAnnounced, *, to: str, agency: str) -> Letter:
    day, leads = f"{told.on.day} {told.on:%B %Y}", f"{told.leads:,} lead" + ("" if told.leads == 1 else "s")
    months = "a month" if told.months == 1 else f"{told.months} months"
    return Letter(
        to=to,
        subject=f"{leads} will be forgotten on {day}",
        paragraphs=(
            f"{agency} keeps leads for {months} after they were lost or removed. {leads[0].upper()}{leads[1:]} of"
            f" {agency} are past that, and in the night to {day} whoever they are is forgotten, for good.",
            "Who is worked again until then, spoken with, or has a task planned stays. So do all if you change for how long"
            " leads are kept.",
        ),
        link=Link("Look at how long things are kept", mail.link("/settings/agency")),
    )
