"""Every fix of every diagnostic that the corpus and the examples of the codes bring about does what it is for: with it
made, the diagnostic is gone, and there is no new error."""

from collections import Counter
from functools import cache

import pytest

from segdsl.compiler.checked import CheckedProgram
from segdsl.diagnostics.codes import CODES
from segdsl.diagnostics.diagnostic import Diagnostic, Severity
from segdsl.diagnostics.mending import edited, sure_fixes
from segdsl.host.mending import mend
from segdsl.host.program import check_texts
from tests.support.messages import CORPUS
from tests.syntax.test_messages import PANEL

TEXTS = {
    **{f"panel/{path.stem}": path.read_text("utf-8") for path in sorted((CORPUS / "panel").glob("*.seg"))},
    **{f"errors/{path.stem}": path.read_text("utf-8") for path in sorted((CORPUS / "errors").glob("*.seg"))},
    **{f"codes/{code}": entry.wrong for code, entry in CODES.items() if entry.wrong is not None},
    **{f"messages/{text}": text for text, *_ in PANEL},
}


@cache
def checked(text: str) -> CheckedProgram:
    return check_texts([("wrong.seg", text)])


def found(program: CheckedProgram) -> list[Diagnostic]:
    return list(program.collector)


def told(program: CheckedProgram) -> Counter[str]:
    """The mistakes, wherever they stand."""
    return Counter(f"{each.code}: {each.message}" for each in found(program))


def errors(program: CheckedProgram) -> int:
    return sum(each.severity is Severity.ERROR for each in found(program))


def declares_less(text: str) -> bool:
    """Whether a broken declaration hides what is said of names."""
    return any(each.code < "SEG2" for each in found(checked(text)))


FIXED = [(name, at) for name, text in TEXTS.items() for at, each in enumerate(found(checked(text))) if each.fix]
UNSURE_OF_THE_REST = {
    "SEG401",  # the condition goes, and with it what else it was for
    "SEG203",  # `in segment X` or `in segment X is yes`: the author has to see the rest
    "SEG205",
}


def test_there_are_many() -> None:
    assert len(FIXED) > 150


@pytest.mark.parametrize(("name", "at"), FIXED, ids=[f"{name}#{at}" for name, at in FIXED])
def test_a_fix_mends_its_mistake_and_makes_no_other(name: str, at: int) -> None:
    text = TEXTS[name]
    before = checked(text)
    diagnostic = found(before)[at]
    assert diagnostic.fix is not None
    after = checked(edited(text, diagnostic.fix.edits))
    mistake = f"{diagnostic.code}: {diagnostic.message}"
    assert told(after)[mistake] < told(before)[mistake]
    if not declares_less(text):
        more = {each for each in told(after) - told(before) if not each.startswith(("SEG48", "SEG49", "SEG9"))}
        assert errors(after) < errors(before) + (diagnostic.severity is Severity.WARNING) or not diagnostic.fix.sure
        assert not more or diagnostic.code in UNSURE_OF_THE_REST or not diagnostic.fix.sure


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if len(found(checked(text))) == 1])
def test_where_it_was_the_only_mistake_the_program_is_right(name: str) -> None:
    [diagnostic] = found(checked(TEXTS[name]))
    if diagnostic.fix is None or not diagnostic.fix.sure or declares_less(TEXTS[name]):
        return
    assert errors(mend([("wrong.seg", TEXTS[name])]).checked) == 0


@pytest.mark.parametrize("name", TEXTS)
def test_mending_comes_to_an_end_and_changes_nothing_more(name: str) -> None:
    once = mend([("wrong.seg", TEXTS[name])])
    again = mend(list(zip(["wrong.seg"], once.texts, strict=True)))
    assert (again.texts, again.mended) == (once.texts, [])
    assert not sure_fixes(found(once.checked), once.checked.sources)


@pytest.mark.parametrize("name", TEXTS)
def test_mending_breaks_no_sentence(name: str) -> None:
    def broken(program: CheckedProgram) -> int:
        return sum(each.code < "SEG2" for each in program.collector)

    assert broken(mend([("wrong.seg", TEXTS[name])]).checked) <= broken(checked(TEXTS[name]))


@pytest.mark.parametrize("name", [name for name in TEXTS if name.startswith("panel/")])
def test_a_program_of_the_panel_whose_mistakes_are_all_sure_is_right_when_it_is_mended(name: str) -> None:
    if all(each.fix is not None and each.fix.sure for each in found(checked(TEXTS[name]))):
        left = found(mend([("wrong.seg", TEXTS[name])]).checked)
        assert [each for each in left if not each.code.startswith("SEG9")] == []
