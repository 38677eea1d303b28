"""What other systems know of a person, under their names for it, as attributes of the program.

Comes in: traits (Segment) or user properties (GA4) by name. Goes out: the object `attributes` of the plain shape. A
trait reaches the attribute of its own name, else the one that stands for it in `WELL_KNOWN`, else the one whose words
it is made of (`loyaltyTier`); one inside another (`address.city`) likewise, by its whole path. Serves the dialects, and
is no format.
"""

import re
from typing import Any

from segdsl.readers.base import EventShape
from segdsl.values.text import normal

WELL_KNOWN = {
    "address.city": "city",
    "address.country": "country",
    "address.postal_code": "postal code",
    "address.postalCode": "postal code",
    "address.region": "state",
    "address.state": "state",
    "address.zip": "postal code",
    "birthday": "birth date",
    "birthDate": "birth date",
    "company.name": "company",
    "created_at": "registration date",
    "createdAt": "registration date",
    "email_address": "email",
    "firstname": "first name",
    "jobTitle": "job",
    "job_title": "job",
    "lastname": "last name",
    "locale": "language",
    "phone_number": "phone",
    "phoneNumber": "phone",
    "postalCode": "postal code",
    "sex": "gender",
    "timezone": "time zone",
    "title": "job",
    "zip": "postal code",
}
"""Names whose words are not the attribute's, with attributes of the shipped vocabulary."""

_DEPTH = 4
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s_.\-]+")


def attributes_of(traits: dict[str, Any], shape: EventShape) -> dict[str, Any]:
    """Traits by the names of attributes. Those that nothing declares keep their names, so that they are counted. Of
    several that mean the same attribute, the one that has its name counts, else the first that is known."""
    found: dict[str, Any] = {}
    exact: set[str] = set()
    _gather(traits, "", shape, found, exact)
    return found


def _gather(traits: dict[str, Any], above: str, shape: EventShape, found: dict[str, Any], exact: set[str]) -> None:
    for key, value in traits.items():
        path = f"{above}{key}"
        name = _attribute(path, shape)
        holds_others = isinstance(value, dict) and (name == "" or shape.attributes[name].kind.name != "record")
        if holds_others and path.count(".") < _DEPTH:
            _gather(value, f"{path}.", shape, found, exact)
            continue
        own = normal(path) in shape.attributes
        if name == "" or own or (name not in exact and found.get(name) is None):
            found[name or path] = value
            exact.update([name] if own else [])


def _attribute(path: str, shape: EventShape) -> str:
    """The declared attribute of a trait; empty where there is none."""
    for name in (path, WELL_KNOWN.get(path, ""), " ".join(_HUMPS.split(path)).lower()):
        known = shape.attributes.get(normal(name)) if name else None
        if known is not None:
            return known.name
    return ""
