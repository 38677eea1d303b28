"""Trying the tests: do they notice a small change to the rules (language.md section 7)?

Comes in: a checked program. Goes out: for each change, one at a time, the test that noticed it, or that none did. Each
changed program is checked anew as a whole; one that has mistakes, or that means what another one means, is no change.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from attrs import define, field, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.lower import lower
from segdsl.compiler.mutation import Mutant, mutants
from segdsl.compiler.pipeline import check_modules, compile_program
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.errors import CompileError
from segdsl.diagnostics.render import render_all
from segdsl.diagnostics.span import Span
from segdsl.engines import DEFAULT, prepare
from segdsl.host.trials import run_test, tests_named


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
    for the same rules. `total` is how many there were to draw from. Iterating tries them, in the order of the text.

    Raises CompileError, when it is made, for a program with mistakes.
    """

    checked: CheckedProgram
    named: str = ""
    limit: int | None = None
    seed: int = 0
    engine: str = DEFAULT
    chosen: list[tuple[Mutant, CheckedProgram]] = field(init=False)
    total: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        plan, errors = compile_program(self.checked)
        if plan is None:
            raise CompileError(errors, render_all(errors, self.checked.sources))
        found = list(_changed(self.checked, plan.digest))
        self.total = len(found)
        self.chosen = found if self.limit is None else _drawn(found, self.limit, self.seed)

    def __len__(self) -> int:
        return len(self.chosen)

    def __iter__(self) -> Iterator[Tried]:
        order = [test.name for test in tests_named(self.checked, self.named)]
        for mutant, program in self.chosen:
            name = self._noticed(program, order)
            if name is not None:
                # What noticed one change is likely to notice the next one, which is near it.
                order.remove(name)
                order.insert(0, name)
            yield Tried(self.checked.place(mutant.span), mutant.span, mutant.before, mutant.after, name)

    def _noticed(self, program: CheckedProgram, order: Sequence[str]) -> str | None:
        """The first test, in that order, that does not hold any more."""
        plan, _ = compile_program(program, tests=True)
        assert plan is not None, "a change with mistakes is none"
        prepared = prepare(plan, self.engine)
        tests = {test.name: test for test in program.tests}
        for name in order:
            try:
                failed = bool(run_test(program, prepared, tests[name]).failures)
            except RuntimeError:  # rules that go round without end
                failed = True
            if failed:
                return name
        return None


def _changed(checked: CheckedProgram, digest: str) -> Iterator[tuple[Mutant, CheckedProgram]]:
    """The mutants that compile, each meaning once: not that of the program itself."""
    seen = {digest}
    shipped = {number for number, source in enumerate(checked.sources) if source.shipped}
    for mutant in mutants(checked.modules, shipped):
        modules = [*checked.modules[: mutant.number], mutant.module, *checked.modules[mutant.number + 1 :]]
        collector = Collector()
        program = check_modules(checked.sources, modules, collector)
        if collector.errors or program.unready:
            continue
        meaning = lower(program).digest
        if meaning not in seen:
            seen.add(meaning)
            yield mutant, program


def _drawn(found: list[tuple[Mutant, CheckedProgram]], limit: int, seed: int) -> list[tuple[Mutant, CheckedProgram]]:
    """So many of them, by a hash of what they are, in the order of the text."""

    def draw(at: int) -> bytes:
        mutant, _ = found[at]
        return sha256(f"{seed}\0{at}\0{mutant.before}\0{mutant.after}".encode()).digest()

    return [found[at] for at in sorted(sorted(range(len(found)), key=draw)[:limit])]
