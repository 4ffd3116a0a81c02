"""What agencies must not see of one another, the database keeps apart by itself."""

from gardenos_chassis.testing import assert_tenant_safe
from gardenos_chassis.testing.parts import Parts


async def test_agencies_are_kept_apart(parts: Parts) -> None:
    # At sign-in no agency is known yet: these functions alone look across them.
    definers = ["credentials_of", "memberships_of", "single_sign_on_for"]
    # And operators see which agencies there are.
    register = ["agency_register"]
    await assert_tenant_safe(await parts.database("gardenos_identity"), read_across=register, definers=definers)
