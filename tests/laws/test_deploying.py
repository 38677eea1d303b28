"""The laws of *deploying*: rules put in place on a store that was run with others (language.md section 5.14).

| law | seen to fail when |
|---|---|
| the same rules, reordered and reformatted, change and fire nothing | the digest takes in the places of rules |
| derived segments go on as if the rules had always been there | new memories are not filled; kept ones dropped |
| what was kept comes back with the rules that kept it | rules of then are not asked; a loading loses it |
| a deployment that was killed anywhere comes to the same | a page does not note how far it is |
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.backends import open_backend
from segdsl.backends.base import Backend
from segdsl.host.deploying import placing
from segdsl.host.deploying.placing import deploy
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.state.customer import State
from segdsl.state.life import decode
from segdsl.values.instants import DAY, LATEST
from tests.laws.test_load import reformatted
from tests.strategies.programs import Written, programs
from tests.strategies.streams import CUSTOMERS, Stream, streams
from tests.support.running import LATER, instant, opened, seen

RECORDING = (
    "event notes { what: text, price: number }",
    "when looks then record notes with what = page, price = this price",
    'when notes 2 times then tell "two notes"',
    'when 1 day after the last notes without pings then tell "a note"',
    'when pings then wait 90 minutes then tell "later"',
    "segment Noted if total of price of notes within 2 days >= 1",
    "limit 2 within 2 days for tell",
)
"""Rules that record events, of which others count, look back and wait."""


def derived_only(program: Written) -> str:
    return evolve(program, rules=(), further=()).text()


def on(backend: Backend, program: str) -> Engine:
    return Engine(loads(program), backend, clock=lambda: LATEST - DAY)


def settled(engine: Engine, at: int) -> dict[str, State]:
    """Everybody's state at an instant."""
    found = engine.backend.load(CUSTOMERS)
    return {name: engine.prepared.settle(decode(data).head, at).state for name, data in found.items()}


def kept(engine: Engine, at: int) -> dict[str, tuple[Any, ...]]:
    """What is kept of everybody's past at an instant, and where they are."""
    return {
        name: (state.memories, state.collections, state.attributes, state.tallies, state.pending, set(state.members))
        for name, state in settled(engine, at).items()
    }


def parted(stream: Stream, at: int) -> tuple[Stream, Stream]:
    """A stream in two, of which what is at one instant stays together."""
    first, rest = stream[:at], stream[at:]
    while rest and first and instant(rest[0]) == instant(first[-1]):
        first = [*first, rest[0]]
        rest = rest[1:]
    return first, rest


@settings(max_examples=3)
@given(programs(), streams())
def test_the_same_rules_written_otherwise_change_and_fire_nothing(program: Written, stream: Stream) -> None:
    otherwise = evolve(program, derived=program.derived[::-1], rules=program.rules[::-1], further=program.further[::-1])
    with opened(program.text()) as engine:
        outcomes = engine.process(stream)
        before, waiting = seen(engine, outcomes), engine.backend.outbox(1000)
        deployed = deploy(loads(reformatted(otherwise.text()), "elsewhere.seg"), engine.backend)
        assert (deployed.difference.same, deployed.changes) == (True, 0)
        with Engine(None, engine.backend) as again:
            assert seen(again, outcomes) == before
            assert again.backend.outbox(1000) == waiting


@settings(max_examples=8)
@given(programs(lasting=False), programs(lasting=False), streams(least=2), st.integers(0, 14))
def test_derived_segments_go_on_as_if_the_rules_had_been_there(
    old: Written, new: Written, stream: Stream, cut: int
) -> None:
    first, rest = parted(stream, min(cut, len(stream)))
    backend = open_backend("memory://")
    with opened(derived_only(new)) as whole, on(backend, derived_only(old)) as engine:
        whole.process(stream)
        engine.process(first)
        at = engine.now()
        deploy(loads(derived_only(new)), backend)
        with on(backend, derived_only(new)) as engine:
            engine.process(rest)
            assert kept(engine, LATER) == kept(whole, LATER)
            for customer in CUSTOMERS:
                went = [(c.segment, c.entered, c.instant) for c in engine.history(customer, LATER) if c.instant > at]
                would = [(c.segment, c.entered, c.instant) for c in whole.history(customer, LATER) if c.instant > at]
                assert sorted(went) == sorted(would)


@settings(max_examples=5)
@given(programs(), programs(), streams(least=2))
def test_what_was_kept_comes_back_with_the_rules_that_kept_it(old: Written, new: Written, stream: Stream) -> None:
    """Also of events that rules recorded, and of effects that limits count."""
    old = evolve(old, further=(*old.further, *RECORDING))
    new = evolve(new, zone=old.zone, further=(*new.further, *RECORDING[:1]))
    with opened(old.text()) as engine:
        engine.process(stream)
        at = engine.now()
        before = {name: (*of[:2], *of[3:5]) for name, of in kept(engine, at).items()}
        made = {name: state.made for name, state in settled(engine, at).items()}
        deploy(loads(new.text()), engine.backend, from_now=True)
        deploy(loads(old.text()), engine.backend)
        assert {name: (*of[:2], *of[3:5]) for name, of in kept(engine, at).items()} == before
        assert {name: state.made for name, state in settled(engine, at).items()} == made


class KilledError(Exception):
    """The process is gone."""


@contextmanager
def killed(backend: Any, commits: int, *, heard: bool) -> Iterator[None]:
    """Have the process die at so many-th commit or install: before it, or, with `heard`, after it."""
    left = commits
    originals = {name: getattr(backend, name) for name in ("commit", "install")}

    def dying(name: str) -> Any:
        def call(*given: Any) -> Any:
            nonlocal left
            left -= 1
            if left > 0:
                return originals[name](*given)
            if left == 0 and heard:
                originals[name](*given)
            raise KilledError

        return call

    for name in originals:
        setattr(backend, name, dying(name))
    try:
        yield
    finally:
        for name in originals:
            delattr(backend, name)


@settings(max_examples=5)
@given(programs(), programs(), streams(least=3), st.integers(1, 8), st.booleans())
def test_a_deployment_that_was_killed_anywhere_comes_to_the_same(
    old: Written, new: Written, stream: Stream, commits: int, heard: bool
) -> None:
    old = evolve(old, further=(*old.further, *RECORDING))
    ends: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(placing, "PAGE", 1)
        for kill in (False, True):
            backend = open_backend("memory://")
            with on(backend, old.text()) as engine:
                engine.process(stream)
                if kill:
                    with killed(backend, commits, heard=heard), suppress(KilledError):
                        deploy(loads(new.text()), backend, from_now=True)
                deploy(loads(new.text()), backend, from_now=True)
                states = {name: bytes(data) for name, data in backend.load(CUSTOMERS).items()}
                changes = [change for customer in CUSTOMERS for change in backend.history(customer)]
                stored = backend.program()
                assert stored is not None
                ends.append((states, changes, backend.outbox(1000), stored.digest, backend.tallies()))
                assert backend.note("deploying") is None
    assert ends[0] == ends[1]
