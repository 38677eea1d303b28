"""SEG910: two names that are told apart by a hair: capitals, blanks, hyphens, a plural `s`, letters that look alike."""

from collections import defaultdict
from collections.abc import Iterator
from unicodedata import normalize

from segdsl.compiler.lints.base import Ground, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.diagnostics.span import Span

CODE = "SEG910"

LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕκονρτυχαιвнмтк01",
    "aeopcyxijskovptuxaibhmtkol",
)
"""Small letters of other alphabets, and digits, beside the Latin letter that they look like."""


def find(ground: Ground) -> Iterator[Diagnostic]:
    scope = ground.program.scope
    kinds: list[tuple[str, list[tuple[str, Span]]]] = [
        ("segment", [(name, info.span) for name, info in scope.segments.items()]),
        ("attribute", [(name, info.span) for name, info in scope.attributes.items()]),
        ("event", [(name, info.span) for name, info in scope.events.items()]),
        ("action", [(name, info.span) for name, info in scope.actions.items()]),
        ("activity", [(activity.name.text, activity.name.span) for activity in scope.activities]),
    ]
    for kind, names in kinds:
        alike: dict[str, list[tuple[str, Span]]] = defaultdict(list)
        for name, span in names:
            alike[_skeleton(name)].append((name, span))
        for same in alike.values():
            yield from _confused(kind, sorted(same, key=lambda each: each[1]), scope.shipped)


def _confused(kind: str, same: list[tuple[str, Span]], shipped: set[int]) -> Iterator[Diagnostic]:
    first, place = same[0]
    for name, span in same[1:]:
        if name != first and span.source not in shipped:
            yield warning(
                CODE,
                span,
                f'the names of the {"activities" if kind == "activity" else kind + "s"} "{first}" and "{name}" are '
                "easily confused",
                labels=[Label(place, "the other one")],
                help="if both are meant to be one, keep one name; else tell them apart by a word",
            )


def _skeleton(name: str) -> str:
    """The name without all that is easily overlooked."""
    text = normalize("NFKC", name).casefold().translate(LOOK_ALIKE)
    words = "".join(each if each.isalnum() else " " for each in text.replace("'", "").replace("’", "")).split()
    return "".join(word.removesuffix("s") if len(word) > 3 else word for word in words)
