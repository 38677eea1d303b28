"""The nearest name, and whether it was surely meant."""

import pytest

from segdsl.diagnostics.suggest import nearest, surely

SURE = [
    ("Skirs", "Skiers", ["Skiers"]), ("Skeirs", "Skiers", ["Skiers"]), ("Skiersx", "Skiers", ["Skiers"]),
    ("skiers", "Skiers", ["Skiers"]), ("places ordr", "places order", ["places order", "views page"]),
    ("places_order", "places order", ["places order"]), ("High-Incme Eaners", "High-Income Earners", []),
]  # fmt: skip
NOT_SURE = [
    ("Spring 2025", "Spring 2026", ["Spring 2026"]),  # another year
    ("Skiers 🎿", "Skiers ⛷", ["Skiers ⛷"]),  # another picture
    ("cat", "car", ["car"]),  # too short
    ("Skirs", "Skiers", ["Skiers", "Skirts"]),  # two are as near
    ("Golfing", "Golfers", ["Golfers"]),  # too many letters
    ("東京の願客", "東京の顧客", ["東京の顧客"]),  # each letter is a word
    ("skiers", "Skiers", ["Skiers", "SKIERS"]),
]


@pytest.mark.parametrize(("word", "meant", "candidates"), SURE)
def test_a_slip_of_the_pen_is_sure(word: str, meant: str, candidates: list[str]) -> None:
    assert surely(word, meant, candidates)


@pytest.mark.parametrize(("word", "meant", "candidates"), NOT_SURE)
def test_what_may_be_another_name_is_not(word: str, meant: str, candidates: list[str]) -> None:
    assert not surely(word, meant, candidates)


def test_the_nearest_is_found_whatever_its_capitals() -> None:
    assert nearest("HIGH-INCOME EARNER", ["High-Income Earners", "Golfers"]) == "High-Income Earners"
