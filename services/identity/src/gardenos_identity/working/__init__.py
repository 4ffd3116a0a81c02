"""Who works how: where people are licensed, what they speak, when they are at work, and when they are away.

- `profile`, `absence`: what may be said, each by a stream of its own;
- `projections`, `tables`: what is known of it now;
- `queries`: who is told how much of it.
"""

from gardenos_identity.working.projections import project
from gardenos_identity.working.tables import absences, work_profiles

__all__ = ["absences", "project", "work_profiles"]
