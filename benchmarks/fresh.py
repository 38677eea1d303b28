"""Work in a process of its own, as somebody meets it who starts the program: its imports, its memory, its caches.

Byte code and the tables of the grammar are kept in a folder of this run, as an installed package has them; nothing is
left in the checkout or in the user's cache.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=1)
def kept() -> "tempfile.TemporaryDirectory[str]":
    """The folder, which is gone when this process ends."""
    return tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-")


def run(module: str, *arguments: object, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What `python -m module arguments` prints last, as JSON. Raises RuntimeError, with what it said, if it fails."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    folder = Path(kept().name)
    own |= {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "SEGDSL_CACHE": str(folder / "cache")}
    own |= {"PYTHONPATH": str(ROOT), **(environment or {})}
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
