"""Progress of a long run, by a clock that the test turns."""

import pytest

import segdsl
from segdsl.cli.parts.telling import Telling


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


def test_a_line_every_few_seconds_where_it_is_asked_for(clock: list[float], capsys: pytest.CaptureFixture[str]):
    telling = Telling(True, lambda: clock[0])
    for second, progress in enumerate([(10_000, 0, None)] * 6 + [(12_000, 3_000 * n, 12_000) for n in range(1, 5)]):
        clock[0] = float(second)
        telling.tell(segdsl.Progress(*progress))
    clock[0] = 100.0
    telling.tell(segdsl.Progress(12_000, 12_000, 12_000))
    telling.done()
    assert capsys.readouterr().err == "reading: 10,000 lines\nhandled: 12,000 of 12,000 (100%)\n"


def test_nothing_where_it_is_not(clock: list[float], capsys: pytest.CaptureFixture[str]):
    telling = Telling(False, lambda: clock[0])
    clock[0] = 100.0
    telling.tell(segdsl.Progress(1, 1, 1))
    assert capsys.readouterr().err == ""


def test_one_line_that_changes_on_a_terminal(
    clock: list[float], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    telling = Telling(False, lambda: clock[0])
    for second in (0.1, 1.0, 1.1, 2.0):
        clock[0] = second
        telling.tell(segdsl.Progress(4, 2, 4))
    telling.done()
    assert capsys.readouterr().err == "\r\x1b[Khandled: 2 of 4 (50%)" * 2 + "\r\x1b[K"
