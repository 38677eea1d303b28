"""What a value is: kinds, exact numbers, instants, zones, text and three-valued truth.

Comes in: plain Python values and literals. Goes out: the same for every engine. One definition of everything that two
engines could do differently (rounding, folding, zones, hashing). Imports only `diagnostics`; knows no rule, no store.

At run time a value is a plain Python object and its kind is known from the plan: a number is an `int` of millionths,
an instant and a duration an `int` of microseconds, a date an `int` of days since 1970-01-01, a time of day an `int` of
microseconds since midnight; text and `one of` are `str`, boolean is `bool`, a list is a tuple, a record a dict, and
what is not known is `None`.
"""
