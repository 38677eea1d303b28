"""Ids of customers for a command: from its arguments, and from a file of them.

A file has one id a line; blank lines are passed over, and nothing else has a meaning. A file whose name ends in `.csv`,
or of which a column is named, is a table with a head: the ids stand in one of its columns.
"""

import csv
import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from segdsl.diagnostics.errors import InputError
from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.suggest import nearest

NAMES = ("customer", "customer_id", "customerid", "customer id", "id", "user_id", "userid", "user id")
"""What the column of ids is called in most exports; the first of these that there is."""

SEPARATORS = ",;\t|"


def ids_of(named: Iterable[str], path: str | None, column: str | None) -> list[str]:
    """All ids in their order, each once. Raises InputError for a file that cannot be read, or has no such column."""
    return list(dict.fromkeys([*named, *(_from_file(path, column) if path is not None else ())]))


def _from_file(path: str, column: str | None) -> list[str]:
    called = "standard input" if path == "-" else path
    try:
        text = _bytes(path).decode("utf-8-sig")
        if "\0" in text:
            raise InputError(f"{called} is not a text file: it cannot be read")
        if column is not None or path.lower().endswith(".csv"):
            return _from_column(text, called, column)
        return _from_lines(text, called)
    except UnicodeDecodeError as error:
        raise InputError(f"{called} is not text in UTF-8: it cannot be read") from error
    except csv.Error as error:
        raise InputError(f"{called} is not CSV that can be read: {error}") from error


def _bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    if Path(path).is_dir():
        raise InputError(f"{path} is a directory: name a file of ids")
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}") from error


def _from_lines(text: str, path: str) -> list[str]:
    found = [line for each in text.split("\n") if (line := each.strip())]
    if found and any(mark in found[0] for mark in SEPARATORS):
        raise InputError(
            f"{path} begins with {printable(found[0])!r}, which looks like a row of several columns: "
            "name the one that holds the ids with --column"
        )
    return found


def _from_column(text: str, path: str, column: str | None) -> list[str]:
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    at = _place(next(rows, []), path, column)
    return [row[at].strip() for row in rows if len(row) > at and row[at].strip()]


def _place(names: list[str], path: str, column: str | None) -> int:
    """Which column holds the ids."""
    plain = [name.strip().casefold() for name in names]
    for wanted in (column.casefold(),) if column is not None else NAMES:
        if wanted in plain:
            return plain.index(wanted)
    shown = ", ".join(printable(name.strip()) for name in names) or "nothing"
    if column is None:
        raise InputError(f"{path}: name the column that holds the ids with --column; its first row has {shown}")
    meant = nearest(column, [name.strip() for name in names])
    raise InputError(f"{path} has no column {column!r}" + (f": did you mean {meant!r}?" if meant else f", but {shown}"))
