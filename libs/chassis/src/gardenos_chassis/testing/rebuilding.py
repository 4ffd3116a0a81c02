"""Whether a service's live read tables are what its events make of them, and whether they can be made again."""

from uuid import UUID

from gardenos_chassis.read_models.model import ReadModel
from gardenos_chassis.read_models.rebuild import rebuild
from gardenos_chassis.read_models.shadow import definition, owner_of
from gardenos_chassis.read_models.verify import Verified, verify
from gardenos_chassis.service import Service


async def verified(service: Service, owner_url: str, agency_id: UUID | None = None) -> dict[str, Verified]:
    """Every table of every read model, whole or one agency's part, held against a rebuild from events."""
    found = [
        each
        for model in service.read_models.values()
        for each in await verify(service, model, owner_url, _say_nothing, agency_id=agency_id)
    ]
    return {each.table: each for each in found}


async def assert_rebuilds(service: Service, owner_url: str, agency_id: UUID | None = None) -> dict[str, int]:
    """The live tables equal a rebuild; they are rebuilt and exchanged, and do so still. Tells each table's rows.

    With an agency, its part alone is held against the rebuild: other tests may have left what no event tells.

    What takes their place is defined as they were, by all that the server's catalogue says.
    Raises AssertionError that names tables, keys, and what of them differs.
    """
    before = await verified(service, owner_url, agency_id)
    _assert_alike(before, "the live tables are not what their events make of them")
    for model in service.read_models.values():
        async with owner_of(owner_url) as owner:
            defined = await definition(owner, "public", model.table_names)
            await rebuilt(service, model, owner_url)
            again = await definition(owner, "public", model.table_names)
        assert defined == again, f"{model.name}: {set(defined) ^ set(again)}"
    after = await verified(service, owner_url, agency_id)
    _assert_alike(after, "the tables after a rebuild are not what it made")
    return {name: each.rows for name, each in after.items()}


async def rebuilt(service: Service, model: ReadModel, owner_url: str) -> int:
    """Rebuilds a read model; tells how many events it took."""
    return await rebuild(service, model, owner_url, _say_nothing)


def _assert_alike(found: dict[str, Verified], what: str) -> None:
    faults = [
        f"{name}: {each.differing} of {each.rows}: {each.differences}" for name, each in found.items() if each.differing
    ]
    assert not faults, "\n".join((what, *faults))


def _say_nothing(_: object) -> None:
    """Nobody watches."""
