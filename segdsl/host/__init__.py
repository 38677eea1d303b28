"""Where programs, engines and stores meet, and the only place that reads files and clocks.

Comes in: rules as text or files, events, questions. Goes out: outcomes and answers. Imports everything above the faces.
`program.py` loads rules, `engine.py` runs them, `questions.py` answers, `replay.py` runs a whole file of events,
`following.py` one that grows, `trials.py` the tests beside the rules.
"""
