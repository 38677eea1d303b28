"""The text of the functions by which objects of one form become events.

Comes in: a form, and what the plan declares of it. Goes out: Python, made of names and kinds of the plan and of the
places at which the keys stand; of an input, and of its keys, there is nothing in it. `forms.py` compiles it. Each
function takes the values of its object by their places, since objects of one form have them where the form has its
keys. Is no format.
"""

from collections.abc import Iterator, Mapping

from segdsl.values.kinds import Kind
from segdsl.values.limits import IDENTITY_CHARACTERS, TEXT_CHARACTERS
from segdsl.values.numbers import SCALE, WIRE_LIMIT

Form = tuple[str, ...]
"""The keys of an object, in their order."""

Chosen = Mapping[str, tuple[str, Kind]]
"""What is declared of an object: by key, the names and kinds; in the order in which an event has them."""

_IDENTITIES = ("id", "customer", "visitor")
_HELD = (*_IDENTITIES, "received", "attributes")
_MADE_ID = "f'{source}:{place}{part}'"


def event_source(name: str, form: Form, fields: Chosen, ignores: bool) -> str:
    """The text of `make`, which makes an event. `ignores`: something in the form is not declared."""
    held = _held(form, (*_HELD, *fields))
    return _function("make(obj, instant, place, source, part, format)", _event(name, form, held, fields, ignores))


def attributes_source(form: Form, attributes: Chosen) -> str:
    """The text of `make`, which gives attributes, and what is ignored of them. One that is null is kept as None."""
    held = _held(form, tuple(attributes))
    lines = [_unpacked(form, held)]
    for key, (_, kind) in attributes.items():
        lines += [f"if {held[key]} is not None:", *_indented(_read(held[key], form.index(key), kind))]
    given = ", ".join(f"{name!r}: {held[key]}" for key, (name, _) in attributes.items())
    return _function("make(obj)", [*lines, f"return {{{given}}}, ignored"])


def _event(name: str, form: Form, held: Mapping[str, str], fields: Chosen, ignores: bool) -> Iterator[str]:
    yield _unpacked(form, held)
    for key in _IDENTITIES:
        if key in held:
            yield from _identity(held[key], _MADE_ID if key == "id" else "''")
    yield f"if not ({' or '.join(held[key] for key in ('customer', 'visitor') if key in held)}):"
    yield "    raise ValueError('nobody is named')"
    yield "fields = {}"
    for key, (field, kind) in fields.items():
        yield f"if {held[key]} is not None:"
        yield from _indented([*_read(held[key], form.index(key), kind), f"fields[{field!r}] = {held[key]}"])
    if "received" in held:
        yield f"if {held['received']} is not None:"
        yield f"    {held['received']} = moment({held['received']})"
    if "attributes" in held:
        yield f"attributes, more = attributes_of({held['attributes']}) if {held['attributes']} else ({{}}, ())"
        yield f"all_ignored = {'ignored + more' if ignores else 'more'}"
    elif ignores:
        yield "all_ignored = ignored"
    counts = ignores or "attributes" in held
    if counts:
        yield "for key in all_ignored:"
        yield "    counts[key] += 1"
    given = [
        held.get("id", _MADE_ID), repr(name), held.get("customer", "''"), "instant", "fields",
        "attributes" if "attributes" in held else "{}", held.get("received", "None"), "place",
        "all_ignored" if counts else "()", "format", held.get("visitor", "''"),
    ]  # fmt: skip
    yield f"return Event({', '.join(given)})"


def _held(form: Form, keys: tuple[str, ...]) -> dict[str, str]:
    """The variables in which the values of these keys are held."""
    return {key: f"v{at}" for at, key in enumerate(form) if key in keys}


def _unpacked(form: Form, held: Mapping[str, str]) -> str:
    return f"[{', '.join(held.get(key, '_') for key in form)}] = obj.values()"


def _identity(value: str, empty: str) -> list[str]:
    """An ordinary one is ASCII and does not begin with a blank."""
    odd = f"{value} < '!' or not {value}.isascii() or len({value}) > {IDENTITY_CHARACTERS}"
    return [f"if type({value}) is not str or {odd}:", f"    {value} = identity({value}) or {empty}"]


def _read(value: str, at: int, kind: Kind) -> list[str]:
    """A value that is not null, in its run-time form."""
    match kind.name:
        case "text" | "text ignoring case":
            odd = f"not {value}.isascii() or len({value}) > {TEXT_CHARACTERS}"
            return [f"if type({value}) is not str or {odd}:", f"    {value} = read{at}({value})"]
        case "number":
            limit = WIRE_LIMIT // SCALE
            small = f"type({value}) is int and {-limit} < {value} < {limit}"
            return [f"{value} = {value} * {SCALE} if {small} else read{at}({value})"]
    return [f"{value} = read{at}({value})"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _function(head: str, lines: Iterator[str] | list[str]) -> str:
    return f"def {head}:\n" + "".join(f"    {line}\n" for line in lines)
