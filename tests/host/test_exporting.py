"""A store as lines of JSON: out of one store, into another, and refused where something is wrong with the lines."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import segdsl
from segdsl.backends import base as b
from segdsl.backends import open_backend
from segdsl.diagnostics.errors import InputError, StoreError
from segdsl.host.care import written
from segdsl.host.care.checking import check
from segdsl.host.care.describing import describe
from segdsl.host.care.exporting import copy, export
from segdsl.host.care.importing import Reading, fill, reading_of
from segdsl.host.care.pruning import prune
from segdsl.records.outcomes import Because, Change, Effect
from tests.backends.conftest import URLS, enter, leave

RULES = """
lateness 1 day
segment Buyers if places order at least twice within 30 days
segment Keen by activities
when adds to cart then add to Keen for 3 days and send email "Hello"
when 2 days after the last adds to cart without places order then send email "Still there?"
"""


def events(first: int, last: int) -> list[dict[str, Any]]:
    names = ("adds to cart", "places order", "views category")
    return [
        {
            "id": f"e{n}", "event": names[n % 3], "time": f"2026-03-{1 + n // 4:02}T{n % 4 * 5:02}:00:00Z",
            **({"visitor": f"v{n % 2}"} if n % 5 == 0 else {"customer": f"c{n % 4}"}),
            **({"visitor": "v1", "customer": "c1"} if n == 17 else {}),
        }
        for n in range(first, last)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def program() -> segdsl.Program:
    return segdsl.loads(RULES)


def run(program: segdsl.Program, url: str | b.Backend = "memory://") -> segdsl.Engine:
    engine = segdsl.Engine(program, url, clock=lambda: 1_775_000_000_000_000)
    engine.process(events(0, 30))
    engine.forget("c3")
    engine.advance("2026-03-12T00:00:00Z")
    return engine


@pytest.fixture
def lines(program: segdsl.Program) -> list[bytes]:
    """The lines of a store."""
    found: list[bytes] = []
    with run(program) as engine:
        export(engine.backend, found.append)
    return found


@pytest.fixture(params=URLS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[b.Backend]:
    with open_backend(URLS[request.param](tmp_path)) as backend:
        yield backend


def everything(backend: b.Backend) -> list[str]:
    return sorted(map(repr, backend.contents()))


# ------------------------------------------------------------------------------------------------------- there and back


def test_what_is_imported_is_what_was_exported(program: segdsl.Program, lines: list[bytes], empty: b.Backend) -> None:
    fill(Reading(lines, "shop.jsonl"), empty)
    again: list[bytes] = []
    export(empty, again.append)
    assert sorted(again[:-1]) == sorted(lines[:-1])


def test_a_run_goes_on_after_an_import_as_if_nothing_had_moved(
    program: segdsl.Program, lines: list[bytes], empty: b.Backend
) -> None:
    with run(program) as stayed:
        fill(Reading(lines, "shop.jsonl"), empty)
        moved = segdsl.Engine(program, empty, clock=stayed.clock)
        late = events(30, 60)
        late[3], late[4] = late[4], late[3]
        assert [moved.process(each) for each in late] == [stayed.process(each) for each in late]
        assert moved.counts() == stayed.counts()
        assert moved.backend.outbox(100) == stayed.backend.outbox(100)


def test_a_store_is_copied_straight_into_another(program: segdsl.Program, empty: b.Backend) -> None:
    with run(program) as engine:
        counts = copy(engine.backend, empty)
        assert counts["state"] == engine.backend.customer_count()
        assert everything(empty) != []
        assert empty.program() == engine.backend.program()


def test_a_store_of_any_kind_is_looked_after(program: segdsl.Program, empty: b.Backend) -> None:
    with run(program) as engine:
        copy(engine.backend, empty)
        assert check(empty, deep=True).faults == ()
        before = "2026-03-06T00:00:00Z"
        would = prune(engine.backend, before, dry=True)
        assert would.memberships > 0
        assert prune(empty, before, dry=True) == would == prune(empty, before)
        assert prune(empty, before).memberships == 0
        assert check(empty, deep=True).faults == ()
        assert describe(empty, None).pruned == before
        back: list[bytes] = []
        export(empty, back.append)
        with open_backend("memory://") as other:
            fill(Reading(back, "back.jsonl"), other)
            assert everything(other) == everything(empty)


def test_a_store_that_holds_something_is_not_filled(lines: list[bytes], empty: b.Backend) -> None:
    empty.commit(b.Batch(clock=1))
    before = everything(empty)
    with pytest.raises(StoreError, match="holds something already"):
        fill(Reading(lines, "shop.jsonl"), empty)
    assert everything(empty) == before


_ids = st.text(max_size=5)
_instants = st.integers(-(2**60), 2**60)
_because = st.builds(Because, st.sampled_from(["added", "condition"]), _ids, _ids, _ids)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.decimals(-1000, 1000, places=4) | _ids,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_ids, inner, max_size=3),
    max_leaves=5,
)
_effects = st.builds(
    Effect, _ids, _ids, _ids, st.dictionaries(_ids, _values, max_size=3), _instants, st.integers(0, 9),
    st.integers(0, 9), st.integers(-9, 9), _because, st.sampled_from(["", "late", "withdrawn"]), st.integers(0, 9),
)  # fmt: skip
_changes = st.builds(Change, _ids, _ids, st.booleans(), _instants, st.integers(0, 9), st.integers(0, 9), _because)
CONTENTS = st.one_of(
    st.builds(b.StoredProgram, _ids, st.binary(max_size=9), st.just((("a.seg", "x"),)), _ids, st.binary(max_size=9)),
    st.builds(b.StoredClock, st.none() | _instants, st.none() | _instants),
    st.builds(b.StoredState, _ids, st.binary(max_size=9), _instants, st.none() | _instants, st.none() | _instants),
    st.builds(b.StoredStay, _changes, st.none() | _changes),
    st.builds(b.StoredInputs, _ids, st.binary(max_size=9)),
    st.builds(b.StoredEffect, _effects, st.booleans(), st.integers(0, 9), _instants, st.booleans(), _ids),
    st.builds(b.StoredTombstone, _ids, _instants),
    st.builds(b.StoredVisitor, _ids, _ids, st.binary(max_size=9)),
    st.builds(b.StoredLink, _ids, _ids, _instants, _ids, _instants, st.booleans()),
    st.builds(b.StoredPosition, _ids, st.builds(b.Position, st.integers(0, 9), _instants, st.integers(0, 9))),
    st.builds(
        b.StoredTally,
        st.builds(b.Tally, st.sampled_from(["event", "held"]), _ids, st.none() | st.integers(-9, 9), _ids),
        st.integers(0, 9),
    ),
    st.builds(b.StoredNote, _ids, st.binary(max_size=9)),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(CONTENTS)
def test_every_part_of_a_store_comes_back_from_its_line(content: b.Content) -> None:
    line = written.line(content)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert _plain(written.content_of(line)) == _plain(content)


def _plain(content: b.Content) -> Any:
    """A part of a store in which a number is a number, however it is held: 1.50 is 1.5."""

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
            return Decimal(value).normalize() + 0
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        return [plain(each) for each in value] if isinstance(value, list) else value

    if isinstance(content, b.StoredEffect):
        return repr(content).replace(repr(content.effect.fields), ""), plain(content.effect.fields)
    return content


def test_every_kind_of_part_has_a_line() -> None:
    assert set(written.KINDS.values()) == set(b.Content.__args__)


def test_a_stay_that_is_over_comes_back(empty: b.Backend) -> None:
    stay = b.StoredStay(enter("ann", "vip", 1), leave("ann", "vip", 2))
    assert written.content_of(written.line(stay)) == stay


# --------------------------------------------------------------------------------------------------- what is refused


def importing(lines: list[bytes]) -> str:
    """What is said of lines that cannot be imported; nothing is kept of them."""
    with open_backend("memory://") as backend:
        with pytest.raises(InputError) as raised:
            fill(Reading(lines, "shop.jsonl"), backend)
        assert [each for each in backend.contents() if each != b.StoredClock(None)] == []
    return str(raised.value)


def test_a_file_that_was_cut_off_between_lines(lines: list[bytes]) -> None:
    assert importing(lines[:-3]) == (
        f"shop.jsonl ends after line {len(lines) - 3} without the line that says it is whole: it was cut off; export "
        "the store again"
    )


def test_a_file_that_was_cut_off_within_a_line(lines: list[bytes]) -> None:
    assert f"shop.jsonl, line {len(lines) - 2} is damaged" in importing([*lines[:-3], lines[-3][:20]])


def test_a_line_that_was_changed(lines: list[bytes]) -> None:
    changed = [line.replace(b'"c1"', b'"c9"') for line in lines]
    assert "line " + str(len(lines)) in importing(changed)
    assert "something was changed or lost" in importing(changed)


def test_a_line_that_was_lost(lines: list[bytes]) -> None:
    assert "something was changed or lost" in importing([*lines[:5], *lines[6:]])


def test_a_line_that_is_none_of_ours(lines: list[bytes]) -> None:
    assert "shop.jsonl, line 4 is damaged" in importing([*lines[:3], b'{"kind":"letter"}\n', *lines[3:]])
    assert "shop.jsonl, line 4 is damaged" in importing([*lines[:3], b"letter\n", *lines[3:]])


def test_something_behind_the_end(lines: list[bytes]) -> None:
    assert "comes after the end" in importing([*lines, b"\n"])


@pytest.mark.parametrize("begun", [b"", b"\n", b"{}\n", b'{"event": "registers"}\n', b"\x00\xff\n"])
def test_a_file_that_is_no_store(begun: bytes, lines: list[bytes]) -> None:
    with pytest.raises(InputError, match="is not an exported store: `seg store export STORE -o FILE` writes one"):
        Reading([begun, *lines[1:]], "x")


@pytest.mark.parametrize(("key", "what"), [("version", "format"), ("states", "states"), ("plan", "plans")])
def test_a_file_of_a_newer_version(key: str, what: str, lines: list[bytes]) -> None:
    head = json.loads(lines[0])
    newer = [json.dumps({**head, key: head[key] + 1}).encode(), *lines[1:]]
    with pytest.raises(InputError, match=rf"line 1: it was written by a newer version of segdsl \({what} "):
        Reading(newer, "x")


def test_a_file_of_an_older_version(lines: list[bytes]) -> None:
    head = json.loads(lines[0])
    with pytest.raises(InputError, match=r"line 1: it was written by an older version of segdsl .*`seg store migrate`"):
        Reading([json.dumps({**head, "states": 0}).encode()], "x")


def test_a_packed_file_that_was_cut_off(lines: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(lines))[:-40])
    with (
        open_backend("memory://") as backend,
        pytest.raises(InputError, match="is damaged or was cut off after line"),
        reading_of(str(path)) as reading,
    ):
        fill(reading, backend)


# --------------------------------------------------------------------------------------------------------- the format


def test_the_first_line_says_what_it_is_and_the_last_that_it_is_whole(lines: list[bytes]) -> None:
    head, end = json.loads(lines[0]), json.loads(lines[-1])
    assert (head["format"], head["version"]) == ("segdsl store", 1)
    assert end == {"end": {"lines": len(lines) - 1, "sha256": sha256(b"".join(lines[:-1])).hexdigest()}}


def test_a_line_is_an_object_with_its_kind(lines: list[bytes]) -> None:
    stay = next(found for line in lines[1:-1] if (found := json.loads(line))["kind"] == "stay")
    assert stay["began"]["customer"].startswith(("c", "visitor:"))
    assert {json.loads(line)["kind"] for line in lines[1:-1]} <= set(written.KINDS)
