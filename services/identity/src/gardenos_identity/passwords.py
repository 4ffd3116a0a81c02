"""Passwords: Argon2id, in threads, a few at a time."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gardenos_chassis.errors import Invalid

SHORTEST = 12
LONGEST = 200


class Passwords:
    """Hashes and verifies. Argon2id with 19 MiB, two passes, one lane: OWASP's minimum.

    https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    def __init__(self, *, at_once: int) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._gate = asyncio.Semaphore(at_once)
        self._nobody = self._hasher.hash(secrets.token_hex())

    async def hash(self, password: str, *, pointer: str = "/password") -> str:
        """The hash to keep. Raises Invalid for a password that is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Invalid(f"a password has {SHORTEST} to {LONGEST} characters", pointer=pointer)
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one. None, for nobody, takes as long and is always wrong."""
        async with self._gate:
            right = await asyncio.to_thread(self._matches, kept or self._nobody, password)
        return right and kept is not None

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
