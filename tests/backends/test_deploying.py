"""Other rules are put in place on every kind of store, also where that was stopped in the middle."""

import pytest

import segdsl
from segdsl.backends.base import Backend
from segdsl.host.deploying import placing
from segdsl.values.instants import DAY, LATEST

OLD = 'event buys { product: text }\nsegment Skiers by activities\nwhen buys "ski" then add to Skiers for 3 days\n'
NEW = OLD + "segment Often if buys at least 2 times\nsegment Fresh if buys within 7 days\n"


class StoppedError(Exception):
    """Somebody stopped it."""


def engine(backend: Backend, rules: str) -> segdsl.Engine:
    return segdsl.Engine(segdsl.loads(rules), backend, clock=lambda: LATEST - DAY)


def buys(customer: str, day: int) -> dict[str, str]:
    moment = f"2026-03-0{day}T10:00:00Z"
    return {"id": f"{customer}{day}", "event": "buys", "customer": customer, "time": moment, "product": "ski"}


def test_rules_are_put_in_place_where_it_was_stopped(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine(backend, OLD)
    before.process([buys("ann", 1), buys("ann", 2), buys("bob", 2), buys("cyd", 3)])
    monkeypatch.setattr(placing, "PAGE", 1)

    def stop(what: str, done: int, of: int | None) -> None:
        if (what, done) == ("turn", 2):
            raise StoppedError

    with pytest.raises(StoppedError):
        segdsl.deploy(segdsl.loads(NEW), backend, tell=stop)
    with pytest.raises(segdsl.StoreError, match="are being put in place"):
        before.process(buys("bob", 4))
    deployed = segdsl.deploy(segdsl.loads(NEW), backend)
    assert (deployed.customers, deployed.changes) == (3, 4)
    with pytest.raises(segdsl.StoreError, match="other rules were put in place"):
        before.process(buys("bob", 4))
    after = engine(backend, NEW)
    assert after.counts() == {"Skiers": 3, "Often": 1, "Fresh": 3}
    after.process(buys("bob", 4))
    after.advance("2026-03-09T10:00:00Z")
    assert after.counts() == {"Skiers": 0, "Often": 2, "Fresh": 2}
    assert [change.because.reason for change in after.history("bob") if change.segment == "Often"] == ["condition"]
