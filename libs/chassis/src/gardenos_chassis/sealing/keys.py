"""Keys: a person's own, 256 random bits, kept wrapped by a master key that no database holds.

A wrapped key is 64 bytes: 4 that name the master key, a nonce of 12, and the key with its tag (AES-256-GCM), bound to its
agency and person. To unwrap one takes two microseconds: so none is ever kept in a process, and a key that is destroyed in
the database is destroyed everywhere.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SIZE = 32
_NAME = 4
_NONCE = 12
_WRAPPED = 64


class BadMasterKey(ValueError):
    """A master key that is none, or not the one that is needed."""


def new_master_key() -> str:
    """A new master key, as the setting takes it."""
    return b64encode(os.urandom(_SIZE)).decode()


class MasterKeys:
    """The newest wraps; the older ones open what they wrapped before."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_name(key): AESGCM(key) for key in keys}
        self._newest = _name(keys[0])

    @classmethod
    def parse(cls, text: str) -> "MasterKeys":
        """Base64 of 32 bytes each, the newest first, with commas between them. Raises BadMasterKey."""
        try:
            keys = [b64decode(each.strip(), validate=True) for each in text.split(",")]
        except ValueError:
            keys = []
        if not keys or any(len(key) != _SIZE for key in keys):
            raise BadMasterKey(
                "a master key is 32 random bytes in base64; make one with `openssl rand -base64 32`, and keep it where the"
                " databases' backups are not"
            )
        return cls(keys)

    @property
    def newest(self) -> bytes:
        """The name of the key that wraps: the first bytes of what it wrapped."""
        return self._newest

    @property
    def older(self) -> list[bytes]:
        """The names of those that only open."""
        return [name for name in self._keys if name != self._newest]

    def wrapped(self, agency_id: UUID, person_id: UUID) -> tuple[bytes, AESGCM]:
        """A new key for a person: as it is kept, and as it seals."""
        key = os.urandom(_SIZE)
        return self._wrapped(key, agency_id, person_id), AESGCM(key)

    def rewrapped(self, wrapped: bytes, agency_id: UUID, person_id: UUID) -> bytes:
        """The same key, wrapped by the newest; what follows it stays. Raises BadMasterKey as `unwrapped` does."""
        wrapped, more = wrapped[:_WRAPPED], wrapped[_WRAPPED:]
        return self._wrapped(self._key(wrapped, agency_id, person_id), agency_id, person_id) + more

    def _wrapped(self, key: bytes, agency_id: UUID, person_id: UUID) -> bytes:
        nonce = os.urandom(_NONCE)
        return self._newest + nonce + self._keys[self._newest].encrypt(nonce, key, agency_id.bytes + person_id.bytes)

    def unwrapped(self, wrapped: bytes, agency_id: UUID, person_id: UUID) -> AESGCM:
        """A person's key as it seals and opens. Raises BadMasterKey if it was wrapped by none of these, or for another."""
        return AESGCM(self._key(wrapped, agency_id, person_id))

    def _key(self, wrapped: bytes, agency_id: UUID, person_id: UUID) -> bytes:
        name, nonce, sealed = wrapped[:_NAME], wrapped[_NAME : _NAME + _NONCE], wrapped[_NAME + _NONCE :]
        master = self._keys.get(name)
        if master is None:
            raise BadMasterKey(
                f"people's keys were wrapped by the master key {name.hex()}, which is not among those set; add it again"
            )
        try:
            return master.decrypt(nonce, sealed, agency_id.bytes + person_id.bytes)
        except InvalidTag:
            raise BadMasterKey("a person's key is not what was wrapped; restore the table person_keys") from None


def _name(key: bytes) -> bytes:
    return sha256(key).digest()[:_NAME]
