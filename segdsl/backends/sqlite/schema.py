"""How a store lies in its file: the tables, and the marks that say whose file it is and which layout it has."""

APPLICATION = int.from_bytes(b"segd", "big")  # says in the file's header whose file it is
VERSION = 6  # of the schema and of the coding of states, in PRAGMA user_version

# Not STRICT, which SQLite knows from 3.37 on: the Python 3.11 of some long-lived systems is linked with 3.34. Wide rows
# (states, memberships) live in ordinary tables, so that what is walked in the order of ids are narrow indexes.
#
# `sequence` is the order in which rows were recorded, also after VACUUM. In the outbox `notice` is 1 for the word that
# an effect is withdrawn; `given` is 1 when the host was given an effect of this id before, whatever the row holds now;
# `action` is empty for a notice.
SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
    "CREATE TABLE programs (sequence INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, program BLOB NOT NULL)",
    "CREATE TABLE notes (key TEXT PRIMARY KEY, note BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE states (
        customer TEXT NOT NULL UNIQUE, state BLOB NOT NULL, clock INTEGER NOT NULL,
        due INTEGER, timer INTEGER, version INTEGER NOT NULL DEFAULT 1)""",
    "CREATE INDEX states_due ON states (due, customer) WHERE due IS NOT NULL",
    "CREATE INDEX states_timer ON states (timer, customer) WHERE timer IS NOT NULL",
    """CREATE TABLE memberships (
        sequence INTEGER PRIMARY KEY, customer TEXT NOT NULL, segment TEXT NOT NULL,
        since INTEGER NOT NULL, since_arrival INTEGER NOT NULL, since_round INTEGER NOT NULL,
        since_because TEXT NOT NULL,
        until INTEGER, until_arrival INTEGER, until_round INTEGER, until_because TEXT)""",
    "CREATE INDEX memberships_customer ON memberships (customer)",
    "CREATE INDEX memberships_segment ON memberships (segment, customer, since, until)",
    "CREATE UNIQUE INDEX memberships_open ON memberships (segment, customer) WHERE until IS NULL",
    "CREATE TABLE counts (segment TEXT PRIMARY KEY, members INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE outbox (
        sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer TEXT NOT NULL,
        given INTEGER NOT NULL DEFAULT 0, notice INTEGER NOT NULL DEFAULT 0, effect TEXT NOT NULL,
        action TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0, again INTEGER NOT NULL DEFAULT 0,
        dead INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX outbox_action ON outbox (action, sequence) WHERE NOT dead",
    "CREATE INDEX outbox_again ON outbox (action, again, sequence) WHERE NOT dead",
    "CREATE INDEX outbox_customer ON outbox (customer)",
    "CREATE TABLE journal (sequence INTEGER PRIMARY KEY, customer TEXT NOT NULL, inputs BLOB NOT NULL)",
    "CREATE INDEX journal_customer ON journal (customer)",
    "CREATE TABLE tombstones (hash TEXT PRIMARY KEY, instant INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE visitors (visitor TEXT NOT NULL UNIQUE, account TEXT NOT NULL, record BLOB NOT NULL, "
    "version INTEGER NOT NULL DEFAULT 1)",
    "CREATE INDEX visitors_account ON visitors (account, visitor) WHERE account != ''",
    """CREATE TABLE links (
        guest TEXT PRIMARY KEY, account TEXT NOT NULL, instant INTEGER NOT NULL, visitor TEXT NOT NULL,
        first INTEGER NOT NULL, renamed INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX links_account ON links (account, instant, guest)",
    """CREATE TABLE positions (
        source TEXT PRIMARY KEY, places INTEGER NOT NULL, instant INTEGER NOT NULL, place INTEGER NOT NULL
        ) WITHOUT ROWID""",
    """CREATE TABLE tallies (
        kind TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL, day INTEGER NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (kind, name, owner, day)) WITHOUT ROWID""",
)
