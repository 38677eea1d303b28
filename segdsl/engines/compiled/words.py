"""Inputs that are no events: what the host says of a segment, guests who turn out to be customers, and other rules
(language.md sections 5.12, 5.18 and 5.14)."""

from segdsl.engines.base import Step
from segdsl.engines.compiled.round import Round
from segdsl.engines.compiled.segments import Segments
from segdsl.records.inputs import Exclude, Include, Listing, Unlist
from segdsl.records.outcomes import Because, Change


def say(entry: Listing, segments: Segments, step: Step, round_: Round) -> set[int]:
    """Take the host's word about one segment. Gives the segments that it touches."""
    state = round_.state
    others = {name: word for name, word in state.listed.items() if name != entry.segment}
    match entry:
        case Include():
            reason = "included"
            state.listed = {**state.listed, entry.segment: True}
        case Exclude():
            reason = "excluded"
            state.listed = {**state.listed, entry.segment: False}
        case Unlist():
            reason = "unlisted"
            state.listed = others
    number = segments.number[entry.segment]
    changed = segments.show(number, step, round_, Because(reason, "", "", entry.id))
    return set(segments.readers[number]) if changed else set()


def show_joined(segments: Segments, step: Step, round_: Round, cause: str) -> None:
    """Bring all segments up to date after a join. A membership is as seen of the account: since when it was, or since
    the join, also where the guest was in before."""
    for number, segment in enumerate(segments.all):
        why = Because("joined", segment.place, "", cause)
        stay = round_.state.added.get(segment.name)
        if stay is not None:
            why = Because("joined", stay.because.place, stay.because.rule, cause)
            round_.reasons = {**round_.reasons, segment.name: why}
        if segment.condition is None:
            segments.show(number, step, round_, why)
    segments.judge(segments.judged, round_, step, cause)


def show_loaded(segments: Segments, step: Step, round_: Round) -> None:
    """Bring all segments up to date in a state that other rules have made. Nobody is in one that is gone."""
    state = round_.state
    for name in sorted(state.members.keys() - segments.number.keys()):
        state.members = {other: since for other, since in state.members.items() if other != name}
        place = round_.now, round_.arrival, round_.number
        step.changes.append(Change(state.customer, name, False, *place, Because("loaded")))
    for number, segment in enumerate(segments.all):
        segments.show(number, step, round_, Because("loaded", segment.place))
