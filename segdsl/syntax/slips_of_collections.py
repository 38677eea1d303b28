"""Slips of collections, and of what is added up: items in other words, a sum without its brackets, and the lines of a
collection's declaration.
"""

import re

from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix
from segdsl.diagnostics.span import Span
from segdsl.syntax.place import Place, wrong

_THINGS = r"(?:items?|products?|entries|entry|things?|articles?)"
_ANY = ("any", "some", "a", "an", "one", "at least one")
_ITEM = re.compile(
    rf"\b(?P<words>(?P<which>at\s+least\s+one|any|some|an?|one|no|all|every|each)\s+{_THINGS}\s+(?:of|in)(?:\s+the)?)"
    r"\s+(?P<name>[^\W\d]\w*)"
)
_NUMBER = re.compile(
    rf"\b(?P<words>(?:number|count|quantity)\s+of\s+{_THINGS}\s+(?:of|in)(?:\s+the)?)\s+(?P<name>[^\W\d]\w*)"
)
_HOLDS = re.compile(
    r"(?:\b(?:if|and|or|not|while|expect)|\()\s+(?P<all>(?P<name>[^\W\d][\w ]*?)\s+(?:has|have|holds|contains)\s+"
    rf"(?P<bound>at\s+least|at\s+most|more\s+than|fewer\s+than|less\s+than|exactly)?\s*(?P<number>[0-9]+)\s+{_THINGS})\b"
)
_BOUNDS = {"at least": ">=", "at most": "<=", "more than": ">", "fewer than": "<", "less than": "<", "exactly": "="}
_ENDS = {"remove": "drop", "removes": "drop", "delete": "drop", "take": "drop", "drops": "drop", "empty": "clear",
         "empties": "clear", "reset": "clear", "end": "clear", "clears": "clear"}  # fmt: skip


def items(place: Place) -> Diagnostic | None:
    """`any item in cart`, `all items of cart`, `number of items in cart`."""
    for form in (_NUMBER, _ITEM):
        found = place.find(form.pattern)
        if found is None or place.here > found[1] + found[0].end():
            continue
        match, span = found[0], place.part(found, "words")
        said = " ".join(match["words"].split())
        which = " ".join(match["which"].split()) if form is _ITEM else ""
        if said in ("any item of", "no item of"):
            continue
        if which in ("all", "every", "each"):
            help_ = f"ask that there is none of the others: `no item of {match['name']} where not (...)`"
            return wrong("of a collection one item is asked for, or none", span, help_)
        right = "count of" if form is _NUMBER else "any item of" if which in _ANY else "no item of"
        return wrong(f"`{said}` is written `{right}`", span, f"write `{right} {match['name']}`", Fix(span, right))
    return None


def how_many(place: Place) -> Diagnostic | None:
    """`cart has 2 items`."""
    found = place.find(_HOLDS.pattern)
    if found is None or place.here > found[1] + found[0].end():
        return None
    match = found[0]
    sign = _BOUNDS[" ".join(match["bound"].split())] if match["bound"] else ">="
    right = f"count of {match['name']} {sign} {match['number']}"
    fix = Fix(place.part(found, "all"), right, sure=match["bound"] is not None)
    return wrong("how many there are is asked with `count of`", place.part(found, "all"), f"write `{right}`", fix)


def sum_without_brackets(place: Place) -> Diagnostic | None:
    """`total of price * quantity of cart`."""
    begun = re.search(
        r"\b(?P<function>total|average|smallest|largest)\s+of\s+(?P<first>[^\W\d][\w ]*?)\s*$", place.before
    )
    if place.found not in tuple("*/+-") or begun is None:
        return None
    rest = re.match(r"\s*[\w.]+(?:\s+(?!of\b)\w+)*(?:\s*[*/+-]\s*[\w.]+(?:\s+(?!of\b)\w+)*)*?(?=\s+of\b)", place.after)
    if rest is None:
        return None
    start = place.stretch(begun.start("first"), begun.start("first"))
    end = place.span.end + rest.end()
    span = Span(start.source, start.start, end)
    said = f"{begun['first']} {place.found}{rest.group()}"
    fix = Fix(start, "(", (Edit(Span(start.source, end, end), ")"),))
    return wrong("what is worked out stands in brackets", span, f"write `{begun['function']} of ({said}) of ...`", fix)


def sum_of_nothing(place: Place) -> Diagnostic | None:
    """`total of cart >= 100`."""
    begun = re.search(r"\b(total|average|smallest|largest|first|latest)\s+of\s+([^\W\d][\w ]*?)\s*$", place.before)
    if "_OF" not in place.kinds or begun is None or place.found in tuple("*/+-"):
        return None
    function, name = begun.groups()
    field = "product" if function in ("first", "latest") else "price"
    span = place.stretch(begun.start(2), begun.end(2))
    return wrong(f"what the {function} is of stands before the event or collection", span,
                 f"as in `{function} of {field} of {name}`")  # fmt: skip


def declared(place: Place) -> Diagnostic | None:
    """A collection without its key, and lines of it that say more than an event."""
    head = re.match(r"collection\s+(?P<name>[^\n{]+?)\s+of\s+(?P<event>[^\n{]+?)\s*(?:\n|\{|$)", place.whole)
    if head is None:
        return None
    if place.found == "{" and "_BY" in place.kinds:
        help_ = f"say which field tells its items apart: `collection {head['name']} of {head['event']} by product {{`"
        return wrong("`{` cannot stand here; `by` was expected", place.span, help_)
    if place.found == "," and "LBRACE" in place.kinds and "_DROP" not in place.kinds:
        return wrong("the key of a collection is one field", place.span, "choose the field that tells its items apart")
    if not place.kinds >= {"_DROP", "_CLEAR"}:
        return None
    word = _ENDS.get(place.found)
    if word is not None and not place.line_before().strip(" {\t").endswith(("drop", "clear")):
        message = f"`{place.found}` cannot stand here; `clear`, `drop` or `}}` was expected"
        what = "takes out one item" if word == "drop" else "takes all out"
        return wrong(message, place.span, f"what {what} is said with `{word}`", Fix(place.span, word, sure=False))
    line = re.search(r"\b(drop|clear)\s+[^\W\d][\w ]*$", place.before)
    if line is not None and place.found in (",", "and", "or"):
        blanks = len(place.before) - len(place.before.rstrip())
        at = place.stretch(len(place.before) - blanks, len(place.before) + len(place.found))
        fix = Fix(at, f"\n  {line[1]}")
        return wrong("each event stands on a line of its own", place.span, f"write `{line[1]} ...` for each", fix)
    if line is not None and place.found in ("where", "if", "by", "when"):
        what = "the item with the key that it carries" if line[1] == "drop" else "all items"
        help_ = f"every such event takes out {what}; what else is meant is an event of its own"
        return wrong(f"nothing stands behind the event of `{line[1]}`", place.span, help_)
    return None
