"""Other rules on a store that was run before (language.md section 5.14).

| file | what it knows |
|---|---|
| `parts.py` | what a plan keeps of the past, part by part, and whether it is the same under another plan |
| `difference.py` | what becomes of everything, told before it happens |
| `filling.py`, `scratch.py` | the pasts of new conditions, from journals or from a file of events |
| `turning.py` | one state, from the old plan to the new |
| `placing.py` | all of it over a store: `deploy` |
| `note.py` | how far a deployment is, so that it can be gone on with; those that were done |
"""
