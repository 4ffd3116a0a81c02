"""Where an agency itself stands, as identity tells: at work, suspended by who operates the platform, on its way out, or gone.

Each service keeps a row an agency of which something was told, identity in the transaction that records it and the others
as they hear of it. Of whom nothing was told is at work. `Standings` reads it with the agency's people, so that it costs a
request nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gardenos_contracts import Event, Fact, Received
from gardenos_contracts.identity import AgencyClosed, AgencyErased, AgencyReopened, AgencyResumed, AgencySuspended
from gardenos_contracts.values import Role

from gardenos_chassis.auth.colleagues import HINT
from gardenos_chassis.errors import Closed, Suspended
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.tenancy import Session, driver_of, hint_at_commit

STANDING = "select suspended, reason, turn_to, life from agency_standings"
"""The row of the session's agency, if there is one."""

AT_REST = "select from agency_standings where suspended or life <> 'active'"
"""Has a row for an agency that may do nothing outwards."""

TOLD_OF_AGENCIES: tuple[type[Event], ...] = (
    AgencySuspended,
    AgencyResumed,
    AgencyClosed,
    AgencyReopened,
    AgencyErased,
)

_SUSPENDED = """
insert into agency_standings (agency_id, suspended, reason, turn_to) values ($1, true, $2, $3)
on conflict (agency_id) do update set suspended = true, reason = excluded.reason, turn_to = excluded.turn_to
"""
_RESUMED = "update agency_standings set suspended = false, reason = null, turn_to = null where agency_id = $1"
_LIVES = """
insert into agency_standings (agency_id, life) values ($1, $2) on conflict (agency_id) do update set life = excluded.life
"""
_ERASED = """
insert into agency_standings (agency_id, life) values ($1, 'closed')
on conflict (agency_id) do update set life = 'closed', suspended = false, reason = null, turn_to = null
"""


class Life(StrEnum):
    """Where an agency is on its way, whether or not it is suspended."""

    ACTIVE = "active"
    CLOSING = "closing"
    """Closed by its owner, and not yet erased."""
    CLOSED = "closed"
    """Erased."""


@dataclass(frozen=True, slots=True)
class AgencyStanding:
    """What was told of an agency last."""

    suspended: bool = False
    reason: str | None = None
    """Why it is suspended."""
    turn_to: str | None = None
    """Whom its people turn to about that."""
    life: Life = Life.ACTIVE

    @property
    def at_rest(self) -> bool:
        """Whether nothing goes out for it."""
        return self.suspended or self.life is not Life.ACTIVE

    def lets_in(self, role: Role | None) -> bool:
        """Whether somebody of this role may work in it; None: whoever comes from outside, or an API key."""
        return not self.suspended and (self.life is Life.ACTIVE or (self.life is Life.CLOSING and role is Role.OWNER))

    def require_at_work(self, role: Role | None = None) -> None:
        """Raises Suspended, and Closed: in an agency that its owner closed, for all but its owners until it is erased."""
        if self.suspended:
            raise Suspended(why(self.reason, self.turn_to))
        if self.life is Life.CLOSED:
            raise Closed("this agency was closed, and what was kept of it is erased")
        if self.life is Life.CLOSING and role is not Role.OWNER:
            raise Closed(
                "your agency was closed by its owner; an owner can reopen it until what is kept of it is erased"
            )


AT_WORK = AgencyStanding()


def why(reason: str | None, turn_to: str | None) -> str:
    """A suspension in words, with whom to turn to."""
    because = f": {reason.rstrip('.')}" if reason else ""
    turn = f"; turn to {turn_to}" if turn_to else "; an owner of the agency turns to whoever operates this platform"
    return f"your agency is suspended{because}{turn}. Nothing is lost meanwhile"


async def agency_standing_of(session: Session) -> AgencyStanding:
    """Where the session's agency stands."""
    row = await driver_of(session).fetchrow(STANDING)
    return AT_WORK if row is None else AgencyStanding(row[0], row[1], row[2], Life(row[3]))


def agency_standing_heard_on(consumer: Consumer) -> None:
    """Has a consumer that listens to `TOLD_OF_AGENCIES` keep what it hears of them."""

    async def heard(event: Received[Event], db: Session) -> None:
        await _keep(event, db)

    for told in TOLD_OF_AGENCIES:
        consumer.on(told)(heard)


async def agency_standing_kept(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """The projection of the service that tells: identity."""
    for fact in facts:
        await _keep(fact, session)


async def _keep(fact: Fact[Event] | Received[Event], session: Session) -> None:
    driver = driver_of(session)
    match fact.data:
        case AgencySuspended() as told:
            await driver.execute(_SUSPENDED, fact.agency_id, told.reason, told.turn_to)
        case AgencyResumed():
            await driver.execute(_RESUMED, fact.agency_id)
        case AgencyClosed():
            await driver.execute(_LIVES, fact.agency_id, Life.CLOSING)
        case AgencyReopened():
            await driver.execute(_LIVES, fact.agency_id, Life.ACTIVE)
        case AgencyErased():
            await driver.execute(_ERASED, fact.agency_id)
        case _:
            return
    hint_at_commit(session, HINT)
