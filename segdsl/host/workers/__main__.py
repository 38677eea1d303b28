"""A worker as a process: `python -m segdsl.host.workers`, started by a run (`crew.py`), which speaks to it by its
standard input and output. Nothing else is written there."""

import os
import sys
from contextlib import suppress

from segdsl.host.workers.talk import Line
from segdsl.host.workers.work import work


def main() -> None:
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    line = Line(sys.stdin.buffer, os.fdopen(own, "wb"))
    with suppress(EOFError):
        work(line)
    line.close()


if __name__ == "__main__":
    main()
