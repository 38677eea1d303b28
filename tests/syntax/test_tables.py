"""The saved parse tables: used when they are there, done without when they cannot be had or trusted."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import lark
import pytest

from segdsl.syntax import grammar

POSIX = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes of POSIX")
ROOT = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a folder away")
NOT_ROOT = pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root can write anywhere")

SOUND = "segment A listed"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of good tables."""
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGDSL_CACHE", str(folder))
        grammar.parser.cache_clear()
        grammar.parser()
        grammar.parser.cache_clear()
    (saved,) = (folder / "segdsl").iterdir()
    return saved


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the tables, fresh; the parser of the process is forgotten before and after."""
    monkeypatch.setenv("SEGDSL_CACHE", str(tmp_path))
    grammar.parser.cache_clear()
    yield tmp_path / "segdsl"
    grammar.parser.cache_clear()


@pytest.fixture
def filled(cache: Path, tables: Path) -> Path:
    """The file of the tables in the cache, good so far."""
    cache.mkdir(mode=0o700)
    return Path(shutil.copy(tables, cache))


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tables: Path) -> list[str]:
    """A list that grows by one whenever the parser is built from the text of the grammar. (Building takes seconds, so
    here it gives a parser that was built before.)"""
    times: list[str] = []

    def build(_: str) -> lark.Lark:
        times.append("built")
        with tables.open("rb") as file:
            return lark.Lark.load(file)

    monkeypatch.setattr(grammar, "build", build)
    return times


def parses() -> bool:
    return bool(grammar.parser().parse(SOUND).children)


def test_the_first_use_saves_the_tables_and_the_second_reads_them(cache: Path, built: list[str]) -> None:
    parses()
    grammar.parser.cache_clear()
    assert parses()
    assert (len(list(cache.iterdir())), built) == (1, ["built"])


def test_a_parser_is_made_once_a_process(filled: Path) -> None:
    assert grammar.parser() is grammar.parser()


def test_the_folder_is_the_user_s_alone(cache: Path) -> None:
    assert grammar.cache_folder() == cache
    assert cache.stat().st_mode & 0o077 == 0 or sys.platform == "win32"


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x80\x05N.", b"\x80\x05}.", b"cos\nno such thing\n."])
def test_corrupt_tables_are_built_again(filled: Path, built: list[str], content: bytes) -> None:
    filled.write_bytes(content)
    assert parses()
    grammar.parser.cache_clear()
    assert parses()
    assert built == ["built"]


def test_tables_cut_short_are_built_again(filled: Path, built: list[str]) -> None:
    filled.write_bytes(filled.read_bytes()[:-1000])
    assert parses()
    assert built == ["built"]


@POSIX
def test_a_folder_that_others_can_write_to_is_not_used(filled: Path, built: list[str]) -> None:
    filled.parent.chmod(0o770)
    assert parses()
    assert built == ["built"]


@ROOT
def test_a_folder_of_someone_else_is_not_used(filled: Path, built: list[str]) -> None:
    os.chown(filled.parent, 12345, 12345)
    assert parses()
    assert built == ["built"]


@ROOT
def test_tables_of_someone_else_are_not_used(filled: Path, built: list[str]) -> None:
    os.chown(filled, 12345, 12345)
    assert parses()
    assert built == ["built"]


@NOT_ROOT
def test_a_folder_that_cannot_be_written_to_is_survived(cache: Path, built: list[str]) -> None:
    cache.mkdir(mode=0o500)
    assert parses()


def test_a_file_in_the_place_of_the_folder_is_survived(cache: Path, built: list[str]) -> None:
    cache.write_text("a file")
    assert parses()


def test_a_folder_in_the_place_of_the_tables_is_survived(cache: Path, filled: Path, built: list[str]) -> None:
    name = filled.name
    filled.unlink()
    (cache / name).mkdir()
    assert parses()


def test_a_full_disk_leaves_nothing_behind(cache: Path, built: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert parses()
    assert list(cache.iterdir()) == []


def test_a_home_that_is_not_known_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("SEGDSL_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert grammar.cache_folder() is None
