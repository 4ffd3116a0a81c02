"""Operators as the tests use them: added, and signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
from gardenos_chassis.testing import Running
from gardenos_identity.operators.command import operators_of
from gardenos_identity.operators.desk import Access
from second_factors import code

HERE = "/api/v1/operators"


async def added(identity: Running) -> Access:
    return await operators_of(identity.service).add(f"{uuid4().hex}@platform.example")


async def enter(http: httpx.AsyncClient, access: Access, **other: Any) -> httpx.Response:
    # The step after, for the present one was used up when they were added.
    said = {"email": access.email, "password": access.password, "code": code(access.secret, steps=1)} | other
    return await http.post(f"{HERE}/sessions", json=said)


@asynccontextmanager
async def operating(identity: Running) -> AsyncIterator[httpx.AsyncClient]:
    access = await added(identity)
    async with identity.anonymous() as http:
        begun = await enter(http, access)
    assert begun.status_code == 201, begun.text
    async with identity.anonymous({"Authorization": f"Bearer {begun.json()['token']}"}) as http:
        yield http
