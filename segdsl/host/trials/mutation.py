"""Trying the tests: do they notice a small change to the rules (language.md section 7)?

Comes in: a checked program. Goes out: for each change, one at a time, the test that noticed it, or that none did. Each
changed program is checked anew as a whole; one that has mistakes, or that means what another one means, is no change.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice

from attrs import define, field, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.lower import lower, meaning
from segdsl.compiler.mutation import Mutant, mutants
from segdsl.compiler.pipeline import check_modules, compile_program
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.errors import CompileError
from segdsl.diagnostics.render import render_all
from segdsl.diagnostics.span import Span
from segdsl.engines import DEFAULT, prepare
from segdsl.host.trials.running import Trial, tests_named


@frozen
class Tried:
    """A change to the rules, and the test that noticed it (None: none did). `before` became `after`, which is empty
    where it was left out; `place` is its `file:line`."""

    place: str
    span: Span
    before: str
    after: str
    noticed_by: str | None


@define(eq=False)
class Mutation:
    """The changes to a program that its tests are tried with. `limit` takes so many, drawn with `seed`: the same ones
    for the same rules. Iterating tries them, in the order of the text, or in that of the draw; `candidates` are all,
    those among them that turn out to change nothing.

    Raises CompileError, when it is made, for a program with mistakes.
    """

    checked: CheckedProgram
    named: str = ""
    limit: int | None = None
    seed: int = 0
    engine: str = DEFAULT
    candidates: list[Mutant] = field(init=False)
    meaning: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        plan, errors = compile_program(self.checked)
        if plan is None:
            raise CompileError(errors, render_all(errors, self.checked.sources), self.checked.sources)
        self.meaning = meaning(plan)
        shipped = {number for number, source in enumerate(self.checked.sources) if source.shipped}
        found = list(mutants(self.checked.modules, shipped))
        self.candidates = found if self.limit is None else _drawn(found, self.seed)

    def __iter__(self) -> Iterator[Tried]:
        chosen = {id(test) for test in tests_named(self.checked, self.named)}
        numbers = [number for number, test in enumerate(self.checked.tests) if id(test) in chosen]
        for mutant, program in islice(self._changed(), self.limit):
            number = self._noticed(program, numbers)
            if number is not None:
                # What noticed one change is likely to notice the next one, which is near it.
                numbers.remove(number)
                numbers.insert(0, number)
            name = self.checked.tests[number].name if number is not None else None
            yield Tried(self.checked.place(mutant.span), mutant.span, mutant.before, mutant.after, name)

    def _changed(self) -> Iterator[tuple[Mutant, CheckedProgram]]:
        """The candidates that compile, each meaning once, and not that of the program itself."""
        seen = {self.meaning}
        modules = self.checked.modules
        for mutant in self.candidates:
            collector = Collector()
            changed = [*modules[: mutant.number], mutant.module, *modules[mutant.number + 1 :]]
            program = check_modules(self.checked.sources, changed, collector, linted=False)
            if collector.errors:
                continue
            means = meaning(lower(program))
            if means not in seen:
                seen.add(means)
                yield mutant, program

    def _noticed(self, program: CheckedProgram, numbers: Sequence[int]) -> int | None:
        """The first test, of those with these numbers and in that order, that does not hold any more."""
        plan, _ = compile_program(program, tests=True)
        assert plan is not None, "a change with mistakes is none"
        prepared = prepare(plan, self.engine)
        for number in numbers:
            trial = Trial(program, prepared, program.tests[number], explain=False)
            try:
                failed = next(trial.run(), None) is not None
            except RuntimeError:  # rules that go round without end
                failed = True
            if failed:
                return number
        return None


def _drawn(found: list[Mutant], seed: int) -> list[Mutant]:
    """In the order of a hash of what they are."""

    def draw(at: int) -> bytes:
        return sha256(f"{seed}\0{at}\0{found[at].before}\0{found[at].after}".encode()).digest()

    return [found[at] for at in sorted(range(len(found)), key=draw)]
