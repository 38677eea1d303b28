"""How a store lies on its server: the tables, and the marks that say whose they are and which layout they have."""

LAYOUT = 1  # of the tables and of the coding of states, in segdsl_meta
MARK = "A segdsl store"  # the comment on segdsl_meta
SHARDS = 16

# Text is compared byte by byte (COLLATE "C"), which in UTF-8 is the order of code points.
#
# `sequence` is the order in which rows were recorded: a customer's are written one transaction after another, since
# each locks the row of the state. In the outbox `notice` is true for the word that an effect is withdrawn; `given` is
# true when the host was given an effect of this id before, whatever the row holds now; `action` is empty for a notice.
#
# What all writers add to (counts, tallies, the clock) lies in shards, of which a session uses one, so that few wait for
# each other: the sum, or the greatest, of all of them is the number.
#
# States are read and written as a whole, so they are not compressed. A page of them is filled to nine tenths: what is
# left takes the next version of a row beside the old one.
TABLES = {
    "segdsl_meta": """(key text COLLATE "C" PRIMARY KEY, value bigint NOT NULL)""",
    "segdsl_programs": """(
        sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest text COLLATE "C" NOT NULL UNIQUE,
        program bytea NOT NULL)""",
    "segdsl_notes": """(key text COLLATE "C" PRIMARY KEY, note bytea NOT NULL)""",
    "segdsl_states": """(
        customer text COLLATE "C" PRIMARY KEY, state bytea NOT NULL, clock bigint NOT NULL,
        due bigint, timer bigint, version bigint NOT NULL) WITH (fillfactor = 90)""",
    "segdsl_memberships": """(
        sequence bigint GENERATED ALWAYS AS IDENTITY, customer text COLLATE "C" NOT NULL,
        segment text COLLATE "C" NOT NULL,
        since bigint NOT NULL, since_arrival bigint NOT NULL, since_round bigint NOT NULL, since_because text NOT NULL,
        until bigint, until_arrival bigint, until_round bigint, until_because text,
        PRIMARY KEY (customer, segment, sequence))""",
    "segdsl_counts": """(
        segment text COLLATE "C" NOT NULL, shard smallint NOT NULL, members bigint NOT NULL,
        PRIMARY KEY (segment, shard)) WITH (fillfactor = 50)""",
    "segdsl_outbox": """(
        sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE, id text COLLATE "C" PRIMARY KEY,
        customer text COLLATE "C" NOT NULL, action text COLLATE "C" NOT NULL, effect text NOT NULL,
        notice boolean NOT NULL DEFAULT false, given boolean NOT NULL DEFAULT false,
        tries bigint NOT NULL DEFAULT 0, again bigint NOT NULL DEFAULT 0, dead boolean NOT NULL DEFAULT false,
        error text NOT NULL DEFAULT '')""",
    "segdsl_journal": """(
        sequence bigint GENERATED ALWAYS AS IDENTITY, customer text COLLATE "C" NOT NULL, inputs bytea NOT NULL,
        PRIMARY KEY (customer, sequence))""",
    "segdsl_tombstones": """(hash text COLLATE "C" PRIMARY KEY, instant bigint NOT NULL)""",
    "segdsl_visitors": """(
        visitor text COLLATE "C" PRIMARY KEY, account text COLLATE "C" NOT NULL, record bytea NOT NULL,
        version bigint NOT NULL)""",
    "segdsl_links": """(
        guest text COLLATE "C" PRIMARY KEY, account text COLLATE "C" NOT NULL, instant bigint NOT NULL,
        visitor text COLLATE "C" NOT NULL, first bigint NOT NULL, renamed boolean NOT NULL)""",
    "segdsl_positions": """(
        source text COLLATE "C" PRIMARY KEY, places bigint NOT NULL, instant bigint NOT NULL, place bigint NOT NULL)""",
    "segdsl_tallies": """(
        kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, owner text COLLATE "C" NOT NULL,
        day bigint NOT NULL, shard smallint NOT NULL, number bigint NOT NULL,
        PRIMARY KEY (kind, name, owner, day, shard)) WITH (fillfactor = 50)""",
    "segdsl_clock": """(shard smallint PRIMARY KEY, instant bigint NOT NULL) WITH (fillfactor = 50)""",
}

SCHEMA = (
    *(f"CREATE TABLE {name} {columns}" for name, columns in TABLES.items()),
    "ALTER TABLE segdsl_states ALTER COLUMN state SET STORAGE EXTERNAL",
    "CREATE INDEX segdsl_states_due ON segdsl_states (due, customer) WHERE due IS NOT NULL",
    "CREATE INDEX segdsl_states_timer ON segdsl_states (timer, customer) WHERE timer IS NOT NULL",
    "CREATE INDEX segdsl_memberships_segment ON segdsl_memberships (segment, customer, since, until)",
    "CREATE UNIQUE INDEX segdsl_memberships_open ON segdsl_memberships (segment, customer) WHERE until IS NULL",
    "CREATE INDEX segdsl_outbox_action ON segdsl_outbox (action, sequence) WHERE NOT dead",
    "CREATE INDEX segdsl_outbox_again ON segdsl_outbox (again, sequence) WHERE NOT dead",
    "CREATE INDEX segdsl_outbox_dead ON segdsl_outbox (sequence) WHERE dead",
    "CREATE INDEX segdsl_outbox_customer ON segdsl_outbox (customer)",
    "CREATE INDEX segdsl_visitors_account ON segdsl_visitors (account, visitor) WHERE account != ''",
    "CREATE INDEX segdsl_links_account ON segdsl_links (account, instant, guest)",
    "INSERT INTO segdsl_meta VALUES ('generation', 0)",
    f"COMMENT ON TABLE segdsl_meta IS '{MARK}'",
)
