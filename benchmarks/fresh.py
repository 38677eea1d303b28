"""Work in a process of its own, as somebody meets it who starts the program: its imports, its memory, its caches.

Byte code is kept, as an installed package has it. A `cache` for a process has in it what any use of another program
leaves there, the tables of the grammar above all; nothing is left in the user's own.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from segdsl.syntax.cache import cache_folder
from segdsl.syntax.grammar import parser

ROOT = Path(__file__).resolve().parents[1]


def cache(folder: Path) -> Path:
    """A new cache folder in `folder`, as the use of another program leaves it."""
    made = Path(tempfile.mkdtemp(prefix="cache-", dir=folder))
    shutil.copytree(used().name, made, dirs_exist_ok=True)
    return made


@lru_cache(maxsize=1)
def used() -> "tempfile.TemporaryDirectory[str]":
    """A cache folder that one small program has used."""
    made = tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-")
    parser()  # makes the tables, if nobody has so far
    source = cache_folder()
    kept = Path(made.name) / "segdsl"
    kept.mkdir(mode=0o700)
    for tables in source.glob("grammar-*.tables") if source else ():
        shutil.copy(tables, kept)
    run(Path(made.name), Path(made.name), "benchmarks.cold", "nothing", "-", "-")
    return made


def run(folder: Path, cached: Path, module: str, *arguments: object) -> dict[str, Any]:
    """What `python -m module arguments` prints last, as JSON. It runs in `folder`, with a folder for its cache. Raises
    RuntimeError, with what it said, if it fails."""
    own = dict(os.environ) | {"PYTHONPATH": str(ROOT), "SEGDSL_CACHE": str(cached)}
    if own.pop("PYTHONDONTWRITEBYTECODE", ""):  # it is not to be left beside the modules
        own["PYTHONPYCACHEPREFIX"] = bytecode().name
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        env=own,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"python -m {module} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@lru_cache(maxsize=1)
def bytecode() -> "tempfile.TemporaryDirectory[str]":
    """A folder for byte code, which is gone when this process ends."""
    return tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-")
