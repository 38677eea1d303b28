"""The statements that the backend runs on the tables of `schema.py`. Every value is bound where a `?` stands."""

PUT_PROGRAM = "INSERT INTO programs (digest, program) VALUES (?, ?)"
NEXT_GENERATION = "INSERT INTO meta VALUES ('generation', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1"
PUT_PRUNED = "INSERT INTO meta VALUES ('pruned', ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)"
PUT_CLOCK = "INSERT INTO meta VALUES ('clock', ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)"
STATE = "SELECT customer, state, version FROM states WHERE customer"
PUT_STATE = """INSERT INTO states (customer, state, clock, due, timer) VALUES (?, ?, ?, ?, ?) ON CONFLICT (customer)
    DO UPDATE SET state = excluded.state, clock = excluded.clock, due = excluded.due, timer = excluded.timer,
    version = version + 1"""
PUT_COUNT = "INSERT INTO counts VALUES (?, ?) ON CONFLICT (segment) DO UPDATE SET members = members + excluded.members"
# Where an effect and a notice take one another's place, `again` stays: somebody may have the other in hand.
PUT_EFFECT = """INSERT INTO outbox (id, customer, action, effect) VALUES (?, ?, ?, ?) ON CONFLICT (id)
    DO UPDATE SET customer = excluded.customer, action = excluded.action, notice = 0, effect = excluded.effect,
    tries = 0, dead = 0, error = '' WHERE notice"""
PUT_NOTICE = """INSERT INTO outbox (id, customer, action, given, notice, effect) VALUES (?, ?, ?, 1, 1, ?)
    ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, action = excluded.action, given = 1, notice = 1,
    effect = excluded.effect, tries = 0, dead = 0, error = ''"""
OUTBOX = "SELECT sequence, given, tries, again, dead, error, effect FROM outbox"
DUE_OF = "SELECT sequence FROM outbox INDEXED BY outbox_again WHERE action = ? AND NOT dead AND again <= ? LIMIT ?"
CLAIMABLE_OF = f"""{OUTBOX} INDEXED BY outbox_action WHERE action = ? AND NOT dead AND again <= ?
    ORDER BY sequence LIMIT ?"""
WAITING_AT = f"{OUTBOX} WHERE sequence = ?"
DELIVERED = "DELETE FROM outbox WHERE id = ? AND notice = ?"
WAITING_OF = f"{OUTBOX} WHERE action = ? AND NOT dead ORDER BY again, sequence LIMIT ?"
# From one action to the next, by the index: without a look at all effects.
ACTIONS_WAITING = """WITH RECURSIVE found (action) AS (
    SELECT min(action) FROM outbox WHERE NOT dead UNION ALL
    SELECT (SELECT min(action) FROM outbox WHERE NOT dead AND action > found.action) FROM found
    WHERE found.action IS NOT NULL) SELECT action FROM found WHERE action IS NOT NULL"""
AS_CLAIMED = "WHERE id = ? AND notice = ? AND tries = ? AND NOT dead"
FAILED = f"UPDATE outbox SET error = ?, dead = ?, again = ? {AS_CLAIMED}"  # noqa: S608
RELEASE = f"UPDATE outbox SET tries = tries - 1, again = 0 {AS_CLAIMED}"  # noqa: S608
REVIVE = "UPDATE outbox SET dead = 0, tries = 0, again = 0, error = '', given = 1 WHERE id = ? AND dead"
RESTORE_EFFECT = """INSERT INTO outbox (id, customer, action, effect, notice, given, tries, again, dead, error)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
PUT_JOURNAL = "INSERT INTO journal (customer, inputs) VALUES (?, ?)"
TAKE_OUT = "DELETE FROM outbox WHERE id = ?"
PUT_TOMBSTONE = "INSERT INTO tombstones VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET instant = excluded.instant"
PUT_VISITOR = """INSERT INTO visitors (visitor, account, record) VALUES (?, ?, ?) ON CONFLICT (visitor)
    DO UPDATE SET account = excluded.account, record = excluded.record, version = version + 1"""
PUT_LINK = "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?, ?)"
NAME_EFFECT = "UPDATE outbox SET customer = ?, effect = ? WHERE sequence = ?"
PUT_NOTE = "INSERT INTO notes VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET note = excluded.note"
POSITION = "SELECT places, instant, place FROM positions WHERE source = ?"
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

PUT_STAY = """INSERT INTO memberships (customer, segment, since, since_arrival, since_round, since_because,
    until, until_arrival, until_round, until_because) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
ALL_STAYS = """SELECT customer, segment, since, since_arrival, since_round, since_because,
    until, until_arrival, until_round, until_because FROM memberships ORDER BY sequence"""
COUNT_ALL = """INSERT INTO counts SELECT segment, count(*) FROM memberships WHERE until IS NULL GROUP BY segment"""
WRONG_COUNTS = """SELECT segment, sum(kept), sum(there) FROM (
    SELECT segment, members AS kept, 0 AS there FROM counts
    UNION ALL SELECT segment, 0, count(*) FROM memberships WHERE until IS NULL GROUP BY segment)
    GROUP BY segment HAVING sum(kept) != sum(there) ORDER BY segment"""

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
