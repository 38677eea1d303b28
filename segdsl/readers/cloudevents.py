"""CloudEvents in structured mode as JSON, one a line, in an array, or as a batch (an array in place of one).

Comes in: an envelope with `specversion`, `id`, `source`, `type` and, in `data`, an object. Goes out: a plain object.
`time` is the time, `source` and `id` together are the id, the keys of `data` are the fields (`attributes` among them).
The customer is the `customer` of the data, the visitor its `visitor`; where there is neither, the `subject` is the
customer.

The event is the one of which the `type` is the name or a name on the wire. Else it is the one that the end of a dotted
`type` names, as in `com.example.shop.order.completed` or `com.example.purchase.v1`: in any case, with `_` and `-` for
blanks, without the version; the last two parts count before the last one. Else it is what `data` names as `event`.
Whatever is written otherwise can be read with a mapping, whose columns are paths: `data.order.id`.
"""

import re
from pathlib import Path
from typing import Any

from segdsl.diagnostics.errors import InputError
from segdsl.readers.base import RESERVED, EventShape, Reader, Refusal
from segdsl.readers.objects import Dialect, Object, Objects, always
from segdsl.values.text import folded
from segdsl.values.wire import as_text, shown

OF_THE_DATA = ("customer", "visitor", "attributes", "received")
"""Keys of the data that mean what they mean in the plain shape."""

_JSON = re.compile(r"\s*[\w.+-]+/([\w.+-]+\+)?json\s*(;.*)?", re.IGNORECASE | re.DOTALL)
_VERSION = re.compile(r"v?\d+([._]\d+)*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s_-]+")


def open_reader(shape: EventShape, source: str, mapping: Path | None, limit: int) -> Reader:
    """A reader of CloudEvents. Raises InputError when a mapping is given."""
    if mapping is not None:
        raise InputError(f"{source} is read as CloudEvents, which take no mapping; with one, read it as jsonlines")
    return Objects(shape, source, always(CloudEvents(shape)), limit)


def dialect(shape: EventShape) -> Dialect:
    """How CloudEvents are read, for an input in which several ways stand among one another."""
    return CloudEvents(shape)


class CloudEvents(Dialect):
    """Reads CloudEvents."""

    format = "cloudevents"

    def __init__(self, shape: EventShape) -> None:
        super().__init__(shape)
        self._folded = _by_folded_name(shape)

    def knows(self, obj: Object) -> bool:
        return "specversion" in obj

    def plain(self, obj: Object) -> list[Object]:
        version = obj.get("specversion")
        if not isinstance(version, str) or not version.startswith("1."):
            given = "missing" if version is None else shown(version)
            raise Refusal("not an event", f"`specversion` is {given}: CloudEvents of version 1.0 are read")
        data = _data(obj)
        fields = {f"data.{key}" if key in RESERVED else key: value for key, value in data.items()}
        for key in OF_THE_DATA:
            if key in data:
                fields[key] = fields.pop(f"data.{key}")
        if data.get("customer") is None and data.get("visitor") is None:
            fields["customer"] = obj.get("subject")
        time = obj.get("time")
        if time is None:
            time = fields.pop("data.time", None)
        event = self._event(obj.get("type"), data)
        if event is data.get("event"):
            fields.pop("data.event", None)
        return [fields | {"event": event, "time": time, "id": _id(obj)}]

    def _event(self, type_: Any, data: Object) -> Any:
        """The event's name; the type itself where nothing has it, so that the reject shows it."""
        if not isinstance(type_, str) or not type_:
            given = "missing" if type_ is None else shown(type_)
            raise Refusal("unknown event", f"`type` is {given}, not the type of a CloudEvent")
        if self.shape.found(type_) is not None:
            return type_
        return self._ending(type_) or data.get("event") or type_

    def _ending(self, type_: str) -> str | None:
        parts = type_.split(".")
        while len(parts) > 1 and _VERSION.fullmatch(parts[-1]):
            parts.pop()
        if len(parts) < 2:
            return None
        for last in (2, 1) if len(parts) > 2 else (1,):
            name = self._folded.get(_fold(" ".join(parts[-last:])))
            if name is not None:
                return name
        return None


def _by_folded_name(shape: EventShape) -> dict[str, str]:
    """Events that come in by their names, folded. A name that would mean two events means none."""
    names: dict[str, str | None] = {}
    for written, known in shape.events.items():
        if known.made_of is None:
            name = _fold(written)
            names[name] = known.name if names.get(name, known.name) == known.name else None
    return {name: event for name, event in names.items() if event is not None}


def _fold(name: str) -> str:
    return _BETWEEN.sub(" ", folded(name)).strip()


def _id(obj: Object) -> Any:
    """An id is only unique within its source."""
    id_, source = obj.get("id"), obj.get("source")
    if not isinstance(id_, str | int) or isinstance(id_, bool) or not isinstance(source, str) or not id_:
        return id_
    try:
        return f"{source}#{as_text(id_)}"
    except ValueError:
        return id_


def _data(obj: Object) -> Object:
    if obj.get("data_base64") is not None:
        raise Refusal("not an event", "`data_base64` holds bytes, which cannot be read: send `data` as JSON")
    kind = obj.get("datacontenttype")
    if kind is not None and not (isinstance(kind, str) and _JSON.fullmatch(kind)):
        raise Refusal("not an event", f"`datacontenttype` is {shown(kind)}: only JSON can be read")
    data = obj.get("data")
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise Refusal("not an event", f"`data` is {shown(data)}, not an object with the event's fields")
    return data
