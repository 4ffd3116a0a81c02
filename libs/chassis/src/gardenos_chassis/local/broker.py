"""The broker this machine can run: Kafka, or where it cannot, a volatile one that says so."""

from collections.abc import Callable
from pathlib import Path

from gardenos_chassis.local.kafka import EmbeddedKafka, PartMissing
from gardenos_chassis.local.tansu import EmbeddedTansu


async def start_broker(
    folder: Path, say: Callable[[str], None], *, advertised_port: int | None = None
) -> EmbeddedKafka | EmbeddedTansu:
    """A started broker with its files in `folder`; `say` is told where it is not Kafka, and what to install.

    Clients of Kafka are sent to `advertised_port`, if given.
    """
    kafka = EmbeddedKafka(folder / "kafka", advertised_port=advertised_port)
    try:
        await kafka.start()
    except PartMissing as missing:
        say(
            f"Kafka cannot run here: {missing}\n"
            "Going on with Tansu, a VOLATILE broker: it keeps messages in memory and forgets them at every stop. "
            "No fact is lost, for the event stores keep them all, but use it for a first look only."
        )
        tansu = EmbeddedTansu(folder / "tansu")
        await tansu.start()
        return tansu
    return kafka
