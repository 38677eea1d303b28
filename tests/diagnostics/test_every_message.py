"""Every code as its reader sees it: `tests/corpus/messages/SEGnnn.seg`, and beside it what `seg check` prints of it.

`pytest --snapshot-update` renews the texts. Read what changed as somebody would who sees it for the first time.
"""

from pathlib import Path

import pytest

from segdsl.diagnostics.codes import CODES
from segdsl.host.program import check_texts
from tests.support.messages import CORPUS, expected, printed

FILES = sorted((CORPUS / "messages").glob("*.seg"))


def test_every_code_that_a_text_can_show_has_its_file() -> None:
    assert [path.stem for path in FILES] == [code for code, entry in CODES.items() if entry.wrong is not None]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_message_reads_as_it_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    found = printed(path, monkeypatch)
    assert found == expected(path, found, pytestconfig)
    assert f"[{path.stem}]: " in found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_message_says_what_to_write_instead(path: Path) -> None:
    checked = check_texts([(path.name, path.read_bytes())])
    found = list(checked.collector)
    assert [each.message for each in found if each.code == path.stem and not each.help] == []
