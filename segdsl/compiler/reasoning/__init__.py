"""What can be told of conditions without running them: that one never holds, always holds, or follows from another.

Comes in: conditions as the plan has them. Goes out: yes, or *do not know* (False): never a guess. Numbers, dates and
lengths of time are intervals, texts are sets; what is not known is a value of its own (language.md section 5.8).
`values` has the sets, `terms` what a plain condition asks of what, `formulas` the two-valued sentence behind a
three-valued condition, `relations` what counts and times have to do with one another, `reasoner` the search.

The host's word (include, exclude) is left aside: a derived segment is taken for its condition.
"""

from segdsl.compiler.reasoning.facts import Facts, Happened
from segdsl.compiler.reasoning.reasoner import Reasoner

__all__ = ["Facts", "Happened", "Reasoner"]
