"""What owners and admins settle of single sign-on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from gardenos_chassis.errors import Conflict, Invalid, NotFound, PreconditionFailed
from gardenos_chassis.events import UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.sealing.secrets import seal, unseal
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event
from gardenos_contracts.identity import SingleSignOnChanged, SingleSignOnRemoved
from gardenos_contracts.values import Role
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from gardenos_identity.single_sign_on.providers import Client
from gardenos_identity.single_sign_on.reaching import Reach
from gardenos_identity.single_sign_on.tables import attempts, links, single_sign_on

MOST_DOMAINS = 50

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_EVERYBODYS = frozenset(
    [
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "aol.com"),
        *("icloud.com", "me.com", "proton.me", "protonmail.com", "gmx.net", "gmx.de", "web.de", "mail.com"),
        *("yandex.com", "zoho.com", "comcast.net", "verizon.net", "att.net"),
    ]
)
_VERSION = text("select coalesce(max(version), 0) from events where stream_id = :id")


@dataclass(frozen=True, slots=True)
class Settled:
    """What an agency settled, with what only we read."""

    version: int
    client: Client
    domains: frozenset[str]
    required: bool
    joins_as: Role | None
    tested: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be settled. `secret` None: the one that is kept."""

    issuer: str
    client: str
    secret: str | None
    domains: Sequence[str]
    required: bool
    joins_as: Role | None


@dataclass(frozen=True, slots=True)
class Settling:
    """Reads and changes what is settled, in the caller's transaction."""

    keys: MasterKeys
    reach: Reach
    callback: str

    async def show(self, session: Session) -> dict[str, Any]:
        """What is settled, for people: without the secret. All is empty where nothing is."""
        row = (await session.execute(select(single_sign_on))).mappings().first()
        told = {name: row[name] if row else None for name in ("issuer", "client", "joins_as", "tested_at")}
        domains, required = (list(row["domains"]), row["required"]) if row else ([], False)
        return {**told, "domains": domains, "required": required, "version": row["version"] if row else 0}

    async def settled(self, session: Session, agency_id: UUID) -> Settled | None:
        """What is settled, to act by; None where nothing is."""
        row = (await session.execute(select(single_sign_on))).first()
        if row is None:
            return None
        secret = unseal(self.keys, agency_id, row.id, row.secret)
        return Settled(
            row.version,
            Client(row.issuer, row.client, secret, self.callback),
            frozenset(row.domains),
            row.required,
            Role(row.joins_as) if row.joins_as else None,
            row.tested_at is not None,
        )

    async def settle(self, work: UnitOfWork, wish: Wish) -> None:
        """Settles it. Raises Invalid; Conflict where it would be required before it was tested; PreconditionFailed."""
        agency_id = work.context.agency_id
        domains = self._check(wish)
        before = (await work.session.execute(select(single_sign_on).with_for_update())).first()
        if work.context.if_match not in (None, before.version if before else 0):
            raise PreconditionFailed(
                "single sign-on was set up otherwise meanwhile; read it again and repeat your change"
            )
        # The old secret goes to nobody else: it is the provider's that gave it.
        same = before is not None and (before.issuer, before.client) == (wish.issuer, wish.client)
        if wish.secret is None and not same:
            raise Invalid("give the secret that this provider gave you for this client", pointer="/secret")
        id = before.id if before else new_id()
        tested_at = before.tested_at if before and same and wish.secret is None else None
        if wish.required and tested_at is None:
            raise Conflict("test this first, then require it: else your people might be locked out")
        secret = before.secret if before and wish.secret is None else seal(self.keys, agency_id, id, wish.secret or "")
        values = {
            "issuer": wish.issuer,
            "client": wish.client,
            "secret": secret,
            "domains": domains,
            "required": wish.required,
            "joins_as": wish.joins_as.value if wish.joins_as else None,
            "tested_at": tested_at,
            "version": before.version + 1 if before else 1,
        }
        kept = insert(single_sign_on).values(agency_id=agency_id, id=id, **values)
        await work.session.execute(kept.on_conflict_do_update(index_elements=["agency_id"], set_=values))
        await _tell(
            work,
            SingleSignOnChanged(
                issuer=wish.issuer, domains=tuple(domains), required=wish.required, joins_as=wish.joins_as
            ),
        )

    async def remove(self, work: UnitOfWork) -> None:
        """Everybody signs in by password again; whose account was whose is forgotten. Raises NotFound."""
        gone = await work.session.execute(delete(single_sign_on).returning(single_sign_on.c.id))
        if gone.first() is None:
            raise NotFound("your agency has no single sign-on")
        for table in (links, attempts):
            await work.session.execute(delete(table))
        await _tell(work, SingleSignOnRemoved())

    async def passed_test(self, session: Session, version: int) -> None:
        """What was settled as of this version works. Raises Conflict if it is settled otherwise by now."""
        passed = update(single_sign_on).where(single_sign_on.c.version == version).values(tested_at=datetime.now(UTC))
        if (await session.execute(passed.returning(single_sign_on.c.id))).first() is None:
            raise Conflict("single sign-on was set up otherwise meanwhile; test it again")

    def _check(self, wish: Wish) -> list[str]:
        try:
            self.reach.check(wish.issuer)
        except ValueError as broken:
            raise Invalid(f"the issuer's address {broken}", pointer="/issuer") from broken
        domains = sorted({each.strip().lower().removeprefix("@") for each in wish.domains})
        for domain in domains:
            if not _DOMAIN.fullmatch(domain):
                raise Invalid(
                    f"{domain or 'an empty text'} is no domain; give one like example.com", pointer="/domains"
                )
            if domain in _EVERYBODYS:
                raise Invalid(f"{domain} is everybody's, not your agency's", pointer="/domains")
        if wish.joins_as in (Role.OWNER, Role.ADMIN):
            raise Invalid(f"nobody becomes {wish.joins_as} unasked; choose another role", pointer="/joins_as")
        return domains


async def _tell(work: UnitOfWork, event: Event) -> None:
    """Records it in the stream that an agency's single sign-on has."""
    stream = uuid5(work.context.agency_id, "single sign-on")
    version = (await work.session.execute(_VERSION, {"id": stream})).scalar_one()
    work.record(stream, version, [event])
