"""Who was let in and who was not, as the trail and the account tell it."""

from typing import Any
from uuid import UUID

from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

TRAIL = "/api/v1/operations/identity/audit"


async def refused(identity: Running, agency_id: str) -> list[dict[str, Any]]:
    """The trail's entries of who was not let in, the first first."""
    async with identity.client(UUID(agency_id), role=Role.AUDITOR) as auditor:
        items = (await auditor.get(TRAIL, params={"kind": "sign-in", "limit": 200})).json()["items"]
    return [each for each in reversed(items) if each["type"].startswith("not signed in")]


async def kept(identity: Running, agency_id: str, user_id: str) -> list[dict[str, Any]]:
    """Of an account, the last first."""
    async with identity.client(UUID(agency_id), role=Role.ADMIN) as admin:
        told = await admin.get(f"/api/v1/users/{user_id}/sign-ins")
    assert told.status_code == 200, told.text
    found: list[dict[str, Any]] = told.json()["items"]
    return found
