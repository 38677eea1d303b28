"""Pages that people read: one self-contained HTML file each, without a script and without anything from elsewhere.

Comes in: what `host` answers. Goes out: text, and the same numbers as JSON. `report.py` gathers the numbers of a store,
`days.py` lays them out over time, `charts.py` and `upset.py` say how they are drawn, `pictures.py` draws, and `html.py`
writes the page. What comes from rules and events is escaped in `html.py`, and nowhere trusted.
"""
