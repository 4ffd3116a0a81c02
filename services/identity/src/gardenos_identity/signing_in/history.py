"""Who signed in to an account and who was not let in: when, from where, and why not.

Each is an entry of the audit trail, which keeps no whole address, and for ninety days a row here, which does. What was refused is
told to every agency that the account belongs to. Of an address that nobody has, nothing is kept; finding that out takes the
same round trips as keeping it, so that the time of the answer tells nobody whether there is such an account.

A stranger cannot flood it: a try is refused as wrong only as often as `limits` lets it be made, and a lock is told of once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from gardenos_chassis.audit.accesses import literal, sign_in_refused
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Origin
from gardenos_chassis.tenancy import Database, Session, last_of
from sqlalchemy import Column, DateTime, Table, Text, Uuid, delete, insert, select

from gardenos_identity.signing_in.limits import NO_AGENCY
from gardenos_identity.signing_in.logins import Membership, memberships_of
from gardenos_identity.tables import metadata, users

KEPT = timedelta(days=90)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("session_id", Uuid),
)
"""`id`: of one that was refused, its entry's in the audit trail."""

_ORDER = (Key(sign_ins.c.at, "at", "desc"), Key(sign_ins.c.id, "id", "desc"))
_NOBODY = Membership(NO_AGENCY, NO_AGENCY)


class Outcome(StrEnum):
    """How it ended."""

    SIGNED_IN = "signed in"
    WRONG_PASSWORD = "wrong password"  # noqa: S105 - what is told of one
    WRONG_CODE = "wrong second factor"
    LOCKED = "locked after too many tries"
    DEACTIVATED = "deactivated"
    PASSWORD_REFUSED = "single sign-on is asked for"  # noqa: S105 - as above
    SUSPENDED = "the agency is suspended"
    CLOSED = "the agency is closed"
    PROVIDER_REFUSED = "single sign-on refused"


@dataclass(frozen=True, slots=True)
class Refusals:
    """Records who was not let in, after it was refused: the transaction that did so has come to nothing."""

    database: Database

    async def of(self, homes: Sequence[Membership], why: Outcome, origin: Origin) -> None:
        """In every agency that these logins open. `homes` is empty for an address that nobody has."""
        async with self.database.transaction(NO_AGENCY) as session:
            told = [each for home in homes or [_NOBODY] for each in await memberships_of(session, home)]
            _tell(session, told, why, origin)

    async def of_vouched(self, agency_id: UUID, email: str | None, origin: Origin) -> None:
        """In the agency whose provider it was; of its account, where the provider named one that is there."""
        async with self.database.transaction(agency_id) as session:
            found = (await session.execute(select(users.c.id).where(users.c.email == email))).scalar()
            if found is None:
                last_of(session, sign_in_refused(agency_id, new_id(), None, Outcome.PROVIDER_REFUSED))
            else:
                _tell(session, [Membership(agency_id, found)], Outcome.PROVIDER_REFUSED, origin)


async def note_signed_in(
    session: Session, agency_id: UUID, user_id: UUID, session_id: UUID, origin: Origin
) -> None:  # fmt: skip
    """Keeps whose session has begun, in its transaction; what was kept long enough goes."""
    now = datetime.now(UTC)
    await session.execute(delete(sign_ins).where(sign_ins.c.user_id == user_id, sign_ins.c.at < now - KEPT))
    kept = {**_kept(agency_id, user_id, Outcome.SIGNED_IN, origin), "id": session_id, "at": now}
    await session.execute(insert(sign_ins).values(**kept, session_id=session_id))


async def recent(session: Session, user_id: UUID, cursor: str | None, limit: int) -> dict[str, Any]:
    """A page of an account's, the last first; as long as they are kept."""
    asked = select(sign_ins).where(sign_ins.c.user_id == user_id, sign_ins.c.at > datetime.now(UTC) - KEPT)
    page = page_of(await fetch(session, keyset(asked, _ORDER, cursor, limit)), _ORDER, limit)
    page["items"] = [
        {
            "id": row["id"],
            "at": row["at"],
            "outcome": row["outcome"],
            "device": Origin(row["address"], row["user_agent"]).device,
            "address": row["address"],
            "session_id": row["session_id"],
        }
        for row in page["items"]
    ]
    return page


def _tell(session: Session, told: Sequence[Membership], why: Outcome, origin: Origin) -> None:
    """All of it goes along with the commit, whose end is not waited for: whether there is anything takes as long."""
    statements = ["set local synchronous_commit = off"]
    for each in told:
        id = new_id()
        row = {"id": id, **_kept(each.agency_id, each.user_id, why, origin)}
        statements += [
            f"set local app.agency_id = '{each.agency_id.hex}'",
            f"insert into sign_ins ({', '.join(row)}) values ({', '.join(map(literal, row.values()))})",  # noqa: S608
            f"delete from sign_ins where user_id = '{each.user_id}' and at < now() - interval '{KEPT.days} days'",  # noqa: S608
            sign_in_refused(each.agency_id, id, each.user_id, why),
        ]
    last_of(session, "; ".join(statements))


def _kept(agency_id: UUID, user_id: UUID, outcome: Outcome, origin: Origin) -> dict[str, Any]:
    return {
        "agency_id": agency_id,
        "user_id": user_id,
        "outcome": outcome.value,
        "address": origin.address,
        "user_agent": origin.user_agent,
    }
