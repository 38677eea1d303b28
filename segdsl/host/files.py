"""Rules on disk to sources: which files a path means, and how they are read (language.md section 1)."""

import os
from collections.abc import Iterable, Iterator
from functools import partial
from importlib.resources import files
from pathlib import Path

from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source, SourceMap
from segdsl.diagnostics.span import Span
from segdsl.values import limits

VOCABULARY = "retail.seg"


def rule_files(paths: Iterable[Path], sources: SourceMap, collector: Collector) -> Iterator[Path]:
    """The files that paths mean: a file itself, a directory all `.seg` files in it and below, in the order of names."""
    seen: set[Path] = set()
    for path in paths:
        if not path.is_dir():
            found = [path]
        else:
            found = []
            for folder, folders, names in os.walk(path, onerror=partial(_unreadable, path, sources, collector)):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                found += [Path(folder) / name for name in sorted(names) if name.endswith(".seg")]
            if not found and not collector.errors:
                _refuse(shown(path), "there is no .seg file in this directory", sources, collector)
        for file in found:
            resolved = file.resolve()
            if resolved not in seen:
                seen.add(resolved)
                yield file


def shown(path: Path) -> str:
    """A path as text that can be written anywhere; what is not UTF-8 in it is replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


def _unreadable(path: Path, sources: SourceMap, collector: Collector, error: OSError) -> None:
    _refuse(shown(Path(error.filename or path)), _reason(error), sources, collector)


def read_rules(path: Path, sources: SourceMap, collector: Collector) -> bytes | None:
    """Add a file's text to the sources, or say why it cannot be read. Gives its bytes as they stand in the file."""
    try:
        if path.is_file() and path.stat().st_size > limits.RULES_FILE_BYTES:
            _refuse(shown(path), f"this file is larger than {limits.RULES_FILE_BYTES // 1_000_000} MB, and so no rules",
                    sources, collector)  # fmt: skip
            return None
        with path.open("rb") as file:
            data = file.read(limits.RULES_FILE_BYTES + 1)
    except OSError as error:
        _refuse(shown(path), _reason(error), sources, collector)
        return None
    add_text(shown(path), data, sources, collector)
    return data


def add_text(name: str, data: bytes | str, sources: SourceMap, collector: Collector) -> None:
    """Add a text to the sources: UTF-8, with or without a byte-order mark, with any line ends."""
    if len(data) > limits.RULES_FILE_BYTES:
        _refuse(
            name, f"this is more than {limits.RULES_FILE_BYTES // 1_000_000} MB, and so no rules", sources, collector
        )
        return
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            kind = "is not text" if b"\x00" in data[:4096] else f"is not UTF-8 text (line {line})"
            _refuse(name, f"this file {kind}", sources, collector, help="save it as UTF-8")
            return
    else:
        text = data.encode("utf-8", "replace").decode("utf-8")
    sources.add(Source(name, plain_text(text)))


def plain_text(text: str) -> str:
    """A text without its byte-order mark, its lines ended by `\\n`."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def vocabulary() -> Source:
    """The vocabulary that ships with the package."""
    text = (files("segdsl") / "vocabulary" / VOCABULARY).read_text(encoding="utf-8")
    return Source(f"segdsl/vocabulary/{VOCABULARY}", text, shipped=True)


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file or directory"
        case PermissionError():
            return "there is no permission to read this"
        case IsADirectoryError():
            return "this is a directory"
    return f"this cannot be read: {error.strerror or error}"


def _refuse(name: str, message: str, sources: SourceMap, collector: Collector, help: str | None = None) -> None:
    number = sources.add(Source(name, ""))
    collector.error("SEG100", Span(number, 0, 0), message, help=help)
