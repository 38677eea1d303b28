"""Pictures of a program: what its rules do, step by step, and how its segments hang together.

Comes in: a `CheckedProgram`. `flow.py` and `segments.py` make a `Graph` of it, which `svg.py`, `mermaid.py` and
`dot.py` write as text; for SVG, `layout.py` gives every box its place. Nothing is read or written here.
"""
