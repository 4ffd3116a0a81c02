"""What identity says of who did what: signing in is told of, and every event says by which rule it was."""

from accounts import FIREFOX, acting, register, sign_in
from gardenos_chassis.testing import Running

TRAIL = "/api/v1/operations/identity/audit"


async def test_signing_in_is_in_the_trail(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"], **{"User-Agent": FIREFOX})).json()
        assert (await sign_in(http, agency["email"], "not the password")).status_code == 401
    async with acting(identity, session) as owner:
        refused, told = (await owner.get(TRAIL, params={"kind": "sign-in"})).json()["items"]
        (mine,) = (await owner.get("/api/v1/sessions")).json()["items"]
    assert (refused["type"], told["type"]) == ("not signed in: wrong password", "signed in")
    assert (told["actor"], told["subject_id"]) == (f"person:{agency['owner_id']}", mine["id"])
    assert told["rule"] == "account:sign in/own"
    assert told["origin"] == f"127.0.0.0/24; Firefox on Windows; session {mine['id']}"


async def test_what_needs_no_permission_says_so(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
    async with acting(identity, session) as owner:
        changed = await owner.patch("/api/v1/users/me", json={"name": "Olga", "time_zone": None, "locale": None})
        assert changed.status_code == 200, changed.text
        formed = await owner.post("/api/v1/teams", json={"name": "East"})
        assert formed.status_code == 201, formed.text
        found = (await owner.get(TRAIL, params={"kind": "change"})).json()["items"]
    rules = {each["title"]: each["rule"] for each in found}
    assert rules["Profile changed"] == "account:change/own"
    assert rules["Team formed"] == "people:administer/agency"
    assert rules["Agency registered"].startswith("public:")
    assert all(each["rule"] for each in found)
