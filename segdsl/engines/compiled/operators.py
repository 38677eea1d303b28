"""How the operators of the language, and what plain memories answer, are written in Python."""

from segdsl.plan import nodes as p

SIGNS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
OPPOSITES = {"=": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

TESTS = {"contains": "{1} in {0}", "starts with": "{0}.startswith({1})", "ends with": "{0}.endswith({1})"}
"""The operands stand in the order in which they are written."""

CALCULATIONS = {
    ("exact", "+"): "add({}, {})",
    ("exact", "-"): "subtract({}, {})",
    ("exact", "*"): "multiply({}, {})",
    ("exact", "/"): "divide({}, {})",
    ("whole", "+"): "{} + {}",
    ("whole", "-"): "{} - {}",
    ("whole", "*"): "{} * {}",
    ("scaled", "*"): "calculate('*', {}, {}, 'scaled')",
    ("scaled", "/"): "calculate('/', {}, {}, 'scaled')",
    ("ratio", ""): "divide({}, {})",
}

ANSWERS = {
    "count": "({0}[0] * 1000000 if ({0} := {1}) else 0)",
    "distinct": "(len({0}) * 1000000 if ({0} := {1}) else 0)",
    "total": "(within_limits({0}[0]) if ({0} := {1}) else 0)",
    "average": "(average({0}[0], {0}[1]) if ({0} := {1}) else None)",
    "smallest": "{1}",
    "largest": "{1}",
    "when": "{1}",
    "first": "({0}[1] if ({0} := {1}) else None)",
    "latest": "({0}[1] if ({0} := {1}) else None)",
}
"""What a memory without a window answers, by its measure."""


def form_of(node: p.Arithmetic) -> str:
    """How a calculation is written, given its operands."""
    return CALCULATIONS[node.domain, node.operator if node.domain != "ratio" else ""]
