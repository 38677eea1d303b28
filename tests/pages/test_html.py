"""The page: well formed, of one piece, and safe whatever the names in it are."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from attrs import evolve

import segdsl
from segdsl.diagnostics.errors import MissingExtraError
from segdsl.pages import charts
from segdsl.pages.html import page
from segdsl.pages.pictures import Pictures
from segdsl.pages.report import ActionPart, Pair, report_on
from segdsl.pages.upset import ROWS, drawn, upset
from tests.cli.conftest import registers
from tests.pages.conftest import EVENTS, HOSTILE, RULES, ran

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """What is in a page; a tag that is not closed in its place is a failure."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures.ready()


def written(engine: segdsl.Engine, pictures: Pictures, store: str = "shop.store") -> str:
    return page(report_on(engine, store), pictures)


@pytest.fixture(scope="module")
def shop(pictures: Pictures, tmp_path_factory: pytest.TempPathFactory) -> str:
    with ran(RULES, EVENTS, tmp_path_factory.mktemp("shop")) as engine:
        return written(engine, pictures)


@pytest.fixture(scope="module")
def hostile(pictures: Pictures, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page in which every text that comes from outside is hostile."""
    quoted = [name.replace('"', "''") for name in HOSTILE]
    texts = [f'when searches "{re.sub(r"[^ -~]", "", name)}" then send push "x"' for name in quoted]
    rules = "segment Fans by activities\nwhen registers then add to Fans\n" + "\n".join(texts)
    events = [{**registers(f"e{at}", name, "2026-03-01T10:00:00Z"), name: 1} for at, name in enumerate(HOSTILE)]
    folder = tmp_path_factory.mktemp("hostile")
    with segdsl.Engine(segdsl.loads(rules, HOSTILE[0]), clock=lambda: 0) as engine:
        engine.advance("2026-03-02T00:00:00Z")
        assert {outcome.status for outcome in engine.process(events)} == {"accepted"}
        report = report_on(engine, str(folder / HOSTILE[1]))
    one, rule, action = report.segments[0], report.rules[0], ActionPart("", 1, 0, 0, report.events_course)
    for name in HOSTILE:  # also where the language would not let them be
        report.segments.append(evolve(one, name=name, place=name))
        report.rules.append(evolve(rule, text=name, place=f"{name}:1", activity=name))
        report.actions.append(evolve(action, name=name))
        report.combinations.append(((one.name, name), 1))
        report.pairs.append(Pair(name, one.name, 1, 1.0))
        report.rejects[name] = report.events[name] = 1
    report.zone = report.zone_data = report.program = HOSTILE[0]
    return page(report, pictures)


def test_the_page_is_well_formed(shop: str):
    assert {"h1", "table", "svg", "details"} <= set(Page(shop).tags)


def test_the_page_of_a_store_that_has_read_nothing(pictures: Pictures):
    with segdsl.Engine(segdsl.loads(RULES)) as engine:
        text = Page(written(engine, pictures)).text
    assert "The store has read nothing yet." in text
    assert "Nobody is in a segment." in text


def test_the_page_of_a_store_with_one_customer(pictures: Pictures, tmp_path: Path):
    with ran(RULES, EVENTS[:1], tmp_path) as engine:
        assert "No rule has fired." not in Page(written(engine, pictures)).text


def test_the_page_of_a_store_whose_history_was_pruned(pictures: Pictures, tmp_path: Path):
    with ran(RULES, EVENTS, tmp_path) as engine:
        engine.backend.prune({}, 1_772_323_200_000_000)
        text = Page(written(engine, pictures)).text
    assert "Memberships that had ended before \n2026-03-01T00:00:00Z\n were pruned" in text


def test_the_page_of_rules_without_segments_or_effects(pictures: Pictures, tmp_path: Path):
    with ran("event dances\n", EVENTS, tmp_path) as engine:
        text = Page(written(engine, pictures)).text
    assert "The rules declare no segments." in text
    assert "There are no rules" in text


def test_nothing_runs_and_nothing_is_fetched(shop: str, hostile: str):
    for text in (shop, hostile):
        found = Page(text)
        assert not {"script", "img", "link", "iframe", "object", "embed", "image", "use"} & set(found.tags)
        for tag, name, value in found.attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "srcset", "action", "data", "xlink:href"), (tag, name)
            assert name != "href" or value.startswith("#"), (tag, value)
        assert "default-src 'none'" in text
        assert "@import" not in text
        assert "url(" not in text


def test_no_address_is_named_but_what_was_given(shop: str):
    assert "http://" not in shop
    assert "https://" not in shop


def test_hostile_names_are_text(hostile: str):
    found = Page(hostile)
    assert "<script>alert(1)</script>" in found.text
    assert "&lt;b&gt;" in found.text
    assert "\\u202egnp.exe" in found.text
    assert "\\u001b[31mred" in found.text
    assert not re.search("[\u202a-\u202e\x00-\x08\x1b]", hostile)


def test_hostile_names_in_pictures_are_text(pictures: Pictures):
    rows = [(name, at) for at, name in enumerate(HOSTILE)]
    for spec in (charts.bars(rows), upset([([name], 1) for name in HOSTILE], rows)):
        found = Page(pictures.draw(spec))
        assert set(found.tags) <= {"svg", "g", "path", "line", "text", "defs", "rect", "clippath"}
        assert "</style></title>" in found.text


def test_both_themes_are_there(shop: str):
    assert "prefers-color-scheme: dark" in shop
    assert '<meta name="color-scheme" content="light dark">' in shop


def test_every_colour_of_a_picture_has_one_for_the_dark(shop: str, hostile: str):
    used = {value for text in (shop, hostile) for _, name, value in Page(text).attributes if name in ("fill", "stroke")}
    assert used - {"none", "transparent"} <= set(charts.COLOURS)


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [charts.INK, charts.MUTED, charts.MARK, charts.SECOND])
@pytest.mark.parametrize(("dark", "grounds"), [(False, ["#ffffff", "#f6f8fa"]), (True, ["#0d1117", "#161b22"])])
def test_text_and_marks_stand_out(shop: str, colour: str, dark: bool, grounds: list[str]):
    for ground in grounds:
        assert ground in shop
        assert _contrast(charts.COLOURS[colour] if dark else colour, ground) >= 4.5


def test_the_numbers_of_each_picture_stand_in_a_table(shop: str):
    found = Page(shop)
    assert found.tags.count("figure") > 0
    for section in re.findall(r"<section.*?</section>", shop, re.S):
        assert section.count("<figure") == 0 or "<table" in section


def test_the_same_numbers_give_the_same_page(pictures: Pictures, tmp_path: Path, shop: str):
    with ran(RULES, EVENTS, tmp_path) as engine:
        assert written(engine, pictures) == shop


def test_combinations_of_too_many_segments_are_not_drawn():
    wide = ([f"s{number}" for number in range(ROWS + 1)], 5)
    assert drawn([(["a"], 9), wide]) == 1
    assert drawn([wide]) == 0
    assert drawn([(["a"], 9), (["a", "b"], 2)]) == 2


@pytest.mark.parametrize("top", [0, 1, 2, 3, 5, 7, 99, 100, 101, 1_234_567])
def test_the_ticks_of_a_number_are_whole_and_reach_it(top: int):
    values = charts.course([(0, top)], 1)["encoding"]["y"]["axis"]["values"]
    assert values[0] == 0
    assert values[-1] >= top > (values[-2] if top else -1)
    assert 2 <= len(values) <= 6


def test_what_draws_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match=re.escape('pip install "segdsl[pictures]"')):
        Pictures.ready()
