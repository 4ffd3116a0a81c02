"""How long is waited between the attempts at work that must not be lost."""

import asyncio

import pytest
from gardenos_chassis.errors import Unavailable
from gardenos_chassis.events import faults


async def test_work_that_went_on_for_long_is_tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    waits: list[float] = []
    # How long each attempt works before it fails: what it needs is away, then there for an hour, then away again.
    lasts = iter([0.0] * 12 + [3600.0] + [0.0] * 3)

    async def slept(seconds: float) -> None:
        waits.append(seconds)

    async def attempt() -> str:
        nonlocal now
        lasted = next(lasts, None)
        if lasted is None:
            return "done"
        now += lasted
        raise Unavailable("away")

    monkeypatch.setattr(asyncio, "sleep", slept)
    monkeypatch.setattr(faults, "monotonic", lambda: now)
    monkeypatch.setattr(faults, "jittered", lambda seconds: seconds)

    assert await faults.retried_for_ever(attempt, what="test") == "done"
    assert waits[:3] == [0.05, 0.1, 0.2]
    assert waits[11] == max(waits) < 10, "patience has an end"
    assert waits[12:] == [0.05, 0.1, 0.2, 0.4], "and is new after an hour of work"
