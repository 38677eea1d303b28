"""The session that the README shows is one that can be had."""

import re
from pathlib import Path

from segdsl.repl.session import Session
from tests.repl.conftest import transcript

README = Path(__file__).parents[2] / "README.md"


def test_the_session_of_the_readme_goes_as_it_says(empty: Session):
    found = re.search(r"```\n(me 2026.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    typed = re.findall(r"^me [-0-9]+ [:0-9]+> (.*)$", found[1], re.MULTILINE)
    assert transcript(empty, "\n".join(typed)) == found[1]
