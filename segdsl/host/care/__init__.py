"""Care of a store: what a program and `seg store` do with all of it, on any backend.

Comes in: an open backend, a contract of `backends/base.py` and nothing of what is behind it. Goes out: faults, what was
dropped, a file of lines, another store.

| file | what it knows |
|---|---|
| `checking.py`, `memberships.py`, `again.py` | what has to hold in a store, and whether it does |
| `pruning.py` | how far back a late event can reach, and so what may be dropped |
| `written.py` | a store as lines of JSON: the format |
| `exporting.py`, `importing.py` | to such a file, from one, and from store to store |
| `describing.py` | what is in a store, in numbers |
| `migrating.py`, `recoding.py`, `plans.py` | stores of older layouts, brought up to that of now |
"""
