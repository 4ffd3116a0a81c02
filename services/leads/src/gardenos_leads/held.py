"""What somebody has of open leads, and its going to others when they are deactivated or their team is dissolved."""

from gardenos_chassis.handing_over import Held, Whose, handing_over
from gardenos_contracts.leads import Stage
from sqlalchemy import and_

from gardenos_leads.lead import Lead, evolve
from gardenos_leads.tables import leads

_CLOSED = [stage.value for stage in Stage if stage.closed]

OPEN = and_(leads.c.stage.not_in(_CLOSED), leads.c.forgotten_at.is_(None), leads.c.removed_at.is_(None))


def _scope(lead: Lead) -> Whose:
    return lead.owner_id, lead.team_id


handed_over, handing = handing_over("leads", Held(leads, OPEN, evolve, _scope, Lead.assign))
