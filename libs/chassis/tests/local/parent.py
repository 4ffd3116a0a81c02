"""A process of its own that starts a part, says where it is, and waits to be killed: `local_parent.py postgres FOLDER`."""

import asyncio
import sys
from pathlib import Path

from gardenos_chassis.local import EmbeddedKafka, EmbeddedPostgres, EmbeddedTansu


async def main(part: str, folder: Path) -> None:
    if part == "postgres":
        postgres = EmbeddedPostgres(folder)
        await postgres.start()
        urls = await postgres.ensure_database("leads")
        print(urls.app_url, flush=True)
    else:
        broker = {"kafka": EmbeddedKafka, "tansu": EmbeddedTansu}[part](folder)
        await broker.start()
        print(broker.bootstrap, flush=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
