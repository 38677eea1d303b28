"""Clocks: several ways to do the same, in rounds that take turns, on processor time.

Processor time is that of this process alone, so that what else the machine does counts less; what waits for a disk is
not in it.
"""

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from timeit import Timer
from typing import Any

from attrs import field, frozen

NANO = 1_000_000_000


@frozen
class Call:
    """A short piece of Python to be timed, with the names in it."""

    statement: str
    names: Mapping[str, Any] = field(factory=dict)


def nanoseconds(calls: Mapping[str, Call], rounds: int, seconds: float) -> dict[str, float]:
    """The median nanoseconds of each call. In each round every one runs for as long as `seconds` asks, in turn."""
    timers = {
        name: Timer(call.statement, timer=time.process_time, globals=dict(call.names)) for name, call in calls.items()
    }
    loops = {name: _loops(timer, seconds) for name, timer in timers.items()}
    taken: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(rounds):
        for name, timer in timers.items():
            taken[name].append(timer.timeit(loops[name]) / loops[name] * NANO)
    return {name: statistics.median(times) for name, times in taken.items()}


def _loops(timer: Timer, seconds: float) -> int:
    loops = 1
    while (taken := timer.timeit(loops)) < seconds / 10:
        loops *= 4
    return max(1, int(loops * seconds / taken))


@frozen
class Taken:
    """What one run took: seconds of processor time, and by the clock on the wall."""

    processor: float
    wall: float


def taken(work: Callable[[], Any]) -> tuple[Taken, Any]:
    """Run something once, after the garbage of whatever ran before is gone."""
    gc.collect()
    wall, processor = time.perf_counter(), time.process_time()
    found = work()
    return Taken(time.process_time() - processor, time.perf_counter() - wall), found


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was."""
    return {
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()] if hasattr(os, "getloadavg") else [],
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - no file of ours
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def versions(*packages: str) -> dict[str, str]:
    """The versions of those packages that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
