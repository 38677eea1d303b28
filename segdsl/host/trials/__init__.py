"""Tests beside the rules (language.md section 7): run, and judged themselves.

Comes in: a checked program with its tests. Goes out: what they expected and did not find, what of the rules they have
seen, which changes to the rules they notice; and a test made of what a customer did.

| file | what it knows |
|---|---|
| `running.py` | a test on its way: a fresh customer and a virtual clock |
| `sentences.py` | what a line of a test makes happen, for tests and for the prompt |
| `unmet.py`, `not_done.py` | what a failure tells: values, and what became of the rules |
| `coverage.py` | what tests have seen of rules, paths, waits and conditions |
| `mutation.py` | whether tests notice changes to the rules |
| `recording.py`, `literals.py` | a test made of a customer's inputs; values as they are written |
"""
