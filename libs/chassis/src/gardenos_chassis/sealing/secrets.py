"""Secrets that must be read again, kept under the master key.

Each is encrypted by a key of its own (AES-256-GCM, a random nonce in front), which stands before it, wrapped by the master
key and bound to its agency and to what the secret belongs to: moved elsewhere it does not open.
"""

import os
from uuid import UUID

from gardenos_chassis.sealing.keys import MasterKeys

_WRAPPED = 64
_NONCE = 12


def seal(keys: MasterKeys, agency_id: UUID, of: UUID, secret: str) -> bytes:
    """What is kept of the secret."""
    wrapped, key = keys.wrapped(agency_id, of)
    nonce = os.urandom(_NONCE)
    return wrapped + nonce + key.encrypt(nonce, secret.encode(), None)


def unseal(keys: MasterKeys, agency_id: UUID, of: UUID, kept: bytes) -> str:
    """The secret. Raises BadMasterKey if none of these keys opens it, or if it was kept for another."""
    key = keys.unwrapped(kept[:_WRAPPED], agency_id, of)
    nonce, box = kept[_WRAPPED : _WRAPPED + _NONCE], kept[_WRAPPED + _NONCE :]
    return key.decrypt(nonce, box, None).decode()
