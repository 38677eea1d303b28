"""Faults, planted in a copy of the reference engine: what the comparison of engines has to find.

The copy is the modules of the reference and what of `state` and `plan` they work with, under other names, with one
place written otherwise. The engine that all others are compared with stays as it is.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from re import sub
from types import ModuleType
from typing import Any

from attrs import frozen

STATE = ("windows", "memories", "moments", "made", "collections", "joining", "landing")
REFERENCE = ("evaluate", "witness", "due", "round", "flows", "holding", "making")
COPIED = {
    "segdsl.values.operations": "planted.operations",
    **{f"segdsl.state.{name}": f"planted.{name}" for name in STATE},
    "segdsl.plan.needs": "planted.needs",
    **{f"segdsl.engines.reference.{name}": f"planted.reference.{name}" for name in REFERENCE},
    "segdsl.engines.reference": "planted.reference",
}
"""What is copied, in the order in which it is imported."""


@frozen
class Fault:
    """What is wrong; the module it is in (without `segdsl.`), a stretch of its text, and what stands there instead."""

    name: str
    module: str
    right: str
    wrong: str


def planted(fault: Fault) -> Any:
    """The reference with a fault: its `prepare`. Raises LookupError where the module does not say, once, what the fault
    puts wrong: then write the fault anew, on the code as it is."""
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "planted"}
    assert not before, "faults are planted one at a time"
    try:
        sys.modules["planted"] = ModuleType("planted")
        for original, copy in COPIED.items():
            module = _copied(original, copy, fault)
            if copy.count(".") == 1:
                setattr(sys.modules["planted"], copy.split(".")[1], module)
        return sys.modules["planted.reference"].prepare
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "planted"]:
            del sys.modules[name]


def _copied(original: str, copy: str, fault: Fault) -> ModuleType:
    spec = find_spec(original)
    assert spec is not None and spec.origin is not None
    text = Path(spec.origin).read_text("utf-8")
    if original == f"segdsl.{fault.module}":
        if text.count(fault.right) != 1:
            raise LookupError(f"{original} has {text.count(fault.right)} times, and not once: {fault.right}")
        text = text.replace(fault.right, fault.wrong)
    text = text.replace("from segdsl.state import ", "from planted import ")
    if "from segdsl.values import " in text and original != "segdsl.values.operations":
        text = text.replace(
            "from segdsl.values import ", "from planted import operations\nfrom segdsl.values import ", 1
        )
        text = sub(r"(?m)^(from segdsl\.values import .*?)(, operations\b|\boperations, )", r"\1", text)
    for of, to in sorted(COPIED.items(), reverse=True):
        text = text.replace(f"from {of} import", f"from {to} import")
    module = ModuleType(copy)
    module.__file__ = spec.origin
    if original == "segdsl.engines.reference":
        module.__path__ = []  # its parts are copied before it
    sys.modules[copy] = module
    exec(compile(text, f"{spec.origin} with a fault", "exec"), module.__dict__)
    return module
