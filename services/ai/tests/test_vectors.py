"""One port, two engines: the same questions to each."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import FastAPI, Request, Response
from gardenos_ai.app import vectors_of
from gardenos_ai.embedding import Embedder, sparse_of, sparse_of_question, words_of
from gardenos_ai.settings import AiSettings
from gardenos_ai.vectors import Point, Vectors
from gardenos_ai.vectors.embedded import EmbeddedVectors
from gardenos_ai.vectors.port import COLLECTION, SIZE
from gardenos_ai.vectors.server import ServerVectors
from gardenos_chassis.errors import Unavailable
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.sealing.keys import new_master_key
from gardenos_chassis.testing.serving import served
from qdrant_client import AsyncQdrantClient

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect"),
    pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection"),
]

TEXTS = {
    "hail": "Hail has damaged our roof last week – can you insure the house as well?",
    "price": "That is too expensive for us right now.",
    "number": "The policy number is HO-4471-220, and Ms. Muñoz signed it.",
    "teen": "My daughter just got her license, so we need to add her to the car.",
}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@pytest_asyncio.fixture(loop_scope="session", params=["embedded", "client's own", "server"])
async def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Vectors]:
    found: Vectors
    if request.param == "embedded":
        found = EmbeddedVectors(tmp_path / "vectors")
    elif request.param == "client's own":
        # The adapter of the server, on the client's imitation of one: it shows that the calls are right.
        found = ServerVectors(AsyncQdrantClient(":memory:"))
    else:
        url = os.environ.get("GARDENOS_TEST_QDRANT_URL")
        if url is None:
            pytest.skip("GARDENOS_TEST_QDRANT_URL names no server")
        found = ServerVectors.at(url, api_key=None, timeout_seconds=10)
    await found.open()
    yield found
    await found.close()


async def points(embedder: Embedder, agency_id: UUID) -> dict[str, Point]:
    meanings = await embedder.meanings(list(TEXTS.values()))
    return {
        name: Point(
            new_id(), agency_id, meaning, sparse_of(text), {"person_id": None, "start": 0, "source_kind": "call"}
        )
        for (name, text), meaning in zip(TEXTS.items(), meanings, strict=True)
    }


async def test_found_by_meaning_and_by_words(vectors: Vectors, embedder: Embedder) -> None:
    agency_id, other = new_id(), new_id()
    mine, theirs = await points(embedder, agency_id), await points(embedder, other)
    await vectors.put([*mine.values(), *theirs.values()])

    async def by_meaning(question: str, at_least: float = 0.3, limit: int = 10) -> list[UUID]:
        (meaning,) = await embedder.meanings([question])
        return [hit.id for hit in await vectors.by_meaning(agency_id, meaning, at_least=at_least, limit=limit)]

    async def by_words(question: str, limit: int = 10) -> list[UUID]:
        return [
            hit.id for hit in await vectors.by_words(agency_id, sparse_of_question(words_of(question)), limit=limit)
        ]

    assert (await by_meaning("storm damage to the house"))[0] == mine["hail"].id
    assert (await by_meaning("costs too much"))[0] == mine["price"].id
    assert len(await by_meaning("roof", at_least=-1)) == len(TEXTS)
    assert len(await by_meaning("roof", at_least=-1, limit=2)) == 2
    assert await by_meaning("roof", at_least=0.999) == []
    for question in ("HO-4471-220", "4471", "munoz", "MUÑOZ"):
        assert await by_words(question) == [mine["number"].id]
    # The rarer word decides.
    assert (await by_words("the policy of Muñoz, insure"))[0] == mine["number"].id
    assert await by_words("zebra") == []
    (meaning,) = await embedder.meanings([TEXTS["teen"]])
    (hit,) = await vectors.by_meaning(agency_id, meaning, at_least=0.9, limit=5)
    assert hit.meaning == pytest.approx(meaning, abs=1e-5)
    assert await vectors.by_meaning(new_id(), meaning, at_least=-1, limit=5) == []


async def test_what_is_put_again_replaces(vectors: Vectors, embedder: Embedder) -> None:
    agency_id = new_id()
    known = await points(embedder, agency_id)
    for _ in range(2):
        await vectors.put(list(known.values()))
    one, two = known["hail"], known["price"]
    await vectors.put([Point(one.id, agency_id, two.meaning, two.words, {})])
    hits = await vectors.by_meaning(agency_id, two.meaning, at_least=-1, limit=50)
    assert len(hits) == len(known)
    assert {hit.id for hit in hits[:2]} == {one.id, two.id}
    absent = new_id()
    assert await vectors.missing(agency_id, [one.id, absent]) == {absent}
    assert await vectors.missing(new_id(), [one.id]) == {one.id}
    assert await vectors.missing(agency_id, []) == set()


async def test_what_came_from_a_source_is_removed(vectors: Vectors, embedder: Embedder) -> None:
    agency_id, other, source_id = new_id(), new_id(), new_id()
    mine, theirs = await points(embedder, agency_id), await points(embedder, other)
    of_it = {"hail", "price"}

    def placed(found: dict[str, Point]) -> dict[str, Point]:
        return {
            name: replace(each, payload={**each.payload, "source_id": str(source_id if name in of_it else new_id())})
            for name, each in found.items()
        }

    await vectors.put([*placed(mine).values(), *placed(theirs).values()])
    for _ in range(2):
        await vectors.remove(agency_id, source_id)
        gone = {mine[name].id for name in of_it}
        assert await vectors.missing(agency_id, [each.id for each in mine.values()]) == gone
        assert await vectors.missing(other, [each.id for each in theirs.values()]) == set()
    (meaning,) = await embedder.meanings([TEXTS["hail"]])
    found = [hit.id for hit in await vectors.by_meaning(agency_id, meaning, at_least=-1, limit=10)]
    assert set(found) == {each.id for name, each in mine.items() if name not in of_it}


async def test_many_at_once(vectors: Vectors, embedder: Embedder) -> None:
    agency_id = new_id()
    (meaning,) = await embedder.meanings(["a roof"])
    many = [Point(new_id(), agency_id, meaning, sparse_of("a roof"), {}) for _ in range(1200)]
    writing = asyncio.create_task(vectors.put(many))
    while not writing.done():
        await vectors.by_meaning(agency_id, meaning, at_least=0, limit=5)
        # The imitation of a server never waits for anything.
        await asyncio.sleep(0)
    await writing
    assert await vectors.missing(agency_id, [point.id for point in many]) == set()
    assert len(await vectors.by_meaning(agency_id, meaning, at_least=0, limit=2000)) == 1200


async def test_the_embedded_engine_keeps_to_its_folder(tmp_path: Path, embedder: Embedder) -> None:
    agency_id = new_id()
    known = await points(embedder, agency_id)
    first, second = EmbeddedVectors(tmp_path / "v"), EmbeddedVectors(tmp_path / "v")
    with pytest.raises(Unavailable):
        await first.put(list(known.values()))
    await first.open()
    await first.open()
    await first.put(list(known.values()))
    with pytest.raises(Unavailable, match="another process"):
        await second.open()
    await first.close()
    await second.open()
    assert await second.missing(agency_id, [point.id for point in known.values()]) == set()
    await second.close()


async def test_a_server_that_is_away_is_unavailable() -> None:
    settings = AiSettings.model_validate(
        {
            "database_url": "x",
            "internal_token": "x",
            "master_key": new_master_key(),
            "qdrant_url": f"http://127.0.0.1:{free_port()}",
            "qdrant_timeout_seconds": 1,
        }
    )
    away = vectors_of(settings)
    for call in (
        away.open(),
        away.put([]),
        away.missing(new_id(), [new_id()]),
        away.by_meaning(new_id(), [0.0], at_least=0, limit=1),
    ):
        with pytest.raises(Unavailable):
            await call
    await away.close()


class Recorded:
    """A server that writes down what it is asked, and answers as Qdrant does where that matters."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any, str | None]] = []
        self.there = False
        self.status = 200
        self.url = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "PUT", "POST", "DELETE"])
        async def every(path: str, request: Request) -> Response:
            body = json.loads(await request.body() or b"null")
            self.asked.append((request.method, path, body, request.headers.get("api-key")))
            if self.status != 200:
                return Response('{"status": {"error": "no"}}', self.status, media_type="application/json")
            result: Any = True
            if path.endswith("/exists"):
                result = {"exists": self.there}
            elif path.endswith(("/index", "/points")):
                result = {"operation_id": 1, "status": "completed"}
            elif path.endswith("/query"):
                result = {"points": []}
            body = {"result": result, "status": "ok", "time": 0.1}
            return Response(json.dumps(body), media_type="application/json")

        return app


@pytest_asyncio.fixture(loop_scope="session")
async def recorded() -> AsyncIterator[Recorded]:
    found = Recorded()
    async with served(found.app()) as found.url:
        yield found


async def test_what_a_server_is_asked(embedder: Embedder, recorded: Recorded) -> None:
    vectors = ServerVectors.at(recorded.url, api_key="secret", timeout_seconds=5)
    agency_id = new_id()
    await vectors.open()
    assert {key for *_, key in recorded.asked} == {"secret"}
    made = {path: body for method, path, body, _ in recorded.asked if method == "PUT"}
    assert list(made) == [f"collections/{COLLECTION}", f"collections/{COLLECTION}/index"]
    collection, index = made.values()
    assert collection["vectors"] == {"meaning": {"size": SIZE, "distance": "Cosine"}}
    assert collection["sparse_vectors"] == {"words": {"modifier": "idf"}}
    # Each agency has a graph of its own, and its points are kept together.
    assert (collection["hnsw_config"]["m"], collection["hnsw_config"]["payload_m"]) == (0, 16)
    assert index["field_name"] == "agency_id"
    assert index["field_schema"] == {"type": "keyword", "is_tenant": True}
    recorded.asked.clear()
    (point,) = list((await points(embedder, agency_id)).values())[:1]
    await vectors.put([point])
    await vectors.by_meaning(agency_id, point.meaning, at_least=0.3, limit=7)
    await vectors.by_words(agency_id, point.words, limit=7)
    (_, _, put, _), *queries = recorded.asked
    assert put["points"][0]["payload"]["agency_id"] == str(agency_id)
    assert len(queries) == 2
    for _, path, query, _ in queries:
        assert path == f"collections/{COLLECTION}/points/query"
        assert query["filter"]["must"] == [{"key": "agency_id", "match": {"value": str(agency_id)}}]
        assert query["limit"] == 7
    # Somebody removed the collection: it is made again.
    recorded.status = 404
    with pytest.raises(Unavailable):
        await vectors.put([point])
    recorded.status = 200
    recorded.asked.clear()
    await vectors.put([point])
    assert [path for method, path, *_ in recorded.asked if method == "PUT"] == [
        f"collections/{COLLECTION}", f"collections/{COLLECTION}/index", f"collections/{COLLECTION}/points",
    ]  # fmt: skip
    recorded.status = 500
    with pytest.raises(Unavailable):
        await vectors.by_words(agency_id, point.words, limit=7)
    await vectors.close()


async def test_embedding_takes_any_text(embedder: Embedder) -> None:
    found = await embedder.meanings(["", "   ", "a" * 100_000, "👋🏽", "roof", "\0"])
    assert all(len(each) == SIZE for each in found)
    assert all(value == value for each in found for value in each), "no NaN"
    assert sum(value * value for value in found[4]) == pytest.approx(1)


async def test_embedding_leaves_everybody_s_log_alone() -> None:
    """Its library would set it up, and show requests with what people search for."""
    script = (
        "import asyncio, logging; from gardenos_ai.embedding import Embedder; asyncio.run(Embedder().meanings(['x']));"
        "print(logging.getLogger().handlers, logging.getLogger().level)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == f"[] {logging.WARNING}"
