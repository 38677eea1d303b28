"""What runs a plan: one file or folder an engine, found by its name.

Comes in: a plan. Goes out: a `Prepared` that takes a state and an input to the next state and its outcome. Imports
`plan`, `state` and `records`; nothing of the language. The reference engine is the meaning (language.md section 5); a
new engine is right if and only if it agrees with it.
"""

from importlib import import_module
from importlib.resources import files
from typing import cast

from segdsl.diagnostics.errors import UnknownNameError
from segdsl.engines.base import Prepared
from segdsl.plan.nodes import Plan

DEFAULT = "compiled"
"""The engine that runs programs where none is named: it gives what `reference` gives, sooner."""


def engines() -> list[str]:
    names = [entry.name.removesuffix(".py") for entry in files(__name__).iterdir()]
    return sorted(name for name in names if name not in ("__init__", "__pycache__", "base"))


def prepare(plan: Plan, engine: str = DEFAULT) -> Prepared:
    """A plan made ready to be run by an engine. It can be used by several threads at once. Raises UnknownNameError for
    an engine that is not there."""
    if engine not in engines():
        raise UnknownNameError(f"there is no engine {engine!r}: there are {' and '.join(engines())}")
    return cast(Prepared, import_module(f"{__name__}.{engine}").prepare(plan))
