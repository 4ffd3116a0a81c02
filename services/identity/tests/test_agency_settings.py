"""What an agency settles for itself: hours, branding, how long is kept; and who may."""

import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from accounts import register, sign_in
from gardenos_chassis.errors import Invalid
from gardenos_chassis.testing import Running
from gardenos_contracts.identity import (
    AgencyRegistered,
    AgencySettingsChanged,
    OpenHours,
    QuietHours,
    Retention,
    Weekday,
)
from gardenos_contracts.values import Role
from gardenos_identity import agency
from gardenos_identity.agency import Agency, Settings

PNG = b"\x89PNG\r\n\x1a\n" + b"leaf" * 20
SETTINGS = Settings("Garden", "America/Chicago", "USD")


def wrong(settings: Settings) -> list[str]:
    with pytest.raises(Invalid) as refused:
        [*Agency(uuid4(), SETTINGS).settle(settings)]
    return [error.pointer for error in refused.value.errors]


def monday(*hours: tuple[str, str]) -> Settings:
    day = tuple(OpenHours(opens=opens, closes=closes) for opens, closes in hours)
    return replace(SETTINGS, business_hours={**SETTINGS.business_hours, Weekday.MONDAY: day})


@pytest.mark.parametrize(
    ("settings", "pointers"),
    [
        (monday(("09:00", "12:00"), ("11:00", "17:00")), ["/business_hours/monday/1/opens"]),
        (monday(("13:00", "17:00"), ("09:00", "12:00")), ["/business_hours/monday/1/opens"]),
        (monday(("17:00", "09:00")), ["/business_hours/monday/0/closes"]),
        (monday(("24:00", "24:00")), ["/business_hours/monday/0/opens", "/business_hours/monday/0/closes"]),
        (monday(("9 am", "17:00")), ["/business_hours/monday/0/opens", "/business_hours/monday/0/closes"]),
        (replace(SETTINGS, time_zone="Mars/Olympus"), ["/time_zone"]),
        (replace(SETTINGS, quiet_hours=QuietHours(begins="21:00", ends="21:00")), ["/quiet_hours/ends"]),
        (replace(SETTINGS, quiet_hours=QuietHours(begins="24:00", ends="08:00")), ["/quiet_hours/begins"]),
        (replace(SETTINGS, retention=Retention(conversations_months=0)), ["/retention/conversations_months"]),
        (replace(SETTINGS, retention=Retention(closed_leads_months=241)), ["/retention/closed_leads_months"]),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(settings: Settings, pointers: list[str]) -> None:
    assert wrong(settings) == pointers


@pytest.mark.parametrize(
    "settings",
    [
        monday(("09:00", "12:00"), ("12:00", "17:00")),
        monday(("00:00", "24:00")),
        monday(),
        replace(SETTINGS, quiet_hours=QuietHours(begins="21:00", ends="08:00"), name="Grove"),
        replace(SETTINGS, quiet_hours=QuietHours(begins="01:00", ends="08:00")),
        replace(SETTINGS, quiet_hours=None),
    ],
)
def test_settings_are_what_their_events_say(settings: Settings) -> None:
    registered = AgencyRegistered(agency_id=uuid4(), name="Garden", time_zone="America/Chicago", currency="USD")
    before = agency.evolve(None, registered)
    assert before is not None
    assert before.settings == SETTINGS
    (told,) = before.settle(settings)
    # As it comes back from the store.
    told = AgencySettingsChanged.model_validate_json(told.model_dump_json())
    after = agency.evolve(before, told)
    assert after is not None
    assert after.settings == settings
    assert [*after.settle(settings)] == []


async def founded(identity: Running) -> dict[str, Any]:
    async with identity.anonymous() as http:
        return await register(http)


async def test_an_admin_changes_what_is_named_and_the_rest_stays(identity: Running) -> None:
    made = await founded(identity)
    here = f"/api/v1/agencies/{made['id']}"
    async with identity.client(UUID(made["id"]), role=Role.ADMIN) as http:
        before = await http.get(here)
        assert before.headers["etag"] == '"1"'
        assert before.json()["business_hours"]["monday"] == [{"opens": "09:00", "closes": "17:00"}]
        assert before.json()["business_hours"]["sunday"] == []
        change = {
            "time_zone": "America/Denver",
            "business_hours": {"saturday": [{"opens": "10:00", "closes": "13:00"}]},
            "display_name": " Garden & Sons ",
            "accent": "ocean",
            "retention": {"closed_leads_months": 24},
        }
        after = await http.patch(here, json=change, headers={"If-Match": '"1"'})
        assert after.status_code == 200, after.text
        assert after.json() == {
            **before.json(),
            "time_zone": "America/Denver",
            "business_hours": {**before.json()["business_hours"], **change["business_hours"]},  # type: ignore[dict-item]
            "display_name": "Garden & Sons",
            "accent": "ocean",
            "retention": {"closed_leads_months": 24, "conversations_months": None},
            "version": 2,
        }
        assert (await http.get(here)).json() == after.json()
        assert (await http.get(here)).headers["etag"] == after.headers["etag"] == '"2"'
        stale = await http.patch(here, json={"name": "Grove"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        quiet = await http.patch(here, json={"quiet_hours": None, "display_name": None})
        assert (quiet.json()["quiet_hours"], quiet.json()["display_name"]) == (None, None)
        again = await http.patch(here, json={"quiet_hours": None})
        assert again.json()["version"] == 3
        refused = await http.patch(here, json={"quiet_hours": {"begins": "x", "ends": "08:00"}, "time_zone": "Mars"})
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/time_zone", "/quiet_hours/begins"]
    async with identity.anonymous() as http:
        session = (await sign_in(http, made["email"])).json()
        assert session["agency"] == quiet.json()
    types = [event.type for event in await identity.events(UUID(made["id"]))]
    assert types.count("identity.AgencySettingsChanged.v1") == 2


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VIEWER, Role.AUDITOR])
async def test_others_look_and_change_nothing(identity: Running, role: Role) -> None:
    made = await founded(identity)
    here = f"/api/v1/agencies/{made['id']}"
    async with identity.client(UUID(made["id"]), role=role) as http:
        assert (await http.get(here)).status_code == 200
        assert (await http.patch(here, json={"name": "Mine"})).status_code == 403
        sent = await http.put(f"{here}/logo", content=PNG, headers={"Content-Type": "image/png"})
        assert sent.status_code == 403
        assert (await http.delete(f"{here}/logo")).status_code == 403
        assert (await http.get(here)).json()["version"] == 1


async def test_nobody_touches_another_agency(identity: Running) -> None:
    made, other = await founded(identity), await founded(identity)
    there = f"/api/v1/agencies/{other['id']}"
    async with identity.client(UUID(made["id"]), role=Role.OWNER) as http:
        assert (await http.get(there)).status_code == 404
        assert (await http.patch(there, json={"name": "Mine"})).status_code == 404
        sent = await http.put(f"{there}/logo", content=PNG, headers={"Content-Type": "image/png"})
        assert sent.status_code == 404
        assert (await http.get(f"{there}/logo")).status_code == 404


async def test_a_logo_is_shown_until_it_is_taken_away(identity: Running) -> None:
    made = await founded(identity)
    here = f"/api/v1/agencies/{made['id']}"
    async with identity.client(UUID(made["id"]), role=Role.OWNER) as http:
        assert (await http.get(f"{here}/logo")).status_code == 404
        sent = await http.put(f"{here}/logo", content=PNG, headers={"Content-Type": "image/png"})
        assert sent.status_code == 200, sent.text
        assert sent.json()["logo"] == hashlib.sha256(PNG).hexdigest()
        shown = await http.get(f"{here}/logo")
        assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
        assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
        same = await http.put(f"{here}/logo", content=PNG, headers={"Content-Type": "image/png"})
        assert same.json()["version"] == 2
        gone = await http.delete(f"{here}/logo")
        assert (gone.json()["logo"], gone.json()["version"]) == (None, 3)
        assert (await http.get(f"{here}/logo")).status_code == 404


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"<svg onload='alert(1)'/>", "image/svg+xml", 415),
        (b"<svg onload='alert(1)'/>", "image/png", 422),
        (PNG, "image/jpeg", 422),
        (PNG + b"\0" * 102_400, "image/png", 413),
        (b"", "image/png", 422),
    ],
)
async def test_what_is_no_small_picture_is_no_logo(
    identity: Running, content: bytes, media_type: str, status: int
) -> None:
    made = await founded(identity)
    here = f"/api/v1/agencies/{made['id']}"
    async with identity.client(UUID(made["id"]), role=Role.OWNER) as http:
        answer = await http.put(f"{here}/logo", content=content, headers={"Content-Type": media_type})
        assert answer.status_code == status
        assert (await http.get(here)).json()["logo"] is None
