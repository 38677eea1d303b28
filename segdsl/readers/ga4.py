"""Rows of the BigQuery export of Google Analytics 4, as JSON (or, through `parquet.py`, as Parquet).

Comes in: a row of a table `events_...`, as `bq extract` or a query writes it: whole numbers may be text. Goes out:
plain objects. `event_name` is the event; `event_params` are its fields, with what `ecommerce` says where they do not;
`items` its items. `user_id` is the customer, `user_pseudo_id` the visitor, `event_timestamp` (microseconds) the time,
`user_properties` are attributes. A text `(not set)` is not known.

- An event that declares no items but a product, such as `views product`, comes once for each of its items.
- A row has no id of its own: one is made of its parts, the same whenever the row is exported.
- Events that Google collects by itself, such as `scroll`, are passed over and counted where nothing declares them;
  parameters that it adds by itself, such as `ga_session_id`, are left out.
"""

from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from segdsl.diagnostics.errors import InputError
from segdsl.readers.base import RESERVED, EventShape, KnownEvent, Reader, Refusal
from segdsl.readers.objects import Dialect, Object, Objects, PassedOver, always
from segdsl.readers.traits import attributes_of
from segdsl.values import instants
from segdsl.values.wire import shown

AUTOMATIC = frozenset((
    "ad_click", "ad_exposure", "ad_impression", "ad_query", "ad_reward", "adunit_exposure", "app_background",
    "app_clear_data", "app_exception", "app_remove", "app_store_refund", "app_store_subscription_cancel",
    "app_store_subscription_convert", "app_store_subscription_renew", "app_update", "click", "dynamic_link_app_open",
    "dynamic_link_app_update", "dynamic_link_first_open", "error", "file_download", "firebase_campaign",
    "firebase_in_app_message_action", "firebase_in_app_message_dismiss", "firebase_in_app_message_impression",
    "first_open", "first_visit", "form_start", "form_submit", "in_app_purchase", "notification_dismiss",
    "notification_foreground", "notification_open", "notification_receive", "os_update", "page_view", "screen_view",
    "scroll", "session_start", "user_engagement", "video_complete", "video_progress", "video_start",
    "view_search_results",
))  # fmt: skip
"""Events that are sent without anybody asking for them."""

COLLECTED = frozenset((
    "batch_ordering_id", "batch_page_id", "campaign", "content", "debug_mode", "engaged_session_event",
    "engagement_time_msec", "entrances", "firebase_event_origin", "firebase_screen_class", "firebase_screen_id",
    "ga_session_id", "ga_session_number", "gclid", "ignore_referrer", "medium", "page_location", "page_referrer",
    "page_title", "session_engaged", "source", "synthetic_bundle", "term",
))  # fmt: skip
"""Parameters that Google adds to any event: where an event does not declare them, they are not told of as ignored."""

NOT_SET = "(not set)"

EARLIEST = 100_000_000_000_000
"""In 1973. A moment before it is not in microseconds."""

PARAMETERS = {"page_location": "url", "page_referrer": "referrer"}
"""Keys on the wire that stand for another, where the event declares only that."""

ECOMMERCE = (
    ("transaction_id", "transaction_id"),
    ("purchase_revenue", "value"),
    ("refund_value", "value"),
    ("shipping_value", "shipping"),
    ("tax_value", "tax"),
)
"""Columns of `ecommerce`, with the parameter that says the same."""

OF_THE_LIST = (
    "item_list_id", "item_list_name", "promotion_id", "promotion_name", "creative_name", "creative_slot",
)  # fmt: skip
"""What items may say of the list or the promotion in which they all stand."""

ITEM_COLUMNS = frozenset((
    "affiliation", "coupon", "creative_name", "creative_slot", "item_category2", "item_category3", "item_category4",
    "item_category5", "item_list_id", "item_list_index", "item_list_name", "item_name", "item_refund",
    "item_refund_in_usd", "item_revenue", "item_revenue_in_usd", "item_variant", "location_id", "price_in_usd",
    "promotion_id", "promotion_name", "quantity",
))  # fmt: skip
"""Columns that every item has: where an event made of one does not declare them, they are not told of as ignored."""

_VALUES = ("string_value", "int_value", "float_value", "double_value")
_MADE_OF = (
    "event_timestamp", "event_bundle_sequence_id", "batch_page_id", "batch_ordering_id", "batch_event_index",
    "event_name", "user_pseudo_id",
)  # fmt: skip


def open_reader(shape: EventShape, source: str, mapping: Path | None, limit: int) -> Reader:
    """A reader of GA4's rows as JSON. Raises InputError when a mapping is given."""
    if mapping is not None:
        raise InputError(f"{source} is read as rows of GA4, which take no mapping; with one, read it as jsonlines")
    return Objects(shape, source, always(Ga4(shape)), limit)


def dialect(shape: EventShape) -> Dialect:
    """How GA4's rows are read, for an input in which several ways stand among one another."""
    return Ga4(shape)


class Ga4(Dialect):
    """Reads GA4's rows."""

    format = "ga4"

    def knows(self, obj: Object) -> bool:
        return "event_name" in obj and ("event_timestamp" in obj or "event_params" in obj) and "event" not in obj

    def plain(self, obj: Object) -> list[Object]:
        name = _set(obj.get("event_name"))
        if name is None:
            raise Refusal("unknown event", "no `event_name` is given")
        known = self.shape.found(name)
        if known is None and isinstance(name, str) and name in AUTOMATIC:
            raise PassedOver(f"{name} events")
        fields = self._fields(obj, known)
        items = _items(obj)
        made = {
            "event": name,
            "customer": _set(obj.get("user_id")),
            "visitor": _set(obj.get("user_pseudo_id")),
            "time": _time(obj.get("event_timestamp")),
        }
        properties = _pairs(obj.get("user_properties"), "user_properties", "bad attribute")
        if properties:
            made["attributes"] = attributes_of(properties, self.shape)
        return _with_items(made, fields, items, known, _id(obj))

    def _fields(self, obj: Object, known: KnownEvent | None) -> Object:
        parameters = _pairs(obj.get("event_params"), "event_params", "bad field")
        fields = {f"event_params.{key}" if key in RESERVED else key: value for key, value in parameters.items()}
        ecommerce = _object(obj.get("ecommerce"), "ecommerce")
        for column, key in ECOMMERCE:
            value = _number(_set(ecommerce.get(column))) if key != "transaction_id" else _set(ecommerce.get(column))
            if value is not None and fields.get(key) is None:
                fields[key] = value
        for key, other in PARAMETERS.items():
            if key in fields and known is not None and key not in known.keys and other in known.keys:
                fields.setdefault(other, fields.pop(key))
        declared = known.keys if known is not None else {}
        return {key: value for key, value in fields.items() if key in declared or key not in COLLECTED}


def _with_items(made: Object, fields: Object, items: list[Object], known: KnownEvent | None, id_: str) -> list[Object]:
    """The events of a row: one, with its items, or one for each of them, where it is products that it is about."""
    keys = known.keys if known is not None else {}
    if "items" in keys or not items:
        return [fields | ({"items": items} if items else {}) | made | {"id": id_}]
    if "item_id" not in keys:
        asked = [key for key in OF_THE_LIST if key in keys and key in items[0]]
        first = {key: items[0][key] for key in asked if fields.get(key) is None}
        return [fields | first | made | {"id": id_}]
    items = [{key: each for key, each in item.items() if key in keys or key not in ITEM_COLUMNS} for item in items]
    if len(items) == 1:
        return [fields | items[0] | made | {"id": id_}]
    fields.pop("value", None)  # it is that of all of them together
    return [fields | item | made | {"id": f"{id_}:{number}"} for number, item in enumerate(items, 1)]


def _items(obj: Object) -> list[Object]:
    items = obj.get("items")
    if items is None:
        return []
    if not isinstance(items, list):
        raise Refusal("bad field", f"`items` is {shown(items)}, not a list")
    return [_item(each, number) for number, each in enumerate(items, 1)]


def _item(raw: Any, number: int) -> Object:
    """What is known of an item. Its own parameters stand beside its columns."""
    if not isinstance(raw, dict):
        raise Refusal("bad field", f"item {number} of `items` is {shown(raw)}, not an object")
    columns = {key: value for key, each in raw.items() if (value := _set(each)) is not None}
    parameters = _pairs(columns.pop("item_params", None), "item_params", "bad field")
    return {key: value for key, value in (parameters | columns).items() if key not in RESERVED}


def _pairs(raw: Any, name: str, reason: str) -> Object:
    """Parameters: a list of keys with a value in one of four forms; or an object, as exports that were flattened have
    them."""
    if raw is None:
        return {}
    if isinstance(raw, dict):
        return {key: value for key, each in raw.items() if (value := _set(each)) is not None}
    if not isinstance(raw, list):
        raise Refusal(reason, f"`{name}` is {shown(raw)}, not a list of keys and values")
    pairs = {}
    for number, each in enumerate(raw, 1):
        if not isinstance(each, dict) or not isinstance(each.get("key"), str):
            raise Refusal(reason, f"number {number} of `{name}` is {shown(each)}, not a key and a value")
        value = _value(each.get("value"), each["key"], reason)
        if value is not None:
            pairs[each["key"]] = value
    return pairs


def _value(raw: Any, key: str, reason: str) -> Any:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise Refusal(reason, f"the value of `{key}` is {shown(raw)}, not an object with string_value and the like")
    for form in _VALUES:
        value = _set(raw.get(form))
        if value is not None:
            return value if form == "string_value" else _number(value)
    return None


def _set(raw: Any) -> Any:
    """A value; None for what Google says is not known."""
    return None if raw == NOT_SET or raw == "" else raw


def _number(raw: Any) -> Any:
    """A number that may be written as text, as BigQuery writes whole ones; other text as it is, to be refused."""
    if not isinstance(raw, str):
        return raw
    try:
        number = Decimal(raw) if len(raw) <= 60 and raw.isascii() and "_" not in raw else None
    except ArithmeticError:
        number = None
    if number is None or not number.is_finite():
        return raw
    return int(number) if _is_whole(number) else number


def _is_whole(number: Decimal) -> bool:
    return number.is_finite() and abs(number.adjusted()) < 30 and number == number.to_integral_value()


def _object(raw: Any, name: str) -> Object:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise Refusal("bad field", f"`{name}` is {shown(raw)}, not an object")
    return raw


def _time(raw: Any) -> str | None:
    value = _number(_set(raw))
    if value is None:
        return None
    if isinstance(value, Decimal) and _is_whole(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal("bad instant", f"`event_timestamp` is {shown(raw)}, not a number of microseconds since 1970")
    if not EARLIEST <= value < instants.LATEST:
        raise Refusal(
            "bad instant",
            f"`event_timestamp` is {shown(raw)}, which is no moment from 1973 to 2199 in microseconds since 1970",
        )
    return instants.instant_text(value)


def _id(obj: Object) -> str:
    """Of the parts that tell a row from others and stay the same when it is exported again. Without Google's own count
    within a batch, which newer exports have, what the event holds tells apart two that were sent in one."""
    parts = [_part(obj[key]) for key in _MADE_OF if obj.get(key) is not None]
    if obj.get("batch_event_index") is None:
        held = repr([obj.get("event_params"), obj.get("items")])
        parts.append(sha256(held.encode("utf-8", "surrogatepass")).hexdigest()[:12])
    return ":".join(parts)


def _part(raw: Any) -> str:
    return raw if isinstance(raw, str) else shown(raw)
