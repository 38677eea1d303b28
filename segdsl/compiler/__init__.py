"""Trees to a plan: declare, check, lower.

Comes in: modules of the syntax tree. Goes out: a `CheckedProgram` (`seg check` stops there) and a `Plan`. Imports
`syntax` and `plan`; engines and stores are not its business. Checking an expression and lowering it is one walk
(`expressions.py`): every form of the language has one method that tells its kind and its plan node together.
"""
