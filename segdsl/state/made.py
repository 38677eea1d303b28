"""The effects that were made for a customer, as limits count them: the instants of those that meet what a limit says.

A log holds what is still in the window, oldest first. It is replaced, never changed in place.
"""

from collections.abc import Mapping

Log = list[int]


def united(one: Mapping[str, Log], other: Mapping[str, Log]) -> dict[str, Log]:
    """The logs of two customers who turn out to be one, by what limits count: all that was made for either counts. A
    limit may then have let through more than it says; what is made from now on is judged by all of it."""
    return {scope: sorted([*one.get(scope, ()), *other.get(scope, ())]) for scope in sorted({*one, *other})}
