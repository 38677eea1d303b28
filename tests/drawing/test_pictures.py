"""Pictures of all programs there are, in all formats: nothing lies on anything, everything is where it belongs."""

import re
import shutil
import subprocess
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from segdsl.drawing import colors
from segdsl.drawing.columns import Columns
from segdsl.drawing.coordinates import Size, placed
from segdsl.drawing.dot import to_dot
from segdsl.drawing.flow import flow_graph
from segdsl.drawing.graph import Graph
from segdsl.drawing.layers import Link
from segdsl.drawing.layout import picture
from segdsl.drawing.lettering import BOLD, LINE, SIZE, text_width, wrapped
from segdsl.drawing.mermaid import to_mermaid
from segdsl.drawing.segments import segment_graph
from segdsl.drawing.shapes import SHAPES, room
from segdsl.drawing.svg import to_svg
from segdsl.host.program import check, check_texts
from tests.drawing.support import SVG, all_rules, checked, faults, labels, overlapping, parsed, sides, texts
from tests.strategies.programs import programs
from tests.strategies.timed_programs import timed_programs

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "examples").glob("*/rules.seg"), *(ROOT / "tests" / "corpus").glob("*/*.seg")])
SMALL = """\
segment Friends by activities
segment Good Friends if in segment Friends and places order
dialog activity Welcome once priority 2 {
  when registers
  then send email "hello"
  then wait for places order within 7 days
  then branch first {
    path if amount >= 100 then add to Friends for 30 days
    otherwise then send email "thanks"
  }
  stop when logs off
}
when leaves Good Friends then remove from Friends
"""

HOSTILE = (
    "</svg><script>alert(1)</script>", '1. "quoted" *bold* _it_ `code` #35; &lt; $$x$$', "line\\nbreak", "- minus",
    "顧客セグメント高所得者層のための非常に長い名前",
    "\\u202Eright to left", "🎿 Skiers 🎿", "לקוחות זהב", "end", "graph TD",
    "]]> --> %% {{x}} [y] |z|", "\\\\N \\\\G", "W" * 180,
)  # fmt: skip


def hostile() -> str:
    names = [f'"{name}"' if "\\" in name else '"' + name.replace('"', '\\"') + '"' for name in HOSTILE]
    declared = "\n".join(f"segment {name} by activities" for name in names)
    rules = "\n".join(f"activity {name} {{ when registers if in segment {name} then add to {name} }}" for name in names)
    return f"{declared}\n{rules}\nwhen searches {names[1]} then add to {', '.join(names)}"


def both(text: str, name: str = "shop.seg") -> list[Graph]:
    program = check_texts([(name, text)])
    return [flow_graph(program), segment_graph(program)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_program_is_drawn_whole_with_everything_in_its_place(path: Path) -> None:
    program = check(path)
    flow = flow_graph(program)
    triggers = [text for text in texts(flow, "trigger") if text.startswith("when ")]
    assert len(triggers) == all_rules(program)
    for graph in (flow, segment_graph(program)):
        assert list(faults(picture(graph))) == []
        ET.fromstring(to_svg(graph))
        assert to_mermaid(graph).startswith("flowchart ")
        assert to_dot(graph).startswith("digraph ")


@settings(max_examples=60)
@given(programs())
def test_generated_programs_are_drawn_with_everything_in_its_place(program) -> None:
    for graph in both(program.text()):
        assert list(faults(picture(graph))) == []


@settings(max_examples=40)
@given(timed_programs())
def test_generated_programs_with_time_are_drawn_with_everything_in_its_place(program) -> None:
    for graph in both(program.text()):
        assert list(faults(picture(graph))) == []
        to_svg(graph), to_mermaid(graph), to_dot(graph)


def test_boxes_that_are_not_kept_apart_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests above look for can be found at all."""
    monkeypatch.setattr(Columns, "_stood", lambda _self, wanted: [0.0 for _ in wanted])
    assert any("overlap" in fault for fault in faults(picture(both(SMALL)[0])))


def test_rules_in_a_circle_are_drawn() -> None:
    text = "segment A by activities\nsegment B by activities\nwhen enters A then wait 1 day then add to B\n" \
        "when enters B then wait 1 day then remove from A and add to B"  # fmt: skip
    made = picture(segment_graph(checked(text)))
    assert list(faults(made)) == []
    assert any(route.points[0][0] > route.points[-1][0] for route in made.routes)


def shop(rules: int) -> str:
    """A large program: rules fill segments, derived ones read these, and other rules listen."""
    lines = [f"segment Filled {n} by activities" for n in range(40)]
    lines += [f"segment Derived {n} if in segment any(Filled {n}, Filled {n + 1})" for n in range(0, 38, 2)]
    for n in range(rules):
        if n % 5 == 4:
            lines.append(f'when enters Derived {2 * (n % 19)} then wait {n} days then send email "x{n}"')
        else:
            lines.append(f'activity Does {n} {{ when searches "x{n}" then add to Filled {n % 40} }}')
    return "\n".join(lines)


def test_three_hundred_rules_are_drawn_with_everything_in_its_place() -> None:
    for graph in both(shop(300)):
        made = picture(graph)
        assert overlapping([sides(box) for box in made.boxes] + labels(made)) == []
        assert overlapping([sides(frame) for frame in made.frames]) == []


# --------------------------------------------------------------------------------------------------------------- places


def test_a_chain_stands_in_one_line() -> None:
    sizes = [Size(100, 40), Size(200, 40), Size(50, 40), Size(300, 40)]
    found = placed(sizes, [Link(0, 1), Link(1, 2, (30, 16)), Link(2, 3)], 17)
    assert len({round(across, 3) for across, _ in found.nodes}) == 1


def test_what_has_several_below_stands_over_their_middle() -> None:
    found = placed([Size(60, 40)] + [Size(100, 40)] * 3, [Link(0, 1), Link(0, 2), Link(0, 3)], 17)
    top, left, middle, right = (across for across, _ in found.nodes)
    assert top == pytest.approx(middle, abs=1)
    assert middle - left == pytest.approx(right - middle, abs=1)


def test_an_edge_over_several_layers_goes_round_the_boxes_between() -> None:
    text = "segment A by activities\nsegment B if in segment A\nsegment C if in segment A and in segment B"
    made = picture(segment_graph(checked(text)))
    assert len(made.routes) == 3
    assert list(faults(made)) == []


# ----------------------------------------------------------------------------------------------------------------- text


@pytest.mark.parametrize("text", [SMALL, hostile()], ids=["small", "hostile"])
def test_text_fits_its_box(text: str) -> None:
    for graph in both(text):
        for box in picture(graph).boxes:
            around = room(box.shape)
            inner = box.width - around.left - around.right + 1
            heads = box.head.lines if box.node.head else ()
            lines = box.text.lines if box.node.text else ()
            assert all(text_width(line) * BOLD <= inner for line in heads)
            assert all(text_width(line) <= inner for line in lines)
            assert (len(heads) + len(lines)) * LINE <= box.height


def test_long_text_ends_with_an_ellipsis_and_is_whole_in_the_title() -> None:
    condition = " and ".join(f'not searches "word number {number}"' for number in range(60))
    svg = to_svg(flow_graph(checked(f'when registers if {condition} then send email "x"')))
    assert "…" in svg
    titles = [each.text or "" for each in parsed(svg).iter(f"{SVG}title")]
    assert any('word number 59"' in title for title in titles)


def test_wide_letters_count_twice() -> None:
    assert text_width("顧客") > 1.5 * text_width("ab")


def test_a_word_wider_than_a_line_is_cut() -> None:
    found = wrapped("W" * 100, 200)
    assert "".join(found.lines) == "W" * 100
    assert found.width <= 200
    assert all(text_width(line, SIZE) <= 200 for line in found.lines)


# ------------------------------------------------------------------------------------------------------------------ SVG


def test_hostile_names_are_text_in_svg() -> None:
    for graph in both(hostile()):
        root = parsed(to_svg(graph))
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
            "svg", "title", "desc", "style", "rect", "g", "path", "polygon", "circle", "text",
        }  # fmt: skip
        assert not any(name.startswith("on") or "href" in name for each in root.iter() for name in each.attrib)


def test_each_box_says_its_place() -> None:
    svg = parsed(to_svg(both(SMALL)[0]))
    nodes = [each for each in svg.iter(f"{SVG}g") if each.get("class", "").startswith("node ")]
    assert nodes
    assert all(re.search(r"\nshop\.seg:\d+$", each.findtext(f"{SVG}title") or "") for each in nodes)


def test_a_picture_has_a_title_and_a_description() -> None:
    svg = parsed(to_svg(both(SMALL)[0]))
    assert svg.findtext(f"{SVG}title") == "Flow of Welcome, shop.seg"
    assert "2 rules: Welcome (dialog activity, once, priority 2)" in (svg.findtext(f"{SVG}desc") or "")


def test_ids_of_elements_are_told_apart() -> None:
    for graph in both(hostile()):
        found = [each.get("id") for each in parsed(to_svg(graph)).iter() if each.get("id")]
        assert len(found) == len(set(found))


def test_auto_follows_the_viewer_and_the_others_do_not() -> None:
    graph = both(SMALL)[0]
    dark, light = colors.DARK.paper, colors.LIGHT.paper
    auto = to_svg(graph, "auto")
    assert auto.index(light) < auto.index("prefers-color-scheme: dark") < auto.index(dark)
    assert (dark in to_svg(graph, "light"), light in to_svg(graph, "dark")) == (False, False)


def luminance(color: str) -> float:
    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(color[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """The ratio of WCAG 2.2."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", colors.THEMES)
def test_text_and_lines_stand_out(theme: str) -> None:
    palette = colors.THEMES[theme]
    behind = (palette.paper, palette.frame)
    for fill, line in palette.kinds.values():
        assert contrast(palette.ink, fill) >= 4.5
        assert all(contrast(line, each) >= 3 for each in (*behind, fill))
    for text, back in product((palette.ink, palette.muted), behind):
        assert contrast(text, back) >= 4.5
    assert all(contrast(palette.edge, back) >= 3 for back in behind)
    assert set(palette.kinds) == set(SHAPES)


def test_the_kinds_of_one_picture_differ_in_shape() -> None:
    flow = [SHAPES[kind] for kind in ("trigger", "condition", "branch", "wait", "action", "stop")]
    graph = [SHAPES[kind] for kind in ("added", "derived", "listed", "activity", "rule", "attribute", "event",
                                       "promotion", "host")]  # fmt: skip
    assert (len(set(flow)), len(set(graph))) == (6, 9)


# -------------------------------------------------------------------------------------------------------- other formats


def test_mermaid(snapshot) -> None:
    assert [to_mermaid(graph) for graph in both(SMALL)] == snapshot


def test_dot(snapshot) -> None:
    assert [to_dot(graph) for graph in both(SMALL)] == snapshot


def test_hostile_names_stay_in_their_quotation_marks_in_mermaid() -> None:
    edge = r'\w+ (-->|-\.->)(\|"[^"`#<]*"\|)? \w+'
    open_, close = r"[(\[{/]+", r"[)\]}/\\]+"
    codes = r'(?:[^"`<#&*_$]|#\w+;|<br/>|</?b>)*'
    node = rf'\w+{open_}"{codes}"{close}:::\w+'
    group = rf'subgraph \w+\["{codes}"\]'
    line = re.compile(rf"flowchart (TD|LR)|%% made by seg graph|classDef .*|direction TB|end|{edge}|{node}|{group}")
    for graph in both(hostile()):
        for each in to_mermaid(graph).splitlines():
            assert line.fullmatch(each.strip()), each


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("text", [SMALL, hostile()], ids=["small", "hostile"])
def test_graphviz_takes_it(text: str) -> None:
    for graph in both(text):
        done = subprocess.run(
            ["dot", "-Tsvg"], input=to_dot(graph), capture_output=True, text=True, check=False, timeout=60
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")


def test_text_formats_tell_no_lines_so_that_they_change_only_with_the_rules() -> None:
    for before, after in zip(both(SMALL), both("# a comment\n\n" + SMALL), strict=True):
        assert (to_mermaid(before), to_dot(before)) == (to_mermaid(after), to_dot(after))


def test_the_same_program_is_drawn_the_same() -> None:
    assert [to_svg(graph) for graph in both(hostile())] == [to_svg(graph) for graph in both(hostile())]
