"""The statements that the backend runs on the tables of `schema.py`. Every value is bound where a `?` stands."""

PUT_META = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
PUT_CLOCK = "INSERT INTO meta VALUES ('clock', ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)"
PUT_STATE = """INSERT INTO states (customer, state, clock, due, timer) VALUES (?, ?, ?, ?, ?) ON CONFLICT (customer)
    DO UPDATE SET state = excluded.state, clock = excluded.clock, due = excluded.due, timer = excluded.timer"""
PUT_COUNT = "INSERT INTO counts VALUES (?, ?) ON CONFLICT (segment) DO UPDATE SET members = members + excluded.members"
PUT_EFFECT = """INSERT INTO outbox (id, customer, given, notice, effect) VALUES (?, ?, 0, 0, ?) ON CONFLICT (id)
    DO UPDATE SET customer = excluded.customer, notice = 0, effect = excluded.effect WHERE notice"""  # `given` stays
PUT_NOTICE = """INSERT INTO outbox (id, customer, given, notice, effect) VALUES (?, ?, 1, 1, ?) ON CONFLICT (id)
    DO UPDATE SET customer = excluded.customer, notice = 1, effect = excluded.effect"""
PUT_JOURNAL = "INSERT INTO journal (customer, inputs) VALUES (?, ?)"
TAKE_OUT = "DELETE FROM outbox WHERE id = ?"
PUT_TOMBSTONE = "INSERT INTO tombstones VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET instant = excluded.instant"
PUT_VISITOR = """INSERT INTO visitors VALUES (?, ?, ?) ON CONFLICT (visitor)
    DO UPDATE SET account = excluded.account, record = excluded.record"""
PUT_LINK = "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?, ?)"
NAME_EFFECT = "UPDATE outbox SET customer = ?, effect = ? WHERE sequence = ?"
PUT_POSITION = """INSERT INTO positions VALUES (?, ?, ?, ?) ON CONFLICT (source)
    DO UPDATE SET places = excluded.places, instant = excluded.instant, place = excluded.place"""
PUT_TALLY = """INSERT INTO tallies VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, name, owner, day)
    DO UPDATE SET number = number + excluded.number"""
CLOSE_OPEN = """UPDATE memberships SET until = ?, until_arrival = ?, until_round = ?, until_because = ?
    WHERE segment = ? AND customer = ? AND until IS NULL"""
PUT_OPEN = """INSERT INTO memberships (customer, segment, since, since_arrival, since_round, since_because)
    VALUES (?, ?, ?, ?, ?, ?)"""
PUT_WHOLE = """INSERT INTO memberships SELECT NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS
    (SELECT 1 FROM memberships WHERE segment = ? AND customer = ? AND until IS NULL)"""

# A customer's stays in one segment, the last recorded first. The index of customers has them in this order, since each
# index ends with the row's number; `+` keeps SQLite from taking another, from which they would have to be sorted.
LAST_STAYS = """SELECT sequence, since, since_arrival, since_round, since_because,
    until, until_arrival, until_round, until_because FROM memberships
    WHERE customer = ? AND +segment = ? ORDER BY sequence DESC LIMIT ?"""
DROP_STAY = "DELETE FROM memberships WHERE sequence = ?"
REOPEN_STAY = """UPDATE memberships SET until = NULL, until_arrival = NULL, until_round = NULL, until_because = NULL
    WHERE sequence = ?"""

VISITORS_OF = "SELECT visitor FROM visitors WHERE account = ? AND account != '' ORDER BY visitor"
LINK = "SELECT guest, account, instant, visitor, first, renamed FROM links"
LINKS_OF = f"{LINK} WHERE account = ? ORDER BY instant, guest"
JOURNAL = "SELECT inputs FROM journal WHERE customer = ? ORDER BY sequence"
TIMERS = "SELECT customer FROM states WHERE timer <= ? ORDER BY timer, customer LIMIT ?"
MEMBER = "SELECT customer, segment, since, until, since_because FROM memberships"
THEN = "since <= ? AND (until IS NULL OR until > ?)"
MEMBERS_NOW = f"{MEMBER} WHERE segment = ? AND until IS NULL AND customer >= ? ORDER BY customer LIMIT ?"
MEMBERS_THEN = f"{MEMBER} WHERE segment = ? AND {THEN} AND customer >= ? ORDER BY customer LIMIT ?"
OF_CUSTOMER_NOW = f"{MEMBER} WHERE customer = ? AND until IS NULL ORDER BY segment"
OF_CUSTOMER_THEN = f"{MEMBER} WHERE customer = ? AND {THEN} ORDER BY segment"
COUNT_THEN = f"SELECT count(*) FROM memberships WHERE segment = ? AND {THEN}"  # noqa: S608
HISTORY = """SELECT segment, since, since_arrival, since_round, since_because,
    until, until_arrival, until_round, until_because FROM memberships WHERE customer = ?"""

TALLIES = "SELECT kind, name, owner, day, number FROM tallies ORDER BY kind, name, owner, day"
# Days are rounded down, also those before 1970: SQLite's `/` would round them up.
MOVES = """SELECT segment, day, sum(entered), sum(gone) FROM (
    SELECT segment, (since - ((since % :length) + :length) % :length) / :length AS day, 1 AS entered, 0 AS gone
    FROM memberships WHERE until IS NULL OR until > since
    UNION ALL
    SELECT segment, (until - ((until % :length) + :length) % :length) / :length, 0, 1
    FROM memberships WHERE until > since) GROUP BY segment, day ORDER BY segment, day"""
STANDING = "SELECT customer, segment FROM memberships"
BEHIND = "customer >= ? AND (customer > ? OR segment > ?) ORDER BY customer, segment LIMIT ?"
STANDINGS_NOW = f"{STANDING} WHERE until IS NULL AND {BEHIND}"
STANDINGS_THEN = f"{STANDING} WHERE {THEN} AND {BEHIND}"
