"""An end that is asked for with Ctrl-C, or by whoever ends the process: first in order, then at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define


@define
class Stop:
    """Whether an end is asked for."""

    asked: bool = False

    def __call__(self) -> bool:
        return self.asked


@contextmanager
def stopping() -> Iterator[Stop]:
    """Have the first SIGINT or SIGTERM ask for an end, and a second one do what it does otherwise. One that is ignored,
    as in a script's background, stays so."""
    stop = Stop()
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {number: handler for number, handler in found.items() if handler is not signal.SIG_IGN}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def ask(_number: int, _frame: object) -> None:
        stop.asked = True
        restore()

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        restore()
