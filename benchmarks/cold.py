"""One run from a cold start, for `fresh.run`: `python -m benchmarks.cold segdsl EVENTS RULES`, or by hand with `stream`
and the number of brands in place of the rules, or with `retail`. Prints the processor time of the whole process, from
the start of Python on. `nothing` loads a program and runs no events."""

import json
import sys
import time
from pathlib import Path


def main() -> None:
    who, events, more = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    if who == "segdsl":
        import segdsl

        with segdsl.Engine(segdsl.load(more), journal=False) as engine:
            segdsl.replay(engine, events)
    elif who == "nothing":
        import segdsl

        segdsl.loads("segment Anybody by activities")
    elif who == "stream":
        from benchmarks.stream_by_hand import run

        run(events, int(more))
    else:
        from benchmarks.retail_by_hand import run as run_retail

        run_retail(events)
    print(json.dumps({"processor": time.process_time()}))


if __name__ == "__main__":
    main()
