"""`seg check --fix`: mistakes that mend themselves."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Seg

WRONG = """\
# who is rich
segment Skiers by activities
segment Rich if incme >= 100,000

When registers if in segment any(Rich) add to Skirs
"""
RIGHT = """\
# who is rich
segment Skiers by activities
segment Rich if income >= 100_000

when registers if in segment any(Rich) then add to Skiers
"""


def test_mistakes_are_mended_in_their_files(place: Path, run: Seg, snapshot):
    path = place / "shop.seg"
    path.write_text(WRONG)
    path.chmod(0o640)
    result = run("check", "--fix", "shop.seg")
    assert path.read_text() == RIGHT
    assert result.exit_code == 0
    assert result.stdout == "no mistakes: 2 segments, 1 rule\n"
    assert result.stderr == snapshot
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in place.iterdir()] == ["shop.seg"]


def test_what_is_left_is_reported_as_ever(place: Path, run: Seg, snapshot):
    (place / "shop.seg").write_text(WRONG + "when registers then add to Nobody knows\n")
    result = run("check", "--fix", "shop.seg")
    assert result.exit_code == 1
    assert (place / "shop.seg").read_text() == RIGHT + "when registers then add to Nobody knows\n"
    assert result.output == snapshot


def test_without_it_nothing_is_written_and_the_way_is_told(place: Path, run: Seg):
    (place / "my shop.seg").write_text(WRONG)
    result = run("check", "my shop.seg")
    assert result.exit_code == 1
    assert result.stdout.endswith("\n2 of them mend themselves: seg check --fix 'my shop.seg'\n")
    assert (place / "my shop.seg").read_text() == WRONG


@pytest.mark.parametrize("options", [["--diff"], ["--fix", "--diff"]])
def test_the_difference_is_shown_and_nothing_written(place: Path, run: Seg, snapshot, options: list[str]):
    (place / "shop.seg").write_text(WRONG)
    result = run("check", *options, "shop.seg")
    assert result.exit_code == 1
    assert result.stdout == snapshot
    assert (place / "shop.seg").read_text() == WRONG


def test_a_second_time_there_is_nothing_to_mend(place: Path, run: Seg):
    (place / "shop.seg").write_text(WRONG)
    run("check", "--fix", "shop.seg")
    before = (place / "shop.seg").stat()
    result = run("check", "--fix", "shop.seg")
    assert (result.exit_code, result.stderr) == (0, "")
    after = (place / "shop.seg").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_line_ends_and_the_byte_order_mark_stay(place: Path, run: Seg):
    def windows(text: str) -> bytes:
        return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()

    path = place / "shop.seg"
    path.write_bytes(windows(WRONG + "when logs on then add to Newcomers\n"))
    run("check", "--fix", "shop.seg")
    added = RIGHT.replace("segment Rich", "segment Newcomers by activities\nsegment Rich")
    assert path.read_bytes() == windows(added + "when logs on then add to Newcomers\n")


def test_mixed_line_ends_stay_mixed(place: Path, run: Seg):
    path = place / "shop.seg"
    path.write_bytes(b"segment A by activities\r\n\rwhen registres then add to A\nwhen logs on add to A")
    run("check", "--fix", "shop.seg")
    assert path.read_bytes() == b"segment A by activities\r\n\rwhen registers then add to A\nwhen logs on then add to A"


def test_files_without_a_fix_are_left_alone(place: Path, run: Seg):
    (place / "a.seg").write_bytes(b"segment Skiers   by activities\r\n")
    (place / "b.seg").write_text("when registers add to Skiers\n")
    before = (place / "a.seg").stat().st_ino
    result = run("check", "--fix", ".")
    assert result.exit_code == 0
    assert ((place / "a.seg").read_bytes(), (place / "a.seg").stat().st_ino) == (
        b"segment Skiers   by activities\r\n", before,
    )  # fmt: skip
    assert (place / "b.seg").read_text() == "when registers then add to Skiers\n"
    assert "a.seg" not in result.stderr


def test_two_fixes_in_one_place_are_made_one_after_the_other(place: Path, run: Seg):
    (place / "a.seg").write_text(
        "when registers then add to Newcomers and send emial\nwhen logs on then add to Guests\n"
    )
    result = run("check", "--fix", "a.seg")
    assert result.exit_code == 0
    assert (place / "a.seg").read_text().startswith("segment Newcomers by activities\nsegment Guests by activities\n\n")


def test_what_is_only_likely_is_left_to_the_author(place: Path, run: Seg):
    text = "segment Spring 2025 listed\nsegment A if in segment Spring 2026\n"
    (place / "a.seg").write_text(text)
    assert run("check", "--fix", "a.seg").exit_code == 1
    assert (place / "a.seg").read_text() == text


def test_a_file_that_may_not_be_written_is_left_alone(place: Path, run: Seg):
    path = place / "shop.seg"
    path.write_text(WRONG)
    path.chmod(0o440)
    result = run("check", "--fix", "shop.seg")
    assert result.exit_code == 2
    assert "this file may not be written" in result.stderr
    assert path.read_text() == WRONG
    assert [each.name for each in place.iterdir()] == ["shop.seg"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_write_leaves_the_file_whole(place: Path, run: Seg, monkeypatch: pytest.MonkeyPatch, error):
    (place / "shop.seg").write_text(WRONG)

    def stop(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Path, "replace", stop)
    result = run("check", "--fix", "shop.seg")
    assert result.exit_code == (130 if error is KeyboardInterrupt else 2)
    assert (place / "shop.seg").read_text() == WRONG
    assert os.listdir(place) == ["shop.seg"]  # noqa: PTH208 - hidden files too


def test_a_link_stays_a_link(place: Path, run: Seg):
    (place / "real.seg").write_text(WRONG)
    (place / "link.seg").symlink_to("real.seg")
    run("check", "--fix", "link.seg")
    assert (place / "link.seg").is_symlink()
    assert (place / "real.seg").read_text() == RIGHT


def test_standard_input_goes_mended_to_standard_output(place: Path, run: Seg):
    result = run("check", "--fix", "-", given=WRONG)
    assert (result.exit_code, result.stdout) == (0, RIGHT)
    assert result.stderr.endswith("no mistakes: 2 segments, 1 rule\n")
    assert run("check", "--fix", "-", given=RIGHT).stdout == RIGHT


def test_standard_input_and_json_are_too_much_for_one_output(place: Path, run: Seg):
    assert run("check", "--fix", "--json", "-", given=WRONG).exit_code == 2
    assert run("check", "--diff", "--format", "sarif", "-", given=WRONG).exit_code == 2


def test_what_is_left_as_json(place: Path, run: Seg):
    (place / "a.seg").write_text(WRONG + "segment S if income\n")
    result = run("check", "--fix", "--json", "a.seg")
    assert [json.loads(line)["code"] for line in result.stdout.splitlines()] == ["SEG302"]


def test_nothing_is_mended_where_a_file_cannot_be_read(place: Path, run: Seg):
    (place / "a.seg").write_text(WRONG)
    (place / "b.seg").write_bytes(b"\xff\xfe\x00")
    result = run("check", "--fix", ".")
    assert result.exit_code == 2
    assert result.stderr.endswith("1 error; nothing is mended\n")
    assert (place / "a.seg").read_text() == WRONG


def test_a_fix_as_json_and_as_sarif(place: Path, run: Seg, snapshot):
    (place / "a.seg").write_text("segment S if age > 60 or age < 20 and income > 1\nsegment T if gender is femal\n")
    found = [json.loads(line) for line in run("check", "--json", "a.seg").stdout.splitlines()]
    assert [each.get("fix") for each in found] == snapshot
    report = json.loads(run("check", "--format", "sarif", "a.seg").stdout)
    assert [each.get("fixes") for each in report["runs"][0]["results"]] == snapshot
