"""segdsl: rules for behavioural customer segmentation.

    import segdsl
    engine = segdsl.Engine(segdsl.load("sports.seg"), "sqlite:///sports.store")
    engine.process({"event": "registers", "customer": "ann", "time": "2026-03-01T10:00:00Z"})
    engine.segments_of("ann")

The public names are listed in `__all__`; each is imported when it is first used, so that a start costs what it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from segdsl.version import __version__

if TYPE_CHECKING:
    from segdsl.backends import open_backend, remove_store
    from segdsl.backends.base import Backend, Membership, StoredEffect
    from segdsl.compiler.checked import CheckedProgram
    from segdsl.diagnostics.diagnostic import Diagnostic
    from segdsl.diagnostics.errors import (
        ClockError,
        CompileError,
        InputError,
        RefusedError,
        SegdslError,
        StoreError,
        UnknownNameError,
        WorkerError,
    )
    from segdsl.host.decisions import Decision, PassedOver, Search
    from segdsl.host.delivering import Delivery
    from segdsl.host.deploying.difference import Difference
    from segdsl.host.deploying.placing import Deployed, deploy
    from segdsl.host.engine import Engine
    from segdsl.host.following import follow
    from segdsl.host.mending import Mending, mend
    from segdsl.host.program import Program, build, check, check_texts, load, loads
    from segdsl.host.promotions import Promotion
    from segdsl.host.replay import replay
    from segdsl.host.runs import Listener, Progress, Report
    from segdsl.host.trials.coverage import Coverage, cover
    from segdsl.host.trials.mutation import Mutation, Tried
    from segdsl.host.trials.recording import RecordedTest, record_inputs, record_test
    from segdsl.host.trials.running import Failure, TestResult, run_tests
    from segdsl.host.why.answer import Why
    from segdsl.host.why.effects import WhyEffects
    from segdsl.readers import formats
    from segdsl.records.inputs import Event
    from segdsl.records.outcomes import Because, Change, Effect, Held, HeldBy, Outcome, Reject

_PLACES = {
    "Backend": "backends.base", "Because": "records.outcomes", "Change": "records.outcomes",
    "CheckedProgram": "compiler.checked", "ClockError": "diagnostics.errors", "CompileError": "diagnostics.errors",
    "Coverage": "host.trials.coverage", "Decision": "host.decisions", "Diagnostic": "diagnostics.diagnostic",
    "Deployed": "host.deploying.placing", "Difference": "host.deploying.difference",
    "Delivery": "host.delivering", "RefusedError": "diagnostics.errors", "StoredEffect": "backends.base",
    "Effect": "records.outcomes", "PassedOver": "host.decisions", "Search": "host.decisions",
    "Engine": "host.engine", "Event": "records.inputs", "Failure": "host.trials.running",
    "Held": "records.outcomes", "HeldBy": "records.outcomes",
    "InputError": "diagnostics.errors", "Listener": "host.runs", "Membership": "backends.base",
    "Mending": "host.mending", "Mutation": "host.trials.mutation", "Outcome": "records.outcomes",
    "Program": "host.loading", "Progress": "host.runs", "Promotion": "host.promotions",
    "RecordedTest": "host.trials.recording",
    "Reject": "records.outcomes", "Report": "host.runs", "SegdslError": "diagnostics.errors",
    "StoreError": "diagnostics.errors", "TestResult": "host.trials.running", "Tried": "host.trials.mutation",
    "UnknownNameError": "diagnostics.errors", "Why": "host.why.answer", "WhyEffects": "host.why.effects",
    "build": "host.program",
    "WorkerError": "diagnostics.errors",
    "check": "host.program", "check_texts": "host.program", "cover": "host.trials.coverage",
    "deploy": "host.deploying.placing",
    "follow": "host.following", "formats": "readers", "load": "host.loading", "loads": "host.program",
    "mend": "host.mending", "open_backend": "backends", "record_inputs": "host.trials.recording",
    "record_test": "host.trials.recording", "remove_store": "backends", "replay": "host.replay",
    "run_tests": "host.trials.running",
}  # fmt: skip

__all__ = [
    "Backend", "Because", "Change", "CheckedProgram", "ClockError", "CompileError", "Coverage", "Decision", "Delivery",
    "Deployed", "Diagnostic", "Difference", "Effect", "Engine", "Event", "Failure", "Held", "HeldBy", "InputError",
    "Listener", "Membership", "Mending", "Mutation", "Outcome", "PassedOver", "Program", "Progress", "Promotion",
    "RecordedTest", "RefusedError", "Reject", "Report", "Search", "SegdslError", "StoreError", "StoredEffect",
    "TestResult", "Tried", "UnknownNameError", "Why", "WhyEffects", "WorkerError", "__version__", "build", "check",
    "check_texts", "cover", "deploy", "follow", "formats", "load", "loads", "mend", "open_backend", "record_inputs",
    "record_test", "remove_store", "replay", "run_tests",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'segdsl' has no attribute {name!r}")
    return getattr(import_module(f"segdsl.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
