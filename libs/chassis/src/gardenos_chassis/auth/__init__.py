"""Who asks: access tokens verified, and what each role may see and do (`permissions` is the one table that says it).

`standings` keeps what identity told of people since a token was signed: roles, teams, who may no longer sign in.
"""

from gardenos_chassis.auth.caller import Caller, visible_to
from gardenos_chassis.auth.keys import ALGORITHM, AUDIENCE, ISSUER, Keys

__all__ = ["ALGORITHM", "AUDIENCE", "ISSUER", "Caller", "Keys", "visible_to"]
