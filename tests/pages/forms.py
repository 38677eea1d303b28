"""Forms of the language and what a page says of them: each with what is easily got wrong about it."""

# ruff: noqa: E501 - a form and its sentence stand on one line

DECLARED = """\
segment A by activities
segment B by activities
segment C listed
define loyal as count of places order >= 3 and loyalty tier is known
define spent as total of amount of places order
attribute flag: boolean
attribute score: number default 2
attribute contract end: date
attribute note: text
event books flight { flight: text, departs: instant, seats: number }
event quiet
"""

CONDITIONS = {
    "in segment A": "the customer is in A",
    "not in segment A": "the customer is not in A",
    "in segment A for at least 30 days": "the customer has been in A for at least 30 days on end",
    "in segment any(A, B)": "the customer is in at least one of A and B",
    "in segment all(A, B)": "the customer is in all of A and B",
    "in segment none(A, B)": "the customer is in none of A and B",
    "not in segment any(A, B)": "the customer is in none of A and B",
    "in segment none(A)": "the customer is not in A",
    "income >= 100_000": "income is at least 100,000",
    "income = 5": "income is 5",
    "income != 5": "income is not 5 (a customer whose income is not known does not match)",
    "income < 5": "income is less than 5",
    "income <= 5": "income is at most 5",
    "income > 2.5": "income is more than 2.5",
    "score != 5": "score is not 5",
    'country is "CA"': "country is “CA”",
    'country is not "CA"': "country is not “CA” (a customer whose country is not known does not match)",
    'not country is "CA"': "country is not “CA” (a customer whose country is not known does not match)",
    'country is not known or country is not "CA"': "country is not known, or country is not “CA”",
    'country in ("US", "CA")': "country is “US” or “CA”",
    'country not in ("US", "CA")': "country is neither “US” nor “CA” (a customer whose country is not known does not match)",
    "income is known": "income is known",
    "income is not known": "income is not known",
    "age between 18 and 25": "the customer's age is from 18 to 25, both included",
    'email ends with "@acme.com"': "email ends with “@acme.com”",
    'email contains "a"': "email contains “a”",
    'email starts with "a"': "email starts with “a”",
    'not (city is "Ottawa" or city is "Buffalo")': "it is not so that either city is “Ottawa” or city is “Buffalo” (a customer whose city is not known does not match)",
    "flag": "flag is yes",
    "not flag": "flag is no (a customer whose flag is not known does not match)",
    "flag is yes": "flag is yes",
    "registration date within 30 days": "registration date lies within the last 30 days (30 times 24 hours)",
    "contract end within the next 30 days": "contract end lies within the next 30 days (30 times 24 hours)",
    "registration date since 2026-01-01": "registration date is 2026-01-01 or after",
    "registration date before 2026-01-01": "registration date is before 2026-01-01",
    "registration date from 90 days to 30 days ago": "registration date lies between 90 days and 30 days ago",
    "birth date >= 1990-01-01": "birth date is 1990-01-01 or after",
    "loyal": "loyal holds (that is: the number of places order is at least 3, and loyalty tier is known)",
    "not loyal": "loyal does not hold (that is: the number of places order is at least 3, and loyalty tier is known)",
    "spent >= 100": "spent (that is: the total of amount over all places order) is at least 100",
    "spent >= 100 and spent < 200": "spent (that is: the total of amount over all places order) is at least 100, and spent is less than 200",
    "places order": "the customer has done places order at least once",
    "not places order": "the customer has never done places order",
    "not places order within 30 days": "the customer has not done places order within the last 30 days (30 times 24 hours)",
    "places order once": "the customer has done places order exactly once",
    "places order at least twice within 90 days": "the customer has done places order at least twice within the last 90 days (90 times 24 hours)",
    "places order at most twice": "the customer has done places order at most twice (also a customer who never did)",
    "places order fewer than 3 times": "the customer has done places order fewer than 3 times (also a customer who never did)",
    "places order more than 3 times": "the customer has done places order more than 3 times",
    "places order exactly 0 times": "the customer has done places order exactly 0 times",
    "places order from 0 to 3 times": "the customer has done places order from 0 to 3 times (also a customer who never did)",
    "places order from 1 to 3 times within 7 calendar days": "the customer has done places order from 1 to 3 times today or on the 6 days before",
    "places order where amount >= 100 at least 3 times within 12 months": "the customer has done places order where amount is at least 100, at least 3 times within the last 12 months (back to the same day and time)",
    "places order since 2026-01-01": "the customer has done places order at least once since 2026-01-01",
    "places order before 2026-01-01T10:00": "the customer has done places order at least once before 2026-01-01 10:00",
    "places order from 90 days to 30 days ago": "the customer has done places order at least once between 90 days and 30 days ago",
    "places order within 1 calendar day": "the customer has done places order at least once today",
    "places order within 2 weeks": "the customer has done places order at least once within the last 2 weeks (14 times 24 hours)",
    "places order within 2 hours": "the customer has done places order at least once within the last 2 hours",
    "places order within 1 day": "the customer has done places order at least once within the last 1 day (24 hours)",
    'buys category "Golf"': "the customer has done buys with category “Golf” at least once",
    'searches "coffee" exactly twice within 2 days': "the customer has done searches with term “coffee” exactly twice within the last 2 days (2 times 24 hours)",
    "not (places order at least twice)": "it is not so that the customer has done places order at least twice",
    'count of buys where category is "Golf" within 1 week > 3': "the number of buys where category is “Golf” within the last 1 week (7 times 24 hours) is more than 3",
    "count of places order < 3": "the number of places order is less than 3 (also for a customer who never did: it is 0 then)",
    "count of distinct product of views product >= 3": "the number of different values of product over all views product is at least 3",
    "total of amount of places order within 90 days >= 500": "the total of amount over all places order within the last 90 days (90 times 24 hours) is at least 500",
    "total of amount of places order <= 500": "the total of amount over all places order is at most 500 (also for a customer who never did: it is 0 then)",
    'total of (price * quantity) of buys where category is "Ski" >= 200': "the total of (price times quantity) over all buys where category is “Ski” is at least 200",
    "average of amount of places order < 20": "the average of amount over all places order is less than 20 (a customer who never did does not match)",
    "smallest of amount of places order > 5": "the smallest amount over all places order is more than 5",
    "largest of amount of places order >= 1000": "the largest amount over all places order is at least 1,000",
    'first of category of buys is "Ski"': "category of the first buys is “Ski”",
    'latest of category of buys is "Golf"': "category of the latest buys is “Golf”",
    'most frequent category of views product within 60 days is "Golf"': "the most frequent category over all views product within the last 60 days (60 times 24 hours) is “Golf”",
    "time since places order > 180 days": "the customer's last places order was more than 180 days (180 times 24 hours) ago (a customer who never did does not match)",
    "time since places order <= 1 day": "the customer's last places order was at most 1 day (24 hours) ago",
    "180 days < time since places order": "180 days is less than the time since the customer's last places order",
    "count of buys > count of places order + 2": "the number of buys is more than the number of places order plus 2",
    "income - 5 > 3 / 2": "income minus 5 is more than 3 divided by 2",
    "income = -3": "income is −3",
    "count of cart >= 2": "the number of items in cart is at least 2",
    'any item of cart where (category is "Golf" and price > 100)': "at least one item of cart fits: category is “Golf”, and price is more than 100",
    'no item of cart where category is "Golf"': "no item of cart fits: category is “Golf”",
    "not any item of cart": "there is no item of cart",
    'count of cart where category is "Ski" within 7 days >= 1': "the number of items in cart where category is “Ski” put in within the last 7 days (7 times 24 hours) is at least 1",
    "count of cart < 2": "the number of items in cart is less than 2 (also for a customer who has none in it: it is 0 then)",
    "average of price of cart < 5": "the average of price over all items in cart is less than 5 (a customer who has none in it does not match)",
    "total of (price * quantity) of cart >= 100": "the total of (price times quantity) over all items in cart is at least 100",
    'latest of product of cart is "a"': "product of the latest item in cart is “a”",
    "time since cart > 2 hours": "the latest item was put into cart more than 2 hours ago (a customer who has none in it does not match)",
    "2 hours < time since cart": "2 hours is less than the time since the latest item was put into cart",
    'random 10% "never mail"': "the customer is among a fixed 10% of all, drawn for “never mail”",
    'not random 10% "never mail"': "the customer is not among a fixed 10% of all, drawn for “never mail”",
    '(income > 3 and age > 2) or (country is "CA" and city is "X" and flag)': "both income is more than 3 and the customer's age is more than 2, or all of this: country is “CA”, and city is “X”, and flag is yes",
    "not (income > 3 and flag)": "it is not so that both income is more than 3 and flag is yes",
    "places order where (amount >= 100 and not coupon is known)": "the customer has done places order where amount is at least 100, and coupon is not known, at least once",
    "places order where time >= 2026-01-01T10:00Z": "the customer has done places order where time is 2026-01-01 10:00Z or after, at least once",
}
"""Of segments: where no event is at hand."""

IN_RULES = {
    ("places order", "amount >= 100"): "the event's amount is at least 100",
    ("places order", "this amount >= 100"): "the event's amount is at least 100",
    (
        "places order",
        "buys where product is this order",
    ): "the customer has done buys where product is the event's order, at least once",
    ("searches", 'term contains "coffee"'): "the event's term contains “coffee”",
    ("searches", "on Monday, Tuesday"): "it is Monday or Tuesday",
    ("searches", "on weekdays"): "it is a day from Monday to Friday",
    ("searches", "not on Monday"): "it is not Monday",
    (
        "searches",
        "on Monday from 22:00 to 02:00",
    ): "it is Monday, from 22:00 until before 02:00 of the next day (a night counts as the day on which it starts)",
    ("searches", "on weekdays from 09:00 to 17:00"): "it is a day from Monday to Friday, from 09:00 until before 17:00",
    ("searches", "local time between 09:00 and 17:00"): "the local time is from 09:00 to 17:00, both included",
    ("searches", "local time >= 09:00"): "the local time is 09:00 or after",
    ("searches", 'weekday is "Monday"'): "the weekday is “Monday”",
    ("searches", "birth date = today"): "birth date is today",
    (
        "places order",
        "received - time <= 30 minutes",
    ): "the event's received minus the event's time is at most 30 minutes",
    (
        "places order",
        'any item of items where (category is "Golf" and price > 100)',
    ): "at least one item of the event's items fits: category is “Golf”, and price is more than 100",
    ("places order", "count of items >= 3"): "the number of the event's items is at least 3",
    ("places order", "total of price of items >= 3"): "the total of price over all the event's items is at least 3",
    ("places order", "amount is not known"): "the event's amount is not known",
    ("places order", "amount != 3"): "the event's amount is not 3 (an event whose amount is not known does not match)",
    (
        "places order",
        'not coupon is "x"',
    ): "the event's coupon is not “x” (an event whose coupon is not known does not match)",
    ("logs on", 'customer country is "CA"'): "country is “CA”",
    ("registers", 'random 10% "x"'): "the customer is among a fixed 10% of all, drawn for “x”",
}
"""By trigger and condition."""

TRIGGERS = {
    "places order": "the customer places order",
    'searches "Acme"': "the customer searches with term “Acme”",
    'buys category "Golf"': "the customer buys with category “Golf”",
    "places order where amount >= 100": "the customer places order where amount is at least 100",
    'searches "coffee" 5 times within 2 days': "the customer does searches with term “coffee” for the 5th time within 2 days; then it counts anew",
    "places order 2 times": "the customer does places order for the 2nd time; then it counts anew",
    "3 days after each begins checkout without places order": "3 days have passed since a begins checkout of the customer (each time by itself), with no places order in between",
    "1 day after each begins checkout": "1 day has passed since a begins checkout of the customer (each time by itself)",
    "3 days after the last adds to cart": "3 days have passed since the customer's last adds to cart (each new one starts that over)",
    "birth date every year at 09:00": "it is the day of birth date, 09:00 (every year; a 29 February is kept on the 28th)",
    "7 days before birth date every year": "it is 7 days before birth date (every year; a 29 February is kept on the 28th)",
    "30 days before contract end": "it is 30 days before contract end",
    "10 days after contract end at 18:00": "it is 10 days after contract end, 18:00",
    "birth date every year": "it is the day of birth date (every year; a 29 February is kept on the 28th)",
    "every day at 02:00": "it is 02:00 (every day, for every customer known by then)",
    "every day": "it is 00:00 (every day, for every customer known by then)",
    "every Monday, Friday at 09:00": "it is Monday or Friday, 09:00 (every week, for every customer known by then)",
    "every month on day 1 at 09:00": "it is day 1 of the month, 09:00 (every month, for every customer known by then)",
    "every month on day 31": "it is day 31 of the month, 00:00 (every month; in shorter months on the last day, for every customer known by then)",
    "once at 2026-03-01T09:00": "it is 2026-03-01 09:00 (once, for every customer known by then)",
    "once at 2026-03-01": "it is 2026-03-01 (once, for every customer known by then)",
    "enters A": "the customer becomes a member of A, for whatever reason",
    "leaves A": "the customer is no longer in A, for whatever reason",
    "registers or enters A or every day": "the customer registers, or the customer becomes a member of A, for whatever reason, or it is 00:00 (every day, for every customer known by then)",
}

STEPS = {
    ("registers", "add to A"): ["add the customer to A"],
    ("registers", "add to A, B for 30 days"): ["add the customer to A and B for 30 days"],
    ("registers", "add to A until 2026-03-08"): [
        "add the customer to A until 2026-03-08 begins (the day before is the last)"
    ],
    ("registers", "add to A for 1 day until 2026-03-08T10:00"): [
        "add the customer to A for 1 day until 2026-03-08 10:00, whichever is sooner"
    ],
    ("registers", "remove from A"): ["remove the customer from A"],
    ("registers", 'set note = "gold"'): ["set note to “gold”"],
    ("registers", "set note = country"): ["set note to country"],
    ("registers", "clear note"): ["clear note (it is not known then)"],
    ("registers", "clear score"): ["clear score (it is 2 again then)"],
    ("registers", "record quiet"): ["make an event quiet of this customer, at this instant"],
    ("begins checkout", 'record books flight with seats = amount, flight = "x"'): [
        "make an event books flight (seats: the event's amount, flight: “x”) of this customer, at this instant"
    ],
    ("registers", 'send email "welcome" with name = first name'): [
        "send email (template: “welcome”, name: first name)"
    ],
    ("registers", "send email"): ["send email"],
    ("registers", 'issue coupon "X" and add to A'): ["issue coupon (promotion: “X”); add the customer to A"],
    ("registers", "if income > 3 then add to A"): [
        "go on only if income is more than 3; for others the flow ends here",
        "add the customer to A",
    ],
    ("registers", "wait 7 days then add to A"): ["wait 7 days", "add the customer to A"],
    ("registers", "wait until 09:00 then add to A"): [
        "wait until it is 09:00 (at once, if it is just then)",
        "add the customer to A",
    ],
    ("registers", "wait until Monday at 09:00 then add to A"): [
        "wait until it is Monday at 09:00 (at once, if it is just then)",
        "add the customer to A",
    ],
    ("registers", "wait until 2026-04-01 then add to A"): [
        "wait until it is 2026-04-01 (at once, if that is past)",
        "add the customer to A",
    ],
    ("registers", "wait until 2026-04-01T10:00 then add to A"): [
        "wait until it is 2026-04-01 10:00 (at once, if that is past)",
        "add the customer to A",
    ],
    ("books flight", "wait until 24 hours before this departs then add to A"): [
        "wait until it is 24 hours before the event's departs (at once, if that is past)",
        "add the customer to A",
    ],
    ("registers", "wait until 30 days before contract end then add to A"): [
        "wait until it is 30 days before contract end (at once, if that is past)",
        "add the customer to A",
    ],
    ("registers", "wait until contract end then add to A"): [
        "wait until it is contract end (at once, if that is past)",
        "add the customer to A",
    ],
    (
        "views product",
        'wait for places order within 2 days then send email "x" with name = order, reply address = this product',
    ): [
        "wait until the customer places order; if that does not come within 2 days, the flow ends here (2 days exactly are too late)",
        "send email (template: “x”, name: the event's order, reply address: the starting event's product)",
    ],
    ("registers", "wait for places order then add to A"): [
        "wait until the customer places order, however long it takes",
        "add the customer to A",
    ],
    ("registers", "wait for enters B within 1 day then add to A"): [
        "wait until the customer becomes a member of B; if that does not come within 1 day, the flow ends here (1 day exactly is too late)",
        "add the customer to A",
    ],
    ("registers", "wait for leaves B then add to A"): [
        "wait until the customer is no longer in B, however long it takes",
        "add the customer to A",
    ],
    ("registers", 'wait for searches "x" 3 times within 1 day then add to A'): [
        "wait until the customer does searches with term “x” for the 3rd time within 1 day, however long it takes",
        "add the customer to A",
    ],
    ("registers", "branch first { path if income > 3 then add to A\notherwise then add to B }"): [
        "take the first path that fits:",
        "  if income is more than 3: add the customer to A",
        "  otherwise: add the customer to B",
    ],
    ("registers", "branch all { path if income > 3 then add to A then wait 1 day\npath then add to B }"): [
        "take every path that fits:",
        "  if income is more than 3:",
        "    add the customer to A",
        "    wait 1 day",
        "  always: add the customer to B",
    ],
    ("registers", "branch first { path if income > 3 then add to A }"): [
        "take the first path that fits:",
        "  if income is more than 3: add the customer to A",
        "  where none fits: the flow ends here",
    ],
    ("registers", 'branch random seed "s" { path 50% then add to A\npath 50% then add to B }'): [
        "take one path, by a draw (the same customer always draws the same):",
        "  50% of them: add the customer to A",
        "  50% of them: add the customer to B",
    ],
}
"""By trigger and steps; what stands in a path is indented."""

OPTIONS = {
    "from 2026-01-01": "It begins with the day 2026-01-01.",
    "until 2026-02-01": "It ends as 2026-02-01 begins (the day before is the last); memberships stay.",
    "until 2026-02-01T10:00": "It ends at 2026-02-01 10:00; memberships stay.",
    "from 2026-01-01T10:00": "It begins at 2026-01-01 10:00.",
    "priority 10": "Priority 10: it wins over what has a lower one where rules disagree.",
    "once": "A customer goes through each of its rules at most once.",
    "restarting": "A new start while the customer is still in a flow starts it over.",
    "per flight": "A customer has a flow for each value of flight. An event with a value of it concerns that flow alone.",
    "holdout 10%": "A fixed 10% of the customers never enter: always the same ones.",
    'seed "x"': "Its draws go by “x”, whatever the activity is called.",
}
