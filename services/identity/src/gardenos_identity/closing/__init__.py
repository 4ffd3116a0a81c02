"""An agency closed by its owner: reopened within some days, or erased.

- `closure`: what may happen, by the agency's own stream;
- `projections`: the closures that are;
- `erasing`: the job that erases on the day, and what becomes of logins that open other agencies too.
"""

from gardenos_identity.closing.erasing import ERASE, Erasing
from gardenos_identity.closing.projections import closure_of, project
from gardenos_identity.closing.tables import agency_closures

__all__ = ["ERASE", "Erasing", "agency_closures", "closure_of", "project"]
