"""Progress of a long run: a line that changes on a terminal, or a line every few seconds where it is asked for."""

import sys
import time
from collections.abc import Callable

import click
from attrs import define, field

import segdsl
from segdsl.cli.parts.findings import counted
from segdsl.values.instants import SECOND, instant_text

TERMINAL_SECONDS = 0.2
LINE_SECONDS = 5.0


@define
class Telling:
    """Tells of a run on standard error. `asked` is the option `--progress`; `clock` counts seconds."""

    asked: bool
    clock: Callable[[], float] = time.monotonic
    live: bool = field(init=False)
    last: float = field(init=False)
    written: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.last = self.clock()

    def tell(self, progress: "segdsl.Progress") -> None:
        """Tell of it, unless something was told just now."""
        if not self._is_time():
            return
        if progress.clock is not None and progress.total is not None:
            reached = instant_text(progress.clock - progress.clock % SECOND)
            text = f"followed: {counted(progress.events, 'event')}, the clock is at {reached}"
        elif progress.total is None:
            text = f"reading: {progress.places:,} lines"
        elif progress.advanced:
            text = f"the clock: {progress.advanced:,} customers moved on"
        else:
            share = progress.handled * 100 // progress.total if progress.total else 100
            text = f"handled: {progress.handled:,} of {progress.total:,} ({share}%)"
        self._write(text)

    def say(self, text: str) -> None:
        """Tell of something else that goes on, unless something was told just now."""
        if self._is_time():
            self._write(text)

    def _is_time(self) -> bool:
        now = self.clock()
        pause = TERMINAL_SECONDS if self.live else LINE_SECONDS
        if not (self.live or self.asked) or now - self.last < pause:
            return False
        self.last = now
        return True

    def _write(self, text: str) -> None:
        if self.live:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True, color=True)
            self.written = True
        else:
            click.echo(text, err=True)

    def done(self) -> None:
        """Wipe the line that changes."""
        if self.written:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)
            self.written = False
