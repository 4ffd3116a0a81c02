"""`python -m bench [measure …]`: one line of JSON a measure on standard output, progress on standard error."""

import argparse
import importlib
import sys
import traceback

import uvloop

from bench.measure import Measure

MEASURES = {
    "events_appended": "bench.appends",
    "relay_drain": "bench.relay",
    "consumer_upserts": "bench.consumer",
    "rebuild": "bench.rebuild",
    "lead_list": "bench.lead_list",
    "lists": "bench.lists",
    "capture": "bench.capture",
    "post_to_screen": "bench.screen",
    "import": "bench.imports",
    "pipeline_change": "bench.placing",
    "what_if": "bench.what_if",
    "commit_to_effect": "bench.effect",
    "jobs": "bench.jobs",
    "memory": "bench.memory",
    "signing_in": "bench.signing_in",
    "write_to_insight": "bench.latency",
    "write_to_report": "bench.latency",
}
"""Each by the module that takes it; a module that takes several takes them at once."""


def main() -> None:
    """Takes the measures that are named, by default all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="measure", help=", ".join(MEASURES))
    wanted = parser.parse_args().measures or list(MEASURES)
    if unknown := [name for name in wanted if name not in MEASURES]:
        parser.error(f"no such measure: {', '.join(unknown)}; there are {', '.join(MEASURES)}")

    def report(measure: Measure) -> None:
        print(measure.line(), flush=True)

    failed = False
    for module in dict.fromkeys(MEASURES[name] for name in wanted):
        try:
            uvloop.run(importlib.import_module(module).measure(report))
        except Exception:
            # The others are worth having all the same.
            traceback.print_exc()
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
