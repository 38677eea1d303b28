"""Slips that are common enough to have an answer of their own, in the order in which they are asked. Each is a function
of the place of the error that knows its slip or gives None.

A fix that comes with one is sure where what was written can mean nothing else (see `Fix`).
"""

from collections.abc import Callable

from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.syntax import slips_of_collections as collections
from segdsl.syntax import slips_of_conditions as conditions
from segdsl.syntax import slips_of_declarations as declarations
from segdsl.syntax import slips_of_limits as limits
from segdsl.syntax import slips_of_rules as rules
from segdsl.syntax import slips_of_signs as signs
from segdsl.syntax import slips_of_values as values
from segdsl.syntax import slips_of_words as words
from segdsl.syntax.place import Place

Slip = Callable[[Place], Diagnostic | None]

SLIPS: tuple[Slip, ...] = (
    signs.json_line, signs.curly, signs.unclosed, signs.ends_late, signs.single_quotes, words.capital, rules.second_if,
    rules.arrow, signs.equals, signs.block_comment, limits.hold, limits.limit_while,
    limits.joined, limits.limit, collections.declared, collections.items, collections.how_many,
    collections.sum_without_brackets, collections.sum_of_nothing, declarations.from_to,
    declarations.promotion, values.thousands, values.decimal_comma, values.money,
    rules.wait_for_time, values.written_date, values.day_of_month, values.clock, values.weekday, values.percent,
    values.number_word, values.thousand_letter, rules.if_first, rules.in_a_branch, declarations.opener,
    declarations.type_of, declarations.condition_of_segment, declarations.fields_in_brackets,
    declarations.comma_between_fields, declarations.zone_without_quotes, declarations.test_line, signs.dot,
    conditions.last_days, conditions.membership, conditions.membership_turned, conditions.known_empty, signs.foreign,
    conditions.aggregate, conditions.number_of, conditions.window_behind, conditions.count_first,
    conditions.count_without_bound, conditions.between_to, signs.stray_close, rules.and_then, rules.comma,
    rules.otherwise_in_a_rule, rules.set_to, words.one_time, rules.unless, rules.time_passes, rules.no_then,
    rules.every_so_often, values.unit, values.unit_missing, values.number_missing, rules.kind_of_branch,
    declarations.equals_of_given, rules.condition_for_event, conditions.comma, words.name_in_quotes, words.misspelt,
)  # fmt: skip

AT_THE_END: tuple[Slip, ...] = (
    signs.semicolon_behind, signs.ends_late, limits.hold, limits.limit, words.capital, rules.if_first, rules.unless,
    rules.no_then, declarations.condition_of_segment, declarations.type_missing, rules.steps_missing,
    values.unit_missing, words.misspelt,
)  # fmt: skip
"""The same for a declaration that ends too early."""
