"""Somebody who is signed in proves anew that it is they, for what a session that was left open or stolen must not do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Invalid
from gardenos_chassis.origins import Origin

from gardenos_identity.sessions import SignIn
from gardenos_identity.signing_in import logins
from gardenos_identity.signing_in.limits import Try
from gardenos_identity.signing_in.passwords_anew import PasswordsAnew
from gardenos_identity.signing_in.second_factor import WRONG_CODE

CODE_NEEDED = "give a code of your authenticator app as well, or a recovery code"


@dataclass(frozen=True, slots=True)
class Confirming:
    """By all that signing in asks for, counted as signing in is."""

    sign_in: SignIn
    anew: PasswordsAnew

    async def confirm(
        self, agency_id: UUID, user_id: UUID, session_id: UUID, password: str, code: str | None, origin: Origin
    ) -> dict[str, Any]:
        """A new access token of the session, by which what asks for it may be done for a while.

        Raises Invalid for a wrong password, and for a code that is wrong or missing; TooManyRequests; Unauthorized if the
        session has ended.
        """
        await self.anew.prove(agency_id, user_id, password, origin)
        database, second_factor = self.sign_in.database, self.sign_in.second_factor
        async with database.transaction(agency_id) as session:
            home = await logins.home_of(session, agency_id, user_id)
            address = await logins.address_of(session, user_id)
        async with database.transaction(home.agency_id) as session:
            needed = await second_factor.is_on(session, home.user_id)
        if needed:
            if code is None:
                raise Invalid(CODE_NEEDED, pointer="/code")
            attempt = Try("code", address, origin.neighbourhood)
            await self.sign_in.limits.count(attempt)
            async with database.transaction(home.agency_id) as session:
                if not await second_factor.accepts(session, home.agency_id, home.user_id, code):
                    raise Invalid(WRONG_CODE, pointer="/code")
            await self.sign_in.limits.succeeded(attempt)
        async with database.transaction(agency_id) as session:
            return await self.sign_in.confirmed(session, agency_id, user_id, session_id)
