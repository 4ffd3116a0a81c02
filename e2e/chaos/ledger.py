"""The ledger: what was asked of the platform, and what it answered, in a file that outlives who wrote it."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Command:
    """One command, as its sender knows it. All its tries have one key and one id, which its events carry."""

    id: str
    service: str
    event: str
    """The type that it records, without its version."""
    times: int = 1
    fate: str = "unknown"
    """`acknowledged` or `refused`, once it was answered."""


class Ledger:
    """Written by who gives commands. A line is on the disk before its writer goes on."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def put(self, command: Command) -> None:
        """A command before it is given, and once more when its fate is known: its last line counts."""
        self._file.write(json.dumps(asdict(command)).encode() + b"\n")
        os.fsync(self._file.fileno())


def read(path: Path) -> list[Command]:
    """Every command, in the order in which they were given."""
    commands: dict[str, Command] = {}
    for line in path.read_text().splitlines():
        command = Command(**json.loads(line))
        commands[command.id] = command
    return list(commands.values())


def fates(commands: Sequence[Command]) -> Counter[str]:
    """How many commands were acknowledged, refused, or never answered."""
    return Counter(command.fate for command in commands)
