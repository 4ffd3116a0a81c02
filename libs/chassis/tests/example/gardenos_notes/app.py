"""Notes: one aggregate, one read table, one consumer of another service's events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.auth import visible_to
from gardenos_chassis.errors import Conflict, NotFound
from gardenos_chassis.events import Consumer, Repository, UnitOfWork
from gardenos_chassis.http import Reader, json_response, repository
from gardenos_chassis.http.history import history_routes
from gardenos_chassis.http.paging import CursorParam, Key, Limit, keyset, page_of
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.ids import derived_id, new_id
from gardenos_chassis.service import Service
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Data, Event, Fact, Received, upcaster
from pydantic import BaseModel, Field
from sqlalchemy import Text, Uuid, column, select, table, text


class NoteTaken(Event, service="notes", version=1):
    note_id: UUID
    text: str
    owner_id: UUID | None = None
    team_id: UUID | None = None


class NoteStruck(Event, service="notes", version=2):
    note_id: UUID
    by_mistake: bool = False


@upcaster("notes.NoteStruck.v1")
def struck_on_purpose(data: Data) -> Data:
    return {"note_id": data["note"], "by_mistake": False}


class ChimeStruck(Event, service="chimes", version=1):
    loudness: int


class BellRung(Event, service="bells", version=2):
    loudness: int
    must_answer: bool = False


@upcaster("bells.BellRung.v1")
def louder_by_decibels(data: Data) -> Data:
    return {"loudness": data["decibels"]}


@dataclass(frozen=True, slots=True)
class Note:
    owner_id: UUID | None
    team_id: UUID | None
    struck: bool = False

    def strike(self, note_id: UUID) -> Iterator[Event]:
        if self.struck:
            raise Conflict("the note is struck already")
        yield NoteStruck(note_id=note_id)


def evolve(note: Note | None, event: Event) -> Note:
    match event:
        case NoteTaken():
            return Note(event.owner_id, event.team_id)
        case NoteStruck() if note is not None:
            return Note(note.owner_id, note.team_id, struck=True)
    raise TypeError(event)


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    for fact in facts:
        if isinstance(fact.data, NoteTaken):
            await session.execute(
                text("insert into notes (agency_id, id, text, owner_id, team_id) values (:a, :id, :text, :owner, :team)"),
                {"a": fact.agency_id, "id": fact.stream_id, "text": fact.data.text, "owner": fact.data.owner_id,
                 "team": fact.data.team_id},
            )  # fmt: skip


LEAST = 0

bells = Consumer("notes.bells", listens_to=[BellRung])


@bells.reacts_to(BellRung)
async def on_bell(event: Received[BellRung], work: UnitOfWork) -> None:
    if event.data.loudness < LEAST:
        raise ValueError("a bell cannot ring less than not at all")
    await work.session.execute(
        text("insert into rings (agency_id, id, loudness) values (:a, :id, :loudness)"),
        {"a": event.agency_id, "id": new_id(), "loudness": event.data.loudness},
    )
    if event.data.must_answer:
        note_id = derived_id("answer", event.id)
        work.record(note_id, 0, [NoteTaken(note_id=note_id, text=f"heard {event.data.loudness}")])


chimes = Consumer("notes.chimes", listens_to=[ChimeStruck])


@chimes.on_batch
async def on_chimes(events: Sequence[Received[Event]], db: Session) -> None:
    struck = [(event.agency_id, event.data.loudness) for event in events if isinstance(event.data, ChimeStruck)]
    await db.execute(
        text("insert into strokes (agency_id, id, loudness, at_once) values (:a, :id, 1000 / :loudness, :at_once)"),
        [
            {"a": agency_id, "id": new_id(), "loudness": loudness, "at_once": len(events)}
            for agency_id, loudness in struck
        ],
    )


class TakeNote(BaseModel):
    text: Annotated[str, Field(min_length=1)]
    owner_id: UUID | None = None
    team_id: UUID | None = None


router = APIRouter(prefix="/api/v1")


def scope_of(note: Note) -> tuple[UUID | None, UUID | None]:
    return note.owner_id, note.team_id


Notes = Annotated[Repository[Note], Depends(repository(evolve, scope_of, "note"))]
notes = table("notes", column("id", Uuid), column("text", Text), column("owner_id", Uuid), column("team_id", Uuid))
ORDER = [Key(notes.c.id, "id", "desc")]


class Made(Shape):
    id: UUID


class ShownNote(Shape):
    id: UUID
    text: str
    owner_id: UUID | None
    team_id: UUID | None


@router.post("/notes", status_code=201, responses={201: {"model": Made}})
async def take(body: TakeNote, notes: Notes) -> Response:
    id = new_id()
    made = await notes.create(id, lambda: [NoteTaken(note_id=id, **body.model_dump())])
    return json_response({"id": made.id}, 201, etag=made.version, location=f"/api/v1/notes/{made.id}")


@router.put("/notes/{note_id}/struck", responses={200: {"model": Made}})
async def strike(note_id: UUID, notes: Notes) -> Response:
    changed = await notes.change(note_id, lambda note: note.strike(note_id))
    return json_response({"id": changed.id}, etag=changed.version)


@router.get("/notes/{note_id}", responses={200: {"model": ShownNote}}, openapi_extra=opens("note", "note_id"))
async def show(note_id: UUID, reading: Reader) -> Response:
    found = (await reading.session.execute(select(notes).where(notes.c.id == note_id))).mappings().first()
    if found is None:
        raise NotFound("there is no such note")
    return json_response(dict(found))


@router.get("/notes", responses={200: {"model": Page[ShownNote]}}, openapi_extra=lists("notes"))
async def listed(reading: Reader, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    visible = select(notes).where(visible_to(reading.caller, notes.c.owner_id, notes.c.team_id))
    rows: list[dict[str, Any]] = [
        dict(row) for row in (await reading.session.execute(keyset(visible, ORDER, cursor, limit))).mappings()
    ]
    return json_response(page_of(rows, ORDER, limit))


router.include_router(history_routes(evolve, scope_of, "note"), prefix="/notes")


class NotesSettings(ServiceSettings, service="notes"):
    bells_url: str = ""
    chimes_url: str = ""


def create_service(settings: NotesSettings) -> Service:
    return Service(settings, routers=[router], projections=[project], consumers=[bells, chimes])
