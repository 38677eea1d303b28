"""Other people's engines, each with its fastest documented way: compiled once, and data in its own form beforehand.

Where a language cannot compare text without case, its data come in lower case already, which is to its advantage. All
of them but `rule-engine` count with floats, and none knows of numbers that are exact to the sixth place. What each
cannot express stands in README.md.
"""

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

from attrs import frozen

from benchmarks.timing import Call

PACKAGES = {
    "zen": "zen-engine",
    "datalogic": "datalogic-py",
    "cel (C++)": "cel-expr-python",
    "celpy": "cel-python",
    "celpy, transpiled": "cel-python",
    "rule-engine": "rule-engine",
    "json-logic": "json-logic-qubit",
}

Situation = Mapping[str, Any]
LOGIC = {
    "and": [
        {">": [{"var": "amount"}, 50]},
        {"==": [{"var": "country"}, "at"]},
        {">=": [{"/": [{"var": "income"}, {"var": "household"}]}, 9000]},
        {"in": ["Loyal", {"var": "segments"}]},
    ]
}
CEL = 'amount > 50.0 && country == "at" && income / household >= 9000.0 && "Loyal" in segments'


class Peer(Protocol):
    """An engine with the condition of `condition.py`, ready to be asked."""

    def answer(self, situation: Situation) -> Any: ...

    def call(self, situation: Situation) -> Call: ...


@frozen
class Asked:
    """`ask(data)` is the statement that is timed; `form` makes the data, outside the clock."""

    ask: Callable[[Any], Any]
    form: Callable[[Situation], Any]

    def answer(self, situation: Situation) -> Any:
        return self.ask(self.form(situation))

    def call(self, situation: Situation) -> Call:
        return Call("ask(data)", {"ask": self.ask, "data": self.form(situation)})


def found(skipped: dict[str, str]) -> dict[str, Peer]:
    """The peers that are installed; the others go into `skipped`, each with a reason."""
    ready: dict[str, Peer] = {}
    for name, make in MAKERS.items():
        try:
            ready[name] = make()
        except ImportError as error:
            skipped[name] = f'{PACKAGES[name]} is not installed (pip install "segdsl[benchmarks]"): {error}'
    return ready


def as_dict(situation: Situation) -> dict[str, Any]:
    return {key: value for key, value in situation.items() if key != "loyal"} | {
        "segments": ["Golf", "Loyal"] if situation["loyal"] else ["Golf"]
    }


def in_lower_case(situation: Situation) -> dict[str, Any]:
    data = as_dict(situation)
    return data | {"country": data["country"].lower()}


def zen() -> Peer:
    compiled = import_module("zen").compile_expression(
        'amount > 50 and lower(country) == "at" and income / household >= 9000 and "Loyal" in segments'
    )
    return Asked(compiled.evaluate, as_dict)


def datalogic() -> Peer:
    """A rule in a session, on data that were parsed before."""
    module = import_module("datalogic_py")
    engine = module.Engine()
    session, rule = engine.session(), engine.compile(json.dumps(LOGIC))
    ask = session.evaluate_bool

    class InSession:
        def answer(self, situation: Situation) -> Any:
            return ask(rule, self.form(situation))

        def call(self, situation: Situation) -> Call:
            return Call("ask(rule, data)", {"ask": ask, "rule": rule, "data": self.form(situation)})

        def form(self, situation: Situation) -> Any:
            return module.DataHandle(json.dumps(in_lower_case(situation)))

    return InSession()


def cel() -> Peer:
    """Google's C++ engine, asked with an activation that was made before."""
    module = import_module("cel_expr_python.cel")
    kinds = module.Type
    known = {"amount": kinds.DOUBLE, "country": kinds.STRING, "income": kinds.DOUBLE, "household": kinds.DOUBLE}
    environment = module.NewEnv(variables=known | {"segments": kinds.List(kinds.STRING)})
    compiled = environment.compile(CEL)

    class Activated:
        def answer(self, situation: Situation) -> Any:
            return compiled.eval(self.form(situation)).value()

        def call(self, situation: Situation) -> Call:
            return Call("ask(data).value()", {"ask": compiled.eval, "data": self.form(situation)})

        def form(self, situation: Situation) -> Any:
            return environment.Activation(in_lower_case(situation))

    return Activated()


def celpy(transpiled: bool = False) -> Peer:
    module = import_module("celpy")
    types = import_module("celpy.celtypes")
    known = {"amount": types.DoubleType, "country": types.StringType, "income": types.DoubleType}
    known |= {"household": types.DoubleType, "segments": types.ListType}
    runner = {"runner_class": module.CompiledRunner} if transpiled else {}
    import_module("celpy.celparser").CELParser.CEL_PARSER = None  # it is kept, with the trees of the first environment
    environment = module.Environment(annotations=known, **runner)
    program = environment.program(environment.compile(CEL))
    return Asked(
        program.evaluate, lambda situation: {k: module.json_to_cel(v) for k, v in in_lower_case(situation).items()}
    )


def rule_engine() -> Peer:
    """Its numbers are exact: floats in the data are turned into decimals, so the data have decimals."""
    rule = import_module("rule_engine").Rule(
        'amount > 50 and country.as_lower == "at" and income / household >= 9000 and "Loyal" in segments'
    )
    return Asked(rule.matches, as_dict)


def json_logic() -> Peer:
    logic = import_module("json_logic").jsonLogic
    return Asked(lambda data: logic(LOGIC, data), in_lower_case)


MAKERS: dict[str, Callable[[], Peer]] = {
    "zen": zen,
    "datalogic": datalogic,
    "cel (C++)": cel,
    "celpy": celpy,
    "celpy, transpiled": lambda: celpy(True),
    "rule-engine": rule_engine,
    "json-logic": json_logic,
}
