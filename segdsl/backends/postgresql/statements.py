"""The statements that the backend runs on the tables of `schema.py`. Every value is bound where a `%` stands.

Those that take many rows take an array for each column (`%b`, which goes there as bytes), and work row by row in the
order of the arrays. Where rows are locked they come sorted, so that two writers cannot wait for each other.
"""

# ruff: noqa: S608 - all statements are made of parts that stand here

from segdsl.backends.postgresql.schema import SHARDS

# ------------------------------------------------------------------------------------------------- the store as a whole

# The gate. Whoever commits holds it shared to the end of the transaction, so that many pass at once; what concerns all
# customers (a forgetting, another program, pruning) takes it alone: it waits until all commits that have begun are
# over, and those that come after it see the new generation. The number is that of segdsl_meta, beside a number of ours.
_GATE = "((1936025444::bigint << 32) | 'segdsl_meta'::regclass::oid::bigint)"
PASS_GATE = f"SELECT pg_advisory_xact_lock_shared({_GATE})"
SHUT_GATE = f"SELECT pg_advisory_xact_lock({_GATE})"
# A statement of its own, after the gate: it sees what was committed while the one before waited.
GENERATION = "SELECT value FROM segdsl_meta WHERE key = 'generation'"
NEXT_GENERATION = "UPDATE segdsl_meta SET value = value + 1 WHERE key = 'generation'"
PUT_PRUNED = """INSERT INTO segdsl_meta VALUES ('pruned', %s) ON CONFLICT (key)
    DO UPDATE SET value = greatest(segdsl_meta.value, excluded.value)"""

DROP_PROGRAM = "DELETE FROM segdsl_programs WHERE digest = %s"
PUT_PROGRAM = "INSERT INTO segdsl_programs (digest, program) SELECT unnest(%b::text[]), unnest(%b::bytea[])"
PROGRAM = "SELECT program FROM segdsl_programs ORDER BY sequence DESC LIMIT 1"
EARLIER = "SELECT program FROM segdsl_programs WHERE digest = %s"

CLOCK = "SELECT max(instant) FROM segdsl_clock"
PUT_CLOCK = f"""INSERT INTO segdsl_clock VALUES (%s %% {SHARDS}, %s) ON CONFLICT (shard)
    DO UPDATE SET instant = greatest(segdsl_clock.instant, excluded.instant)"""

NOTE = "SELECT note FROM segdsl_notes WHERE key = %s"
PUT_NOTE = """INSERT INTO segdsl_notes SELECT unnest(%b::text[]), unnest(%b::bytea[]) ON CONFLICT (key)
    DO UPDATE SET note = excluded.note"""
DROP_NOTES = "DELETE FROM segdsl_notes WHERE key = ANY(%b::text[])"

POSITION = "SELECT places, instant, place FROM segdsl_positions WHERE source = %s"
LOCK_POSITIONS = """SELECT source, places, instant, place FROM segdsl_positions WHERE source = ANY(%b::text[])
    ORDER BY source FOR UPDATE"""
_PUT_POSITION = """INSERT INTO segdsl_positions
    SELECT unnest(%b::text[]), unnest(%b::bigint[]), unnest(%b::bigint[]), unnest(%b::bigint[]) ON CONFLICT (source)"""
PUT_POSITION = f"""{_PUT_POSITION}
    DO UPDATE SET places = excluded.places, instant = excluded.instant, place = excluded.place"""
BEGIN_POSITION = f"{_PUT_POSITION} DO NOTHING"
DROP_POSITIONS = "DELETE FROM segdsl_positions WHERE source = ANY(%b::text[])"

TALLIES = """SELECT kind, name, owner, day, sum(number)::bigint FROM segdsl_tallies
    GROUP BY kind, name, owner, day ORDER BY kind, name, owner, day"""
PUT_TALLY = f"""INSERT INTO segdsl_tallies (kind, name, owner, day, number, shard)
    SELECT unnest(%b::text[]), unnest(%b::text[]), unnest(%b::text[]), unnest(%b::bigint[]), unnest(%b::bigint[]),
    unnest(%b::bigint[]) %% {SHARDS} ON CONFLICT (kind, name, owner, day, shard)
    DO UPDATE SET number = segdsl_tallies.number + excluded.number"""

TOMBSTONES = "SELECT hash, instant FROM segdsl_tombstones WHERE hash = ANY(%b::text[])"
PUT_TOMBSTONE = """INSERT INTO segdsl_tombstones SELECT unnest(%b::text[]), unnest(%b::bigint[]) ON CONFLICT (hash)
    DO UPDATE SET instant = excluded.instant"""

# ----------------------------------------------------------------------------------------------------------- customers

STATE = "SELECT customer, state, version FROM segdsl_states WHERE customer = ANY(%b::text[])"
# Of rows that this session wrote last, in a transaction of this number, only that they are there: it has the state.
STATE_UNLESS = """SELECT kept.customer, kept.version, CASE WHEN kept.writer = given.writer AND
    kept.version = given.version THEN NULL ELSE kept.state END FROM (SELECT unnest(%b::text[]) AS customer,
    unnest(%b::bigint[]) AS writer, unnest(%b::bigint[]) AS version) AS given,
    LATERAL (SELECT customer, state, version, xmin::text::bigint AS writer FROM segdsl_states AS each
    WHERE each.customer = given.customer OFFSET 0) AS kept"""
LOCK_STATES = """SELECT customer, version FROM segdsl_states WHERE customer = ANY(%b::text[])
    ORDER BY customer FOR UPDATE"""
DROP_STATES = "DELETE FROM segdsl_states WHERE customer = ANY(%b::text[])"
# One pass that checks versions, locks and writes. What is given as the version of a row that has to be there is its
# version, negative; of one that may not be there 1. A row that is there lands only on its own version; one that was to
# be there and is not gets a negative version here, and does not count. Where not all count, nothing is kept.
_PUT_STATE = """WITH put AS (INSERT INTO segdsl_states (customer, state, clock, due, timer, version)
    SELECT unnest(%b::text[]), unnest(%b::bytea[]), unnest(%b::bigint[]), unnest(%b::bigint[]), unnest(%b::bigint[]),
    unnest(%b::bigint[]) ON CONFLICT (customer) DO UPDATE SET state = excluded.state, clock = excluded.clock,
    due = excluded.due, timer = excluded.timer, version = segdsl_states.version + 1"""
_COUNTED = "RETURNING version) SELECT count(*) FROM put WHERE version > 0"
PUT_STATE = f"{_PUT_STATE} WHERE segdsl_states.version = -excluded.version {_COUNTED}"
PUT_STATE_ANYWAY = f"{_PUT_STATE} {_COUNTED}"
CUSTOMERS = "SELECT customer FROM segdsl_states WHERE customer >= %s ORDER BY customer LIMIT %s"
TIMERS = "SELECT customer FROM segdsl_states WHERE timer <= %s ORDER BY timer, customer LIMIT %s"
DUE = "SELECT customer FROM segdsl_states WHERE due <= %s AND customer >= %s ORDER BY customer"

JOURNAL = "SELECT inputs FROM segdsl_journal WHERE customer = %s ORDER BY sequence"
PUT_JOURNAL = "INSERT INTO segdsl_journal (customer, inputs) SELECT unnest(%b::text[]), unnest(%b::bytea[])"
DROP_JOURNALS = "DELETE FROM segdsl_journal WHERE customer = ANY(%b::text[])"

VISITORS = "SELECT visitor, record, version FROM segdsl_visitors WHERE visitor = ANY(%b::text[])"
VISITORS_OF = "SELECT visitor FROM segdsl_visitors WHERE account = %s AND account != '' ORDER BY visitor"
LOCK_VISITORS = """SELECT visitor, version FROM segdsl_visitors WHERE visitor = ANY(%b::text[])
    ORDER BY visitor FOR UPDATE"""
_PUT_VISITOR = """WITH put AS (INSERT INTO segdsl_visitors (visitor, account, record, version)
    SELECT unnest(%b::text[]), unnest(%b::text[]), unnest(%b::bytea[]), unnest(%b::bigint[]) ON CONFLICT (visitor)
    DO UPDATE SET account = excluded.account, record = excluded.record, version = segdsl_visitors.version + 1"""
PUT_VISITOR = f"{_PUT_VISITOR} WHERE segdsl_visitors.version = -excluded.version {_COUNTED}"
PUT_VISITOR_ANYWAY = f"{_PUT_VISITOR} {_COUNTED}"

LINK = "SELECT guest, account, instant, visitor, first, renamed FROM segdsl_links"
LINKS = f"{LINK} WHERE guest = ANY(%b::text[])"
LINKS_OF = f"{LINK} WHERE account = %s ORDER BY instant, guest"
PUT_LINK = """INSERT INTO segdsl_links SELECT unnest(%b::text[]), unnest(%b::text[]), unnest(%b::bigint[]),
    unnest(%b::text[]), unnest(%b::bigint[]), unnest(%b::boolean[]) ON CONFLICT (guest) DO UPDATE SET
    account = excluded.account, instant = excluded.instant, visitor = excluded.visitor, first = excluded.first,
    renamed = excluded.renamed"""
DROP_LINKS_FROM = "DELETE FROM segdsl_links WHERE guest = ANY(%b::text[])"
DROP_LINKS_TO = "DELETE FROM segdsl_links WHERE account = ANY(%b::text[])"

# --------------------------------------------------------------------------------------------------------- memberships

_BEGAN = "since, since_arrival, since_round, since_because"
_ENDED = "until, until_arrival, until_round, until_because"
_BEGAN_GIVEN = """unnest(%b::text[]) AS customer, unnest(%b::text[]) AS segment,
    unnest(%b::bigint[]) AS since, unnest(%b::bigint[]) AS since_arrival, unnest(%b::bigint[]) AS since_round,
    unnest(%b::text[]) AS since_because"""
_ENDED_GIVEN = """unnest(%b::bigint[]) AS until, unnest(%b::bigint[]) AS until_arrival,
    unnest(%b::bigint[]) AS until_round, unnest(%b::text[]) AS until_because"""
# Put as if they began, they meet the ones that go on, and end them with what is given; the number of these is counted.
# (A join would have to be planned, and the server does not know how many go on before it has its first statistics.)
CLOSE_OPEN = f"""WITH put AS (INSERT INTO segdsl_memberships (customer, segment, {_BEGAN}) SELECT {_BEGAN_GIVEN}
    ON CONFLICT (segment, customer) WHERE until IS NULL DO UPDATE SET until = excluded.since,
    until_arrival = excluded.since_arrival, until_round = excluded.since_round,
    until_because = excluded.since_because RETURNING until) SELECT count(until) FROM put"""
PUT_OPEN = f"INSERT INTO segdsl_memberships (customer, segment, {_BEGAN}) SELECT {_BEGAN_GIVEN}"
PUT_STAY = f"""INSERT INTO segdsl_memberships (customer, segment, {_BEGAN}, {_ENDED})
    SELECT {_BEGAN_GIVEN}, {_ENDED_GIVEN}"""
PUT_WHOLE = f"""INSERT INTO segdsl_memberships (customer, segment, {_BEGAN}, {_ENDED})
    SELECT * FROM (SELECT {_BEGAN_GIVEN}, {_ENDED_GIVEN}) AS given WHERE NOT EXISTS (
    SELECT FROM segdsl_memberships AS kept WHERE kept.segment = given.segment AND kept.customer = given.customer
    AND kept.until IS NULL OFFSET 0)"""

# The last recorded stays of some customers and segments, the last one first, so many of each.
LAST_STAYS = f"""SELECT given.number, kept.sequence, {_BEGAN}, {_ENDED} FROM
    (SELECT unnest(%b::text[]) AS customer, unnest(%b::text[]) AS segment, unnest(%b::bigint[]) AS many,
    unnest(%b::bigint[]) AS number) AS given, LATERAL (SELECT * FROM segdsl_memberships AS each
    WHERE each.customer = given.customer AND each.segment = given.segment ORDER BY each.sequence DESC
    LIMIT given.many) AS kept ORDER BY given.number, kept.sequence DESC"""
_OF_STAY = """FROM (SELECT unnest(%b::text[]) AS customer, unnest(%b::text[]) AS segment,
    unnest(%b::bigint[]) AS sequence) AS given
    WHERE kept.customer = given.customer AND kept.segment = given.segment AND kept.sequence = given.sequence"""
DROP_STAY = f"DELETE FROM segdsl_memberships AS kept {_OF_STAY.replace('FROM', 'USING', 1)}"
REOPEN_STAY = f"""UPDATE segdsl_memberships AS kept SET until = NULL, until_arrival = NULL, until_round = NULL,
    until_because = NULL {_OF_STAY}"""
# Which of some customers' memberships went on, by segment, when they are all gone.
DROP_STAYS = """WITH gone AS (DELETE FROM segdsl_memberships WHERE customer = ANY(%b::text[]) RETURNING segment, until)
    SELECT segment, count(*) FROM gone WHERE until IS NULL GROUP BY segment"""
_RENAMED = "FROM (SELECT unnest(%b::text[]) AS guest, unnest(%b::text[]) AS account) AS given"
RENAME_STAYS = f"UPDATE segdsl_memberships SET customer = given.account {_RENAMED} WHERE customer = given.guest"
RENAME_JOURNAL = f"UPDATE segdsl_journal SET customer = given.account {_RENAMED} WHERE customer = given.guest"
PRUNE = """DELETE FROM segdsl_memberships AS kept
    USING (SELECT unnest(%b::text[]) AS customer, unnest(%b::bigint[]) AS bound) AS given
    WHERE kept.customer = given.customer AND kept.until < given.bound"""

PUT_COUNT = f"""INSERT INTO segdsl_counts (segment, members, shard)
    SELECT unnest(%b::text[]), unnest(%b::bigint[]), unnest(%b::bigint[]) %% {SHARDS} ON CONFLICT (segment, shard)
    DO UPDATE SET members = segdsl_counts.members + excluded.members"""
COUNT = "SELECT coalesce(sum(members), 0)::bigint FROM segdsl_counts WHERE segment = %s"
COUNT_ALL = """INSERT INTO segdsl_counts SELECT segment, 0, count(*) FROM segdsl_memberships WHERE until IS NULL
    GROUP BY segment"""
WRONG_COUNTS = """SELECT segment, sum(kept)::bigint, sum(there)::bigint FROM (
    SELECT segment, members AS kept, 0 AS there FROM segdsl_counts
    UNION ALL SELECT segment, 0, count(*) FROM segdsl_memberships WHERE until IS NULL GROUP BY segment) AS both_counts
    GROUP BY segment HAVING sum(kept) != sum(there) ORDER BY segment"""

MEMBER = "SELECT customer, segment, since, until, since_because FROM segdsl_memberships"
_THEN = "since <= %s AND (until IS NULL OR until > %s)"
# As `until IS NULL` says, but so that the server does not think of the index of those that go on, which begins with the
# segment, where a customer is asked for.
_GOES_ON = "num_nulls(until) = 1"
MEMBERS_NOW = f"{MEMBER} WHERE segment = %s AND until IS NULL AND customer >= %s ORDER BY customer LIMIT %s"
MEMBERS_THEN = f"{MEMBER} WHERE segment = %s AND {_THEN} AND customer >= %s ORDER BY customer LIMIT %s"
OF_CUSTOMER_NOW = f"{MEMBER} WHERE customer = %s AND {_GOES_ON} ORDER BY segment"
OF_CUSTOMER_THEN = f"{MEMBER} WHERE customer = %s AND {_THEN} ORDER BY segment"
COUNT_THEN = f"SELECT count(*) FROM segdsl_memberships WHERE segment = %s AND {_THEN}"
HISTORY = f"SELECT segment, {_BEGAN}, {_ENDED} FROM segdsl_memberships WHERE customer = %s"
_STANDING = "SELECT customer, segment FROM segdsl_memberships"
_BEHIND = "(customer, segment) >= (%s, %s) ORDER BY customer, segment LIMIT %s"
STANDINGS_NOW = f"{_STANDING} WHERE {_GOES_ON} AND {_BEHIND}"
STANDINGS_THEN = f"{_STANDING} WHERE {_THEN} AND {_BEHIND}"
# Days are rounded down, also those before 1970: `/` would round them up.
MOVES = """SELECT segment, day, sum(entered)::bigint, sum(gone)::bigint FROM (
    SELECT segment, (since - mod(mod(since, %(day)s) + %(day)s, %(day)s)) / %(day)s AS day, 1 AS entered, 0 AS gone
    FROM segdsl_memberships WHERE until IS NULL OR until > since
    UNION ALL
    SELECT segment, (until - mod(mod(until, %(day)s) + %(day)s, %(day)s)) / %(day)s, 0, 1
    FROM segdsl_memberships WHERE until > since) AS moved GROUP BY segment, day ORDER BY segment, day"""

# ---------------------------------------------------------------------------------------------------------- the outbox

# What takes another's place was never tried; `again` stays, so that nobody is given it while the other may be in
# somebody's hands. Where an effect takes a notice's place, `given` stays too.
PUT_EFFECT = """INSERT INTO segdsl_outbox (id, customer, action, effect)
    SELECT unnest(%b::text[]), unnest(%b::text[]), unnest(%b::text[]), unnest(%b::text[]) ON CONFLICT (id)
    DO UPDATE SET customer = excluded.customer, action = excluded.action, notice = false, effect = excluded.effect,
    tries = 0, dead = false, error = '' WHERE segdsl_outbox.notice"""
PUT_NOTICE = """INSERT INTO segdsl_outbox (id, customer, action, effect, given, notice)
    SELECT unnest(%b::text[]), unnest(%b::text[]), unnest(%b::text[]), unnest(%b::text[]), true, true ON CONFLICT (id)
    DO UPDATE SET customer = excluded.customer, action = excluded.action, given = true, notice = true,
    effect = excluded.effect, tries = 0, dead = false, error = ''"""
RESTORE_EFFECT = """INSERT INTO segdsl_outbox (id, customer, action, effect, notice, given, tries, again, dead, error)
    SELECT unnest(%b::text[]), unnest(%b::text[]), unnest(%b::text[]), unnest(%b::text[]), unnest(%b::boolean[]),
    unnest(%b::boolean[]), unnest(%b::bigint[]), unnest(%b::bigint[]), unnest(%b::boolean[]), unnest(%b::text[])"""
LOCK_EFFECTS = """SELECT id, given OR tries > 0 FROM segdsl_outbox WHERE id = ANY(%b::text[]) ORDER BY id FOR UPDATE"""
LOCK_EFFECTS_OF = """SELECT id, effect FROM segdsl_outbox WHERE customer = ANY(%b::text[]) ORDER BY id FOR UPDATE"""
NAME_EFFECT = """UPDATE segdsl_outbox AS kept SET customer = given.customer, effect = given.effect
    FROM (SELECT unnest(%b::text[]) AS id, unnest(%b::text[]) AS customer, unnest(%b::text[]) AS effect) AS given
    WHERE kept.id = given.id"""
DROP_EFFECTS = "DELETE FROM segdsl_outbox WHERE id = ANY(%b::text[])"
DROP_EFFECTS_OF = "DELETE FROM segdsl_outbox WHERE customer = ANY(%b::text[])"
OUTBOX = "SELECT effect FROM segdsl_outbox WHERE NOT dead ORDER BY sequence LIMIT %s"
_STORED = "given, tries, again, dead, error, effect"
STORED_EFFECTS = f"SELECT {_STORED} FROM segdsl_outbox"
DEAD = f"{STORED_EFFECTS} WHERE dead ORDER BY sequence LIMIT %s"
WAITING = f"{STORED_EFFECTS} WHERE NOT dead ORDER BY again, sequence LIMIT %s"
WAITING_FOR = f"""{STORED_EFFECTS} WHERE NOT dead AND action = ANY(%b::text[]) ORDER BY again, sequence LIMIT %s"""
# Rows that somebody else claims at this moment are passed over.
_CLAIMABLE = "NOT dead AND again <= %s ORDER BY sequence LIMIT %s FOR UPDATE SKIP LOCKED"
_CLAIM = f"""UPDATE segdsl_outbox AS kept SET tries = tries + 1, again = %s FROM found
    WHERE kept.sequence = found.sequence RETURNING kept.sequence, {_STORED}"""
CLAIM = f"""WITH found AS MATERIALIZED (SELECT sequence FROM segdsl_outbox WHERE {_CLAIMABLE}) {_CLAIM}"""
CLAIM_OF = f"""WITH found AS MATERIALIZED (SELECT each.sequence FROM unnest(%b::text[]) AS wanted (action),
    LATERAL (SELECT sequence FROM segdsl_outbox AS kept WHERE kept.action = wanted.action AND {_CLAIMABLE}) AS each
    ORDER BY each.sequence LIMIT %s) {_CLAIM}"""
_AS_GIVEN = """FROM (SELECT unnest(%b::text[]) AS id, unnest(%b::boolean[]) AS notice) AS given
    WHERE kept.id = given.id AND kept.notice = given.notice"""
DELIVERED = f"DELETE FROM segdsl_outbox AS kept {_AS_GIVEN.replace('FROM', 'USING', 1)}"
FAILED = """UPDATE segdsl_outbox SET error = %s, dead = %s, again = %s
    WHERE id = %s AND notice = %s AND tries = %s AND NOT dead"""
RELEASE = """UPDATE segdsl_outbox AS kept SET again = 0, tries = kept.tries - 1
    FROM (SELECT unnest(%b::text[]) AS id, unnest(%b::boolean[]) AS notice, unnest(%b::bigint[]) AS tries) AS given
    WHERE kept.id = given.id AND kept.notice = given.notice AND kept.tries = given.tries AND NOT kept.dead"""
REVIVE = """UPDATE segdsl_outbox SET dead = false, tries = 0, again = 0, error = '', given = true
    WHERE id = ANY(%b::text[]) AND dead"""

# ------------------------------------------------------------------------------------------------------- all of it

ALL_PROGRAMS = "SELECT program FROM segdsl_programs ORDER BY sequence"
ALL_CLOCKS = "SELECT (SELECT max(instant) FROM segdsl_clock), (SELECT value FROM segdsl_meta WHERE key = 'pruned')"
ALL_STATES = "SELECT customer, state, clock, due, timer FROM segdsl_states"
ALL_STAYS = f"""SELECT customer, segment, {_BEGAN}, {_ENDED} FROM segdsl_memberships
    ORDER BY customer, segment, sequence"""
ALL_PAGES = "SELECT customer, inputs FROM segdsl_journal ORDER BY customer, sequence"
ALL_EFFECTS = f"{STORED_EFFECTS} ORDER BY sequence"
ALL_TOMBSTONES = "SELECT hash, instant FROM segdsl_tombstones"
ALL_VISITORS = "SELECT visitor, account, record FROM segdsl_visitors"
ALL_POSITIONS = "SELECT source, places, instant, place FROM segdsl_positions"
ALL_NOTES = "SELECT key, note FROM segdsl_notes"
WRONG_VERSIONS = "SELECT count(*) FROM segdsl_states WHERE version < 1"
BROKEN_INDEXES = """SELECT indexrelid::regclass::text FROM pg_index
    WHERE NOT (indisvalid AND indisready)
    AND indrelid = ANY(SELECT to_regclass(name)::oid FROM unnest(%b::text[]) AS name)"""
# What others than the owner and this role may do to the tables.
PRIVILEGES = """SELECT CASE WHEN may.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(may.grantee)) END,
    quote_ident(current_schema()), array_agg(DISTINCT may.privilege_type ORDER BY may.privilege_type)
    FROM unnest(%b::text[]) AS name JOIN pg_class AS found ON found.oid = to_regclass(name),
    LATERAL aclexplode(found.relacl) AS may
    WHERE may.grantee NOT IN (found.relowner, current_user::regrole::oid) GROUP BY 1 ORDER BY 1"""
