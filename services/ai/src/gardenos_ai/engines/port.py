"""What an engine does: texts in, grounded findings out."""

from dataclasses import dataclass
from typing import Protocol

from gardenos_ai.communication import Communication, Finding


@dataclass(frozen=True, slots=True)
class Reading:
    """What an engine made of a communication. `shortfall` says which part it could not read as it should; None: none."""

    findings: list[Finding]
    engine: str
    engine_version: str
    shortfall: str | None = None


class Engine(Protocol):
    """Reads communications."""

    async def extract(self, communication: Communication) -> Reading:
        """What is in it; every finding's span lies in its text.

        Raises Unavailable if it may succeed later without anybody's doing, anything else for a text it cannot take.
        Lets others work meanwhile.
        """

    async def close(self) -> None:
        """Lets go of connections."""
