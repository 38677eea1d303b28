"""Small faults of the kinds that an engine written anew may have, each on the text of the reference as it stands."""

from tests.support.planting import Fault

ENGINE = "engines.reference"
FAULTS = (
    # ------------------------------------------------------------------------------------------------------- windows
    Fault(
        "an event stays in its window a microsecond too long",
        "state.windows",
        "        return event + fixed\n",
        "        return event + fixed + 1\n",
    ),
    Fault(
        "a window of whole days ends a day too late",
        "state.windows",
        "zone.date(event) + window.older_days)",
        "zone.date(event) + window.older_days + 1)",
    ),
    Fault(
        "an event comes into a window of the past at once",
        "state.memories",
        "    if not looks_past(window):\n        return len(entries)\n",
        "    return len(entries)\n",
    ),
    Fault("a repeated local time counts twice", "state.windows", "zone.unrepeated(event)", "zone.local(event)"),
    Fault(
        "a month that has no such day ends on its last one",
        "state.windows",
        "shifted_date(date, months, days, up=True)",
        "shifted_date(date, months, days)",
    ),
    # ------------------------------------------------------------------------------------------------------ memories
    Fault(
        "a count keeps one event too few", "state.memories", "else max(1, memory.keep)", "else max(1, memory.keep - 1)"
    ),
    Fault(
        "of equally frequent values the first seen wins",
        "state.memories",
        "if entry[1] >= best[1]:",
        "if entry[1] > best[1]:",
    ),
    Fault(
        "an event whose field is not known counts for an aggregate",
        "state.memories",
        "    if memory.operand is not None and value is None:\n        return held\n",
        "    value = value or 0\n",
    ),
    Fault(
        "the smallest drops values that are equal",
        "state.memories",
        "held[end - 1][1] >= value if",
        "held[end - 1][1] > value if",
    ),
    # --------------------------------------------------------------------------------------------------- expressions
    Fault(
        "what is not known is no",
        "values.operations",
        '    if left is None or right is None:\n        return None\n    match operator:\n        case "=":',
        '    if left is None or right is None:\n        return False\n    match operator:\n        case "=":',
    ),
    Fault(
        "a membership lasts a microsecond longer before it counts",
        f"{ENGINE}.evaluate",
        "since + lasting <= view.now",
        "since + lasting < view.now",
    ),
    Fault(
        "a default is not read",
        f"{ENGINE}.evaluate",
        "return view.defaults.get(name) if value is None else value",
        "return value",
    ),
    Fault(
        "chance has another purpose",
        f"{ENGINE}.evaluate",
        "chance.falls_within(seed, purpose, view.state.drawn",
        'chance.falls_within(seed, purpose + "1", view.state.drawn',
    ),
    Fault(
        "a window of the day that runs past midnight belongs to the next day",
        f"{ENGINE}.evaluate",
        "(today - 1) % 7",
        "today",
    ),
    Fault(
        "case is not ignored in a list",
        "values.operations",
        "    if folded:\n        return text",
        "    if False:\n        return text",
    ),
    Fault(
        "division is cut and not rounded",
        "values.operations",
        'return numbers.divide(left, right)\n        case "whole"',
        'return left * SCALE // right if right else None\n        case "whole"',
    ),
    Fault(
        "the start of a flow is not told from what answered",
        f"{ENGINE}.evaluate",
        "view.event.get(name) if not start or view.start is None else view.start.get(name)",
        "view.event.get(name)",
    ),
    # ------------------------------------------------------------------------------------------------------- segments
    Fault(
        "an attribute that is set touches no segment",
        ENGINE,
        "return self.needs.segments_of_attribute(name)",
        "return set()",
    ),
    Fault(
        "a segment that changed does not touch those that read it",
        ENGINE,
        "heappush(waiting, self.order[reader])",
        "pass",
    ),
    Fault(
        "an inclusion beats an exclusion that came later",
        ENGINE,
        "step.state.listed[entry.segment] = False",
        "step.state.listed.setdefault(entry.segment, False)",
    ),
    Fault("adding again shortens an end", ENGINE, "later_end(stay.end, end)", "end"),
    Fault(
        "an end that is past already makes a member", ENGINE, "elif end is None or end > following.view.now:", "else:"
    ),
    Fault("`since` begins anew when a rule adds again", ENGINE, "Stay(stay.because, later_end", "Stay(why, later_end"),
    Fault("a membership ends a step too late", ENGINE, "stay.end <= now:", "stay.end < now:"),
    # ---------------------------------------------------------------------------------------------------------- clock
    Fault(
        "something is due a microsecond late",
        f"{ENGINE}.due",
        "return min((moment for moment in moments",
        "return min((moment + 1 for moment in moments",
    ),
    Fault(
        "what turns with `>` is not due",
        f"{ENGINE}.due",
        "                yield instant + 1\n",
        "                yield instant\n",
    ),
    Fault(
        "a membership that lasts is never due",
        f"{ENGINE}.due",
        "yield since + lasting if since is not None and lasting is not None else None",
        "yield None",
    ),
    Fault(
        "the end of a membership that nobody hears of is a timer",
        f"{ENGINE}.due",
        "(segment in self.needs.heard) == heard",
        "heard",
    ),
    Fault(
        "an item of a collection leaves its window unseen",
        f"{ENGINE}.due",
        "next_passage(window, items, view.now, view.zone) if window is not None else None",
        "None",
    ),
    Fault(
        "29 February is kept on 1 March",
        "state.moments",
        "plus_months(value, 12 * years) if years else value",
        "plus_months(value + 1, 12 * years) - 1 if years else value",
    ),
    Fault(
        "a schedule has no last day of a month",
        "state.moments",
        "min(start + trigger.days[0] - 1, last)",
        "start + trigger.days[0] - 1",
    ),
    # ---------------------------------------------------------------------------------------------------------- rules
    Fault(
        "the lower priority wins",
        "state.landing",
        "return wish.rule.priority, isinstance(wish.action, p.Remove)",
        "return -wish.rule.priority, isinstance(wish.action, p.Remove)",
    ),
    Fault(
        "`remove` loses against `add`",
        "state.landing",
        "isinstance(wish.action, p.Remove), wish",
        "isinstance(wish.action, p.Add), wish",
    ),
    Fault(
        "of two values the smaller is set",
        "state.landing",
        "_value_order(wish) > _value_order(before)",
        "_value_order(wish) < _value_order(before)",
    ),
    Fault(
        "effects come in the order of the rules",
        f"{ENGINE}.making",
        "sorted(wanted, key=lambda each: (-each[0].priority, each[0].id))",
        "wanted",
    ),
    Fault(
        "the second effect of a stage has the id of the first",
        f"{ENGINE}.making",
        "    times[stage] += 1\n",
        "    times[stage] = 1\n",
    ),
    Fault(
        "a step fires a rule for one value of `per` alone",
        f"{ENGINE}.flows",
        "if any(_same(value, other) for other in started):",
        "if started:",
    ),
    Fault(
        "who is held out draws with the customer's new name",
        f"{ENGINE}.flows",
        '"holdout", view.state.drawn',
        '"holdout", view.state.customer',
    ),
    Fault("`once` is forgotten with `per`", f"{ENGINE}.flows", 'f"{rule.id} {value!r}"', "rule.id"),
    Fault(
        "an activity ends a microsecond late",
        f"{ENGINE}.flows",
        "if rule.end is not None and view.now >= rule.end:",
        "if rule.end is not None and view.now > rule.end:",
    ),
    Fault("`branch first` takes all paths", f"{ENGINE}.flows", 'if branch.kind == "first":', "if False:"),
    # ---------------------------------------------------------------------------------------------------------- flows
    Fault(
        "a wait goes on twice",
        f"{ENGINE}.flows",
        "        self._take(rule, rest, wait.value, view, round_, wishes)\n        return []",
        "        self._take(rule, rest, wait.value, view, round_, wishes)\n        return [wait]",
    ),
    Fault("a wait is answered at its deadline", f"{ENGINE}.flows", "wait.deadline <= now)", "wait.deadline < now)"),
    Fault(
        "a flow that was stopped goes on",
        f"{ENGINE}.flows",
        "running = [wait for wait in mine if not self._is_stopped(rule, wait, round_)]",
        "running = mine",
    ),
    Fault(
        "a flow that starts over keeps its old wait",
        f"{ENGINE}.flows",
        "if any(_same(wait.value, value) for value in started):",
        "if False:",
    ),
    Fault(
        "a count that is waited for begins anew with each step",
        f"{ENGINE}.flows",
        "return None, _with_tally(wait, tally)",
        "return None, wait",
    ),
    Fault(
        "a wait forgets the event that started the flow",
        f"{ENGINE}.flows",
        "start = view.event if view.start is None else view.start",
        "start = view.event",
    ),
    Fault(
        "a count goes on after it was completed",
        f"{ENGINE}.round",
        "return [each for each in tally if each[1] != value], True",
        "return tally, True",
    ),
    Fault(
        "`without` takes away what came before for good",
        f"{ENGINE}.round",
        "if not holds(without.match, about.of_flow(e.fields))]",
        "if False]",
    ),
    Fault("`the last` keeps them all", f"{ENGINE}.round", "        if not after.each:\n", "        if False:\n"),
    # ----------------------------------------------------------------------------------- collections, limits, guests
    Fault(
        "an item keeps its old place when it is put in again",
        "state.collections",
        "[*others, [instant, key, fields]]",
        "[[instant, key, fields] if i[1] == key else i for i in items] if len(others) < len(items) else "
        "[*others, [instant, key, fields]]",
    ),
    Fault(
        "what clears a collection comes after what is put in",
        "state.collections",
        "    if event in collection.clears:\n        items = []\n",
        "    if event in collection.clears:\n        return [], False\n",
    ),
    Fault(
        "a limit counts what was held back",
        f"{ENGINE}.holding",
        "                held.append(Held(effect, tuple(by)))\n",
        "                held.append(Held(effect, tuple(by)))\n                for scope, log in logs.items():\n"
        "                    view.state.made[scope] = [*log, view.now]\n",
    ),
    Fault("a limit lets one more through", f"{ENGINE}.holding", ">= limit.number]", "> limit.number]"),
    Fault("a hold is judged whatever it speaks of", f"{ENGINE}.holding", "if holds(h.where, about)]", "]"),
    Fault("a join enters what the guest was in", ENGINE, "elif change.segment not in round_.known:", "else:"),
    Fault(
        "a join forgets the account's attributes",
        "state.joining",
        "{**guest.attributes, **account.attributes}",
        "{**account.attributes, **guest.attributes}",
    ),
    # --------------------------------------------------------------------------------------------------------- purity
    Fault(
        "the state that was given is changed",
        ENGINE,
        "step = Step(state.copy(), [], [], [])\n        here = step.state\n        while",
        "step = Step(state, [], [], [])\n        here = step.state\n        while",
    ),
    Fault(
        "a list in the state that was given is changed",
        f"{ENGINE}.round",
        "[*others, pending][",
        "(others.append(pending) or others)[",
    ),
)
