"""A second factor that guards several agencies, whose owner lost it and their recovery codes: an operator takes it away.

No one agency has a say over what guards another, so none of their admins may.
"""

from dataclasses import dataclass

from gardenos_chassis.errors import NotFound
from gardenos_chassis.events import Context, EventStore
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.identity import SecondFactorRemoved

from gardenos_identity.mail import Letter, Mail
from gardenos_identity.operators.desk import Operator
from gardenos_identity.sessions import SignIn, normalised
from gardenos_identity.signing_in import logins
from gardenos_identity.signing_in.logins import Membership
from gardenos_identity.signing_in.passwords_anew import tell_elsewhere, told_of


@dataclass(frozen=True, slots=True)
class LostFactors:
    """Takes them away, by the address that their owner signs in with."""

    sign_in: SignIn
    mail: Mail

    async def take_away(self, store: EventStore, email: str, by: Operator, request_id: str) -> None:
        """Its owner signs in by the password alone, is signed out everywhere, and told by mail. Each agency's history has it.

        Raises NotFound where nobody signs in by this address with a second factor.
        """
        address = normalised(email)
        database, second_factor = self.sign_in.database, self.sign_in.second_factor
        async with database.across() as session:
            homes = [login.home for login in await logins.logins_of(session, address)]
        with_one = []
        for home in homes:
            async with database.transaction(home.agency_id) as session:
                if await second_factor.is_on(session, home.user_id):
                    with_one.append(home)
        if not with_one:
            raise NotFound("nobody signs in by this address with a second factor")
        for home in with_one:
            await self._take_away(store, address, home, by, request_id)

    async def _take_away(
        self, store: EventStore, address: str, home: Membership, by: Operator, request_id: str
    ) -> None:
        actor = Actor(ActorKind.OPERATOR, str(by.id))
        context = Context(home.agency_id, actor, request_id)
        async with store.unit_of_work(context) as work:
            await self.sign_in.second_factor.remove(work.session, home.user_id)
            open_to = await logins.memberships_of(work.session, home)
            for each in open_to:
                # Whoever has the lost telephone may be signed in on it.
                async with logins.within(work.session, each.agency_id, then=home.agency_id):
                    await self.sign_in.end_all(work.session, each.user_id)
            await told_of(work, home.user_id, SecondFactorRemoved(user_id=home.user_id))
            if self.mail.is_set:
                await self.mail.post(work.session, _letter(address), because_of=work.context)
        elsewhere = [each for each in open_to if each != home]
        await tell_elsewhere(
            store, context, elsewhere, lambda user_id: SecondFactorRemoved(user_id=user_id), by=actor
        )  # fmt: skip


def _letter(address: str) -> Letter:
    return Letter(
        to=address,
        subject="Signing in to GardenOS asks for your password alone",
        paragraphs=(
            "Whoever operates this platform took the second factor of your account away, as they were asked to in your"
            " name, and you were signed out everywhere.",
            "Sign in with your password, and add a second factor anew under Your account.",
            "If you did not ask for this, change your password, and tell an owner of your agency.",
        ),
    )
