"""Apache Kafka itself, one KRaft node from its Maven artifacts, as a child on a JDK."""

import asyncio
import base64
import fcntl
import os
import shutil
import signal
import subprocess
import uuid
from pathlib import Path
from types import TracebackType

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from gardenos_chassis.local.child import Child, FolderLock, StartFailed
from gardenos_chassis.local.ports import free_port, is_free

_OLDEST_JAVA = 17

_CONFIGURATION = """\
# Written at every start. One node is broker and controller at once.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{advertised}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A lone reader need not wait for others to join its group.
group.initial.rebalance.delay.ms=0
# After a kill -9 the same node comes back: it need not wait for itself to be given up.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.segment.bytes=67108864
log.retention.hours=168
log.cleaner.dedupe.buffer.size=8388608
num.network.threads=2
num.io.threads=4
background.threads=2
"""


class PartMissing(RuntimeError):
    """Something this machine lacks; the message names the package to install."""


class EmbeddedKafka:
    """A Kafka broker whose data, log and configuration are in `folder`.

    `jars` is the folder of its artifacts; by default `kafka_jars()`. Its ports stay the same from start to start where
    they are free. `advertised_port` is where clients are sent, if something of 127.0.0.1 stands before it. What was
    acknowledged survives a kill -9 of everything, as the operating system still writes it.
    """

    idempotence = True
    volatile = False

    def __init__(
        self,
        folder: Path,
        *,
        jars: Path | None = None,
        heap_megabytes: int = 256,
        lock_seconds: float = 30,
        advertised_port: int | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self._data = self.folder / "data"
        self._configuration = self.folder / "server.properties"
        self._jars = jars
        self._heap = heap_megabytes
        self._lock_seconds = lock_seconds
        self._advertised = advertised_port
        self._ports: tuple[int, int] | None = None
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients; known once started."""
        if self._ports is None:
            raise RuntimeError("Kafka is not started")
        return f"127.0.0.1:{self._ports[0]}"

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """Process id of its guard, whose child it is."""
        return self._child.pid if self._child is not None else None

    async def start(self) -> None:
        """Formats the storage where there is none, starts the broker and waits until it answers.

        A broker of before that still ends in the folder is waited for. Raises `PartMissing` where Java, Maven or the
        artifacts are missing.
        """
        jars = await asyncio.to_thread(kafka_jars) if self._jars is None else self._jars
        java = find_java()
        async with FolderLock.of(self.folder, self._lock_seconds) as lock:
            self._child = await self._launch(java, jars, lock)
        try:
            await self._child.until(lambda: answers(self.bootstrap), seconds=120)
        except BaseException:
            await self._child.stop()
            raise

    async def _launch(self, java: str, jars: Path, lock: FolderLock) -> Child:
        self._ports = self._ports_as_before()
        broker, controller = self._ports
        self._configuration.write_text(
            _CONFIGURATION.format(
                broker=broker, controller=controller, advertised=self._advertised or broker, data=self._data
            )
        )
        command = [java, "-Xms64m", f"-Xmx{self._heap}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        command += ["-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true", f"-Djava.io.tmpdir={self._scratch()}"]
        command += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true"]
        command += ["-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS"]
        command += ["-cp", f"{jars}/*"]
        if not (self._data / "meta.properties").exists():
            await asyncio.to_thread(self._format, command)
        child = Child(
            "Kafka",
            [*command, "kafka.Kafka", str(self._configuration)],
            folder=self.folder,
            log=self.folder / "kafka.log",
            stop_signals=[signal.SIGTERM],
        )
        child.launch(lock)
        return child

    async def stop(self) -> None:
        """Ends the broker in order and waits until it is gone. A start afterwards is fine."""
        if self._child is not None:
            await self._child.stop()

    async def __aenter__(self) -> "EmbeddedKafka":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _ports_as_before(self) -> tuple[int, int]:
        kept = self.folder / "ports"
        before = [int(port) for port in kept.read_text().split()] if kept.exists() else []
        broker, controller = [port if is_free(port) else free_port() for port in before] or [free_port(), free_port()]
        kept.write_text(f"{broker} {controller}\n")
        return broker, controller

    def _scratch(self) -> Path:
        scratch = self.folder / "tmp"
        scratch.mkdir(exist_ok=True)
        return scratch

    def _format(self, command: list[str]) -> None:
        """New storage. Cut short, it has no `meta.properties` and is made anew at the next start."""
        shutil.rmtree(self._data, ignore_errors=True)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        # `--cluster-id=x`: an id may begin with a dash.
        format_command = [
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={cluster}",
            "-c",
            str(self._configuration),
        ]
        made = subprocess.run([*command, *format_command], capture_output=True, text=True, check=False)  # noqa: S603
        if made.returncode:
            raise StartFailed(f"Kafka's storage could not be made:\n{made.stderr.strip() or made.stdout.strip()}")


async def answers(bootstrap: str) -> bool:
    """Whether a broker on this machine serves its metadata there."""
    # Asked first, for the client logs an error each time that nobody listens yet.
    if is_free(int(bootstrap.rpartition(":")[2])):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=3000)
    try:
        await admin.start()
        await admin.list_topics()
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()
    return True


def find_java() -> str:
    """The `java` of JAVA_HOME or of the path, 17 or newer; raises `PartMissing`."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else None
    java = java or shutil.which("java")
    install = "install openjdk-17-jre-headless (apt) or any JRE from 17 on"
    if java is None:
        raise PartMissing(f"no Java found: {install}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    version = said.partition('"')[2].partition('"')[0].partition(".")[0]
    if not version.isdigit() or int(version) < _OLDEST_JAVA:
        raise PartMissing(f"Java at {java} is {version or 'broken'}, {_OLDEST_JAVA} or newer is needed: {install}")
    return java


def kafka_jars() -> Path:
    """The folder of Kafka's artifacts: `GARDENOS_KAFKA_JARS`, or brought by Maven for `deploy/local/kafka/pom.xml`.

    Brought once for a version of that file, and whole or not at all. Raises `PartMissing`.
    """
    given = os.environ.get("GARDENOS_KAFKA_JARS")
    if given:
        return Path(given)
    pom = _find_pom()
    jars = pom.parent / "target" / "jars"
    stamp = jars / "pom.xml"
    jars.parent.mkdir(exist_ok=True)
    with (jars.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != pom.read_bytes():
            _bring_jars(pom, jars)
    return jars


def _bring_jars(pom: Path, jars: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise PartMissing("no Maven found to bring Kafka's artifacts: install maven (apt)")
    fresh = jars.with_name("jars.new")
    # The second list lacks what lets Kafka write a log; Kafka itself is whole without.
    for profiles in (["-P", "logs"], []):
        shutil.rmtree(fresh, ignore_errors=True)
        command = [maven, "-q", "-B", "-f", str(pom), *profiles, "dependency:copy-dependencies"]
        made = subprocess.run(  # noqa: S603
            [*command, f"-DoutputDirectory={fresh}"], capture_output=True, text=True, check=False
        )
        if made.returncode == 0:
            break
    else:
        said = made.stdout.strip() or made.stderr.strip()
        raise PartMissing(f"Maven could not bring Kafka's artifacts:\n{said[:2000]}")
    shutil.copy(pom, fresh / "pom.xml")
    shutil.rmtree(jars, ignore_errors=True)
    fresh.rename(jars)


def _find_pom() -> Path:
    for start in (Path(__file__), Path.cwd() / "_"):
        for folder in start.parents:
            pom = folder / "deploy" / "local" / "kafka" / "pom.xml"
            if pom.is_file():
                return pom
    raise PartMissing(
        "deploy/local/kafka/pom.xml is not found here: set GARDENOS_KAFKA_JARS to a folder of Kafka's artifacts, "
        "or GARDENOS_KAFKA_BOOTSTRAP to a broker"
    )
