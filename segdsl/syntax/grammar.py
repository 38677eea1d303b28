"""The grammar file to a parser. Only this module knows where `seg.lark` lies and where its tables are kept.

Building the parser from the grammar's text takes some 0.5 s, so its tables are saved at first use, in the user's cache
folder, under a name made of the grammar's hash and the versions that matter. A cache that cannot be written, read or
trusted costs time and nothing else.
"""

import sys
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import lark

from segdsl.syntax.cache import cache_folder, grammar_path, is_ours, keep

OPTIONS = {"parser": "lalr", "lexer": "contextual", "propagate_positions": True, "maybe_placeholders": True}


@lru_cache(maxsize=1)
def parser() -> lark.Lark:
    """The parser, from saved tables where there are some."""
    text = grammar_path().read_text(encoding="utf-8")
    key = sha256(f"{lark.__version__} {sys.version_info[:2]} {OPTIONS} {text}".encode()).hexdigest()[:24]
    folder = cache_folder()
    tables = folder / f"grammar-{key}.tables" if folder else None
    saved = load(tables) if tables is not None and tables.is_file() and is_ours(tables) else None
    if saved is not None:
        return saved
    built = build(text)
    if tables is not None:
        save(built, tables)
    return built


def build(text: str) -> lark.Lark:
    """The parser, made anew from the text of the grammar."""
    return lark.Lark(text, **OPTIONS)


def load(tables: Path) -> lark.Lark | None:
    """The parser that was saved there; None, and the file is taken away, where it is damaged."""
    try:
        with tables.open("rb") as file:
            return lark.Lark.load(file)
    except Exception:  # a damaged pickle can raise anything
        with suppress(OSError):
            tables.unlink(missing_ok=True)
        return None


def save(built: lark.Lark, tables: Path) -> None:
    """Keep the tables of a parser in the cache."""
    written = BytesIO()
    built.save(written)
    keep(tables, written.getvalue())
