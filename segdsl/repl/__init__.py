"""The prompt, `seg repl`: rules tried out sentence by sentence. A face: it imports public names, and what lies below.

Comes in: lines from a terminal or from standard input. Goes out: answers. `reading.py` says what was typed, `rules.py`
holds the program so far, `play.py` what has happened under it, `session.py` takes one thing after the other and knows
how to take it back; `commands.py` is the table of commands. None of these knows a terminal: that is `terminal.py`,
with `complete.py` and `highlight.py`, the only ones to meet prompt_toolkit. `script.py` reads standard input.
"""
