"""What carries messages between services, and may do with them whatever Kafka can do, and worse."""

from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from aiokafka.errors import KafkaTimeoutError
from gardenos_contracts import Message


class Fate(StrEnum):
    """What becomes of one message that is sent."""

    CARRIED = "carried"
    DOUBLED = "doubled"
    REFUSED = "refused"
    UNACKNOWLEDGED = "unacknowledged"
    """It arrives, and its sender is told that it did not."""
    FORGOTTEN = "forgotten"
    """It is acknowledged, and lost."""


@dataclass
class Bus:
    """One log a topic, and one offset a group and topic."""

    logs: defaultdict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    offsets: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    fates: list[Fate] = field(default_factory=list)
    """Of the messages to come; after them all are carried."""
    offered: set[tuple[str, str]] = field(default_factory=set)
    """Topic and id of each message that somebody was told is safe."""

    def wipe(self) -> None:
        """A broker that comes back with empty disks: logs and groups are new."""
        self.logs.clear()
        self.offsets.clear()

    def empty(self) -> None:
        """As at the beginning."""
        self.wipe()
        self.fates.clear()
        self.offered.clear()

    async def send(
        self, topic: str, *, value: bytes, key: bytes, headers: Sequence[tuple[str, bytes]]
    ) -> "_Acknowledgement":
        """As aiokafka's producer: what it gives is awaited for the acknowledgement."""
        message = Message.from_kafka(headers, value)
        assert key == str(message.agency_id).encode()
        fate = self.fates.pop(0) if self.fates else Fate.CARRIED
        times = {Fate.DOUBLED: 2, Fate.REFUSED: 0, Fate.FORGOTTEN: 0}.get(fate, 1)
        self.logs[topic] += [message] * times
        return _Acknowledgement(self, topic, message.id, fate)

    async def stop(self) -> None:
        """As aiokafka's producer."""

    def waiting(self, group: str, topic: str) -> int:
        """How many messages the group has not read."""
        return max(len(self.logs[topic]) - self.offsets[group, topic], 0)

    def next(self, group: str, topic: str, many: int) -> list[Message]:
        """The next messages for the group; its offset stays."""
        offset = self.offsets[group, topic]
        return self.logs[topic][offset : offset + many]

    def move_to(self, group: str, topic: str, offset: int) -> None:
        """The group has read so far; two processes may say so one after the other."""
        self.offsets[group, topic] = max(self.offsets[group, topic], offset)


@dataclass(frozen=True, slots=True)
class _Acknowledgement:
    """To be awaited, or not."""

    bus: Bus
    topic: str
    id: str
    fate: Fate

    def __await__(self) -> Generator[None, None, None]:
        yield
        if self.fate in (Fate.REFUSED, Fate.UNACKNOWLEDGED):
            raise KafkaTimeoutError
        self.bus.offered.add((self.topic, self.id))
