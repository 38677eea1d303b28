"""The thin waist: a closed, versioned set of frozen nodes that says everything an engine must know.

Comes in: a `CheckedProgram`, lowered. Goes out: to engines, backends, readers and explanations. Imports `diagnostics`
and `values` and nothing of the language. A new node goes into `nodes.py`; `match` with `assert_never` makes the type
checker name every engine that must learn it. A pass over plans is a file in `passes/` and a line in its tuple.
"""
