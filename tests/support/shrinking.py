"""A disagreement of two engines, made small: fewer things that happen, a smaller program, and a text that tells it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from attrs import evolve, frozen
from msgspec.structs import replace

from segdsl.records.inputs import Event
from segdsl.values.instants import instant_text
from tests.strategies.whole.inputs import Doing, Happens
from tests.strategies.whole.programs import Whole
from tests.support.agreeing import Difference, Prepare, Sides, difference

T = TypeVar("T")


@frozen
class Disagreement:
    """A program, what happened under it, and where the engines parted in the end."""

    program: Whole
    happened: tuple[Doing, ...]
    found: Difference

    def text(self) -> str:
        lines = [f"program {self.program.number}, {len(self.happened)} inputs: {self.found.text()}", "", "program:"]
        lines += [f"  {line}" for line in "\n".join(self.program.declarations).splitlines()]
        lines += ["", "what happened:", *(f"  {_told(doing)}" for doing in self.happened)]
        return "\n".join(lines)


def _told(doing: Doing) -> str:
    match doing:
        case Happens(Event() as e):
            said = {**e.fields, **({"received": e.received} if e.received is not None else {})}
            attributes = f" attributes={e.attributes}" if e.attributes else ""
            return f"{instant_text(e.instant)} ({e.instant}) {e.customer} {e.name} {said}{attributes} id={e.id}"
        case Happens(entry):
            return f"{instant_text(entry.instant)} ({entry.instant}) {entry}"
    return repr(doing)


def shrunk(found: Disagreement, reference: Prepare, other: Prepare) -> Disagreement:
    """The same disagreement, or another one, of a smaller program and with fewer inputs. Any difference counts."""

    def parts(program: Whole, happened: Sequence[Doing]) -> Difference | None:
        return difference(Sides.of(program.plan, reference, other), happened)

    best = found
    for _ in range(4):
        before = best
        best = _fewer_inputs(best, parts)
        best = _smaller_program(best, parts)
        best = _plainer(best, parts)
        if best == before:
            break
    return best


def _fewer_inputs(best: Disagreement, parts: Callable[[Whole, Sequence[Doing]], Difference | None]) -> Disagreement:
    happened = tuple(fewer(best.happened, lambda some: parts(best.program, some) is not None))
    return evolve(best, happened=happened, found=parts(best.program, happened) or best.found)


def fewer(some: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> list[T]:
    """The least of some things with which it still fails, as far as leaving out ever smaller stretches finds it."""
    kept = list(some)
    size = max(1, len(kept) // 2)
    while size:
        at = len(kept) - size
        while at > -size:
            shorter = kept[: max(at, 0)] + kept[at + size :]
            if len(shorter) < len(kept) and fails(shorter):
                kept = shorter
            at -= size
        size //= 2
    return kept


def _smaller_program(best: Disagreement, parts: Callable[[Whole, Sequence[Doing]], Difference | None]) -> Disagreement:
    """Without the declarations that do not matter. A segment that goes takes the host's word about it along."""
    place = len(best.program.declarations)
    while place > 0:
        place -= 1
        smaller = best.program.without({place})
        if smaller is None:
            continue
        known = {segment.name for segment in smaller.plan.segments}
        happened = tuple(each for each in best.happened if getattr(_entry(each), "segment", None) in (None, *known))
        found = parts(smaller, happened)
        if found is not None:
            best = Disagreement(smaller, happened, found)
    return best


def _entry(doing: Doing) -> object:
    return doing.entry if isinstance(doing, Happens) else None


def _plainer(best: Disagreement, parts: Callable[[Whole, Sequence[Doing]], Difference | None]) -> Disagreement:
    """With events that carry less."""
    for place, doing in enumerate(best.happened):
        event = _entry(doing)
        if not isinstance(event, Event):
            continue
        for part in ("fields", "attributes"):
            for name in list(getattr(event, part)):
                left = {key: of for key, of in getattr(event, part).items() if key != name}
                plainer = replace(event, **{part: left})
                happened = (*best.happened[:place], Happens(plainer), *best.happened[place + 1 :])
                found = parts(best.program, happened)
                if found is not None:
                    best, event = Disagreement(best.program, happened, found), plainer
    return best
