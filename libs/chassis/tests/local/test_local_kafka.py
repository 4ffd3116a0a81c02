import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from gardenos_chassis.local import EmbeddedKafka, EmbeddedTansu, PartMissing, start_broker
from gardenos_chassis.local.kafka import find_java
from gardenos_chassis.local.ports import free_port
from gardenos_chassis.testing import eventually


class Parent(Protocol):
    said: str

    def kill(self) -> None: ...


ParentOf = Callable[[str, Path], Parent]


async def produce(bootstrap: str, *words: str, idempotence: bool = True) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("words", 2, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=idempotence) as producer:
        for word in words:
            await producer.send_and_wait("words", word.encode(), key=word.encode())


async def consume(bootstrap: str, count: int) -> list[str]:
    found: list[str] = []
    async with AIOKafkaConsumer("words", bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        while len(found) < count:
            record = await consumer.getone()
            found.append((record.value or b"").decode())
    return sorted(found)


async def test_what_was_acknowledged_is_there_after_the_parent_is_killed(folder: Path, parent_of: ParentOf) -> None:
    parent = parent_of("kafka", folder)
    await produce(parent.said, "a", "b", "c")
    parent.kill()

    async with EmbeddedKafka(folder) as again:
        assert again.bootstrap == parent.said, "clients find it where it was"
        assert await consume(again.bootstrap, 3) == ["a", "b", "c"]


async def test_the_broker_ends_with_its_parent(folder: Path, parent_of: ParentOf, is_held: Callable[[], bool]) -> None:
    parent = parent_of("tansu", folder)
    assert is_held()
    parent.kill()

    async def gone() -> bool:
        return not is_held()

    await eventually(gone, what="the broker of a killed parent is gone")


async def test_clients_are_sent_to_what_stands_before_it(folder: Path) -> None:
    port, passed = free_port(), 0
    kafka = EmbeddedKafka(folder, advertised_port=port)

    async def passing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal passed
        passed += 1
        from_kafka, to_kafka = await asyncio.open_connection(*kafka.bootstrap.split(":"))
        await asyncio.wait(
            [asyncio.create_task(_pass(reader, to_kafka)), asyncio.create_task(_pass(from_kafka, writer))]
        )

    async with await asyncio.start_server(passing, "127.0.0.1", port), kafka:
        assert kafka.bootstrap != f"127.0.0.1:{port}"
        passed = 0
        await produce(kafka.bootstrap, "a")
        assert passed, "who came to itself was sent away from there"


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
    writer.close()


async def test_a_format_cut_short_is_begun_anew(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "bootstrap.checkpoint.tmp").write_text("half")
    async with EmbeddedKafka(folder) as kafka:
        await produce(kafka.bootstrap, "a")
        assert await consume(kafka.bootstrap, 1) == ["a"]


async def test_the_volatile_broker_carries_plain_messages(folder: Path) -> None:
    async with EmbeddedTansu(folder) as tansu:
        assert tansu.volatile
        await produce(tansu.bootstrap, "a", "b", idempotence=tansu.idempotence)
        assert await consume(tansu.bootstrap, 2) == ["a", "b"]


async def test_without_java_the_volatile_broker_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    said: list[str] = []
    broker = await start_broker(folder, said.append)
    await broker.stop()
    assert isinstance(broker, EmbeddedTansu)
    assert "openjdk-17-jre-headless" in said[0]
    assert "VOLATILE" in said[0]


async def test_without_maven_the_message_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pom = tmp_path / "deploy" / "local" / "kafka" / "pom.xml"
    pom.parent.mkdir(parents=True)
    pom.write_text("<project/>")
    monkeypatch.setattr("gardenos_chassis.local.kafka._find_pom", lambda: pom)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PartMissing, match="install maven"):
        await EmbeddedKafka(folder).start()


def test_an_old_java_is_named_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(PartMissing, match="is 11, 17 or newer is needed"):
        find_java()
