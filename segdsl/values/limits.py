"""The numbers that keep a rule, a file or an event from harming its host. Each gives a diagnostic or a reject."""

RULES_FILE_BYTES = 4_000_000
"""A rules file larger than this is not read."""

NESTING = 60
"""Brackets and braces inside one another."""

DECLARATION_CHARACTERS = 400_000
"""A single declaration longer than this is refused before it is parsed."""

NAME_CHARACTERS = 200
"""Of a segment, event, field, action, activity."""

DEFINE_PARTS = 5_000
"""Parts of a condition or formula that one define may stand for, those of the defines it uses among them."""

DEPTH = 100
"""Parts of a formula or condition inside one another: terms of a sum count, since each works on the result so far."""

DIAGNOSTICS = 100
"""Shown at most per run; the rest are counted."""

EVENT_BYTES = 1_000_000
"""A line of events longer than this goes to the rejects without being decoded."""

TEXT_CHARACTERS = 100_000
"""A text value on the wire."""

IDENTITY_CHARACTERS = 1_000
"""Of a customer, a visitor or an event's id."""

IDENTITY_BYTES = 1_500
"""Of the same in UTF-8: with a segment's name it is still a key that every store can hold."""

WINDOW_ENTRIES = 100_000
"""Events one condition remembers for one customer in one window; what is over falls out at the old end."""

ITEMS = 1_000
"""Items of one collection of one customer. An event that would put in one more goes to the rejects."""

ROUNDS = 10_000
"""Steps at one instant for one customer. The compiler refuses rules that could go round without end."""
