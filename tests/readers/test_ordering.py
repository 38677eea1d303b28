"""Inputs in the order of time, in memory and through temporary files."""

import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.diagnostics.errors import InputError
from segdsl.readers import ordering
from segdsl.readers.ordering import Count, in_order
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=5,
)
EVENTS = st.builds(
    Event,
    id=st.text(max_size=2),
    name=st.just("e"),
    customer=st.just("c"),
    instant=st.integers(-3, 3),
    fields=st.dictionaries(st.text(max_size=2), VALUES, max_size=2),
    attributes=st.dictionaries(st.text(max_size=2), VALUES, max_size=2),
    received=st.none() | st.integers(0, 9),
    place=st.integers(1, 4),
)
REJECTS = st.builds(Reject, reason=st.just("r"), detail=st.just(""), place=st.integers(1, 9))


@pytest.fixture
def files(monkeypatch):
    """The temporary files that are made."""
    made = []

    def make(**options):
        made.append(tempfile.TemporaryFile(**options))  # noqa: SIM115
        return made[-1]

    monkeypatch.setattr(ordering, "TemporaryFile", make)
    return made


def events(instants):
    return [Event(str(n), "e", "c", instant, place=n) for n, instant in enumerate(instants, start=1)]


@given(st.lists(EVENTS | REJECTS, max_size=40), st.integers(1, 50), st.integers(0, 20))
def test_it_is_sorted_whatever_the_run(items, run, behind):
    rejects = [item for item in items if isinstance(item, Reject)]
    rest = [item for item in items if isinstance(item, Event)]
    count = Count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "BEHIND", behind)
        found = list(in_order(items, run=run, count=count))
    assert found == rejects + sorted(rest, key=lambda e: (e.instant, e.place))
    assert count.places == max((item.place for item in items), default=0)
    assert (count.events, count.rejects) == (len(rest), len(rejects))
    assert count.spilled == max(0, -(-len(rest) // run) - 1)


@given(st.lists(EVENTS, max_size=40))
def test_many_files_are_merged_into_one(items):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "FILES", 3)
        assert list(in_order(items, run=2)) == sorted(items, key=lambda e: (e.instant, e.place))


def test_one_run_makes_no_file(files):
    assert [event.instant for event in in_order(events([3, 1, 2]), run=3)] == [1, 2, 3]
    assert not files


def test_files_are_closed_at_the_end(files):
    assert [event.instant for event in in_order(events([3, 1, 2]), run=1)] == [1, 2, 3]
    assert len(files) == 2
    assert all(file.closed for file in files)


def test_files_are_closed_when_it_is_left_early(files):
    items = in_order(events([3, 1, 2]), run=1)
    next(items)
    assert not any(file.closed for file in files)
    items.close()
    assert files
    assert all(file.closed for file in files)


def test_files_are_closed_when_the_input_fails(files):
    def failing():
        yield from events([3, 1, 2])
        raise InputError("no more")

    with pytest.raises(InputError, match="no more"):
        list(in_order(failing(), run=1))
    assert files
    assert all(file.closed for file in files)


def test_rejects_come_before_the_input_is_at_its_end():
    def endless():
        yield from events([2])
        yield Reject("r", "", 2)
        raise AssertionError("read on")

    assert next(in_order(endless())) == Reject("r", "", 2)


def test_a_full_disk_is_an_input_error(monkeypatch):
    class Full:
        closed = False

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.close()

        def write(self, _):
            raise OSError(28, "No space left on device")

        def close(self):
            if not self.closed:
                self.closed = True
                raise OSError(28, "No space left on device")

    monkeypatch.setattr(ordering, "TemporaryFile", lambda **_: Full())
    with pytest.raises(InputError, match="temporary files cannot be written: No space left"):
        list(in_order(events([3, 1, 2]), run=1))
