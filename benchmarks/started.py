"""One start, for `fresh.run`: `python -m benchmarks.started RULES`. Prints seconds of processor time, by part."""

import json
import sys
import time

import segdsl


def main() -> None:
    begun = time.process_time()
    program = segdsl.load(sys.argv[1])
    loaded = time.process_time()
    with segdsl.Engine(program, journal=False) as engine:
        ready = time.process_time()
        (outcome,) = engine.process(
            {"event": "searches", "term": "Acme 0", "customer": "ann", "time": "2026-03-01T10:00:00Z"}
        )
        assert [change.segment for change in outcome.changes] == ["S0"]
        done = time.process_time()
    print(json.dumps({"process": done, "load": loaded - begun, "engine": ready - loaded, "first event": done - ready}))


if __name__ == "__main__":
    main()
