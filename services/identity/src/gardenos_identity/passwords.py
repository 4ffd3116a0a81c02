"""Passwords: Argon2id, in threads, a few at a time, and no more than so many in line."""

import asyncio
import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gardenos_chassis.errors import Invalid, Unavailable

SHORTEST = 12
LONGEST = 200

_NICENESS = 10
"""Work at 0 then gets about nine of ten turns at a processor, and this the tenth, so nobody waits for ever to sign in."""

T = TypeVar("T")


class Passwords:
    """Hashes and verifies. Argon2id with 19 MiB, two passes, one lane: OWASP's minimum.

    `at_once` are computed at the same time and `in_line` more may wait, so that neither processor nor memory goes to
    sign-ins alone; and they are computed when nothing else of the machine asks for its processors, where it can tell
    threads apart. Whoever comes beyond that is sent away with a time to come again.

    https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    def __init__(self, *, at_once: int, in_line: int = 64) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="passwords", initializer=_stand_back)
        self._most = at_once + in_line
        self._present = 0
        self._nobody = self._hasher.hash(secrets.token_hex())

    async def hash(self, password: str, *, pointer: str = "/password") -> str:
        """The hash to keep. Raises Invalid for a password that is too short or too long, Unavailable if too many wait."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Invalid(f"a password has {SHORTEST} to {LONGEST} characters", pointer=pointer)
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one. None, for nobody, takes as long and is always wrong. Raises Unavailable."""
        right = await self._in_turn(lambda: self._matches(kept or self._nobody, password))
        return right and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made by weaker parameters than are used now."""
        return self._hasher.check_needs_rehash(kept)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._present >= self._most:
            raise Unavailable("too many people sign in at this moment; try again in a few seconds", retry_after=2)
        self._present += 1
        turn = self._threads.submit(work)
        loop = asyncio.get_running_loop()
        # Who hangs up leaves the line; what is being computed for them is still computed, and counts until it is done.
        turn.add_done_callback(lambda _: loop.is_closed() or loop.call_soon_threadsafe(self._leave))
        return await asyncio.wrap_future(turn)

    def _leave(self) -> None:
        self._present -= 1

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False


def _stand_back() -> None:
    """Linux has a niceness for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
