"""Pages of whole programs: they are made, their links lead somewhere, and what is hostile in them stays text."""

import re
from pathlib import Path

import pytest

from segdsl.compiler.checked import CheckedProgram
from segdsl.diagnostics.diagnostic import Severity
from segdsl.drawing.colors import DARK as DRAWN_DARK
from segdsl.drawing.colors import LIGHT as DRAWN_LIGHT
from segdsl.drawing.colors import Palette
from segdsl.host.program import check, check_texts
from segdsl.pages.colors import DARK, LIGHT
from segdsl.pages.frame import style
from tests.pages.checking import Reading, html_mistakes, markdown_mistakes, pages
from tests.support.corpus import MISTAKEN, programs

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/rules.seg"))
SCENARIOS = sorted((ROOT / "examples" / "scenarios").glob("*.seg"))
CORPUS = programs(MISTAKEN)


def named(path: Path) -> str:
    return path.name if path.is_dir() else f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", [*EXAMPLES, *SCENARIOS, *CORPUS], ids=named)
def test_a_page_is_made_and_its_links_lead_somewhere(path: Path) -> None:
    checked = check(path)
    if path.parent.name != "syntax":
        assert not [each for each in checked.collector if each.severity is Severity.ERROR]
    text, html = pages(checked)
    assert (markdown_mistakes(text), html_mistakes(html)) == ([], [])


@pytest.mark.parametrize("name", ["07-abandoned-cart", "08-onboarding-journey"])
def test_the_page_of_an_example(name: str, snapshot) -> None:
    assert pages(check(ROOT / "examples" / name), name)[0] == snapshot


def test_the_same_program_gives_the_same_page() -> None:
    path = ROOT / "examples" / "03-sporting-personas"
    assert pages(check(path)) == pages(check(path))


def test_the_order_of_declarations_does_not_matter() -> None:
    parts = [
        "segment Zebras by activities", "segment Ants if income > 3",
        "activity Two { when registers then add to Zebras }", "activity One { when logs on then add to Zebras }",
    ]  # fmt: skip
    there, back = (check_texts([("r.seg", "\n".join(each))]) for each in (parts, parts[::-1]))
    assert pages(there) == pages(back)


def test_a_page_changes_only_where_the_rules_do() -> None:
    before = "segment A by activities\nwhen registers then add to A\nwhen logs on then remove from A"
    after = before.replace("\nwhen logs on", "\n\n# Why not.\nsegment B listed\n\nwhen logs on")
    one, two = (pages(check_texts([("r.seg", text)]))[0].split("\n") for text in (before, after))
    assert [line for line in one if line not in two] == []


# ------------------------------------------------------------------------------------------------------ what is hostile

HOSTILE = """
# <script>alert(1)</script> | **bold** [link](javascript:alert) `code` &lt; _x_ http://example.org @ann
segment "<img src=x onerror=alert(1)>" by activities
# 1. not a list
segment "a | b * c _ d [e](#segment-a) `f` # g" if country is "</p><script>x()</script>\\n| ``` |"
# - neither is this
segment "***" listed
segment "]( )" listed
segment "名前 é" listed
activity "\\u0022><b>" { when registers then add to "<img src=x onerror=alert(1)>" and send email "**<i>** | \\n # x" }
event odd as ("a`b|c", "``", "<x>") { field: text as "x|`y" }
when odd "~~<s>~~" then add to "<img src=x onerror=alert(1)>"
test "<u>it</u> *holds* | [x](y)" { on 2026-01-01 registers
 expect in segment "***" }
"""


def hostile() -> CheckedProgram:
    checked = check_texts([("<b>.seg", HOSTILE)])
    assert not [each.message for each in checked.collector if each.severity is Severity.ERROR]
    return checked


def test_hostile_texts_are_no_html() -> None:
    html = pages(hostile(), "<title> & co")[1]
    read = Reading(html)
    assert html_mistakes(html) == []
    assert read.tags <= {
        "html", "head", "meta", "title", "style", "body", "a", "div", "header", "h1", "h2", "h3", "nav", "ul", "ol",
        "li", "main", "p", "strong", "em", "code", "table", "thead", "tbody", "tr", "th", "td", "footer",
    }  # fmt: skip
    said = "".join(read.said)
    assert "<img src=x onerror=alert(1)>" in said
    assert "<script>alert(1)</script> | **bold** [link](javascript:alert)" in said


def test_hostile_texts_are_no_markdown(snapshot) -> None:
    text = pages(hostile(), "<title> | *co*")[0]
    assert markdown_mistakes(text) == []
    assert text == snapshot


def test_rows_of_tables_have_as_many_cells_as_their_heads() -> None:
    text = pages(hostile())[0]
    cells = 0
    for line in text.split("\n"):
        if not line.startswith("|"):
            cells = 0
            continue
        found = line.replace("\\|", "").count("|")
        cells = cells or found
        assert found == cells, line


def test_names_that_would_give_one_anchor_get_two() -> None:
    text = 'segment "A b" listed\nsegment "a-B" listed\nsegment "!" listed\nsegment "?" listed'
    markdown, html = pages(check_texts([("r.seg", text)]))
    assert (markdown_mistakes(markdown), html_mistakes(html)) == ([], [])


# ------------------------------------------------------------------------------------------------- what it looks like


def test_the_page_has_landmarks_and_a_language() -> None:
    html = pages(check(ROOT / "examples" / "08-onboarding-journey"))[1]
    assert {"header", "nav", "main", "footer"} <= Reading(html).tags
    assert '<html lang="en">' in html


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "muted", "mark", "second"])
@pytest.mark.parametrize("ground", ["paper", "raised"])
def test_what_is_written_can_be_read(colours: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize(("colours", "drawn"), [(LIGHT, DRAWN_LIGHT), (DARK, DRAWN_DARK)], ids=["light", "dark"])
def test_pages_and_pictures_look_alike(colours: dict[str, str], drawn: Palette) -> None:
    assert [colours[name] for name in ("paper", "raised", "ink", "muted")] == [
        drawn.paper, drawn.frame, drawn.ink, drawn.muted,
    ]  # fmt: skip


def test_every_colour_that_a_style_names_is_there() -> None:
    named = {found for name in ("frame", "program", "report") for found in re.findall(r"var\(--(\w+)\)", style(name))}
    assert named <= set(LIGHT) == set(DARK)


def test_both_pages_stand_in_one_frame_in_which_nothing_runs() -> None:
    html = pages(check(ROOT / "examples" / "08-onboarding-journey"))[1]
    assert """<meta http-equiv="Content-Security-Policy" content="default-src 'none';""" in html
    assert html.startswith("<!DOCTYPE html><!-- made by seg docs")


def test_two_lists_in_a_row_stay_two() -> None:
    markdown = pages(check_texts([("r.seg", "segment A if income > 3 and age > 18")]))[0]
    assert "\n- the customer's age is more than 18\n\n* **A customer enters**" in markdown
