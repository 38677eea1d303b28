"""Pages about a program for people to read: what its rules mean, in plain English, as Markdown and HTML.

Comes in: a checked program. Goes out: text. `program.py` gathers who fills and reads what, `sentences.py` (with
`amounts.py`, `conditions.py` and `triggers.py`) says what a rule means, `contents.py` puts both into a `document.py`,
and `markdown.py` and `page.py` write that out. Nothing is run, and no file is touched.
"""
