"""`python -m chaos`: the long run. It prints what it does, and ends with 1 if anything was lost, doubled or stuck."""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from chaos.run import run


def main() -> int:
    """Runs it in a folder that is gone afterwards."""
    parser = argparse.ArgumentParser(prog="make chaos", description="the platform under faults, and what was lost")
    parser.add_argument("--seconds", type=float, default=300, help="how long faults strike")
    parser.add_argument("--seed", type=int, default=None, help="which faults; the one that an earlier run printed")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    with tempfile.TemporaryDirectory(prefix="gardenos-chaos-", ignore_cleanup_errors=True) as folder:
        verdict = asyncio.run(
            run(Path(folder), seed=seed, seconds=given.seconds, say=lambda said: print(said, flush=True))
        )
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
