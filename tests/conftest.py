"""What all tests share.

The same examples are drawn in every run, so that a run tells of the code and not of luck. To look for new ones:
`pytest --hypothesis-profile=deep`; what it finds goes into the corpus.

Tests run on the default engine. `pytest tests/laws --engine reference` runs them on another one, and `--engine beside`
takes every step with the reference and the default engine and compares both.
"""

from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from segdsl.engines import DEFAULT, engines
from segdsl.engines.reference import prepare
from tests.support.agreeing import Beside

_SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("default", deadline=None, derandomize=True, suppress_health_check=_SLOW_TO_DRAW)
settings.register_profile("ci", settings.get_profile("default"), print_blob=True)
settings.register_profile("deep", deadline=None, max_examples=1_000, suppress_health_check=_SLOW_TO_DRAW)
settings.load_profile("default")

COMPARED = "steps compared"
KILLED = "killed"
"""What tests tell of themselves at the end of a run: a number; how many processes were killed in which phase."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--agreement-steps", type=int, default=100_000, metavar="N",
        help="how many steps of drawn programs tests/engines/test_agreement.py compares between engines (100,000)",
    )  # fmt: skip
    parser.addoption(
        "--engine", choices=[*engines(), "beside"], default=DEFAULT,
        help="the engine on which tests run that name none; `beside` compares the default one with the reference",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Put another engine in the place of the default one."""
    wanted = config.getoption("--engine")
    module: Any = import_module(f"segdsl.engines.{DEFAULT}")
    own = module.prepare
    if wanted == "beside":
        module.prepare = lambda plan: Beside(prepare(plan), own(plan))
    elif wanted != DEFAULT:
        module.prepare = import_module(f"segdsl.engines.{wanted}").prepare


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell how many steps of engines were compared, and in which phases processes were killed."""
    reports = [report for found in terminalreporter.stats.values() for report in found if hasattr(report, "when")]
    steps = [n for report in reports if report.when == "call" for name, n in report.user_properties if name == COMPARED]
    if steps:
        terminalreporter.write_line(f"{sum(steps):,} steps compared between engines")
    for report in reports:
        for what, phases in [found for found in report.user_properties if found[0] == KILLED and report.when == "call"]:
            said = ", ".join(f"{number} {phase}" for phase, number in phases.items())
            terminalreporter.write_line(
                f"{what} {sum(phases.values())} times, {report.nodeid.rpartition('[')[2][:-1]}: {said}"
            )
