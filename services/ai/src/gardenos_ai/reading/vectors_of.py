"""Chunks as points of the vector store."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gardenos_contracts.ai import SourceKind

from gardenos_ai.chunks import Chunk
from gardenos_ai.embedding import Embedder, sparse_of
from gardenos_ai.vectors import Point, Vectors

_BATCH = 256


async def embed(
    chunks: Sequence[Chunk],
    embedder: Embedder,
    vectors: Vectors,
    *,
    agency_id: UUID,
    source_kind: SourceKind,
    source_id: UUID,
    person_id: UUID | None,
    said_at: datetime,
) -> None:
    """Puts the chunks of one communication into the store, batch by batch. Raises Unavailable."""
    for start in range(0, len(chunks), _BATCH):
        batch = chunks[start : start + _BATCH]
        meanings = await embedder.meanings([chunk.text for chunk in batch])
        points = [
            Point(
                id=chunk.id,
                agency_id=agency_id,
                meaning=meaning,
                words=sparse_of(chunk.text),
                payload={
                    "person_id": str(person_id) if person_id else None,
                    "source_kind": source_kind.value,
                    "source_id": str(source_id),
                    "source_field": chunk.field.value,
                    "start": chunk.start,
                    "end": chunk.end,
                    "said_at": said_at.isoformat(),
                },
            )
            for chunk, meaning in zip(batch, meanings, strict=True)
        ]
        await vectors.put(points)
