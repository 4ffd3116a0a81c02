"""Rules go by where people are licensed, what they speak, when they are at work and away, as identity tells of it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import driver_of
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.identity import AgencyRegistered, TeamLeadsNamed
from gardenos_contracts.values import Hours, LineOfBusiness, Role
from gardenos_contracts.work import AbsenceCancelled, AbsencePlanned, Licence, WorkProfileChanged
from gardenos_leads.assigning import routing
from gardenos_leads.assigning.tables import absences, lead_holdings, leads_given, work_profiles
from rules_in_force import AT, burst, have, in_force, owners, rule, seats, waits, what_if


def works(user_id: UUID, **said: Any) -> WorkProfileChanged:
    nothing: dict[str, Any] = {"licences": (), "languages": (), "working_hours": (), "time_zone": None}
    return WorkProfileChanged(user_id=user_id, **nothing | said)


def away(user_id: UUID, *, since: timedelta = timedelta(), covered_by: UUID | None = None) -> AbsencePlanned:
    begins = datetime.now(UTC) + since
    return AbsencePlanned(
        absence_id=new_id(), user_id=user_id, starts_at=begins, ends_at=begins + timedelta(days=3),
        covered_by=covered_by, note=None,
    )  # fmt: skip


async def told(running: Running, agency_id: UUID, *events: Any) -> None:
    """Identity tells; an absence's events are one stream."""
    for event in events:
        of_absence = isinstance(event, AbsencePlanned | AbsenceCancelled)
        stream_id = event.absence_id if of_absence else event.user_id
        await running.sources("identity").publish(agency_id, event, stream_id=stream_id)
    await running.wait_until_caught_up()


async def no_job(running: Running, agency_id: UUID, kind: str) -> None:
    """Waits until none of a kind is left, whenever it is due."""

    async def none() -> bool:
        async with running.service.database.transaction(agency_id) as session:
            left = "select count(*) from jobs where agency_id = $1 and kind = $2"
            return bool(await driver_of(session).fetchval(left, agency_id, kind) == 0)

    await eventually(none, what=f"no {kind} is left", within=60)


async def test_only_who_is_licensed_there_and_speaks_it_gets_it(leads: Running, agency_id: UUID) -> None:
    ann, ben, cal, dan, eve = people = [new_id() for _ in range(5)]
    await leads.colleagues(agency_id, *people)
    texas = {"state": "TX", "licence_number": "1234567"}
    auto = (LineOfBusiness.AUTO,)
    await told(
        leads, agency_id,
        works(ann, licences=(Licence(**texas, lines=auto, expires_on=date(2999, 1, 1)),), languages=("es",)),
        works(ben, licences=(Licence(**texas, expires_on=date(2020, 1, 1)),), languages=("es",)),
        works(cal, licences=(Licence(**texas),), languages=("en",)),
        works(dan, licences=(Licence(**texas, lines=(LineOfBusiness.LIFE,)),), languages=("es",)),
        works(eve, licences=(Licence(state="OK"),), languages=("es",)),
    )  # fmt: skip
    assert "1234567" not in str(await leads.rows(agency_id, work_profiles)), "numbers stay where they were said"
    async with leads.client(agency_id) as http:
        assert (await http.post("/api/v1/leads/fields", json={"label": "Language", "kind": "text"})).status_code == 201
        ids = await burst(leads, agency_id, 2, state="TX", line_of_business=LineOfBusiness.AUTO)
        for id in ids:
            spoken = await http.patch(f"/api/v1/leads/{id}/fields", json={"values": {"language": "Spanish"}})
            assert spoken.status_code == 200, spoken.text
        asked: dict[str, Any] = {"rules": [rule(licensed=True, speaks=True, seats=seats(people))], "days": 1}
        replayed = await what_if(leads, http, **asked)
        assert {each["user_id"]: each["draft"] for each in replayed["agents"] if each["draft"]} == {str(ann): 2}
        await in_force(http, *asked["rules"])
        await have(http, ids, ann, ann)
        [waiting] = await burst(leads, agency_id, 1, state="OK", line_of_business=LineOfBusiness.HOME)
        await have(http, [waiting], eve)
        [waiting] = await burst(leads, agency_id, 1, state="NM", line_of_business=LineOfBusiness.HOME)
        await waits(leads, agency_id, 1)
        [left] = (await http.get(f"{AT}/backlog")).json()["items"]
        assert (left["waits"], left["why"]) == ("nobody", {"not_licensed": 5})
        # Who is licensed there from now on gets what waits, at once.
        await told(leads, agency_id, works(cal, licences=(Licence(state="NM"),), languages=("en",)))
        await have(http, [waiting], cal)


def far_off(now: datetime) -> str:
    """A zone in which it is another day than in UTC, and stays so for a while."""
    return "Pacific/Kiritimati" if now.hour >= 11 else "Etc/GMT+12"


async def test_hours_are_by_the_agency_s_clock_unless_somebody_has_their_own(leads: Running, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    now = datetime.now(UTC)
    zone = far_off(now)
    registered = AgencyRegistered(agency_id=agency_id, name="Garden", time_zone=zone, currency="USD")
    await leads.sources("identity").publish(agency_id, registered, stream_id=agency_id)
    await leads.colleagues(agency_id, ann, ben)
    there, here = now.astimezone(ZoneInfo(zone)).weekday(), now.weekday()
    assert there != here
    day_there = (Hours(weekday=there, start="00:00", end="24:00"),)
    await told(
        leads, agency_id, works(ann, working_hours=day_there), works(ben, working_hours=day_there, time_zone="UTC")
    )
    async with leads.client(agency_id) as http:
        await in_force(http, rule(seats=seats([ann, ben])))
        ids = await burst(leads, agency_id, 2)
        await have(http, ids, ann, ann)
        day_here = (Hours(weekday=here, start="00:00", end="24:00"),)
        await told(
            leads, agency_id, works(ann, working_hours=day_here), works(ben, working_hours=day_here, time_zone="UTC")
        )
        ids = await burst(leads, agency_id, 2)
        await have(http, ids, ben, ben)


async def test_a_burst_with_half_of_them_away(leads: Running, agency_id: UUID) -> None:
    people, team = [new_id() for _ in range(8)], new_id()
    await leads.colleagues(agency_id, *people, teams=[team])
    here, gone = people[:4], people[4:]
    await told(leads, agency_id, *(away(id) for id in gone), *(away(id, since=timedelta(days=9)) for id in here))
    async with leads.client(agency_id) as http:
        await in_force(http, rule(team_id=str(team), seats=seats(people)))
        await burst(leads, agency_id, 800)
        await waits(leads, agency_id, 0)
        given = Counter(row["user_id"] for row in await leads.rows(agency_id, leads_given))
        assert given == dict.fromkeys(here, 200), "as many each, and nobody who is away"


async def test_who_is_away_after_all_gets_what_waits(leads: Running, agency_id: UUID) -> None:
    ann = new_id()
    await leads.colleagues(agency_id, ann)
    absence = away(ann)
    await told(leads, agency_id, absence)
    async with leads.client(agency_id) as http:
        await in_force(http, rule(seats=seats([ann])))
        ids = await burst(leads, agency_id, 1)
        await leads.jobs_done()
        [left] = (await http.get(f"{AT}/backlog")).json()["items"]
        assert (left["waits"], left["why"]) == ("nobody", {"away": 1})
        await told(leads, agency_id, AbsenceCancelled(absence_id=absence.absence_id, user_id=ann))
        await have(http, ids, ann)


async def test_leads_of_who_goes_away_go_on_to_who_covers(leads: Running, agency_id: UUID) -> None:
    ann, ben, cal = people = [new_id() for _ in range(3)]
    await leads.colleagues(agency_id, *people)
    await told(
        leads, agency_id,
        works(ann, licences=(Licence(state="TX"), Licence(state="OK"))),
        works(ben, licences=(Licence(state="TX"), Licence(state="OK"))),
        # Whatever the hour, they cover; not for what they may not sell.
        works(cal, licences=(Licence(state="TX"),), working_hours=(Hours(weekday=0, start="00:00", end="00:01"),)),
    )  # fmt: skip
    async with leads.client(agency_id) as http:
        # Ben is there, and has no room until Ann's are given.
        only_ann = [*seats([ann]), *seats([ben], most_open=0)]
        keeps = rule(name="Kept", when={"sources": ["referral"]}, seats=seats([ann]), when_away="keep")
        goes = rule(name="Goes on", licensed=True, seats=only_ann)
        await in_force(http, keeps, goes)
        texan, touched = await burst(leads, agency_id, 2, state="TX")
        [sooner] = await burst(leads, agency_id, 1, state="OK")
        referred = (await http.post(
            "/api/v1/leads", json={"name": {"given": "Rhea"}, "source": "referral", "owner_id": None}
        )).json()["id"]  # fmt: skip
        by_hand = (await http.post(
            "/api/v1/leads", json={"name": {"given": "Hana"}, "state": "TX", "owner_id": str(ann)}
        )).json()["id"]  # fmt: skip
        all_of_them = [texan, touched, sooner, UUID(referred), UUID(by_hand)]
        await have(http, all_of_them, ann, ann, ann, ann, ann)
        assert (await http.put(f"/api/v1/leads/{touched}/stage", json={"stage": "contacted"})).status_code == 200
        await in_force(http, keeps, {**goes, "seats": seats([ann, ben])})
        # It begins in a moment: the job waits until then.
        await told(leads, agency_id, away(ann, since=timedelta(seconds=2), covered_by=cal))
        await have(http, all_of_them, cal, ann, ben, ann, ann)
        history = (await http.get(f"/api/v1/leads/{texan}/history")).json()["items"]
        assert "Assigned by the rule “Goes on”" in history[0]["title"]


async def test_an_absence_that_is_cancelled_before_it_begins_moves_nothing(leads: Running, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben)
    async with leads.client(agency_id) as http:
        await in_force(http, rule(seats=[*seats([ann]), *seats([ben], weight=1, most_open=1)]))
        ids = await burst(leads, agency_id, 2)
        await waits(leads, agency_id, 0)
        before = await owners(http, ids)
        absence = away(ann, since=timedelta(seconds=2), covered_by=ben)
        await told(leads, agency_id, absence, AbsenceCancelled(absence_id=absence.absence_id, user_id=ann))
        await no_job(leads, agency_id, routing.AWAY)
        assert datetime.now(UTC) > absence.starts_at
        assert await owners(http, ids) == before
        assert str(ann) in before


async def test_nobody_in_touch_and_it_goes_to_who_leads_the_team(leads: Running, agency_id: UUID) -> None:
    ann, ben, mia, max_, team = (new_id() for _ in range(5))
    await leads.colleagues(agency_id, ann, ben, teams=[team])
    await leads.colleagues(agency_id, mia, max_, role=Role.MANAGER)
    named = TeamLeadsNamed(team_id=team, lead_ids=(max_, mia))
    await leads.sources("identity").publish(agency_id, named, stream_id=team)
    await told(leads, agency_id, away(max_))
    async with leads.client(agency_id) as http:
        asked = rule(team_id=str(team), seats=seats([ann, ben]), answer_minutes=5, unanswered="reroute", escalate=True)
        await in_force(http, asked)
        [slow] = await burst(leads, agency_id, 1)
        await waits(leads, agency_id, 0)

        async def over() -> None:
            async with leads.service.database.transaction(agency_id) as session:
                await driver_of(session).execute("update jobs set due_at = now() where kind = $1", routing.ANSWERED)

        [first] = await owners(http, [slow])
        await over()
        await have(http, [slow], mia)
        # She does not answer either, and who else leads the team is away: it goes on by the rule.
        await over()
        await have(http, [slow], ben if first == str(ann) else ann)


async def test_the_tables_are_made_again(leads: Running, parts: Parts, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben)
    later, never = away(ann, since=timedelta(days=5), covered_by=ben), away(ben, since=timedelta(days=5))
    await told(leads, agency_id, works(ann, languages=("es",)), later, never)
    await told(leads, agency_id, AbsenceCancelled(absence_id=never.absence_id, user_id=ben))

    async def planned() -> int:
        async with leads.service.database.transaction(agency_id) as session:
            count = "select count(*) from jobs where agency_id = $1 and kind = $2"
            return int(await driver_of(session).fetchval(count, agency_id, routing.AWAY))

    before = await planned()
    rows = await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
    assert (rows["work_profiles"], rows["absences"]) == (1, 2)
    assert rows["staff_changes"] == 6, "two who joined, a profile, two absences, one cancelled"
    assert [row["cancelled"] for row in await leads.rows(agency_id, absences)].count(True) == 1
    assert (before, await planned()) == (2, 2), "a rebuild puts no work down"


async def test_what_if_goes_by_what_was_heard_and_says_what_was_not_known(leads: Running, agency_id: UUID) -> None:
    ann, ben, cal = people = [new_id() for _ in range(3)]
    await leads.colleagues(agency_id, *people)
    absence = away(ben)
    await told(leads, agency_id, works(cal, licences=(Licence(state="TX"),)), absence)
    async with leads.client(agency_id) as http:
        owned = await http.post("/api/v1/leads", json={"name": {"given": "Rhea"}, "state": "TX", "owner_id": str(ann)})
        with_her = {"name": {"given": "Rob"}, "owner_id": None, "state": "TX", "lives_with_id": owned.json()["id"]}
        assert (await http.post("/api/v1/leads", json=with_her)).status_code == 201
        other = await http.post("/api/v1/leads", json={"name": {"given": "Una"}, "owner_id": None, "state": "TX"})
        assert other.status_code == 201
        others = rule(name="Others", seats=seats([ben, cal]))
        result = await what_if(leads, http, rules=[others], days=7)
        # Who has the household is in no rule's turn; who is away gets nothing.
        assert {each["user_id"]: each["draft"] for each in result["agents"]} == {str(ann): 1, str(cal): 1}
        known = {each["user_id"]: each for each in result["known_since"]}
        assert known.keys() == {str(ben), str(cal)}
        assert all(each["joined_at"] is not None for each in known.values())
        assert (known[str(cal)]["profile_at"] is not None, known[str(ben)]["profile_at"]) == (True, None)
        [kept] = (await http.get(f"{AT}/what-ifs")).json()["items"]
        assert (kept["status"], kept["leads"], kept["of_draft"]) == ("done", 2, False)
        assert (await http.put(f"{AT}/draft", json={"rules": [others]})).status_code == 200
        shown = (await http.get(f"{AT}/what-ifs/{kept['id']}")).json()
        assert (shown["of_draft"], shown["rules"][0]["name"]) == (True, "Others")
        assert (await http.get(f"{AT}/what-ifs/{new_id()}")).status_code == 404
    rows = await leads.rows(agency_id, lead_holdings)
    assert {(row["owner_id"], row["household_id"] is None, row["state"]) for row in rows} >= {(ann, True, "open")}
