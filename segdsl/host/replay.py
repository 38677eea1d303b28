"""A finite input of events through an engine: in the order of time, from where the last run stopped.

Comes in: a file of events (or standard input). Goes out: a `Report`, and every outcome to whoever listens. One process
does it (`running.py`), or several (`workers/`).
"""

from itertools import chain
from pathlib import Path

from segdsl.host.engine import Engine
from segdsl.host.input import Input
from segdsl.host.moments import Moment, instant_of
from segdsl.host.running import LARGEST
from segdsl.host.runs import Listener, Report, handed_over
from segdsl.host.tidying import seldom_tidied
from segdsl.host.workers.dividing import Asked, Divided, check, finish_split
from segdsl.readers.ordering import lots_in_order
from segdsl.values.zones import Zone


def replay(
    engine: Engine,
    events: str | Path,
    *,
    format: str | None = None,
    mapping: str | Path | None = None,
    until: Moment | None = None,
    listener: Listener | None = None,
    batch: int = LARGEST,
    workers: int = 1,
) -> Report:
    """Run a finite input through an engine and advance it to `until`, or to the latest instant read.

    At most `batch` items go into one transaction, fewer where they are about many customers. A run that is stopped
    loses what it has taken of the one at hand, which the next run takes again.

    With several `workers` the input is split by customer over so many processes, if it is long enough to be worth that;
    the end is the same. This process reads and tells the listener; effects are delivered when all is done, to the
    handlers of the engine (`Engine.deliver`).
    Changes and effects of one customer are told of in their order, but not those of all customers.

    `events` is a path, or `-` for standard input. Events later than `until` go to the rejects. Raises InputError when
    the input cannot be read, or not by several workers; StoreError when the store fails; WorkerError when a worker was
    ended. What was committed stays.
    """
    end = instant_of(until, Zone(engine.plan.zone)) if until is not None else None
    source = Input.known(events, engine.backend)
    check(engine, source, workers)
    asked = Asked(engine, source, events, format, mapping, end, listener or Listener(), batch)
    with seldom_tidied():
        running = asked.running()
        shape, more = finish_split(asked, running, workers)
        if more:
            with asked.reading(shape) as reading:
                if workers > 1:
                    Divided(asked, workers, running).run(reading)
                else:
                    lots = lots_in_order(running.watched_lots(reading.lots()), count=running.count)
                    running.run(chain.from_iterable(lots))
                running.report.passed_over += reading.passed_over
        running.report.ignored = shape.ignored_fields
        running.finish()
    if workers > 1 and engine.handlers and handed_over not in engine.handlers.values():
        engine.deliver()
    return running.report
