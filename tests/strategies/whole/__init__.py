"""Programs over the whole language, and what happens to their customers: drawn with a `random.Random`, so that hundreds
of programs with hundreds of inputs each cost seconds.

| file | draws |
|---|---|
| `words.py` | nothing: the events, attributes, collections and actions that all programs know, with their kinds |
| `values.py` | expressions of a wanted kind, sources of history, windows |
| `conditions.py` | conditions |
| `rules.py` | triggers, steps, activities |
| `programs.py` | programs that compile |
| `inputs.py` | what happens next to the customers of a program: events, the host's word, links, the clock |

A law that is to find the smallest example itself takes `tests.strategies.programs` with Hypothesis instead.
"""
