"""What is legal and doubtful: one file a lint, found by being here.

Comes in: a checked program without errors. Goes out: warnings. A lint changes neither plan nor digest nor run. A file
has a function `find`, from a `Ground` to diagnostics (see `base.py`), and a code of its own, SEG9nn.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.lints.base import Find, Ground
from segdsl.diagnostics.diagnostic import Diagnostic


@cache
def names() -> tuple[str, ...]:
    """The lints there are, by the names of their files."""
    entries = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name[:-3] for name in entries if name.endswith(".py") and name[:-3] not in _NOT_LINTS))


_NOT_LINTS = ("__init__", "base")


def found(program: CheckedProgram) -> Iterator[Diagnostic]:
    """The warnings of all lints."""
    ground = Ground.of(program)
    for name in names():
        find: Find = import_module(f"{__name__}.{name}").find
        yield from find(ground)
