"""The test kit: real parts, another service's events, and waiting until caught up instead of sleeping.

Its pytest plugin gives these fixtures:

- `parts`: PostgreSQL and Kafka, once a session, with databases migrated as they are asked for;
- `agency_id`: an agency nobody else uses;
- `start(create_service, SettingsClass, **overrides)`: a context with the service at work on the real parts, a `Running`:
  `given` these events, `wait_until_caught_up`, `jobs_done`, then these `rows`;
- `source(name)`: stands for another service: publishes its events to its real topic and serves its feed.

`assert_tenant_safe(await parts.database("gardenos_x"))` holds a service's tables and role against the rules of tenancy.
"""

from gardenos_chassis.testing.isolation import assert_tenant_safe
from gardenos_chassis.testing.running import Running
from gardenos_chassis.testing.sources import Source
from gardenos_chassis.testing.waiting import eventually

__all__ = ["Running", "Source", "assert_tenant_safe", "eventually"]
