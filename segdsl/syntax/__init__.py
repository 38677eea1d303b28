"""Text and trees: `parse(source)` gives a module of the syntax tree, `format_module` its canonical text.

Comes in: a `Source`. Goes out: `ast.Module` and diagnostics; nothing after `build` sees a Lark object. Imports
`diagnostics` and `values`. A new form of the language is a rule in `grammar/seg.lark`, a node in `ast/`, a method of
the rule's name in `build.py` or `build_rules.py`, and a case in `format.py`; the type checker names the rest.
"""
