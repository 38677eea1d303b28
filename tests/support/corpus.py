"""The corpus: programs in `tests/corpus/`, a folder a theme."""

from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus"

MISTAKEN = ("errors", "messages", "panel")
"""Folders of programs with mistakes."""

NOT_RUN = (*MISTAKEN, "syntax", "lints")
"""Folders of programs that are only read: they need not be whole, and have no tests of their own."""


def programs(without: tuple[str, ...] = NOT_RUN) -> list[Path]:
    """The files of all folders but some, in their order; those that are run, if nothing is said."""
    return sorted(path for path in CORPUS.glob("*/*.seg") if path.parent.name not in without)
