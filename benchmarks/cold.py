"""One run from a cold start, for `fresh.run`: `python -m benchmarks.cold segdsl EVENTS RULES`, or `stream`
or `retail` with brands in place of rules. Prints the processor time of the whole process, from the start of Python on."""

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
    elif who == "stream":
        from benchmarks.stream_by_hand import run

        run(events, int(more))
    else:
        from benchmarks.retail_by_hand import run as run_retail

        run_retail(events)
    print(json.dumps({"processor": time.process_time()}))


if __name__ == "__main__":
    main()
