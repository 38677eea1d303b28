"""Plans kept in the cache: used when the files are the same, and done without when they cannot be had or trusted."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from segdsl.diagnostics.errors import CompileError
from segdsl.host import kept, program
from segdsl.host.loading import Program, load
from segdsl.host.program import build, check
from segdsl.plan import nodes as p
from segdsl.syntax import cache
from tests.support import corpus

POSIX = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes of POSIX")
ROOT = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a file away")

RULES = """\
segment Skiers by activities
segment Nobody by activities
segment Loyal if places order at least 3 times within 90 days
when searches "skis" then add to Skiers for 30 days
"""
"""Nothing adds to one of the segments, which is warned of."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEGDSL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "segdsl"


@pytest.fixture
def rules(tmp_path: Path, folder: Path) -> Path:
    path = tmp_path / "shop.seg"
    path.write_text(RULES, "utf-8")
    return path


def plans(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.plan"))


def compiles(*paths: Path) -> bool:
    """Whether loading has to compile."""
    with patch.object(program, "compiled", wraps=program.compiled) as compiled:
        load(*paths)
    return bool(compiled.called)


def seen(loaded: Program) -> object:
    sources = [(source.name, source.text, source.shipped) for source in loaded.sources]
    return loaded.plan, loaded.digest, loaded.warnings, loaded.texts, sources


def test_the_first_load_compiles_and_the_second_does_not(rules: Path) -> None:
    assert (compiles(rules), compiles(rules)) == (True, False)


def test_a_program_from_the_cache_is_the_one_that_was_compiled(rules: Path) -> None:
    first = load(rules)
    assert seen(load(rules)) == seen(first)
    assert [warning.code for warning in first.warnings] == ["SEG906"]


@pytest.mark.parametrize("path", corpus.programs(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_program_of_the_corpus_is_had_back_as_it_was(path: Path, tmp_path: Path) -> None:
    made = build(check(path))
    place = tmp_path / "kept.plan"
    kept.keep(place, made.plan, made.warnings)
    assert kept.read(place) == kept.Kept(made.warnings, made.plan)


def test_another_process_needs_neither_compiler_nor_parser(rules: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text('{"event": "searches", "customer": "ann", "time": "2026-03-01T10:00:00Z", "term": "skis"}\n')
    load(rules)
    code = (
        "import sys; from segdsl.cli import seg\n"
        f"seg(['run', {str(rules)!r}, '--events', {str(events)!r}, '--store', 'memory://'], standalone_mode=False)\n"
        "print(sorted(name for name in sys.modules if name.startswith(('lark', 'segdsl.compiler', 'segdsl.syntax'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['segdsl.syntax', 'segdsl.syntax.cache']"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda path: path.write_text(RULES + "# more\n"), id="another text"),
        pytest.param(lambda path: path.write_text(RULES.replace("skis", "ski")), id="another word"),
        pytest.param(lambda path: (path.parent / "more.seg").write_text("segment A listed"), id="one more file"),
    ],
)
def test_other_files_are_another_program(rules: Path, change: Callable[[Path], object]) -> None:
    load(rules.parent)
    change(rules)
    assert compiles(rules.parent)


def test_the_same_text_under_another_name_is_another_program(rules: Path) -> None:
    load(rules)
    other = rules.rename(rules.with_name("other.seg"))
    assert load(other).plan.rules[0].place == f"{other}:4"


def test_where_one_file_ends_is_told(tmp_path: Path) -> None:
    one, other = tmp_path / "1.seg", tmp_path / "2.seg"
    one.write_text("segment A listed\nsegment B listed\n")
    other.write_text("segment C listed\n")
    load(one, other)
    one.write_text("segment A listed\n")
    other.write_text("segment B listed\nsegment C listed\n")
    assert [each.place.rpartition("/")[2] for each in load(one, other).plan.segments] == [
        "1.seg:1",
        "2.seg:1",
        "2.seg:2",
    ]


@pytest.mark.parametrize(
    ("what", "other"),
    [
        pytest.param("segdsl.syntax.cache.__version__", "another", id="of segdsl"),
        pytest.param("segdsl.plan.nodes.VERSION", 999, id="of the plan's format"),
        pytest.param("segdsl.host.kept.database_version", lambda: "2099z", id="of the time zone data"),
    ],
)
def test_another_version_makes_its_own(rules: Path, what: str, other: object) -> None:
    load(rules)
    cache.made_by.cache_clear()
    with patch(what, other):
        assert compiles(rules)
    cache.made_by.cache_clear()


def test_a_program_with_mistakes_is_not_kept(rules: Path, folder: Path) -> None:
    rules.write_text("when searches then add to Nowhere")
    with pytest.raises(CompileError):
        load(rules)
    assert plans(folder) == []


def test_what_cannot_be_read_is_told_each_time(rules: Path) -> None:
    load(rules)
    missing = rules.with_name("missing.seg")
    with pytest.raises(CompileError, match="there is no such file"):
        load(rules, missing)


# --------------------------------------------------------------------------------------------------------------- trust


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: b"garbage", id="garbage"),
        pytest.param(lambda data: data[:-1], id="cut short"),
        pytest.param(lambda data: data.replace(b"Skiers", b"Golfer"), id="changed"),
        pytest.param(lambda data: data[:64], id="the hash alone"),
        pytest.param(lambda data: b"\x80\x05}." + data, id="a pickle"),
    ],
)
def test_a_damaged_plan_is_made_again(rules: Path, folder: Path, damage: Callable[[bytes], bytes]) -> None:
    first = load(rules)
    (place,) = plans(folder)
    whole = place.read_bytes()
    place.write_bytes(damage(whole))
    assert seen(load(rules)) == seen(first)
    assert place.read_bytes() == whole


def test_what_is_no_plan_is_made_again(rules: Path, folder: Path) -> None:
    first = load(rules)
    (place,) = plans(folder)
    content = b'{"warnings": [], "plan": {"version": 1}}'
    place.write_bytes(kept.sha256(content).hexdigest().encode() + b"\n" + content)
    assert seen(load(rules)) == seen(first)


@POSIX
def test_a_plan_is_the_user_s_alone(rules: Path, folder: Path) -> None:
    load(rules)
    assert [plan.stat().st_mode & 0o777 for plan in plans(folder)] == [0o600]


@POSIX
def test_a_plan_that_others_can_write_to_is_not_used(rules: Path, folder: Path) -> None:
    load(rules)
    plans(folder)[0].chmod(0o666)
    assert compiles(rules)


@ROOT
def test_a_plan_of_someone_else_is_not_used(rules: Path, folder: Path) -> None:
    load(rules)
    os.chown(plans(folder)[0], 12345, 12345)
    assert compiles(rules)


def test_a_folder_in_the_place_of_a_plan_is_survived(rules: Path, folder: Path) -> None:
    load(rules)
    (place,) = plans(folder)
    place.unlink()
    place.mkdir()
    assert compiles(rules)


def test_a_full_disk_is_survived(rules: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert load(rules).plan.rules
    assert [path for path in folder.iterdir() if not path.is_dir()] == []


def test_what_cannot_be_had_back_as_it_is_is_not_kept(rules: Path, folder: Path) -> None:
    plan = load(rules).plan
    plans(folder)[0].unlink()
    odd = msgspec.structs.replace(plan, segments=(p.Segment("A", "derived", "", p.Constant((1, 2))),))
    kept.keep(folder / "odd.plan", odd, ())
    assert plans(folder) == []


# ---------------------------------------------------------------------------------------------------------------- room


def test_off_keeps_nothing_and_reads_nothing(rules: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(rules)
    monkeypatch.chdir(rules.parent)
    monkeypatch.setenv("SEGDSL_CACHE", "off")
    assert (compiles(rules), compiles(rules)) == (True, True)
    assert not Path("off").exists()


def test_the_plans_that_were_not_read_for_the_longest_time_go_first(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "PLANS", 4)
    files = [tmp_path / f"{number}.seg" for number in range(5)]
    for number, path in enumerate(files):
        path.write_text(f"segment A{number} listed")
        load(path)
        for plan in plans(folder):  # each start is an hour after the one before
            os.utime(plan, (plan.stat().st_atime - 3600, plan.stat().st_mtime - 3600))
        if number == 3:
            assert not compiles(files[0])
    assert [compiles(path) for path in (files[0], files[4], files[1])] == [False, False, True]


def test_plans_take_no_more_room_than_they_may(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BYTES", 60_000)
    for number in range(6):
        path = tmp_path / f"{number}.seg"
        path.write_text(f"segment A{number} listed")
        load(path)
    assert 0 < sum(plan.stat().st_size for plan in plans(folder)) <= 60_000
