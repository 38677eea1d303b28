"""Who else could get at the file of a store: what the permissions of files and folders say."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from segdsl.backends.sqlite import exposure, open_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions mean something else there")


@pytest.fixture
def store() -> Iterator[Path]:
    """A store in a folder that everybody can come to, as the tests' own cannot be."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "a shop.store"
        open_file(path).close()
        yield path


def exposed(path: Path) -> list[str]:
    with open_file(path) as backend:
        return [sentence.replace(str(path.parent), "HERE") for sentence in backend.exposed()]


def test_a_store_is_made_for_its_owner_alone(store: Path) -> None:
    assert exposed(store) == []


@pytest.mark.parametrize("mode", [0o604, 0o644])
def test_a_file_that_others_can_read(mode: int, store: Path) -> None:
    store.chmod(mode)
    assert exposed(store)[0] == (
        "others can read HERE/a shop.store, and with it what is known of all customers: chmod go-rwx "
        "'HERE/a shop.store'"
    )


@pytest.mark.parametrize("mode", [0o602, 0o666])
def test_a_file_that_others_can_write_to(mode: int, store: Path) -> None:
    store.chmod(mode)
    assert exposed(store)[0] == "others can change HERE/a shop.store: chmod go-rwx 'HERE/a shop.store'"


def test_the_files_beside_it_count_as_well(store: Path) -> None:
    beside = store.with_name(f"{store.name}-wal")
    beside.touch()
    beside.chmod(0o644)
    assert [sentence.partition(",")[0] for sentence in exposure.exposed(store)] == [f"others can read {beside}"]


def test_a_folder_in_which_others_can_put_files(store: Path) -> None:
    store.parent.chmod(0o757)
    assert exposed(store) == ["others can put files in the place of those in HERE: chmod go-w HERE"]


def test_in_a_folder_as_that_of_temporary_files_others_cannot_replace_any(store: Path) -> None:
    store.parent.chmod(0o1777)
    assert exposed(store) == []


def test_what_nobody_else_can_come_to_is_not_exposed(store: Path) -> None:
    store.chmod(0o666)
    store.parent.chmod(0o700)
    assert exposed(store) == []


def test_a_group_of_the_owner_alone_is_nobody_else(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.chmod(0o660)
    monkeypatch.setattr(exposure, "_alone", lambda status: True)
    assert exposed(store) == []
    monkeypatch.setattr(exposure, "_alone", lambda status: False)
    assert exposed(store)[0] == "others can change HERE/a shop.store: chmod go-rwx 'HERE/a shop.store'"


def test_a_file_of_another_user(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54_321)
    monkeypatch.setattr(exposure, "_strange", lambda status: "bob")
    found = exposed(store)
    assert found[0].startswith("HERE belongs to bob, who can put another file in the store's place")
    assert found[1] == "HERE/a shop.store belongs to bob, who can change it: chown 54321 'HERE/a shop.store'"
