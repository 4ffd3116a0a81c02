"""The commands `rebuild` and `verify`, whoever shows how far they are."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gardenos_chassis.errors import NotFound
from gardenos_chassis.read_models.model import ReadModel
from gardenos_chassis.read_models.progress import Say
from gardenos_chassis.read_models.rebuild import rebuild
from gardenos_chassis.read_models.verify import Verified, verify

if TYPE_CHECKING:
    from gardenos_chassis.service import Service


def model_of(service: "Service", name: str) -> ReadModel:
    """A service's read model. Raises NotFound that names those there are."""
    if name not in service.read_models:
        there = ", ".join(service.read_models) or "none"
        raise NotFound(f"{service.name} has no read model {name}; there are: {there}")
    return service.read_models[name]


async def run_rebuild(service: "Service", name: str, owner_url: str, say: Say, *, anew: bool) -> str:
    """Rebuilds one; tells in words what came of it. Raises Conflict, NotFound."""
    model = model_of(service, name)
    events = await rebuild(service, model, owner_url, say, anew=anew)
    return f"{service.name} {name}: {', '.join(model.table_names)} are rebuilt from {events:,} events"


async def run_verify(service: "Service", names: Iterable[str], owner_url: str, say: Say) -> list[Verified]:
    """Verifies these, or all. Raises Conflict, NotFound."""
    models = [model_of(service, name) for name in names] or list(service.read_models.values())
    return [each for model in models for each in await verify(service, model, owner_url, say)]


def in_words(found: Sequence[Verified]) -> list[str]:
    """What a verification found: a line a table, and under it the first rows that differ, by their keys."""
    lines = []
    for each in found:
        verdict = "equal to a rebuild" if not each.differing else f"{each.differing:,} DIFFER from a rebuild"
        lines.append(f"{each.table}: {each.rows:,} rows, {verdict}")
        lines += [f"  {one.what}: {' '.join(one.key)}" for one in each.differences]
        if each.differing > len(each.differences):
            lines.append(f"  and {each.differing - len(each.differences):,} more")
    return lines
