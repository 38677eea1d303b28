"""Commands on a store that lies on a server: a URL stands in the place of a path."""

from pathlib import Path

import pytest

from tests.cli.conftest import Seg
from tests.support.servers import redis


@pytest.fixture
def url(tmp_path: Path) -> str:
    return redis.packaged_url(tmp_path)


def members(run: Seg, store: str) -> list[str]:
    result = run("members", "Golfers", "--store", store)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_a_store_on_a_server_answers_as_a_file_does(shop: Path, run: Seg, url: str):
    answers = []
    for store in (url, "shop.store"):
        assert run("run", "shop.seg", "--events", "events.jsonl", "--store", store).exit_code == 0
        answers.append(members(run, store))
    assert answers[0] == answers[1] != []


def test_a_store_on_a_server_is_begun_anew_with_fresh(shop: Path, run: Seg, url: str):
    command = ("run", "shop.seg", "--events", "events.jsonl", "--store", url)
    first = run(*command, "--json").stdout
    assert run(*command, "--fresh", "--json").stdout == first != run(*command, "--json").stdout


def test_the_password_of_a_store_is_not_shown(shop: Path, run: Seg, url: str):
    for store in (url.replace("unix://", "unix://:secret@"), "redis://:secret@127.0.0.1:1/0", "redis://:secret@host/x"):
        result = run("run", "shop.seg", "--events", "events.jsonl", "--store", store)
        assert "secret" not in result.output
