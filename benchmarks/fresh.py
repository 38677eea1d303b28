"""Work in a process of its own, as somebody meets it who starts the program: its imports, its memory, its caches.

Byte code is kept in a folder for the run, as an installed package has it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def run(folder: Path, module: str, *arguments: object, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What `python -m module arguments` prints last, as JSON. Raises RuntimeError, with what it said, if it fails."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    own |= {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONPATH": str(ROOT), **(environment or {})}
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)], env=own, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"python -m {module} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
