"""Own events in, read tables out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.comms import CallLogged, MessageReceived
from gardenos_contracts.tasks import TaskCompleted, TaskReopened
from sqlalchemy import case, delete, func, insert
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_comms.mime import subject_key
from gardenos_comms.people import sender_of
from gardenos_comms.tables import calls, messages, threads, timeline

_SNIPPET = 160


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps calls, messages, their threads, and their places in the timeline; nothing of people who are forgotten."""
    for fact in facts:
        if fact.forgotten:
            continue
        match fact.data:
            case CallLogged() as call:
                await _call(session, fact, call)
            case MessageReceived() as message:
                await _message(session, fact, message)
            case TaskCompleted(person_id=UUID()) as task:
                await _done(session, fact, task)
            case TaskReopened() as task:
                of_it = (timeline.c.agency_id == fact.agency_id, timeline.c.id == task.task_id)
                await session.execute(delete(timeline).where(*of_it))


async def _call(session: Session, fact: Fact[Event], call: CallLogged) -> None:
    said = call.notes or call.transcript or call.disposition.replace("_", " ")
    thread = {
        "channel": "phone",
        "subject": "Calls",
        "subject_key": "",
        "told_person_id": call.person_id,
        "person_id": call.person_id,
        "begun_at": fact.occurred_at,
    }
    person_id = await _into_thread(session, fact.agency_id, call.thread_id, thread, call.started_at, said)
    kept = ("thread_id", "user_id", "direction", "started_at", "duration_seconds", "disposition", "transcript", "notes")
    row = {name: getattr(call, name) for name in kept}
    await session.execute(insert(calls).values(agency_id=fact.agency_id, id=call.call_id, **row))
    title = (
        f"{'Called' if call.direction == 'outbound' else 'Call from the person'}: {call.disposition.replace('_', ' ')}"
    )
    await _into_timeline(session, fact, call.call_id, "call", person_id, call.thread_id, call.started_at, title)


async def _message(session: Session, fact: Fact[Event], message: MessageReceived) -> None:
    thread = {
        "channel": message.channel,
        "subject": message.subject or "(no subject)",
        "subject_key": subject_key(message.subject),
        "told_person_id": message.person_id,
        "person_id": message.person_id or await sender_of(session, fact.agency_id, message.sender, fact.occurred_at),
        "begun_at": fact.occurred_at,
        "sender": message.sender,
        "sender_name": message.sender_name,
    }
    person_id = await _into_thread(
        session, fact.agency_id, message.thread_id, thread, message.received_at, message.text
    )
    kept = ("thread_id", "channel", "sender", "sender_name", "subject", "text", "received_at")
    row = {name: getattr(message, name) for name in kept}
    row["recipients"] = list(message.recipients)
    row["attachments"] = [attachment.model_dump() for attachment in message.attachments]
    await session.execute(insert(messages).values(agency_id=fact.agency_id, id=message.message_id, **row))
    title = f"Email: {message.subject or '(no subject)'}"
    await _into_timeline(
        session, fact, message.message_id, "message", person_id, message.thread_id, message.received_at, title
    )


async def _done(session: Session, fact: Fact[Event], task: TaskCompleted) -> None:
    """What was done for somebody stands in their timeline, until it is to be done after all."""
    detail = {"outcome": task.outcome} if task.outcome else {}
    await _into_timeline(
        session, fact, task.task_id, "task", task.person_id, None, fact.occurred_at, f"Task done: {task.title}", detail
    )


async def _into_thread(
    session: Session, agency_id: UUID, thread_id: UUID, thread: dict[str, Any], at: datetime, said: str
) -> UUID | None:
    """Tells with whom the thread is: what was said in it is theirs, whoever was known when it was said."""
    snippet = " ".join(said.split())[:_SNIPPET]
    new = upsert(threads).values(
        agency_id=agency_id, id=thread_id, **thread, last_at=at, last_snippet=snippet, entries_count=1
    )
    # What is logged late lies further back in the thread, and does not become its latest word.
    later = new.excluded.last_at >= threads.c.last_at
    kept = await session.execute(
        new.on_conflict_do_update(
            index_elements=["agency_id", "id"],
            set_={
                "entries_count": threads.c.entries_count + 1,
                "last_snippet": case((later, new.excluded.last_snippet), else_=threads.c.last_snippet),
                "last_at": func.greatest(threads.c.last_at, new.excluded.last_at),
            },
        ).returning(threads.c.person_id)
    )
    person_id: UUID | None = kept.scalar_one()
    return person_id


async def _into_timeline(
    session: Session,
    fact: Fact[Event],
    id: UUID,
    kind: str,
    person_id: UUID | None,
    thread_id: UUID | None,
    at: datetime,
    title: str,
    detail: dict[str, Any] | None = None,
) -> None:
    entry = {"id": id, "kind": kind, "person_id": person_id, "thread_id": thread_id, "occurred_at": at, "title": title}
    await session.execute(
        insert(timeline).values(agency_id=fact.agency_id, actor=str(fact.actor), detail=detail or {}, **entry)
    )
