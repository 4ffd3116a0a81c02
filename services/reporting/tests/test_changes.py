"""Live changes: told once each, in order, to those who may read what changed; resumed, and nothing left behind."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import pytest_asyncio
from agency_story import NOON, Story, days, minutes
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.plugin import Start
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Event
from gardenos_contracts.identity import (
    AgencySuspended,
    BranchClosed,
    BranchOpened,
    InvitationTeamsChanged,
    InvitationWithdrawn,
    ProfileChanged,
    TeamDissolved,
    TeamRenamed,
    UserDeactivated,
    UserInvited,
    UserMovedTeams,
)
from gardenos_contracts.lead_pipelines import PipelineDefined, PipelineStage, PipelineWithdrawn
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness, Role
from gardenos_reporting.app import create_service
from gardenos_reporting.changes import Hub
from gardenos_reporting.settings import ReportingSettings
from gardenos_reporting.tables import change_heads, changes, teams, users
from listening import PATH, Heard, Server, served
from sqlalchemy import func, select


@pytest_asyncio.fixture(loop_scope="session")
async def server(reporting: Running) -> AsyncIterator[Server]:
    async with served(reporting) as found:
        yield found


def hub(reporting: Running) -> Hub:
    found: Hub = reporting.service.app.state.hub
    return found


def told(heard: list[Heard]) -> list[tuple[str, str]]:
    """Resource and event, without the ends of its name."""
    return [(each.data["resource"], each.data["type"].split(".")[1]) for each in heard]


async def nobody_follows(reporting: Running) -> bool:
    return hub(reporting).followers == 0 and hub(reporting).kept == 0


def no_connection_is_out(reporting: Running) -> bool:
    return "Checked out connections: 0" in reporting.service.database.engine.pool.status()


async def test_who_is_moved_or_deactivated_while_they_listen_hears_accordingly(
    reporting: Running, server: Server, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    mo, north, south = story.user("Mo"), new_id(), new_id()
    await story.publish(source, agency_id)
    async with server.listen(agency_id, role=Role.AGENT, user_id=mo, team_ids=(north,)) as stream:
        first = story.capture(team_id=north)
        await story.publish(source, agency_id)
        assert (await stream.until("leads.LeadCaptured"))[-1].data["id"] == str(first.id)
        moved = UserMovedTeams(user_id=mo, team_ids=(south,))
        await source("identity").publish(agency_id, moved, stream_id=mo)
        await reporting.wait_until_caught_up()
        story.capture(team_id=north)
        theirs = story.capture(team_id=south)
        await story.publish(source, agency_id)
        assert (await stream.until("leads.LeadCaptured"))[-1].data["id"] == str(theirs.id)
        await source("identity").publish(agency_id, UserDeactivated(user_id=mo), stream_id=mo)
        await reporting.wait_until_caught_up()
        unheard = story.capture(team_id=south)
        await story.publish(source, agency_id)
        rest = [await stream.next()]
        while rest[-1].name != "expired":
            rest.append(await stream.next())
        assert str(unheard.id) not in [each.data.get("id") for each in rest]


async def test_whose_agency_is_suspended_while_they_listen_hears_no_more(
    reporting: Running, server: Server, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    owner = story.user("Olga")
    await story.publish(source, agency_id)
    async with server.listen(agency_id, role=Role.OWNER, user_id=owner) as stream:
        story.capture()
        await story.publish(source, agency_id)
        await stream.until("leads.LeadCaptured")
        why = AgencySuspended(agency_id=agency_id, reason="an invoice is open", turn_to=None)
        await source("identity").publish(agency_id, why, stream_id=agency_id)
        await reporting.wait_until_caught_up()
        unheard = story.capture()
        await story.publish(source, agency_id)
        rest = [await stream.next()]
        while rest[-1].name != "expired":
            rest.append(await stream.next())
        assert str(unheard.id) not in [each.data.get("id") for each in rest]
    async with reporting.client(agency_id, user_id=owner) as http:
        again = await http.get(PATH)
        assert (again.status_code, again.json()["type"]) == (403, "urn:gardenos:agency-suspended")


async def test_branches_are_told_to_everybody_and_invitations_to_who_may_invite(
    reporting: Running, server: Server, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    north = story.team("North")
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    branch, invitation, by = new_id(), new_id(), new_id()
    invited = UserInvited(
        invitation_id=invitation,
        email="j@x.example",
        role=Role.AGENT,
        team_ids=(north,),
        invited_by=by,
        expires_at=NOON,
    )
    happened: list[tuple[UUID, Event]] = [
        (branch, BranchOpened(branch_id=branch, name="West")),
        (invitation, invited),
        (invitation, InvitationTeamsChanged(invitation_id=invitation, team_ids=())),
        (invitation, InvitationWithdrawn(invitation_id=invitation)),
        (branch, BranchClosed(branch_id=branch)),
        (north, TeamDissolved(team_id=north, pool_to_id=None)),
    ]
    async with (
        server.listen(agency_id, role=Role.ADMIN) as admin,
        server.listen(agency_id, role=Role.AGENT) as agent,
        server.listen(agency_id, role=Role.AUDITOR) as auditor,
    ):
        for stream in (admin, agent, auditor):
            assert (await stream.next()).name == "ready"
        for id, event in happened:
            await source("identity").publish(agency_id, event, stream_id=id)
        heard = {
            name: [(each.data["resource"], each.data["id"]) for each in await stream.until("identity.TeamDissolved")]
            for name, stream in (("admin", admin), ("agent", agent), ("auditor", auditor))
        }
    everybody = [("branch", str(branch)), ("branch", str(branch)), ("team", str(north))]
    asked = [("invitation", str(invitation))] * 3
    assert heard == {
        "admin": [everybody[0], *asked, *everybody[1:]], "agent": everybody, "auditor": everybody,
    }  # fmt: skip


async def test_another_name_is_told_and_known(
    reporting: Running, server: Server, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    ann, north = story.user("Ann"), story.team("North")
    await story.publish(source, agency_id)
    renamed: dict[UUID, Event] = {
        ann: ProfileChanged(user_id=ann, name="Anna", time_zone=None, locale=None),
        north: TeamRenamed(team_id=north, name="North Side"),
    }
    async with server.listen(agency_id) as stream:
        assert (await stream.next()).name == "ready"
        for id, event in renamed.items():
            await source("identity").publish(agency_id, event, stream_id=id)
        heard = await stream.until("identity.TeamRenamed")
    assert ("user", "ProfileChanged") in told(heard)
    assert (heard[-1].data["resource"], heard[-1].data["id"]) == ("team", str(north))
    assert await reporting.rows(agency_id, users) == [{"id": ann, "name": "Anna"}]
    assert await reporting.rows(agency_id, teams) == [{"id": north, "name": "North Side"}]


async def test_pipelines_are_told_to_everybody(server: Server, source: Sources, agency_id: UUID) -> None:
    pipelines = new_id()
    stages = (PipelineStage(key="new", name="New", kind=Stage.NEW, probability=10),)
    async with server.listen(agency_id, role=Role.AGENT) as stream:
        await stream.next()
        defined = PipelineDefined(name="Auto", stages=stages, line_of_business=LineOfBusiness.AUTO)
        await source("leads").publish(agency_id, defined, stream_id=pipelines)
        withdrawn = PipelineWithdrawn(line_of_business=LineOfBusiness.AUTO)
        await source("leads").publish(agency_id, withdrawn, stream_id=pipelines)
        heard = await stream.until("leads.PipelineWithdrawn")
    assert told(heard) == [("pipelines", "PipelineDefined"), ("pipelines", "PipelineWithdrawn")]
    assert {each.data["id"] for each in heard} == {str(pipelines)}


async def test_what_happens_is_told_once_in_order(server: Server, source: Sources, agency_id: UUID) -> None:
    story = Story()
    async with server.listen(agency_id) as stream:
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        assert stream.answer.headers["cache-control"] == "no-store"
        assert stream.answer.headers["x-accel-buffering"] == "no"
        ready = await stream.next()
        assert (ready.name, ready.id, ready.data) == ("ready", "0", {"position": 0})
        story.agency(agency_id, "America/Chicago")
        story.user("Ann")
        story.team("North")
        story.campaign("Spring")
        await story.publish(source, agency_id)
        assert sorted(told([await stream.next() for _ in range(3)])) == [
            ("campaign", "CampaignLaunched"),
            ("team", "TeamFormed"),
            ("user", "UserJoined"),
        ]
        lead = story.capture()
        story.rename(lead, "Mary")
        story.move(lead, Stage.CONTACTED)
        await story.publish(source, agency_id)
        heard = await stream.until("leads.LeadStageChanged")
        call = story.call(lead, NOON)
        await story.publish(source, agency_id)
        heard += await stream.until("comms.CallLogged")
        message, insight = story.message(lead), story.insight(lead)
        await story.publish(source, agency_id)
        rest = [await stream.next(), await stream.next()]
        story.convert(lead, NOON + days(1), onboard=True)
        await story.publish(source, agency_id)
        end = [await stream.next(), await stream.next()]
    assert told(heard) == [
        ("lead", "LeadCaptured"),
        ("lead", "LeadDetailsChanged"),
        ("lead", "LeadStageChanged"),
        ("call", "CallLogged"),
    ]
    assert [each.id for each in heard] == ["4", "5", "6", "7"]
    assert [each.data["version"] for each in heard] == [1, 2, 3, 1]
    assert heard[-1].data == {
        "resource": "call", "id": str(call), "version": 1, "person_id": str(lead.person_id), "lead_id": str(lead.id),
        "client_id": None, "type": "comms.CallLogged.v1", "actor": "system:test", "sequence": 1,
    }  # fmt: skip
    assert {(each.data["resource"], each.data["id"]) for each in rest} == {
        ("message", str(message)),
        ("insight", str(insight)),
    }
    by_resource = {each.data["resource"]: each.data for each in end}
    assert by_resource["client"]["id"] == by_resource["lead"]["client_id"] == str(lead.client_id)
    assert (by_resource["lead"]["id"], by_resource["lead"]["type"]) == (str(lead.id), "leads.LeadConverted.v1")


async def test_an_event_is_on_the_screen_within_a_second(server: Server, source: Sources, agency_id: UUID) -> None:
    story = Story()
    took: list[float] = []
    async with server.listen(agency_id) as stream:
        await stream.next()
        for _ in range(10):
            story.capture()
            begun = time.perf_counter()
            await story.publish(source, agency_id)
            await stream.next()
            took.append(time.perf_counter() - begun)
    assert sorted(took)[5] < 1, took


async def test_a_stream_resumes_where_it_was(
    server: Server, reporting: Running, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    async with server.listen(agency_id) as stream:
        await stream.next()
        story.capture()
        await story.publish(source, agency_id)
        seen = (await stream.next()).id
    missed = [str(story.capture().id) for _ in range(1200)]
    await story.flood(source, agency_id)
    await reporting.wait_until_caught_up()
    for after, query in ((seen, ""), (None, f"?after={seen}"), (seen, "?after=0")):
        async with server.listen(agency_id, after=after, query=query) as stream:
            ready = await stream.next()
            assert (ready.name, ready.id) == ("ready", seen)
            heard = [await stream.next() for _ in missed]
            assert [each.data["id"] for each in heard] == missed
            assert [each.id for each in heard] == [str(number) for number in range(2, len(missed) + 2)]
            story.capture()
            await story.publish(source, agency_id)
            live = await stream.next()
            assert live.data["type"] == "leads.LeadCaptured.v1"
            missed.append(live.data["id"])


@pytest.mark.parametrize("position", ["1", "-1", "", "x", "0x1", "¹", "99999999999999999999", "1.5"])
async def test_an_unknown_position_is_told_to_read_again(
    server: Server, source: Sources, agency_id: UUID, position: str
) -> None:
    # By the query, for no header says "¹".
    async with server.listen(agency_id, query=f"?after={position}") as stream:
        resync = await stream.next()
        assert (resync.name, resync.id, resync.data) == ("resync", "0", {"position": 0})
        story = Story()
        story.capture()
        await story.publish(source, agency_id)
        assert told([await stream.next()]) == [("lead", "LeadCaptured")]


async def test_a_position_too_old_is_told_to_read_again(start: Start, source: Sources, agency_id: UUID) -> None:
    story = Story()
    async with start(create_service, ReportingSettings, changes_kept=20) as reporting, served(reporting) as server:
        for _ in range(100):
            story.capture()
        await story.publish(source, agency_id)
        await reporting.wait_until_caught_up()
        async with reporting.service.database.transaction(agency_id) as session:
            kept = (await session.execute(select(func.min(changes.c.position), func.count()))).one()
            mine = select(change_heads.c.floor, change_heads.c.head).where(change_heads.c.agency_id == agency_id)
            bounds = (await session.execute(mine)).one()
        assert bounds.head == 100
        assert kept == (bounds.floor + 1, bounds.head - bounds.floor)
        assert 20 <= kept[1] <= 25
        async with server.listen(agency_id, after=str(bounds.floor - 1)) as stream:
            resync = await stream.next()
            assert (resync.name, resync.id) == ("resync", "100")
        async with server.listen(agency_id, after=str(bounds.floor)) as stream:
            assert (await stream.next()).name == "ready"
            assert [(await stream.next()).id for _ in range(kept[1])] == [str(n) for n in range(kept[0], 101)]


async def test_each_hears_of_what_they_may_read(
    server: Server, reporting: Running, source: Sources, agency_id: UUID
) -> None:
    ann, ben, north, south = (new_id() for _ in range(4))
    story = Story()
    async with (
        server.listen(agency_id) as owner,
        server.listen(agency_id, role=Role.AUDITOR) as auditor,
        server.listen(agency_id, role=Role.MANAGER, team_ids=(north,)) as manager,
        server.listen(agency_id, role=Role.AGENT, user_id=ann, team_ids=(north,)) as as_ann,
        server.listen(agency_id, role=Role.AGENT, user_id=ben, team_ids=(south,)) as as_ben,
        server.listen(new_id()) as stranger,
    ):
        streams = {"owner": owner, "auditor": auditor, "manager": manager, "ann": as_ann, "ben": as_ben}
        for stream in (*streams.values(), stranger):
            assert (await stream.next()).name == "ready"
        ann_s = story.capture(owner_id=ann, team_id=north)
        story.capture(owner_id=ben, team_id=south)
        ben_s_in_north = story.capture(owner_id=ben, team_id=north)
        north_s = story.capture(team_id=north)
        south_s = story.capture(team_id=south)
        nobody_s = story.capture()
        await story.publish(source, agency_id)
        await reporting.wait_until_caught_up()
        call = story.call(ann_s, NOON)
        story.call(south_s, NOON)
        insight = story.insight(ann_s)
        from_nowhere = story.message(None)
        await story.publish(source, agency_id)
        await reporting.wait_until_caught_up()
        last = story.campaign("The end")
        await story.publish(source, agency_id)
        heard = {
            name: {each.data["id"] for each in await stream.until("leads.CampaignLaunched")}
            for name, stream in streams.items()
        }
    everybody_s = {str(id) for id in (nobody_s.id, from_nowhere, last)}
    of_ann = {str(id) for id in (ann_s.id, call, insight)}
    assert heard["owner"] == heard["auditor"]
    assert len(heard["owner"]) == 11
    assert heard["manager"] == everybody_s | of_ann | {str(north_s.id), str(ben_s_in_north.id)}
    assert heard["ann"] == everybody_s | of_ann | {str(north_s.id)}
    assert len(heard["ben"]) == 7
    assert not heard["ben"] & (of_ann | {str(north_s.id)})
    await eventually(lambda: nobody_follows(reporting), what="all hung up")


async def test_a_lead_that_changes_hands_is_told_to_both(
    server: Server, reporting: Running, source: Sources, agency_id: UUID
) -> None:
    ann, ben = new_id(), new_id()
    story = Story()
    lead = story.capture(owner_id=ann)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with (
        server.listen(agency_id, role=Role.AGENT, user_id=ann) as as_ann,
        server.listen(agency_id, role=Role.AGENT, user_id=ben) as as_ben,
    ):
        for stream in (as_ann, as_ben):
            await stream.next()
        story.assign(lead, ben)
        story.rename(lead, "Mary")
        story.assign(lead, None)
        await story.publish(source, agency_id)
        assert told([await as_ann.next() for _ in range(2)]) == [("lead", "LeadAssigned"), ("lead", "LeadAssigned")]
        assert told([await as_ben.next() for _ in range(3)]) == [
            ("lead", "LeadAssigned"),
            ("lead", "LeadDetailsChanged"),
            ("lead", "LeadAssigned"),
        ]


async def test_a_client_that_changes_hands_takes_the_conversations_along(
    server: Server, reporting: Running, source: Sources, agency_id: UUID
) -> None:
    ann, ben = new_id(), new_id()
    story = Story()
    lead = story.capture(owner_id=ann)
    story.convert(lead, NOON)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with (
        server.listen(agency_id, role=Role.AGENT, user_id=ann) as as_ann,
        server.listen(agency_id, role=Role.AGENT, user_id=ben) as as_ben,
    ):
        for stream in (as_ann, as_ben):
            await stream.next()
        story.assign_client(lead, ben)
        await story.publish(source, agency_id)
        for stream in (as_ann, as_ben):
            assert told([await stream.next()]) == [("client", "ClientAssigned")]
        story.call(lead, NOON)
        await story.publish(source, agency_id)
        assert told([await as_ben.next()]) == [("call", "CallLogged")]
        last = story.campaign("The end")
        await story.publish(source, agency_id)
        assert (await as_ann.next()).data["id"] == str(last)


async def test_what_came_before_its_lead_is_withheld_until_it_is_known_whose_it_is(
    server: Server, reporting: Running, source: Sources, agency_id: UUID
) -> None:
    ann, ben = new_id(), new_id()
    story = Story()
    lead = story.capture(owner_id=ann)
    (captured,), story.told = story.told, []
    call, message, insight = story.call(lead, NOON), story.message(lead), story.insight(lead)
    async with (
        server.listen(agency_id) as owner,
        server.listen(agency_id, role=Role.AGENT, user_id=ann) as as_ann,
        server.listen(agency_id, role=Role.AGENT, user_id=ben) as as_ben,
    ):
        for stream in (owner, as_ann, as_ben):
            await stream.next()
        await story.publish(source, agency_id)
        theirs = {str(call), str(message), str(insight)}
        assert {(await owner.next()).data["id"] for _ in range(3)} == theirs
        await source("leads").publish(agency_id, captured.event, stream_id=captured.stream_id)
        first = await as_ann.next()
        assert first.data["id"] == str(lead.id)
        again = [await as_ann.next() for _ in range(3)]
        assert {each.data["id"] for each in again} == theirs
        last = story.campaign("The end")
        await story.publish(source, agency_id)
        assert (await as_ann.next()).data["id"] == str(last)
        assert (await as_ben.next()).data["id"] == str(last)
    async with server.listen(agency_id, role=Role.AGENT, user_id=ben, after="0") as as_ben:
        await as_ben.next()
        assert (await as_ben.next()).data["id"] == str(last)
    story.convert(lead, NOON + days(1))
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.service.database.transaction(agency_id) as session:
        of_call = select(func.count()).where(changes.c.id == call)
        assert (await session.execute(of_call)).scalar_one() == 2


async def test_it_ends_with_the_token(server: Server, reporting: Running, source: Sources, agency_id: UUID) -> None:
    story = Story()
    story.capture()
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    begun = time.monotonic()
    async with server.listen(agency_id, age=598) as stream:
        assert (await stream.next()).name == "ready"
        expired = await stream.next()
        assert (expired.name, expired.id, expired.data) == ("expired", "1", {"position": 1})
        with pytest.raises(StopAsyncIteration):
            await stream.next()
    assert time.monotonic() - begun < 5
    await eventually(lambda: nobody_follows(reporting), what="the stream is gone")


async def test_who_is_not_signed_in_hears_nothing(reporting: Running, agency_id: UUID) -> None:
    async with reporting.anonymous() as http:
        assert (await http.get(PATH)).status_code == 401
        token = reporting.sources.signer.token(agency_id, new_id(), Role.OWNER, age=700)
        assert (await http.get(PATH, headers={"Authorization": f"Bearer {token}"})).status_code == 401
    assert await nobody_follows(reporting)


async def test_silence_is_broken_by_a_heartbeat_and_holds_no_connection(start: Start, agency_id: UUID) -> None:
    async with (
        start(create_service, ReportingSettings, changes_heartbeat_seconds=0.1, changes_poll_seconds=60) as reporting,
        served(reporting) as server,
        server.listen(agency_id) as stream,
        server.listen(agency_id) as other,
    ):
        await stream.next()
        await other.next()
        with pytest.raises(TimeoutError):
            await stream.next(within=1)
        assert stream.comments >= 3

        async def idle() -> bool:
            return no_connection_is_out(reporting)

        await eventually(idle, what="no connection is out")


def tasks_of_streams() -> list[str]:
    mine = ("EventStream._stream", "StreamingResponse.listen_for_disconnect", "RequestResponseCycle.run_asgi")
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return sorted(name for name in names if name in mine)


async def test_who_hangs_up_leaves_nothing_behind(
    server: Server, reporting: Running, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    for resumed in range(20):
        async with server.listen(agency_id, after="0" if resumed % 2 else None) as stream:
            await stream.next()
            assert len(tasks_of_streams()) >= 3
            story.capture()
            await story.publish(source, agency_id)
            if resumed % 3:
                await stream.next()
        # Hung up: in the middle of reading the log, of waiting, of writing.
    await eventually(lambda: nobody_follows(reporting), what="all are gone")
    await reporting.wait_until_caught_up()

    async def nothing_is_left() -> bool:
        return no_connection_is_out(reporting) and not tasks_of_streams()

    await eventually(nothing_is_left, what="no task and no connection is left")


async def test_a_slow_reader_holds_up_nobody_and_loses_nothing(
    reporting: Running, source: Sources, agency_id: UUID
) -> None:
    """It reads nothing while three thousand changes happen, many more than are kept in memory, then all of them."""
    story = Story()
    many = 3000
    token = reporting.sources.signer.token(agency_id, new_id(), Role.OWNER)
    async with served(reporting, send_buffer=4096) as server:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        address = urlsplit(server.address)
        await loop.sock_connect(slow, (address.hostname, address.port))
        await loop.sock_sendall(
            slow,
            f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode(),
        )
        got = b""
        while b"event: ready" not in got:
            got += await loop.sock_recv(slow, 65536)
        async with server.listen(agency_id) as quick:
            await quick.next()
            for _ in range(many):
                story.capture()
            await story.flood(source, agency_id)
            seen = [await quick.next() for _ in range(many)]
            assert [each.id for each in seen] == [str(number) for number in range(1, many + 1)]
        assert hub(reporting).kept <= 1000

        async def only_the_slow_one() -> bool:
            return hub(reporting).followers == 1

        await eventually(only_the_slow_one, what="the quick one is gone")
        async with asyncio.timeout(30):
            while f"id: {many}\n".encode() not in got:
                got += await loop.sock_recv(slow, 65536)
        ids = [int(line.partition(b": ")[2]) for line in got.splitlines() if line.startswith(b"id: ")]
        assert ids == list(range(many + 1))
        slow.close()
        await eventually(lambda: nobody_follows(reporting), what="the slow one is gone")


async def test_agencies_do_not_hear_one_another(server: Server, source: Sources, agency_id: UUID) -> None:
    other = new_id()
    async with server.listen(agency_id) as ours, server.listen(other) as theirs:
        await ours.next()
        await theirs.next()
        for number in range(5):
            for agency in (agency_id, other):
                story = Story()
                lead = story.capture(captured_at=NOON + minutes(number))
                await story.publish(source, agency)
                heard = await (ours if agency == agency_id else theirs).next()
                assert (heard.data["id"], heard.id) == (str(lead.id), str(number + 1))


async def test_streams_end_in_order_when_the_server_does(
    reporting: Running, agency_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        async with served(reporting) as server:
            stream = await stack.enter_async_context(server.listen(agency_id))
            assert (await stream.next()).name == "ready"
        # No RemoteProtocolError: the answer is whole.
        with pytest.raises(StopAsyncIteration):
            await stream.next()
    assert await nobody_follows(reporting)
    assert not [record for record in caplog.records if record.exc_info]


async def test_streams_go_on_after_the_database_was_away(
    server: Server, reporting: Running, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    async with server.listen(agency_id) as stream:
        await stream.next()
        for _ in range(3):
            async with reporting.service.database.across() as session:
                cut = "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()"
                await session.exec_driver_sql(cut)
            lead = story.capture()
            await story.publish(source, agency_id)
            assert (await stream.next(within=30)).data["id"] == str(lead.id)


async def test_who_a_lead_is_shared_with_hears_of_it(
    server: Server, reporting: Running, source: Sources, agency_id: UUID
) -> None:
    ann, ben = new_id(), new_id()
    story = Story()
    lead, other = story.capture(owner_id=ann), story.capture(owner_id=ann)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with server.listen(agency_id, role=Role.AGENT, user_id=ben) as as_ben:
        await as_ben.next()
        story.rename(lead, "Mary")
        unheard = story.campaign("Before")
        await story.publish(source, agency_id)
        assert [each.data["id"] for each in await as_ben.until("leads.CampaignLaunched")] == [str(unheard)]
        story.share(lead, ben)
        await story.publish(source, agency_id)
        shared = await as_ben.next()
        assert (shared.data["id"], shared.data["type"]) == (str(lead.id), "leads.LeadShared.v1")
        await reporting.wait_until_caught_up()
        story.rename(lead, "Marie")
        story.rename(other, "Otto")
        call = story.call(lead, NOON)
        await story.publish(source, agency_id)
        heard = {each.data["id"] for each in [await as_ben.next() for _ in range(2)]}
        assert heard == {str(lead.id), str(call)}
        story.share(lead, ben, end=True)
        await story.publish(source, agency_id)
        assert (await as_ben.next()).data["type"] == "leads.LeadUnshared.v1"
        await reporting.wait_until_caught_up()
        story.rename(lead, "Mia")
        last = story.campaign("The end")
        await story.publish(source, agency_id)
        assert [each.data["id"] for each in await as_ben.until("leads.CampaignLaunched")] == [str(last)]


async def test_a_report_counts_what_was_shared(reporting: Running, source: Sources, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    story = Story()
    lead, _ = story.capture(owner_id=ann), story.capture(owner_id=ann)
    await story.publish(source, agency_id)
    async with reporting.client(agency_id, role=Role.AGENT, user_id=ben) as http:
        for end, count in ((False, 1), (True, 0)):
            story.share(lead, ben, end=end)
            await story.publish(source, agency_id)
            await reporting.wait_until_caught_up()
            assert (await http.get("/api/v1/reports/pipeline")).json()["open"] == count
