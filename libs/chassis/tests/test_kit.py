"""The test kit itself."""

import gc
import weakref

from gardenos_chassis.testing.plugin import Start
from gardenos_notes.app import NotesSettings, create_service


async def test_a_service_that_has_ended_is_let_go_of(start: Start) -> None:
    async with start(create_service, NotesSettings) as running:
        ended = weakref.ref(running.service)
        async with running.anonymous() as client:
            assert (await client.get("/livez")).status_code == 200
    del running, client
    gc.collect()
    assert ended() is None
