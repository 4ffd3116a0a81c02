"""Read models: which tables can be made again from events, and how far a rebuild that is under way has come."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import text

from gardenos_chassis.http.responses import json_response
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.operations.room import Looking, Operating
from gardenos_chassis.read_models.model import ReadModel
from gardenos_chassis.read_models.replay import marks_of, total
from gardenos_chassis.read_models.shadow import is_held, rebuilding, verifying
from gardenos_chassis.tenancy import Session, driver_of

if TYPE_CHECKING:
    import asyncpg


class ReadModelTable(Shape):
    """One table."""

    name: str
    rows_estimate: int
    """The agency's rows, as the database's planner reckons them."""


class RebuildProgress(Shape):
    """A rebuild, of the agency's events."""

    done: int
    events: int
    under_way: bool
    """False for one that was left off: `gardenos rebuild` goes on with it."""


class ShownReadModel(Shape):
    """Tables that are nothing but what events made of them."""

    name: str
    tables: list[ReadModelTable]
    consumers: list[str]
    """Those that write these tables, by the names under which dead letters name them."""
    events: int
    """That the tables hold."""
    rebuild: RebuildProgress | None
    """Null while none is under way, or left to be gone on with."""
    verifying: bool
    """Whether the tables are held against their events just now."""


router = APIRouter()


@router.get("/read-models", responses={200: {"model": Page[ShownReadModel]}})
async def list_read_models(here: Looking) -> Response:
    """Every read model of the service. They are rebuilt and verified by `gardenos rebuild` and `gardenos verify`."""
    async with here.transaction() as session:
        items = [await _shown(here, session, model) for model in here.service.read_models.values()]
    return json_response({"items": items, "next_cursor": None})


async def _shown(here: Operating, session: Session, model: ReadModel) -> dict[str, Any]:
    driver = driver_of(session)
    live = await marks_of(driver, model, "public", here.agency_id)
    return {
        "name": model.name,
        "tables": [{"name": name, "rows_estimate": await _estimate(here, session, name)} for name in model.table_names],
        "consumers": model.consumer_names,
        "events": total(live),
        "rebuild": await _rebuild(here, driver, model, total(live)),
        "verifying": await is_held(driver, verifying(model.name)),
    }


async def _rebuild(
    here: Operating, driver: "asyncpg.Connection[asyncpg.Record]", model: ReadModel, events: int
) -> dict[str, Any] | None:
    schema = rebuilding(model.name)
    if not await driver.fetchval("select to_regnamespace($1) is not null", schema):
        return None
    beside = await marks_of(driver, model, schema, here.agency_id)
    return {"done": total(beside), "events": events, "under_way": await is_held(driver, schema)}


async def _estimate(here: Operating, session: Session, table: str) -> int:
    # The names of tables are the service's own; an identifier is a UUID's digits.
    query = f"explain (format json) select from {table} where agency_id = '{here.agency_id.hex}'"
    plans: list[dict[str, dict[str, Any]]] = (await session.execute(text(query))).scalar_one()
    return int(plans[0]["Plan"]["Plan Rows"])
