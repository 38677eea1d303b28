"""What may have been meant by words that are no name: phrases of everyday speech, words that a bare name took in, texts
without their quotes. Each answer is advice and, where one edit mends it, the fix.
"""

import re
from collections.abc import Collection

from attrs import frozen

from segdsl.compiler.fixes import name_at
from segdsl.compiler.scope import Scope
from segdsl.diagnostics.diagnostic import Edit, Fix
from segdsl.diagnostics.source import SourceMap
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import nearest, surely
from segdsl.syntax import ast
from segdsl.syntax.format_values import quoted

_WHOM = r"(?:(?:the\s+)?(?:customers?|them|him|her|it|users?|visitors?|people)\s+)?"
_NAMED = r"(?:(?:the\s+)?segment\s+)?(?P<name>.+?)(?:\s+segment)?"
_ADDING = re.compile(rf"(?:add|put|move|assign|insert)\s+{_WHOM}(?:(?:to|into|onto)\s+)?{_NAMED}")
_REMOVING = re.compile(rf"(?:remove|delete|take|drop)\s+{_WHOM}(?:(?:from|out\s+of)\s+)?{_NAMED}")
_BELONGING = re.compile(rf"(?:customer\s+)?(?:belongs\s+to|member\s+of|part\s+of)\s+{_NAMED}")
_ENTERING = {
    "enter": "enters", "joins": "enters", "join": "enters", "becomes": "enters", "leave": "leaves", "exits": "leaves",
    "exit": "leaves",
}  # fmt: skip
_COMPARING = {
    "greater than": ">", "bigger than": ">", "larger than": ">", "higher than": ">", "over": ">", "above": ">",
    "less than": "<", "lower than": "<", "smaller than": "<", "below": "<", "under": "<", "equals": "=", "equal": "=",
    "equal to": "=", "greater than or equal to": ">=", "less than or equal to": "<=",
}  # fmt: skip
_LOOKING_BACK = ("last", "past", "previous", "over the last", "during the last", "over the past", "during", "the last")
_SAID = {
    "bought": "buys", "purchases": "buys", "purchased": "buys", "ordered": "places order", "orders": "places order",
    "order": "places order", "signs up": "registers", "signup": "registers", "logs in": "logs on", "login": "logs on",
    "logs out": "logs off", "logout": "logs off", "searched": "searches", "looks at": "views product",
    "viewed": "views product", "views": "views page", "views item": "views product", "opened email": "opens email",
    "checks out": "begins checkout", "starts checkout": "begins checkout", "checkout": "begins checkout",
    "adds to favourites": "adds to wish list", "adds to favorites": "adds to wish list", "likes": "takes part",
    "comments": "takes part", "reviews": "writes review", "reviewed": "writes review", "refunds": "gets refund",
    "returns": "returns product", "returned": "returns product", "clicks": "clicks link", "clicked": "clicks link",
    "invites": "refers", "updates account": "updates profile",
}  # fmt: skip
_ABANDONING = ("abandons cart", "abandons shopping cart", "abandoned cart", "abandons basket", "cart abandoned")
_BIRTHDAYS = ("birthday", "has birthday", "celebrates birthday", "birth date")
_CALLED = {
    "zip": "postal code", "zip code": "postal code", "postcode": "postal code", "province": "state", "region": "state",
    "sex": "gender", "salary": "income", "annual income": "income", "earnings": "income", "surname": "last name",
    "family name": "last name", "hobbies": "interests", "profession": "job", "occupation": "job", "employer": "company",
    "tier": "loyalty tier", "points": "loyalty points", "consent": "marketing consent", "birthday": "birth date",
    "registered": "registration date", "registration": "registration date", "mail": "email",
    "phone number": "phone", "organization": "account",
}  # fmt: skip
"""What is known of a customer, by other words for it."""
_DONE = {
    "email": "send email", "emails": "send email", "mail": "send email", "mails": "send email",
    "send mail": "send email", "send mails": "send email", "send emails": "send email", "messages": "send email",
    "text": "send text", "texts": "send text", "sms": "send text", "send sms": "send text", "send texts": "send text",
    "push": "send push", "pushes": "send push", "push messages": "send push", "send notification": "send push",
    "notifications": "send push", "send push message": "send push", "coupons": "issue coupon",
    "coupon": "issue coupon", "send coupon": "issue coupon", "show banner": "show content", "banner": "show content",
    "send message": "send email", "display content": "show content", "recommend content": "show content",
    "display title": "show title", "recommend catalog entry": "recommend product",
    "display best sellers": "show best sellers", "display recently viewed": "show recently viewed",
    "display top browsed": "show most viewed", "change search result order": "rank results",
    "specify top search result": "put first", "add search criteria": "narrow search",
    "replace search criteria": "replace search",
}  # fmt: skip
"""What is done, by other words for it."""
_ASKED = {
    "shopping cart": "count of cart", "basket": "count of cart", "cart value": "total of (price * quantity) of cart",
    "cart size": "count of cart", "last purchase date": "time since places order",
    "last purchase": "time since places order", "last order": "time since places order",
    "last order date": "time since places order", "amount spent": "total of amount of places order",
    "total spent": "total of amount of places order", "lifetime value": "total of amount of places order",
    "order count": "count of places order", "order value": "total of amount of places order",
    "purchase history": "count of places order", "current age": "age",
}  # fmt: skip
"""What is worked out, by other words for it."""
_YES_AND_NO = {"true": "yes", "false": "no", "True": "yes", "False": "no", "TRUE": "yes", "FALSE": "no"}
NOTHING = frozenset(("null", "none", "empty", "nil", "missing", "unknown", "blank", "NULL", "undefined", "NaN"))


@frozen
class Meaning:
    """What may have been meant: what to write, and the edit."""

    help: str
    fix: Fix | None = None


def of_action(of: ast.Name, scope: Scope) -> Meaning | None:
    """Of a step that is no action."""
    first = of.text.split(" ")[0]
    if first != first.lower() and first.lower() in ("when", "then", "if", "add", "remove", "set", "send", "wait"):
        fix = Fix(of.span, first.lower() + of.text[len(first) :])
        return Meaning(f"the words of the language are lower case: `{first.lower()}`", fix)
    if of.text in scope.segments:
        fix = Fix(of.span, f"add to {of.text}", sure=False)
        return Meaning(f"to make the customer a member write `add to {of.text}`", fix)
    if of.text in scope.events:
        fix = Fix(of.span, f"record {of.text}", sure=False)
        return Meaning(f"to make an event of the customer write `record {of.text}`", fix)
    for form, words in ((_ADDING, "add to"), (_REMOVING, "remove from")):
        found = form.fullmatch(of.text)
        if found is not None:
            meant = _segment(found["name"], scope.segments)
            written = f"{words} {meant or found['name']}"
            return Meaning(f"write `{written}`", Fix(of.span, written) if meant else None)
    first, _, rest = of.text.partition(" ")
    action = _DONE.get(rest.casefold())
    if action is not None and action in scope.actions and first not in ("send", "issue", "show"):
        return Meaning(f'name the action, and what is meant of it behind `where`: `{action} where kind is "{first}"`')
    return _by_another_word(of, _DONE.get(of.text.casefold()), scope.actions)


def of_segment(of: ast.Name, scope: Scope, sources: SourceMap) -> Meaning | None:
    """Of a segment that is not declared: a declared one with a word too many, or one that took in what follows it."""
    name = of.text
    bare = name.strip(".,: ")
    plain = re.sub(r"^(?:the\s+)?segment\s+|^the\s+|\s+segment$", "", bare)
    if plain != name and plain in scope.segments:
        return Meaning(f"write `{plain}`", Fix(of.span, name_at(of, plain)))
    if name.endswith(";"):
        return Meaning("nothing ends with `;`: a line's end is enough", Fix(of.span, name_at(of, name.rstrip("; "))))
    if name in scope.collections:
        event = scope.collections[name].event.name
        return Meaning(f"`{name}` is a collection: ask `count of {name} >= 1`, or start with its event, `when {event}`")
    action = re.match(r"(?:add to|remove from)\s+(.+)", name)
    if action is not None or name in scope.actions:
        return Meaning("actions are joined by `and`, not by a comma", _and_for_comma(of, sources))
    for declared in sorted(scope.segments, key=len, reverse=True):
        if name.startswith(declared) and re.match(r"\s+\S|[=<>!&|]", name[len(declared) :]):
            return _swallowed(of, declared, sources)
    return None


def _and_for_comma(of: ast.Name, sources: SourceMap) -> Fix | None:
    before = re.search(r",\s*$", sources[of.span.source].text[max(0, of.span.start - 20) : of.span.start])
    if before is None:
        return None
    return Fix(Span(of.span.source, of.span.start - len(before.group()), of.span.start), " and ")


def _swallowed(of: ast.Name, declared: str, sources: SourceMap) -> Meaning:
    """What to say of a name that begins with a declared one and goes on."""
    written = sources.text(of.span)
    rest = written[len(declared) :] if written.startswith(declared) else ""
    sign = re.match(r"\s*(&&?|\|\|?)(?=\s)", rest)
    if sign is not None:
        word = "and" if sign[1].startswith("&") else "or"
        at = of.span.start + len(declared) + sign.start(1)
        span = Span(of.span.source, at, at + len(sign[1]))
        return Meaning(f"`{sign[1]}` is not a word of the language: write `{word}`", Fix(span, word))
    ends = re.match(r"\s+(during|in|over)\s+(?=[0-9]+\s+(?:calendar\s+)?(?:day|week|month|year|hour|minute)s?$)", rest)
    if ends is not None:
        at = of.span.start + len(declared) + ends.start(1)
        span = Span(of.span.source, at, at + len(ends[1]))
        return Meaning("how long a membership lasts is said with `for`", Fix(span, "for", sure=ends[1] != "in"))
    return Meaning(
        f"`{declared}` is a segment, and its name runs on to the line's end: `{rest.strip()}` cannot follow it"
        if rest
        else f'did you mean "{declared}"?'
    )


def of_trigger(of: ast.Name, segments: Collection[str]) -> Meaning | None:
    """Of `becomes Skiers` and the like where an event is meant."""
    first, _, rest = of.text.partition(" ")
    before, _, last = of.text.rpartition(" ")
    for verb, segment in ((first, rest), (last, before)):
        word = _ENTERING.get(verb, verb)
        if word in ("enters", "leaves") and segment in segments:
            return Meaning(f"write `{word} {segment}`", Fix(of.span, f"{word} {segment}"))
    return None


def of_event(of: ast.Name, scope: Scope, values: Collection[str], sources: SourceMap) -> Meaning | None:
    """Of a name with a value, a count or a window behind it that is no event. `values` are the names that can be
    compared."""
    text = sources[of.span.source].text
    for phrase, sign in sorted(_COMPARING.items(), key=lambda each: -len(each[0])):
        if of.text == phrase:
            before = re.search(r"\bis\s+$", text[max(0, of.span.start - 12) : of.span.start])
            start = of.span.start - len(before.group()) if before else of.span.start
            return Meaning(f"write `{sign}`", Fix(Span(of.span.source, start, of.span.end), sign))
        if of.text.endswith(f" {phrase}") and of.text.removesuffix(f" {phrase}") in values:
            compared = of.text.removesuffix(phrase) + sign
            return Meaning(f"write `{compared} ...`", Fix(of.span, compared))
    if of.text in values:
        return Meaning(f"to compare it write `{of.text} is ...` or `{of.text} >= ...`")
    return _before_a_word(of, scope) or _otherwise_said(of, scope)


def _before_a_word(of: ast.Name, scope: Scope) -> Meaning | None:
    """An event's name that took in a word of the language, as it is misspelt or another one: `places order withn`."""
    for event in sorted(scope.events, key=len, reverse=True):
        rest = of.text.removeprefix(event + " ")
        if rest == of.text:
            continue
        if rest in _LOOKING_BACK:
            return Meaning("a look back is written with `within`", Fix(of.span, f"{event} within"))
        words = ("within", "since", "before", "from", "where", "exactly", "once", "twice")
        near = nearest(rest, words)
        if near is not None:
            return Meaning(
                f"did you mean `{event} {near}`?", Fix(of.span, f"{event} {near}", sure=surely(rest, near, words))
            )
    return None


def ran_on(of: ast.Name, events: Collection[str]) -> Meaning | None:
    """Of an event in a collection or a test that took in what stood behind it on the same line."""
    for found in re.finditer(r" (?=(?:drop|clear|expect|given|after) )", of.text):
        first, rest = of.text[: found.start()], of.text[found.end() :]
        if first in events:
            fix = Fix(of.span, f"{first}\n  {rest}")
            return Meaning(f"a name runs on to the line's end: `{rest}` stands on a line of its own", fix)
    return None


def _otherwise_said(of: ast.Name, scope: Scope) -> Meaning | None:
    """An event by another word for it: of everyday speech, or its name on the wire."""
    said = of.text.casefold().removeprefix("customer ")
    if said in _BIRTHDAYS and "birth date" in scope.attributes:
        return Meaning("a date that comes every year is a trigger: `when birth date every year`")
    if said in _ABANDONING and "adds to cart" in scope.events:
        return Meaning("a cart is left when nothing follows: `3 days after the last adds to cart without places order`")
    wires = {wire.casefold().replace("_", " "): name for name, info in scope.events.items() for wire in info.wires}
    return _by_another_word(of, _SAID.get(said) or wires.get(said), scope.events)


def _by_another_word(of: ast.Name, meant: str | None, names: Collection[str]) -> Meaning | None:
    """What another word stands for, unless the name is a slip of the pen for one that is declared."""
    near = nearest(of.text, names)
    if meant is None or meant not in names or (near is not None and surely(of.text, near, names)):
        return None
    return Meaning(f"did you mean `{meant}`?", Fix(of.span, meant, sure=False))


def of_value(of: ast.Name, scope: Scope) -> Meaning | None:
    """Of a name by itself in a condition, or in a comparison, that is none."""
    if of.text in _YES_AND_NO:
        right = _YES_AND_NO[of.text]
        return Meaning(f"write `{right}`", Fix(of.span, right))
    promised = re.fullmatch(r"(?:has |entitled to )?promotion (?P<name>.+)", of.text)
    if promised is not None and promised["name"] in scope.promotions:
        return Meaning("nothing asks for a promotion: make its condition a segment, and let both ask for that")
    found = _BELONGING.fullmatch(of.text)
    if found is not None:
        meant = _segment(found["name"], scope.segments)
        fix = Fix(of.span, f"in segment {meant}") if meant else None
        return Meaning(f"ask `in segment {meant or found['name']}`", fix)
    asked = _ASKED.get(of.text.casefold())
    if asked is not None:
        return Meaning(f"ask `{asked}`", Fix(of.span, asked, sure=False))
    known = _by_another_word(of, _CALLED.get(of.text.casefold()), scope.attributes)
    if known is not None:
        return known
    words = of.text.split(" ")
    for cut in range(len(words) - 1, 0, -1):
        event, field = _event_and_field(" ".join(words[:cut]), scope)
        if event:
            said = " ".join(words[cut:])
            written = f"{' '.join(words[:cut])} {quoted(said)}"
            return Meaning(f"a text stands in quotes: `{written}`", Fix(of.span, written, sure=field))
    return None


def outside_where(of: ast.Name, scope: Scope, sources: SourceMap) -> Meaning | None:
    """Of a field behind `and`, where the `where` has ended already: `buys where category is "Golf" and price > 3`."""
    before = sources[of.span.source].text[max(0, of.span.start - 300) : of.span.start].rpartition("\n\n")[2]
    found = re.search(r"\bwhere\s+(?!\()[^(){}]*\b(?P<word>and|or)\s+(?:not\s+)?$", before)
    if found is None or not any(of.text in event.fields for event in scope.events.values()):
        return None
    help_ = f"the `where` has ended; what belongs to it stands in brackets: `where (... {found['word']} {of.text} ...)`"
    return Meaning(help_)


def _event_and_field(name: str, scope: Scope) -> tuple[str, bool]:
    """The event that a name begins with, and whether a field of it follows."""
    if name in scope.events:
        return (name, False) if scope.events[name].subject is not None else ("", False)
    words = name.split(" ")
    for cut in range(len(words) - 1, 0, -1):
        event = scope.events.get(" ".join(words[:cut]))
        if event is not None and " ".join(words[cut:]) in event.fields:
            return event.name, True
    return "", False


def of_collection(name: str, node: ast.Expression, right: ast.Expression) -> Meaning:
    """Of a collection that is compared with something."""
    match node, right:
        case ast.Is(negated=negated), ast.Mention(ast.Name(text=said), None, None, None, None) if said in NOTHING:
            written = f"count of {name} {'>= 1' if negated else '= 0'}"
            return Meaning(f"write `{written}`", Fix(node.span, written))
        case ast.TextTest(), ast.Text(value=said):
            return Meaning(f"ask `any item of {name} where product is {quoted(said)}`")
    return Meaning(f"ask `count of {name} >= 1`")


def nothing(node: ast.Expression, left: ast.Expression, negated: bool, sources: SourceMap) -> Meaning:
    """Of `country is null`."""
    said = f"{sources.text(left.span)} is {'' if negated else 'not '}known"
    return Meaning(f"write `{said}`", Fix(node.span, said))


def choice_without_quotes(of: ast.Name, choice: str, choices: Collection[str]) -> Meaning:
    """Of a word that is compared with one of a few texts, and is nearly one of these."""
    fix = Fix(of.span, quoted(choice), sure=surely(of.text, choice, choices))
    return Meaning(f"a text stands in quotes: {quoted(choice)}", fix)


def text_without_quotes(of: ast.Name, sources: SourceMap) -> Meaning:
    """Of a word that is compared with a text and is no name."""
    said = sources.text(of.span)
    behind = Span(of.span.source, of.span.end, of.span.end)
    fix = Fix(Span(of.span.source, of.span.start, of.span.start), '"', (Edit(behind, '"'),))
    return Meaning(f'a text stands in quotes: "{said}"', fix)


def _segment(said: str, segments: Collection[str]) -> str | None:
    return said if said in segments else None
