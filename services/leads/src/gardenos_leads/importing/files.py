"""An import's file while it is needed: in pieces in the database, sealed by a key of its own under the master key."""

import os
import tempfile
from collections.abc import Iterator
from typing import BinaryIO
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.tenancy import Database, Session, driver_of
from sqlalchemy import delete, update

from gardenos_leads.importing.tables import import_chunks, imports

_CHUNK = 1_000_000
_NONCE = 12

_KEEP = "insert into import_chunks (agency_id, import_id, number, content) values ($1, $2, $3, $4)"
_READ = "select content from import_chunks where agency_id = $1 and import_id = $2 and number = $3"


async def keep(session: Session, agency_id: UUID, import_id: UUID, file: BinaryIO, key: AESGCM) -> None:
    """Keeps a file, a piece at a time."""
    for number, piece in enumerate(_pieces(file)):
        nonce = os.urandom(_NONCE)
        content = nonce + key.encrypt(nonce, piece, _place(import_id, number))
        await driver_of(session).execute(_KEEP, agency_id, import_id, number, content)


async def opened(database: Database, agency_id: UUID, import_id: UUID, wrapped: bytes, keys: MasterKeys) -> BinaryIO:
    """The file, on a disk under no name, so that it is gone with the process. Raises BadMasterKey."""
    key = keys.unwrapped(wrapped, agency_id, import_id)
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    number = 0
    while True:
        # A transaction for each piece: none is open for as long as a large file takes.
        async with database.transaction(agency_id) as session:
            content = await driver_of(session).fetchval(_READ, agency_id, import_id, number)
        if content is None:
            file.seek(0)
            return file
        file.write(key.decrypt(content[:_NONCE], content[_NONCE:], _place(import_id, number)))
        number += 1


async def drop(session: Session, agency_id: UUID, import_id: UUID) -> None:
    """The file is needed no more: it goes, and its key."""
    of_this = (import_chunks.c.agency_id == agency_id, import_chunks.c.import_id == import_id)
    await session.execute(delete(import_chunks).where(*of_this))
    whose = (imports.c.agency_id == agency_id, imports.c.id == import_id)
    await session.execute(update(imports).where(*whose).values(file_key=None))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_CHUNK):
        yield piece


def _place(import_id: UUID, number: int) -> bytes:
    return f"{import_id} {number}".encode()
