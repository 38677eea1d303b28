"""A batch that is abandoned, by a listener or by Ctrl-C, leaves no trace, also where states are kept at hand."""

from pathlib import Path

import pytest

import segdsl
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import LATEST

RULES = "segment Keen if searches at least twice"


def search(number: int) -> Event:
    return Event(f"e{number}", "searches", "ann", number, {"term": "golf"})


def stop(_: list[Outcome]) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("url", ["memory://", "sqlite:///{folder}/a.store"])
def test_an_abandoned_batch_leaves_what_is_kept_of_a_customer_as_it_was(url: str, tmp_path: Path) -> None:
    with segdsl.Engine(segdsl.loads(RULES), url.format(folder=tmp_path)) as engine:
        engine.take([search(1)], vouched=LATEST)
        engine.take([search(2)], vouched=LATEST)
        before = bytes(engine.backend.load(["ann"])["ann"])
        with pytest.raises(KeyboardInterrupt):
            engine.take([search(3)], vouched=LATEST, before_commit=stop)
        assert bytes(engine.backend.load(["ann"])["ann"]) == before


@pytest.mark.parametrize("url", ["memory://", "sqlite:///{folder}/a.store"])
def test_an_event_of_an_abandoned_batch_is_new_when_it_comes_again(url: str, tmp_path: Path) -> None:
    with segdsl.Engine(segdsl.loads(RULES), url.format(folder=tmp_path)) as engine:
        engine.take([search(1)], vouched=LATEST)
        with pytest.raises(KeyboardInterrupt):
            engine.take([search(2)], vouched=LATEST, before_commit=stop)
        assert engine.count("Keen") == 0
        assert [each.status for each in engine.take([search(2)], vouched=LATEST)] == ["accepted"]
        assert engine.count("Keen") == 1


def test_another_engine_on_the_same_file_is_heard_of(tmp_path: Path) -> None:
    program, url = segdsl.loads(RULES), f"sqlite:///{tmp_path}/a.store"
    with segdsl.Engine(program, url) as one, segdsl.Engine(program, url) as other:
        one.take([search(1)], vouched=LATEST)
        other.take([search(2)], vouched=LATEST)
        assert [each.status for each in one.take([search(2)], vouched=LATEST)] == ["repeated"]
