"""Charts drawn: Vega-Lite to SVG that stands in a page, by an optional package that needs no network.

Comes in: a specification of `charts.py` or `upset.py`. Goes out: an SVG element as text, with every text in it escaped.
"""

import re
from types import ModuleType
from typing import Any

from attrs import frozen

from segdsl.diagnostics.extras import load_extra
from segdsl.diagnostics.printable import printable
from segdsl.pages.charts import Spec

_OPENING = re.compile(r"<svg [^>]*>")
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)" viewBox="([-\d. ]+)"')


@frozen
class Pictures:
    """What draws. Raises MissingExtraError when the package is not there."""

    converter: ModuleType

    @classmethod
    def ready(cls) -> "Pictures":
        without = "the numbers alone come with --json"
        return cls(load_extra("vl_convert", "vl_convert", "pictures", "charts need", without))

    def draw(self, spec: Spec) -> str:
        """An SVG element that is as wide as drawn, or as its place where that is narrower. What it shows is said beside
        it, so that a reader of the screen passes it over."""
        drawn: str = self.converter.vegalite_to_svg(_printable(spec), allowed_base_urls=[])
        opening = _OPENING.match(drawn)
        size = _SIZE.search(opening.group()) if opening is not None else None
        assert opening is not None and size is not None, "a drawing begins with its size"
        width, _, box = size.groups()
        svg = f'<svg viewBox="{box}" style="width:{width}px" aria-hidden="true" focusable="false">'
        return svg + drawn[opening.end() :].replace(' pointer-events="none"', "")


def _printable(value: Any) -> Any:
    """A specification with such texts alone: at a character that XML does not know, the converter ends the process."""
    match value:
        case str():
            return printable(value)
        case list() | tuple():
            return [_printable(each) for each in value]
        case dict():
            return {key: _printable(each) for key, each in value.items()}
    return value
