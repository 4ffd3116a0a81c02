"""The leads service as it would be if nobody asked who may see what: what `bench.lead_list` is held against."""

from typing import Any

import gardenos_chassis.auth
from gardenos_chassis.auth import caller
from gardenos_chassis.auth.caller import Caller
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.main import main
from sqlalchemy import ColumnElement, true


def _all(*_: object, **__: object) -> ColumnElement[bool]:
    return true()


async def _as_the_token_says(_: Standings, __: Any, known: Caller) -> Caller:
    return known


# Before the service takes them by name.
gardenos_chassis.auth.visible_to = caller.visible_to = _all
Standings.now = _as_the_token_says  # type: ignore[assignment, method-assign]

from gardenos_leads.app import create_service  # noqa: E402
from gardenos_leads.settings import LeadsSettings  # noqa: E402

main(LeadsSettings, create_service)
