"""The way out to the provider and back, and who somebody is whom it vouches for.

Whoever goes takes two secrets along: the state, which comes back by way of the provider, and the proof, which never leaves
their browser and from which nonce and PKCE's verifier are made. Both are needed, once, within ten minutes.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Forbidden, Invalid, NotFound, Unauthorized, Unavailable
from gardenos_chassis.events import Context, EventStore, UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Origin
from gardenos_chassis.tenancy import Database
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.identity import SingleSignOnLinked
from gardenos_contracts.values import Role
from sqlalchemy import Row, delete, insert, select, text

from gardenos_identity import invitation, queries, user
from gardenos_identity.changing import present
from gardenos_identity.sessions import SignIn, normalised
from gardenos_identity.signing_in.limits import Limits, Try
from gardenos_identity.signing_in.passwords_anew import told_of
from gardenos_identity.signing_in.tickets import Ticket
from gardenos_identity.single_sign_on.providers import NotVouched, Providers, Vouched
from gardenos_identity.single_sign_on.reaching import ProviderAway
from gardenos_identity.single_sign_on.rules import PROVIDER
from gardenos_identity.single_sign_on.settling import Settled, Settling
from gardenos_identity.single_sign_on.tables import attempts, links
from gardenos_identity.tables import credentials, invitation_secrets, invitations, sessions, users

ATTEMPT_SECONDS = 600

NOT_HERE = (
    "this does not lead to single sign-on here; use the link that your agency gave you, or sign in with your password"
)
_LATE = "that took too long, or was done already; begin to sign in once more"
_OWNERS = (
    "owners sign in with their password until they have tested single sign-on with their own account, in the settings"
)
_DEACTIVATED = "this account was deactivated; ask an owner or admin of your agency"

_FOR = text("select agency_id from single_sign_on_for(:domain)")
_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:address, 0))")


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to go, and what to keep in the browser until one is back."""

    address: str
    proof: str


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """Signs in those for whom their agency's provider vouches."""

    database: Database
    settling: Settling
    providers: Providers
    sign_in: SignIn
    limits: Limits

    async def begin_by_address(self, email: str, origin: Origin) -> Begun:
        """On the way by the domain of an address, whether anybody has it or not. Raises NotFound, in the same words for
        a domain that no agency has and one that several say is theirs; TooManyRequests, Unavailable."""
        address = normalised(email)
        await self.limits.count(Try(PROVIDER, address, origin.neighbourhood))
        async with self.database.across() as session:
            found = (await session.execute(_FOR, {"domain": address.rpartition("@")[2]})).scalars().all()
        if len(found) != 1:
            raise NotFound(NOT_HERE)
        return await self._begin(found[0], counted_as=address, hint=address)

    async def begin_at(self, agency_id: UUID, origin: Origin) -> Begun:
        """On the way by the agency's own link. Raises as `begin_by_address`."""
        # An agency's link is used by all of it: each place is counted by itself.
        counted_as = f"{agency_id} {origin.neighbourhood}"
        await self.limits.count(Try(PROVIDER, counted_as, origin.neighbourhood))
        return await self._begin(agency_id, counted_as=counted_as)

    async def begin_test(self, agency_id: UUID, user_id: UUID) -> Begun:
        """On the way to see whether what is settled works. Raises NotFound, Invalid."""
        try:
            return await self._begin(agency_id, counted_as="", tested_by=user_id)
        except Unavailable as away:
            raise Invalid(away.detail, pointer="/issuer") from away

    async def complete(
        self, store: EventStore, code: str, state: str, proof: str, origin: Origin, request_id: str
    ) -> dict[str, Any]:
        """Back from the provider: a new session. Raises Unauthorized, Forbidden, Unavailable."""
        ticket, attempt, settled = await self._back(state, proof, by=None)
        email = None
        try:
            vouched = await self._vouched(settled, code, proof)
            email = vouched.email
            await self.limits.succeeded(Try(PROVIDER, attempt.counted_as, origin.neighbourhood))
            new = new_id()
            context = Context(ticket.agency_id, Actor(ActorKind.SYSTEM, PROVIDER), request_id)
            async with store.unit_of_work(context) as work:
                user_id = await self._whose(work, settled, vouched, new)
                return await self.sign_in.start(work.session, ticket.agency_id, user_id, origin, begun_by=PROVIDER)
        except (Unauthorized, Forbidden):
            await self.sign_in.refusals.of_vouched(ticket.agency_id, email, origin)
            raise

    async def complete_test(
        self, store: EventStore, context: Context, user_id: UUID, session_id: UUID, code: str, state: str, proof: str
    ) -> Vouched:
        """Back from a test: it works, and the provider's account is the tester's own where it has their address.

        Raises Invalid with what is wrong.
        """
        try:
            ticket, attempt, settled = await self._back(state, proof, by=user_id)
            if ticket.agency_id != context.agency_id:
                raise Invalid(_LATE)
            vouched = await self._vouched(settled, code, proof)
        except (Unauthorized, Forbidden, Unavailable) as refused:
            raise Invalid(refused.detail) from refused
        async with store.unit_of_work(context) as work:
            await self.settling.passed_test(work.session, attempt.version)
            me = await queries.user(work.session, user_id)
            begun_by = select(sessions.c.begun_by).where(sessions.c.id == session_id, sessions.c.user_id == user_id)
            by_password = (await work.session.execute(begun_by)).scalar() != PROVIDER
            if me["email"] == vouched.email and by_password:
                # Theirs again, whoever the provider said had it before.
                theirs = (links.c.user_id == user_id) | (links.c.subject == vouched.subject)
                await work.session.execute(delete(links).where(links.c.issuer == vouched.issuer, theirs))
                await _link(work, vouched, user_id, proven=True)
                await told_of(work, user_id, SingleSignOnLinked(user_id=user_id, issuer=vouched.issuer))
        return vouched

    async def _begin(
        self, agency_id: UUID, *, counted_as: str, hint: str | None = None, tested_by: UUID | None = None
    ) -> Begun:
        async with self.database.transaction(agency_id) as session:
            settled = await self.settling.settled(session, agency_id)
        if settled is None or not (settled.tested or tested_by):
            raise NotFound(NOT_HERE)
        ticket, proof = Ticket.new(agency_id, new_id()), secrets.token_urlsafe(32)
        try:
            address = await self.providers.address(
                settled.client, state=str(ticket), nonce=_made(proof, "nonce"), verifier=_made(proof, "verifier"), hint=hint
            )  # fmt: skip
        except ProviderAway as away:
            raise Unavailable(f"your agency's provider cannot be asked just now: {away}", retry_after=10) from away
        now = datetime.now(UTC)
        async with self.database.transaction(agency_id) as session:
            await session.execute(delete(attempts).where(attempts.c.expires_at <= now))
            await session.execute(
                insert(attempts).values(
                    agency_id=agency_id,
                    id=ticket.id,
                    state_hash=ticket.hash,
                    proof_hash=_hash(proof),
                    version=settled.version,
                    tested_by=tested_by,
                    counted_as=counted_as,
                    expires_at=now + timedelta(seconds=ATTEMPT_SECONDS),
                )
            )
        return Begun(address, proof)

    async def _back(self, state: str, proof: str, *, by: UUID | None) -> tuple[Ticket, Row[Any], Settled]:
        """Who is back, once: whatever comes of it, the same state is worth nothing any more. Raises Unauthorized."""
        ticket = Ticket.parse(state, Unauthorized(_LATE))
        async with self.database.transaction(ticket.agency_id) as session:
            asked = select(attempts).where(attempts.c.id == ticket.id, attempts.c.expires_at > datetime.now(UTC))
            row = (await session.execute(asked.with_for_update())).first()
            if row is None or not hmac.compare_digest(row.state_hash, ticket.hash):
                raise Unauthorized(_LATE)
            # Who has the state alone, from a log perhaps, uses nothing up.
            if not hmac.compare_digest(row.proof_hash, _hash(proof)) or row.tested_by != by:
                raise Unauthorized(_LATE)
            await session.execute(delete(attempts).where(attempts.c.id == ticket.id))
            settled = await self.settling.settled(session, ticket.agency_id)
        if settled is None or settled.version != row.version:
            raise Unauthorized("single sign-on was set up otherwise meanwhile; begin to sign in once more")
        return ticket, row, settled

    async def _vouched(self, settled: Settled, code: str, proof: str) -> Vouched:
        try:
            vouched = await self.providers.vouch(
                settled.client, code, nonce=_made(proof, "nonce"), verifier=_made(proof, "verifier")
            )
        except ProviderAway as away:
            raise Unavailable(f"your agency's provider cannot be asked just now: {away}", retry_after=10) from away
        except NotVouched as fault:
            raise Unauthorized(str(fault)) from fault
        if vouched.email.rpartition("@")[2] not in settled.domains:
            raise Forbidden(f"{vouched.email} is of a domain that your agency does not take")
        return vouched

    async def _whose(self, work: UnitOfWork, settled: Settled, vouched: Vouched, new: UUID) -> UUID:
        """The person here. By their account at the provider, once that is known; before, by their verified address."""
        of_account = (links.c.issuer == vouched.issuer) & (links.c.subject == vouched.subject)
        # Two who come for the first time at once are one after the other.
        await work.session.execute(_LOCK, {"address": f"{work.context.agency_id} {vouched.email}"})
        link = (await work.session.execute(select(links.c.user_id, links.c.proven).where(of_account))).first()
        if link is not None:
            known = await queries.user(work.session, link.user_id)
            _refuse_who_may_not(known, proven=link.proven)
            return known["id"]  # type: ignore[no-any-return]
        asked = select(users.c.id, users.c.role, users.c.active).where(users.c.email == vouched.email)
        known_by_address = (await work.session.execute(asked)).mappings().first()
        if known_by_address is None:
            await self._join(work, settled, vouched, new)
            return new
        _refuse_who_may_not(known_by_address, proven=False)
        user_id: UUID = known_by_address["id"]
        theirs = select(links.c.subject).where(links.c.issuer == vouched.issuer, links.c.user_id == user_id)
        if (await work.session.execute(theirs)).first() is not None:
            raise Forbidden("another account of your provider has this address here; ask an owner of your agency")
        await _link(work, vouched, user_id, proven=False)
        await told_of(work, user_id, SingleSignOnLinked(user_id=user_id, issuer=vouched.issuer))
        await work.flush()
        return user_id

    async def _join(self, work: UnitOfWork, settled: Settled, vouched: Vouched, new: UUID) -> None:
        now = datetime.now(UTC)
        asked = select(invitations.c.id).where(
            invitations.c.email == vouched.email, invitations.c.state == "open", invitations.c.expires_at > now
        )
        invited = (await work.session.execute(asked)).scalar()
        if invited is not None:
            found, version = await present(work, invited, invitation.evolve, "invitation", named=False)
            role, team_ids = found.role, sorted(found.team_ids)
            if role == Role.OWNER:
                raise Forbidden("owners join by the link of their invitation, not by single sign-on")
            work.record(invited, version, found.accept(new, now))
            forgotten = invitation_secrets.c.invitation_id == invited
            await work.session.execute(delete(invitation_secrets).where(forgotten))
        elif settled.joins_as is not None:
            role, team_ids = settled.joins_as, []
        else:
            raise Forbidden(
                f"nobody in this agency has the address {vouched.email}; ask an owner or admin to invite you"
            )
        joins = user.join(new, name=vouched.name, email=vouched.email, role=role, team_ids=team_ids)
        work.record(new, 0, [*joins, SingleSignOnLinked(user_id=new, issuer=vouched.issuer)])
        # Without a password: there is nothing to sign in with but the provider.
        agency_id = work.context.agency_id
        await work.session.execute(insert(credentials).values(agency_id=agency_id, user_id=new, email=vouched.email))
        await _link(work, vouched, new, proven=False)
        await work.flush()


def _refuse_who_may_not(known: Any, *, proven: bool) -> None:
    """Who settles which provider vouches must not become an owner by it: owners say themselves which account is theirs."""
    if not known["active"]:
        raise Unauthorized(_DEACTIVATED)
    if known["role"] == Role.OWNER.value and not proven:
        raise Forbidden(_OWNERS)


async def _link(work: UnitOfWork, vouched: Vouched, user_id: UUID, *, proven: bool) -> None:
    await work.session.execute(
        insert(links).values(
            agency_id=work.context.agency_id,
            issuer=vouched.issuer,
            subject=vouched.subject,
            user_id=user_id,
            proven=proven,
            linked_at=datetime.now(UTC),
        )
    )


def _made(proof: str, what: str) -> str:
    made = hmac.digest(proof.encode(), what.encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _hash(proof: str) -> str:
    return hashlib.sha256(proof.encode()).hexdigest()
