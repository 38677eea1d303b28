"""Calls of Segment's spec: what its libraries send, its destinations get and its archives hold.

Comes in: a call, one a line, in an array, or several as `{"batch": [...]}`. Goes out, as plain objects:

| call | becomes |
|---|---|
| `track` | the event that has its `event` as a name; its `properties` are the fields |
| `identify` | `identifies`; its `traits` are attributes |
| `page`, `screen` | `views page`, with `name`, `url`, `referrer` and the other properties |
| `alias` | `identifies`, with `previousId` as the visitor, so that it links the two |
| `group` | nothing: it is passed over, and counted |

`userId` is the customer, `anonymousId` the visitor, `messageId` the id; `timestamp` (else `originalTimestamp`,
`sentAt`) is the time, `receivedAt` when it was received. Of `context`, `traits` become attributes too, and the page's
address and referrer and the campaign become fields where the event declares them and does not bring its own. A call
without a `type`, as it is sent to an address of its own, is known by what it holds.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from segdsl.diagnostics.errors import InputError
from segdsl.readers.base import RESERVED, EventShape, KnownEvent, Reader, Refusal
from segdsl.readers.objects import Dialect, Object, Objects, PassedOver, always
from segdsl.readers.traits import attributes_of
from segdsl.values.wire import shown

TYPES = ("track", "identify", "page", "screen", "alias", "group")

IDENTIFIES = "identifies"
VIEWS_PAGE = "views page"
"""Events of the shipped vocabulary for calls that have no event of their own."""

FROM_CONTEXT = (
    ("page", "url", "url"),
    ("page", "referrer", "referrer"),
    ("page", "title", "page_title"),
    ("campaign", "name", "utm_campaign"),
    ("campaign", "source", "utm_source"),
    ("campaign", "medium", "utm_medium"),
    ("campaign", "term", "utm_term"),
    ("campaign", "content", "utm_content"),
)
"""What of the context becomes a field: the part, its key, and the field's key on the wire."""

_OF_BATCH = ("context", "sentAt", "receivedAt")
_SIGNS = ("userId", "anonymousId", "messageId", "properties", "traits", "context", "originalTimestamp", "previousId")
_NOT_PLAIN = ("customer", "visitor", "time", "specversion", "event_name")


def open_reader(shape: EventShape, source: str, mapping: Path | None, limit: int) -> Reader:
    """A reader of Segment's calls. Raises InputError when a mapping is given."""
    if mapping is not None:
        raise InputError(f"{source} is read as Segment's calls, which take no mapping; with one, read it as jsonlines")
    return Objects(shape, source, always(Segment(shape)), limit)


def dialect(shape: EventShape) -> Dialect:
    """How Segment's calls are read, for an input in which several ways stand among one another."""
    return Segment(shape)


class Segment(Dialect):
    """Reads Segment's calls."""

    format = "segment"

    def knows(self, obj: Object) -> bool:
        if any(key in obj for key in _NOT_PLAIN):
            return False
        if isinstance(obj.get("batch"), list):
            return True
        return _type_of(obj) in TYPES and any(key in obj for key in _SIGNS)

    def calls(self, obj: Object) -> list[Any] | None:
        batch = obj.get("batch")
        if not isinstance(batch, list) or "type" in obj:
            return None
        shared = {key: obj[key] for key in _OF_BATCH if obj.get(key) is not None}
        return [shared | call if isinstance(call, dict) else call for call in batch]

    def plain(self, obj: Object) -> list[Object]:
        context = _part(obj, "context", "not an event")
        plain = {
            "id": obj.get("messageId"),
            "customer": obj.get("userId"),
            "visitor": obj.get("anonymousId"),
            "time": next((obj[key] for key in ("timestamp", "originalTimestamp", "sentAt") if obj.get(key)), None),
            "received": obj.get("receivedAt"),
        }
        traits = _part(context, "traits", "bad attribute")
        match _type_of(obj):
            case "track":
                plain["event"] = obj.get("event")
                plain |= self._fields(obj, obj.get("event"), context)
            case "identify":
                plain["event"] = IDENTIFIES
                traits = traits | _part(obj, "traits", "bad attribute")
            case "page" | "screen":
                plain["event"] = VIEWS_PAGE
                plain |= self._fields(obj, VIEWS_PAGE, context)
                plain |= {key: obj[key] for key in ("name", "category") if obj.get(key) is not None}
                if plain.get("name") is None and plain.get("title") is not None:
                    plain["name"] = plain["title"]
            case "alias":
                plain["event"] = IDENTIFIES
                plain["visitor"] = obj.get("previousId")
            case "group":
                raise PassedOver("group calls")
            case other:
                given = "no `type` is named" if other is None else f"`type` is {shown(other)}"
                raise Refusal("not an event", f"{given}: a call of Segment's is one of {', '.join(TYPES)}")
        if traits:
            plain["attributes"] = attributes_of(traits, self.shape)
        return [plain]

    def _fields(self, obj: Object, event: Any, context: Object) -> Object:
        """The properties, and what of the context the event asks for. One whose name means something else in the plain
        shape keeps its place in its name, so that it is counted among the fields that nothing declares."""
        properties = _part(obj, "properties", "bad field")
        fields = {f"properties.{key}" if key in RESERVED else key: value for key, value in properties.items()}
        known = self.shape.found(event)
        return dict(_asked_for(known, context, fields)) | fields if known is not None and context else fields


def _asked_for(known: KnownEvent, context: Object, fields: Object) -> Iterator[tuple[str, Any]]:
    """Fields out of the context that the event declares, by any of their keys, and that its own do not hold."""
    given = {known.keys[key].name for key in fields if key in known.keys}
    for part, key, field in FROM_CONTEXT:
        declared = known.keys.get(field)
        held = context.get(part)
        if declared is not None and declared.name not in given and isinstance(held, dict) and held.get(key) is not None:
            yield field, held[key]


def _type_of(obj: Object) -> Any:
    """The type of a call; where none is said, the one whose parts it has."""
    said = obj.get("type")
    if said is not None:
        return said
    if "groupId" in obj:
        return "group"
    if "previousId" in obj:
        return "alias"
    if "event" in obj:
        return "track" if "userId" in obj or "anonymousId" in obj else None
    return "identify" if "traits" in obj else None


def _part(obj: Object, name: str, reason: str) -> Object:
    part = obj.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise Refusal(reason, f"`{name}` is {shown(part)}, not an object")
    return part
