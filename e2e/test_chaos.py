"""Every kind of fault on real parts under load. `make chaos` does the same for as long as is wished."""

import os
import random
import tempfile
from pathlib import Path

import pytest
from chaos.run import run
from chaos.schedule import KINDS


@pytest.mark.timeout(1500)
async def test_nothing_is_lost_doubled_or_stuck(capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("GARDENOS_SEED", random.SystemRandom().randrange(10**6)))
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        print(line)

    # Not pytest's own folder, which no other user may pass through, as PostgreSQL must.
    with tempfile.TemporaryDirectory(prefix="gardenos-chaos-", ignore_cleanup_errors=True) as folder:
        verdict = await run(Path(folder), seed=seed, seconds=100, say=say, heal_within=600)
    with capsys.disabled():
        # The schedule is for who asks; what came of it, and what could not be tried here, is for everybody.
        print("", *(line for line in said if not line.startswith(("  ", "---"))), sep="\n")
    assert not verdict.faults
    assert verdict.ledger["acknowledged"] > 20
    assert verdict.parked > 0
    assert verdict.tried == set(KINDS)
