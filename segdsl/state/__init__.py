"""One customer's state: what a plan needs to know of a customer's past, and no more (architecture rule 7).

Comes in: events a memory takes in. Goes out: what it recalls, and the next instant at which that can change by itself.
Imports `values`, `records` and `plan`. A new measure of history is a case in `memories.py`.
"""
