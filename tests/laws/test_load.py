"""The law *load*: the same program, reformatted and loaded again, changes and fires nothing.

Seen to fail when the digest of a plan takes in the places of its rules.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from segdsl.host.program import loads
from segdsl.syntax.format import format_module
from tests.strategies.programs import Written, programs
from tests.strategies.streams import Stream, streams
from tests.support.running import opened, seen
from tests.syntax.reading import read


def reformatted(text: str) -> str:
    return "# the same\n\n" + format_module(read(text)[0], text) + "\n# once more\n"


@settings(max_examples=60)
@given(programs())
def test_a_reformatted_program_has_the_same_digest(program: Written) -> None:
    text = program.text()
    assert loads(reformatted(text), "elsewhere.seg").digest == loads(text).digest


@settings(max_examples=20)
@given(programs(), streams())
def test_a_store_takes_a_reformatted_program_and_nothing_happens(program: Written, stream: Stream) -> None:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'law.store'}"
        with opened(program.text(), url) as engine:
            outcomes = engine.process(stream)
            before, waiting = seen(engine, outcomes), engine.backend.outbox(1000)
        with opened(reformatted(program.text()), url) as engine:
            assert seen(engine, outcomes) == before
            assert engine.backend.outbox(1000) == waiting
