"""`seg check`, and what it makes of bad input."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from segdsl.cli.parts.colors import colorful
from segdsl.values import limits
from tests.cli.conftest import RULES, Seg

MISTAKES = """\
segment Skiers by activities
segment Rich if incme >= 100000

when registers if in segment Skirs then add to Skiers
When places order then send emial "hello"
segment S if age > 60 or age < 20 and income > 1
segment T if income < 5 and income > 1 or age > 3
"""


def test_no_mistakes(shop: Path, run: Seg):
    result = run("check", "shop.seg")
    assert (result.exit_code, result.output) == (0, "no mistakes: 5 segments, 3 rules\n")


def test_mistakes_are_shown_with_their_lines(place: Path, run: Seg, snapshot):
    (place / "shop.seg").write_text(MISTAKES)
    result = run("check", "shop.seg")
    assert result.exit_code == 1
    assert result.stderr == snapshot
    code = result.stderr.partition("error[")[2][:6]
    assert result.stdout == (
        f"3 errors, 2 warnings; `seg explain {code}` says more of the first\n"
        "5 of them mend themselves: seg check --fix shop.seg\n"
    )


def test_mistakes_as_json(place: Path, run: Seg, snapshot):
    (place / "shop.seg").write_text(MISTAKES)
    result = run("check", "--json", "shop.seg")
    assert result.exit_code == 1
    assert [json.loads(line) for line in result.stdout.splitlines()] == snapshot
    assert result.stderr == "3 errors, 2 warnings\n"


def test_mistakes_for_github(place: Path, run: Seg, snapshot):
    (place / "shop.seg").write_text(MISTAKES)
    result = run("check", "--format", "github", "shop.seg")
    assert (result.exit_code, result.stderr) == (1, "3 errors, 2 warnings\n")
    assert result.stdout == snapshot


def test_mistakes_as_sarif(place: Path, run: Seg, snapshot):
    (place / "shop.seg").write_text(MISTAKES)
    report = json.loads(run("check", "--format", "sarif", "shop.seg").stdout)
    [told] = report["runs"]
    assert report["version"] == "2.1.0"
    assert told["results"] == snapshot


def test_no_mistakes_as_sarif(shop: Path, run: Seg):
    report = json.loads(run("check", "--format", "sarif", "shop.seg").stdout)
    assert [each["results"] for each in report["runs"]] == [[]]


def test_two_formats_at_once(shop: Path, run: Seg):
    assert run("check", "--json", "--format", "sarif", "shop.seg").exit_code == 2


def test_warnings_alone_are_no_mistakes(place: Path, run: Seg, snapshot):
    result = run("check", "-", given="segment Quiet if not places order within 30 days\n")
    assert result.exit_code == 0
    assert result.output == snapshot


DOUBTFUL = """\
segment Abroad if country is not "CA"
segment Nobody if age < 20 and age > 60
"""


def test_what_is_doubtful_is_shown_and_passes(place: Path, run: Seg, snapshot):
    result = run("check", "-", given=DOUBTFUL)
    assert result.exit_code == 0
    assert result.output == snapshot


def test_warnings_fail_where_that_is_asked_for(place: Path, run: Seg):
    result = run("check", "--strict", "-", given=DOUBTFUL)
    assert result.exit_code == 1
    assert result.stdout == "no mistakes, 2 warnings (mistakes for --strict): 2 segments, 0 rules\n"
    assert run("check", "--strict", "-", given="segment A listed").exit_code == 0


@pytest.mark.parametrize(
    ("allowed", "left"),
    [
        (["SEG909"], ["SEG901"]),
        (["seg901"], ["SEG909"]),
        (["901", "SEG909"], []),
        (["SEG9"], []),
        (["SEG48"], ["SEG909", "SEG901"]),
    ],
    ids=str,
)
def test_warnings_that_are_allowed_are_not_told(allowed: list[str], left: list[str], place: Path, run: Seg):
    options = [part for code in allowed for part in ("--allow", code)]
    result = run("check", "--json", "--strict", *options, "-", given=DOUBTFUL)
    assert [json.loads(line)["code"] for line in result.stdout.splitlines()] == left
    assert result.exit_code == (1 if left else 0)


def test_mistakes_cannot_be_allowed(place: Path, run: Seg):
    assert run("check", "--allow", "SEG203", "-", given="segment Rich if incme > 1").exit_code == 1


@pytest.mark.parametrize("code", ["SEG999", "nonsense", ""])
def test_a_code_that_there_is_not_cannot_be_allowed(code: str, place: Path, run: Seg):
    result = run("check", "--allow", code, "-", given="")
    assert result.exit_code == 2
    assert "to allow" in result.stderr


def test_at_most_so_many_are_shown(place: Path, run: Seg):
    text = "".join(f"segment S{n} if nothing{n} > 1\n" for n in range(limits.DIAGNOSTICS + 20))
    result = run("check", "-", given=text)
    assert result.stderr.count("error[") == limits.DIAGNOSTICS
    said = f"{limits.DIAGNOSTICS + 20} errors (the first {limits.DIAGNOSTICS} are shown); "
    assert result.stdout.startswith(said)


def test_files_are_one_program(place: Path, run: Seg):
    (place / "rules").mkdir()
    (place / "rules" / "a.seg").write_text("segment A by activities\n")
    (place / "rules" / "b.seg").write_text("when registers then add to A\n")
    assert run("check", "rules").exit_code == 0
    assert run("check", "rules/b.seg").exit_code == 1
    assert run("check", "rules/b.seg", "rules/a.seg", "rules").exit_code == 0


def test_colour_where_it_is_wanted(place: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" not in run("check", "-", given="segment").stderr
    assert "\x1b[" in run("check", "--color", "-", given="segment").stderr
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    assert colorful(None, terminal) and not colorful(False, terminal) and not colorful(None, StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not colorful(None, terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colorful(None, terminal)


def test_standard_input_stands_alone(shop: Path, run: Seg):
    result = run("check", "-", "shop.seg", given="")
    assert result.exit_code == 2
    assert "stands alone" in result.stderr


# ------------------------------------------------------------------------------------------------------------ bad input


def test_a_binary_file(place: Path, run: Seg):
    (place / "x.seg").write_bytes(bytes(range(256)) * 10)
    result = run("check", "x.seg")
    assert result.exit_code == 2
    assert "this file is not text" in result.stderr
    assert "x.seg" in result.stderr


def test_windows_text(place: Path, run: Seg):
    (place / "x.seg").write_bytes(b"\xef\xbb\xbf" + RULES.replace("\n", "\r\n").encode())
    assert run("check", "x.seg").output == "no mistakes: 5 segments, 3 rules\n"


def test_a_file_that_is_not_there(place: Path, run: Seg):
    result = run("check", "x.seg")
    assert result.exit_code == 2
    assert "there is no such file or directory" in result.stderr


def test_a_directory_without_rules(place: Path, run: Seg):
    (place / "rules").mkdir()
    result = run("check", "rules")
    assert result.exit_code == 2
    assert "there is no .seg file in this directory" in result.stderr


def test_what_may_not_be_read(shop: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    opened = Path.open

    def refuse(self: Path, *args: Any, **more: Any) -> Any:
        if self.name == "shop.seg":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *args, **more)

    monkeypatch.setattr(Path, "open", refuse)
    result = run("check", "shop.seg")
    assert result.exit_code == 2
    assert "there is no permission to read this" in result.stderr


def test_a_directory_that_may_not_be_read(place: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    (place / "rules").mkdir()

    def refuse(path: object, onerror) -> list[object]:
        onerror(PermissionError(13, "Permission denied", str(path)))
        return []

    monkeypatch.setattr("segdsl.host.files.os.walk", refuse)
    result = run("check", "rules")
    assert result.exit_code == 2
    assert "there is no permission to read this" in result.stderr


def test_an_empty_file(place: Path, run: Seg):
    (place / "x.seg").write_text("")
    assert run("check", "x.seg").output == "no mistakes: 0 segments, 0 rules\n"


def test_very_many_brackets(place: Path, run: Seg):
    result = run("check", "-", given="segment S if " + "(" * 100_000)
    assert result.exit_code == 1
    assert "SEG113" in result.stderr
    assert len(result.stderr) < 1_000


def test_a_very_long_or(place: Path, run: Seg):
    result = run("check", "-", given="segment S if " + " or ".join(f"income is {n}" for n in range(50_000)))
    assert result.exit_code == 1
    assert "SEG114" in result.stderr


def test_an_or_at_the_limit(place: Path, run: Seg):
    given = "segment S if " + " or ".join(f"age = {n}" for n in range(3_000))
    assert run("check", "-", given=given).exit_code == 0


def test_too_large_a_file(place: Path, run: Seg):
    (place / "x.seg").write_bytes(b"# rules\n" * 650_000)
    result = run("check", "x.seg")
    assert result.exit_code == 2
    assert "larger than 4 MB" in result.stderr
    assert run("check", "-", given=b"# rules\n" * 650_000).exit_code == 2


def test_a_name_that_is_not_unicode(place: Path, run: Seg):
    path = Path(b"sh\xffp.seg".decode("utf-8", "surrogateescape"))
    try:
        (place / path).write_text("segment")
    except OSError:
        pytest.skip("this file system takes no such name")
    result = run("check", path)
    assert result.exit_code == 1
    assert "sh\ufffdp.seg" in result.stderr
