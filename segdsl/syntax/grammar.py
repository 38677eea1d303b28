"""The grammar file to a parser. Only this module knows where `seg.lark` lies and where its tables are kept.

Building the parser from the grammar's text takes some 0.5 s, so its tables are saved at first use, in the user's cache
folder, under a name made of the grammar's hash and the versions that matter. A cache that cannot be written, read or
trusted costs time and nothing else.
"""

import os
import pickle  # the tables are our own, from a folder that only the user can write to
import sys
import tempfile
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import lark

PACKAGE = Path(__file__).resolve().parent.parent
OPTIONS = {"parser": "lalr", "lexer": "contextual", "propagate_positions": True, "maybe_placeholders": True}


def grammar_path() -> Path:
    """Where the grammar lies: the checkout's own file in a checkout or an editable install, else the wheel's copy."""
    checkout = PACKAGE.parent / "grammar" / "seg.lark"
    return checkout if checkout.is_file() else PACKAGE / "grammar" / "seg.lark"


def cache_folder() -> Path | None:
    """The folder for what can be made again, private to the user; None where there can be none."""
    root = os.environ.get("SEGDSL_CACHE") or os.environ.get("XDG_CACHE_HOME")
    if sys.platform == "win32" and not root:
        root = os.environ.get("LOCALAPPDATA")
    folder = (Path(root) if root else Path.home() / ".cache") / "segdsl"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & 0o022):
        return None
    return folder


@lru_cache(maxsize=1)
def parser() -> lark.Lark:
    """The parser, from saved tables where there are some."""
    text = grammar_path().read_text(encoding="utf-8")
    key = sha256(f"{lark.__version__} {sys.version_info[:2]} {OPTIONS} {text}".encode()).hexdigest()[:24]
    folder = cache_folder()
    tables = folder / f"grammar-{key}.tables" if folder else None
    if tables is not None and tables.is_file():
        try:
            with tables.open("rb") as file:
                return lark.Lark.load(file)
        except (OSError, pickle.UnpicklingError, EOFError, ValueError, KeyError, AttributeError, TypeError):
            tables.unlink(missing_ok=True)
    built = lark.Lark(text, **OPTIONS)
    if tables is not None:
        save(built, tables)
    return built


def save(built: lark.Lark, tables: Path) -> None:
    """Write the tables beside their place and move them there, so that no other process reads half of them."""
    try:
        with tempfile.NamedTemporaryFile(dir=tables.parent, delete=False) as file:
            built.save(file)
        Path(file.name).replace(tables)
    except OSError:
        return
