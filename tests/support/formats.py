"""Good events in every format, and what is put in the place of their parts: the same for all readers."""

import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

NOON = "2026-03-01T12:00:00Z"
MICROSECONDS = 1772366400000000

PARTS = {"customer": "c1", "time": NOON, "amount": 12.5, "order": "o1", "id": "e1"}
"""A whole `places order`, in no format."""

MAPPING = """
customer = "who"
time = "when"
id = "id"

[[event]]
name = "places order"
where = { kind = "=order" }
fields = { amount = "total", order = "number" }
"""
COLUMNS = {"customer": "who", "time": "when", "amount": "total", "order": "number", "id": "id"}


def plain(parts: dict[str, Any]) -> dict[str, Any]:
    return {"event": "places order", **parts}


def segment(parts: dict[str, Any]) -> dict[str, Any]:
    keys = {"customer": "userId", "time": "timestamp", "id": "messageId"}
    outer = {keys[key]: value for key, value in parts.items() if key in keys}
    inner = {key: value for key, value in parts.items() if key not in keys}
    return {"type": "track", "event": "Order Completed", "properties": inner, "context": {}, **outer}


def ga4(parts: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"event_name": "purchase", "event_bundle_sequence_id": parts.get("id"), "event_params": []}
    if "customer" in parts:
        row["user_id"] = parts["customer"]
    if "time" in parts:
        row["event_timestamp"] = str(MICROSECONDS) if parts["time"] == NOON else parts["time"]
    if "amount" in parts:
        row["event_params"].append({"key": "value", "value": {"double_value": parts["amount"]}})
    if "order" in parts:
        row["event_params"].append({"key": "transaction_id", "value": {"string_value": parts["order"]}})
    return row


def cloudevents(parts: dict[str, Any]) -> dict[str, Any]:
    outer = {key: value for key, value in parts.items() if key in ("id", "time")}
    inner = {key: value for key, value in parts.items() if key not in outer}
    return {"specversion": "1.0", "source": "/shop", "type": "com.example.order.completed", "data": inner, **outer}


def mapped(parts: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "order", **{COLUMNS[key]: value for key, value in parts.items()}}


@frozen
class Writing:
    """How a format writes. `ending` is that of its files, `form` makes an object of parts; `is_mapped`: it is read by
    `MAPPING`; `is_text`: it has lines."""

    name: str
    ending: str
    form: Callable[[dict[str, Any]], dict[str, Any]]
    is_mapped: bool = False
    is_text: bool = True

    @property
    def first(self) -> int:
        """The place of the first event."""
        return 2 if self.name == "csv" else 1

    def line(self, **changes: Any) -> bytes:
        """A line of a good event, but for some parts; those that are `...` are left out."""
        parts = {key: value for key, value in (PARTS | changes).items() if value is not ...}
        if self.name == "csv":
            row = mapped(parts)
            cells = ["" if row.get(key) is None else cell(row[key]) for key in ("kind", *COLUMNS.values())]
            return ",".join(cells).encode("utf-8", "surrogatepass")
        return json.dumps(self.form(parts)).encode()

    def file(self, *lines: bytes) -> bytes:
        head = [",".join(("kind", *COLUMNS.values())).encode()] if self.name == "csv" else []
        return b"".join(each + b"\n" for each in (*head, *lines))


def cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text


def table(*rows: dict[str, Any], group: int = 2) -> bytes:
    """Rows of `mapped` parts as Parquet, in row groups of two."""
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([mapped(row) for row in rows]), written, row_group_size=group)
    return written.getvalue()


TEXTS = (
    Writing("jsonlines", "jsonl", plain),
    Writing("segment", "jsonl", segment),
    Writing("ga4", "json", ga4),
    Writing("cloudevents", "ndjson", cloudevents),
    Writing("mapped", "jsonl", mapped, is_mapped=True),
    Writing("csv", "csv", mapped, is_mapped=True),
)
OBJECTS = TEXTS[:-1]
