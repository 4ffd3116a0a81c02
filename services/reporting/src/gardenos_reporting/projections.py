"""Events in, read tables out: what is known is read, the events are taken, and what is known then is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from gardenos_chassis.rows import upsert_together
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import Event, Received
from gardenos_contracts.leads import Stage
from sqlalchemy import Table

from gardenos_reporting.changes import log
from gardenos_reporting.changes.change import id_in
from gardenos_reporting.lead import Joined, Lead, Tenure
from gardenos_reporting.records import NOT_OF_CLIENTS, Client, Records
from gardenos_reporting.scope import POOL, Scope
from gardenos_reporting.tables import agencies, campaigns, clients, leads, teams, users

# On the driver, for they are in the way of every event.
_LEADS = "select * from leads where agency_id = $1 and (id = any($2) or person_id = any($3))"
_CLIENTS = "select * from clients where agency_id = $1 and (id = any($2) or person_id = any($3))"


async def project(events: Sequence[Received[Event]], db: Session, *, keep_changes: int) -> None:
    """Brings an agency's read tables and log of changes up to date with its next events."""
    agency_id = events[0].agency_id
    bounds = await log.lock(db, agency_id)
    records = await _known(db, agency_id, events)
    for event in events:
        records.take(event)
    told_again = await log.release(db, agency_id, bounds, records.met)
    added = await log.added(db, agency_id, bounds, [*records.changes, *told_again], keep=keep_changes)
    await upsert_together(db, _rows(agency_id, records) | added)


async def project_tables(events: Sequence[Received[Event]], db: Session) -> None:
    """The same without the log, which is told once: what a rebuild takes. Nobody else writes of the agency meanwhile."""
    agency_id = events[0].agency_id
    records = await _known(db, agency_id, events)
    for event in events:
        records.learn(event)
    await upsert_together(db, _rows(agency_id, records))


async def _known(db: Session, agency_id: UUID, events: Sequence[Received[Event]]) -> Records:
    def named(field: str) -> list[UUID]:
        ids = {id_in(event.data, field) for event in events}
        return [id for id in ids if id is not None]

    persons, lead_ids, client_ids = named("person_id"), named("lead_id"), named("client_id")
    if not (persons or lead_ids or client_ids):
        return Records()
    driver = driver_of(db)
    found = [_lead(row) for row in await driver.fetch(_LEADS, agency_id, lead_ids, persons)]
    if all(isinstance(event.data, NOT_OF_CLIENTS) for event in events):
        return Records(found)
    return Records(found, [_client(row) for row in await driver.fetch(_CLIENTS, agency_id, client_ids, persons)])


def _rows(agency_id: UUID, records: Records) -> dict[Table, list[dict[str, Any]]]:
    """What of the records is to be written."""
    zones = [] if records.time_zone is None else [{"agency_id": agency_id, "time_zone": records.time_zone}]
    called = {users: records.names.users, teams: records.names.teams, campaigns: records.names.campaigns}
    return {
        agencies: zones,
        **{
            table: [{"agency_id": agency_id, "id": id, "name": name} for id, name in names.items()]
            for table, names in called.items()
        },
        leads: [_lead_row(agency_id, lead) for lead in records.changed_leads],
        clients: [_client_row(agency_id, client) for client in records.changed_clients],
    }


_AS_THEY_ARE = (
    "person_id", "name", "name_sequence", "source", "campaign_id", "captured_at", "captured_sequence", "stage_sequence",
    "client_id", "converted_at", "first_communication_at", "first_outbound_at", "last_contact_at", "removed", "removed_sequence",
)  # fmt: skip


def _lead_row(agency_id: UUID, lead: Lead) -> dict[str, Any]:
    scope, converted_in = lead.scope or POOL, lead.converted_in or POOL
    return {
        "agency_id": agency_id,
        "id": lead.lead_id,
        **{name: getattr(lead, name) for name in _AS_THEY_ARE},
        "stage": lead.stage.value,
        "tenures": orjson.dumps([_tenure_row(tenure) for tenure in lead.tenures]).decode(),
        "joined": orjson.dumps([each._asdict() for each in lead.joined]).decode(),
        "joined_campaign_id": lead.joined_campaign_id,
        "owner_id": scope.owner_id,
        "team_id": scope.team_id,
        "conversion_owner_id": converted_in.owner_id,
        "conversion_team_id": converted_in.team_id,
        "response_owner_id": lead.responded_in.owner_id,
        "response_team_id": lead.responded_in.team_id,
    }


def _lead(row: Mapping[str, Any]) -> Lead:
    converted_in = Scope(row["conversion_owner_id"], row["conversion_team_id"]) if row["converted_at"] else None
    return Lead(
        lead_id=row["id"],
        **{name: row[name] for name in _AS_THEY_ARE},
        stage=Stage(row["stage"]),
        tenures=tuple(_tenure(each) for each in row["tenures"]),
        joined=tuple(Joined(UUID(each["campaign_id"]), each["sequence"], each["is_in"]) for each in row["joined"]),
        converted_in=converted_in,
        first_outbound_by=row["response_owner_id"] if row["first_outbound_at"] else None,
    )


def _tenure_row(tenure: Tenure) -> dict[str, Any]:
    ids = {"owner_id": tenure.scope.owner_id, "team_id": tenure.scope.team_id}
    kept = {name: str(id) if id else None for name, id in ids.items()}
    return {"sequence": tenure.sequence, "since": tenure.since.isoformat(), **kept}


def _tenure(row: Mapping[str, Any]) -> Tenure:
    owner_id, team_id = (UUID(row[name]) if row[name] else None for name in ("owner_id", "team_id"))
    return Tenure(row["sequence"], datetime.fromisoformat(row["since"]), Scope(owner_id, team_id))


def _client(row: Mapping[str, Any]) -> Client:
    return Client(row["id"], row["person_id"], Scope(row["owner_id"], row["team_id"]), row["scope_sequence"])


def _client_row(agency_id: UUID, client: Client) -> dict[str, Any]:
    return {
        "agency_id": agency_id,
        "id": client.client_id,
        "person_id": client.person_id,
        "owner_id": client.scope.owner_id,
        "team_id": client.scope.team_id,
        "scope_sequence": client.scope_sequence,
    }
