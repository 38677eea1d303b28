"""`seg new`: a folder to begin with, whose rules, tests and events run as they stand."""

import shlex
from pathlib import Path

import click

from segdsl.diagnostics.errors import InputError

RULES = """\
# Who belongs to which segment. `seg check` says what is wrong here, `seg fmt` puts it into its usual form.

zone "UTC"

# Derived: a member while the condition is true.
segment Loyal Customers if count of places order >= 3
segment Active if places order within 30 days

# Filled by rules.
segment New Customers by activities
segment Skiers by activities

when registers
then add to New Customers for 14 days and send email "welcome" with name = first name
then wait 7 days
then if not places order
then send email "10% off your first order"

when searches "skis" or buys category "Ski" then add to Skiers

when leaves Active then send email "we miss you"
"""

TESTS = """\
# What the rules have to do: `seg test` runs these.

test "a welcome, and a reminder for who has not ordered" {
  given first name is "Ann"
  on 2026-03-01T10:00 registers
  expect in segment New Customers
  expect send email "welcome" with name = "Ann"
  after 7 days
  expect send email "10% off your first order"
  after 7 days
  expect not in segment New Customers
}

test "no reminder for who has ordered" {
  on 2026-03-01T10:00 registers
  after 2 days places order with amount = 40
  after 5 days
  expect no send email "10% off your first order"
}

test "active for 30 days" {
  on 2026-03-01T10:00 places order
  after 29 days
  expect in segment Active
  after 1 day
  expect not in segment Active
  expect send email "we miss you"
}

test "loyal from the third order on" {
  on 2026-03-01 places order
  after 1 day places order
  expect not in segment Loyal Customers
  after 1 day places order
  expect in segment Loyal Customers
}

test "skiers search or buy" {
  on 2026-03-01 searches "Skis"
  expect in segment Skiers
}
"""

EVENTS = """\
{"id": "e1", "event": "registers", "customer": "ann", "time": "2026-03-01T10:00:00Z", \
"attributes": {"first name": "Ann"}}
{"id": "e2", "event": "searches", "customer": "ann", "time": "2026-03-02T18:30:00Z", "term": "skis"}
{"id": "e3", "event": "registers", "customer": "bob", "time": "2026-03-03T09:00:00Z", \
"attributes": {"first name": "Bob"}}
{"id": "e4", "event": "places order", "customer": "bob", "time": "2026-03-04T12:00:00Z", "order": "o1", "amount": 80, \
"items": [{"product": "p7", "category": "Ski", "price": 80, "quantity": 1}]}
"""

FILES = {"rules.seg": RULES, "tests.seg": TESTS, "events.jsonl": EVENTS}


@click.command(no_args_is_help=True, short_help="Make a folder to begin with.")
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Make a folder with rules, tests beside them and a few events, which run as they stand.

    \b
      seg new shop

    Nothing that is there already is changed: the folder must be new, or empty.

    Exit code: 0 made, 2 the folder is there already, or cannot be made.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder} is there already: name a folder that is new, or empty")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in FILES.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {(error.strerror or str(error)).lower()}") from error
    click.echo(f"{folder}: {', '.join(FILES)}. Try:")
    rules, events, store = (
        shlex.quote(str(path)) for path in (folder, folder / "events.jsonl", folder / f"{folder.resolve().name}.store")
    )
    click.echo(f"  seg check {rules}")
    click.echo(f"  seg test {rules}")
    click.echo(f"  seg run {rules} --events {events} --until 2026-05-01")
    click.echo(f"  seg members Skiers --store {store}")
