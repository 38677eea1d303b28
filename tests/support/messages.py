"""What `seg check` prints of a file of the corpus, and the file beside it that holds it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from segdsl.cli import seg

CORPUS = Path(__file__).parent.parent / "corpus"


def printed(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """All that `seg check` says of a file, without colour, as it would be read in the file's own directory."""
    monkeypatch.chdir(path.parent)
    return CliRunner().invoke(seg, ["check", "--no-color", path.name], prog_name="seg").output


def expected(path: Path, found: str, config: pytest.Config) -> str:
    """The text beside a file. `pytest --snapshot-update` puts what was found there."""
    beside = path.with_suffix(".txt")
    if config.getoption("--snapshot-update"):
        beside.write_text(found, encoding="utf-8", newline="\n")
    return beside.read_text("utf-8")
