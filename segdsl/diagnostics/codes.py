"""Every code of a diagnostic: what it is called, what is behind it, and an example of it, wrong and right.

Plain data, for `seg explain` and the reference. A test holds that no code of the source is missing here, that each
wrong example gives its code, and that each right one is clean.
"""

from typing import NamedTuple


class Code(NamedTuple):
    """What there is to say of a code. `wrong` is None where no text can show it, `right` where there is none."""

    title: str
    text: str
    wrong: str | None
    right: str | None


# fmt: off
_DEEP = "segment Far if " + "(" * 70 + "income > 1" + ")" * 70

CODES: dict[str, Code] = {
    # ------------------------------------------------------------------------------------------------------- 1xx: text
    "SEG100": Code("a file cannot be read",
        "The file or directory is not there, may not be read, is too large, or is not UTF-8 text. Rules are "
        "files of text "
        "whose names end in .seg.", None, None),
    "SEG101": Code("this is not text",
        "A zero byte or another control character stands in the file, which no editor shows. Take it out; in a text it "
        "is written as its number, as in \\u0007.",
        'when registers then send email "a\a"', 'when registers then send email "a\\u0007"'),
    "SEG102": Code("quotation marks",
        "A text begins and ends with straight quotes, on one line. Word processors put curly ones in their place.",
        "when searches “Acme” then send push", 'when searches "Acme" then send push'),
    "SEG103": Code("no such date or time",
        "The calendar has no such day, or the clock no such time. Dates are year-month-day, times hour:minute.",
        "segment Early if registration date < 2026-02-30", "segment Early if registration date < 2026-03-01"),
    "SEG104": Code("a backslash in a text",
        'In a text a backslash begins one of \\" \\\\ \\n \\uXXXX. For a backslash itself write two.',
        'segment Home if city is "C:\\temp"', 'segment Home if city is "C:\\\\temp"'),
    "SEG105": Code("a number out of bounds",
        "A number has at most twelve digits before the point and six behind it; a count is a whole number.",
        "segment Rich if income > 1_000_000_000_000_000", "segment Rich if income > 1_000_000_000"),
    "SEG106": Code("a name that is too long",
        "Names have at most 200 characters.",
        f"segment {'Far ' * 60}listed", "segment Far listed"),
    "SEG107": Code("an empty name",
        "A name in quotes holds at least one letter.",
        'segment "" listed', 'segment "Staff" listed'),
    "SEG108": Code("an empty duration",
        "A duration is longer than zero: looking back over no time at all, nothing is ever found.",
        "segment Fresh if places order within 0 days", "segment Fresh if places order within 1 day"),
    "SEG109": Code("no such calendar length",
        "By the calendar there are days, weeks, months and years. Hours, minutes and seconds have fixed lengths.",
        "segment Fresh if places order within 3 calendar hours", "segment Fresh if places order within 3 hours"),
    "SEG110": Code("something cannot stand here",
        "The sentence cannot go on like this. The message says what was found, and what could stand in its place.",
        "segment Loyal if count of places order => 3", "segment Loyal if count of places order >= 3"),
    "SEG111": Code("words of the language are lower case",
        "The words of the language are written small, so that they are not taken for parts of names.",
        "When registers then send push", "when registers then send push"),
    "SEG112": Code("a second `if`",
        "A rule has one `if`, before its first `then`. A second one could mean two things: that only some go on from "
        "there (`then if`), or that several conditions are judged by themselves (`then branch all`).",
        "when registers if income > 1 then send push if age > 30 then send email",
        "when registers if income > 1 then send push then if age > 30 then send email"),
    "SEG113": Code("too much inside one another",
        "Brackets and braces inside one another, and defines that use defines, have a limit of 60. Give an inner "
        "condition a name, with `segment`.",
        _DEEP, "segment Near if (income > 1)"),
    "SEG114": Code("too long",
        "A declaration has at most 400,000 characters; together with the defines it uses, a limit of parts. "
        "Split it, or "
        "make segments of its parts.", None, None),
    "SEG190": Code("an invisible character turns the text",
        "A character that turns the direction of the text stands here. It can make a rule read other than it is.",
        'when searches "Ac\u202eme" then send push', 'when searches "Acme" then send push'),
    "SEG191": Code("letters of several alphabets",
        "A word mixes letters that look alike and are not, such as a Latin and a Cyrillic a. Two names may then "
        "look the "
        "same and be different.",
        'segment "Skiеrs" listed', 'segment "Skiers" listed'),
    # ------------------------------------------------------------------------------------------------------ 2xx: names
    "SEG201": Code("there is no such segment",
        "Every segment is declared, so that a slip of the pen does not make a new one.",
        "segment Skiers by activities\nwhen registers then add to Skirs",
        "segment Skiers by activities\nwhen registers then add to Skiers"),
    "SEG202": Code("there is no such event",
        "Every event is declared, here or in the vocabulary that comes with the package.",
        "when place order then send push", "when places order then send push"),
    "SEG203": Code("there is no such attribute",
        "The name is no attribute, field or event. Attributes are declared: attribute score: number.",
        "segment Rich if incme > 100000", "segment Rich if income > 100000"),
    "SEG204": Code("the event has no such field",
        "A `where` compares fields of its event. The fields stand in braces where the event is declared.",
        'segment Golfers if buys where categry is "Golf"', 'segment Golfers if buys where category is "Golf"'),
    "SEG205": Code("there is no such action",
        "What rules can do besides changing segments and attributes is declared: action send letter { template: "
        "text }.",
        'when registers then send emial "hello"', 'when registers then send email "hello"'),
    "SEG206": Code("the action has no such field",
        "After `with` come fields of the action, or of the event that is recorded, as they are declared.",
        'when registers then send email "hello" with subjct = "x"',
        'when registers then send email "hello" with name = "x"'),
    "SEG207": Code("declared or said twice",
        "A name is declared once in all files together, and an option said once. A declaration of yours takes "
        "the place "
        "of the shipped vocabulary's of the same name.",
        "segment Skiers listed\nsegment Skiers by activities", "segment Skiers by activities"),
    "SEG208": Code("a word of the language in a name",
        "The name holds a word that means something in the language, so that sentences with it could be read in two "
        "ways. `seg words` lists these words.",
        "attribute known fan: boolean", "attribute fan: boolean"),
    "SEG209": Code("a name that can be read in two ways",
        "An event's name and field together are the name of another event, so that the two cannot be told apart.",
        "event rates { product: text }\nevent rates product",
        "event rates { product: text }\nevent rates a product"),
    "SEG210": Code("a field hides an attribute",
        "The event at hand has a field of the same name as an attribute of the customer. Say which: `this city` is the "
        "event's, `customer city` the customer's.",
        'event moves { city: text }\nwhen moves if city is "Ulm" then send push',
        'event moves { city: text }\nwhen moves if this city is "Ulm" then send push'),
    "SEG211": Code("not a collection and not a list",
        "What is counted or searched here is neither a collection that is declared nor a list of the event at hand.",
        "segment Full if no item of basket", "segment Full if income > 1"),
    "SEG212": Code("there is no event at hand",
        "`this` is the event that started a rule. Between events, as in a segment, there is none.",
        'segment Ours if this city is "Ulm"', 'segment Ours if city is "Ulm"'),
    "SEG213": Code("there is no such time zone",
        "Zones are called as in the time zone database: a continent and a city, as in America/Toronto.",
        'zone "Toronto"', 'zone "America/Toronto"'),
    "SEG214": Code("there is no such promotion",
        "A test expects a promotion that is not declared.",
        'test "t" {\n  on 2026-03-01T10:00 registers\n  expect promotion Sale\n}',
        'test "t" {\n  on 2026-03-01T10:00 registers\n  expect income is not known\n}'),
    # ------------------------------------------------------------------------------------------------------ 3xx: kinds
    "SEG301": Code("these cannot be compared",
        "The two sides are of different kinds, such as a number and a text. A number stands without quotes.",
        'segment Rich if income > "100000"', "segment Rich if income > 100000"),
    "SEG302": Code("this is not a condition",
        "A condition is true or false; a number or a text by itself is neither. Compare it, or ask whether it "
        "is known.",
        "segment Rich if income", "segment Rich if income is known"),
    "SEG303": Code("a list where a value is meant",
        "A collection or a list is not a value by itself. Count it, add something up over it, or ask for an item.",
        "collection cart of adds to cart by product\nsegment Full if cart",
        "collection cart of adds to cart by product\nsegment Full if income > 1"),
    "SEG304": Code("none of the values it can have",
        "The attribute or field is declared with `one of`, and this is not among its values.",
        'segment Women if gender is "f"', 'segment Women if gender is "female"'),
    "SEG305": Code("this cannot be calculated",
        "The operation does not fit the kinds: dates move by days and months, numbers are added to numbers, and months "
        "have no fixed number of hours.",
        "segment Rich if income + city > 1", "segment Rich if income + 1 > 1"),
    "SEG306": Code("only text can be searched",
        "`contains`, `starts with` and `ends with` ask about text.",
        'segment Round if income ends with "00"', 'segment Ours if email ends with "@acme.com"'),
    "SEG307": Code("this is neither an event nor a date",
        "A history (`within`, `at least ... times`) is that of an event, and `within` alone also speaks of a date.",
        "segment Fresh if income within 30 days", "segment Fresh if registration date within 30 days"),
    "SEG308": Code("this cannot be added up",
        "Totals and averages are of numbers, smallest and largest of what has an order, and each speaks of "
        "fields of the "
        "past events alone.",
        "segment Big if total of category of buys > 1", "segment Big if total of price of buys > 1"),
    "SEG309": Code("a value of another kind",
        "What is put into an attribute or a field is of the kind that was declared for it.",
        'when registers then set loyalty points = "many"', "when registers then set loyalty points = 100"),
    "SEG311": Code("this has no larger and smaller",
        "Yes and no are alike or not; neither is larger than the other.",
        "segment Ours if marketing consent > no", "segment Ours if marketing consent is yes"),
    "SEG312": Code("a `where` speaks of its event alone",
        "Inside a `where` there are only the event's own fields and plain values. What is to be true of the customer "
        "stands beside it, with `and`.",
        "segment Big if places order where (amount > 10 and income > 1)",
        "segment Big if places order where amount > 10 and income > 1"),
    "SEG314": Code("`time since` is compared with a duration",
        "`time since` is compared with a length of time and goes into no other arithmetic.",
        "segment Gone if time since places order > 180", "segment Gone if time since places order > 180 days"),
    # ---------------------------------------------------------------------------------------------------- 4xx: meaning
    "SEG401": Code("no rule can change this segment",
        "Rules add to segments that are `by activities`. A derived segment follows its condition, a listed one "
        "the host.",
        "segment Rich if income > 1\nwhen registers then add to Rich",
        "segment Rich by activities\nwhen registers then add to Rich"),
    "SEG402": Code("segments that depend on one another",
        "A derived segment that needs itself to be known has no meaning. The message shows the way round.",
        "segment A if not in segment B\nsegment B if in segment A",
        "segment A if income > 1\nsegment B if in segment A"),
    "SEG403": Code("a define by itself",
        "A define that uses itself, straight or through others, has no meaning.",
        "define worth as worth + 1\nsegment Rich if worth > 1",
        "define worth as income + 1\nsegment Rich if worth > 1"),
    "SEG404": Code("shares",
        "A share is above 0% and at most 100%; the shares of `branch random` make 100% together, and only its "
        "paths have "
        "one.",
        'when registers then branch random seed "s" { path 50% then send push "a" path 40% then send push "b" }',
        'when registers then branch random seed "s" { path 50% then send push "a" path 50% then send push "b" }'),
    "SEG405": Code("the end comes before the beginning",
        "`from` is the first day that is in, `until` the first that is out.",
        "activity Spring from 2026-06-01 until 2026-03-01 {\n  when registers then send push\n}",
        "activity Spring from 2026-03-01 until 2026-06-01 {\n  when registers then send push\n}"),
    "SEG406": Code("this kind of activity starts otherwise",
        "A web activity starts with `views spot`, a search rule with `searches`. All else is a dialog activity.",
        "web activity Banner {\n  when registers then send push\n}",
        'web activity Banner {\n  when views spot "Home" then show content "Sale"\n}'),
    "SEG407": Code("nothing comes after a branch",
        "After a branch each path goes on by itself. What all are to do stands in each path, or before the branch.",
        "when registers then branch all { path if age > 30 then send push } then send email",
        "when registers then send email then branch all { path if age > 30 then send push }"),
    "SEG408": Code("read after it was changed",
        "All that a rule does without waiting belongs to one step, and is judged on how things stood before it. "
        "So what "
        "it has just changed cannot be read yet.",
        "segment S by activities\nwhen registers then add to S then if in segment S then send push",
        "segment S by activities\nwhen registers then add to S and send push"),
    "SEG409": Code("this cannot hold between events",
        "Segments hold between events, so that they take no time of day, no `today` and no field of the event at hand.",
        "segment Night if local time > 22:00", "when logs on if local time > 22:00 then send push"),
    "SEG410": Code("a random branch without a seed",
        "Outside an activity, the draw needs a name that stays, a `seed`. It keeps everybody's draw "
        "when the rule is moved or edited.",
        'when registers then branch random { path 50% then send push "a" path 50% then send push "b" }',
        'when registers then branch random seed "s" { path 50% then send push "a" path 50% then send push "b" }'),
    "SEG412": Code("an attribute set from itself",
        "A rule cannot set an attribute from its own value: events that come twice or late would count twice. "
        "Say it as "
        "a `define` over history.",
        "attribute score: number\nwhen registers then set score = score + 1",
        "define score as count of registers\nsegment Often if score > 1"),
    "SEG413": Code("an empty window or count",
        "The window or the range of counts holds nothing, so that the condition never, or always, holds.",
        "segment Some if places order from 5 to 3 times", "segment Some if places order from 3 to 5 times"),
    "SEG414": Code("`otherwise` stands last",
        "`otherwise` is the last path of `branch first`, for those whom no other path takes.",
        "when registers then branch all { path if age > 30 then send push otherwise then send email }",
        "when registers then branch first { path if age > 30 then send push otherwise then send email }"),
    "SEG415": Code("an activity without a rule",
        "An activity does what its rules do; without one it does nothing.",
        "activity Spring {\n}", "activity Spring {\n  when registers then send push\n}"),
    "SEG416": Code("rules that go round without end",
        "Each of these rules sets off the next, and the last one the first again, at once or in under an hour: it "
        "would never end. The message shows the way round. Leave a step out, put a wait of an hour or more between, "
        "or make an activity of the round `once`. The condition of a segment can end a round too; an `if` of a rule "
        "does not count, since it may hold each time.",
        "segment A by activities\nsegment B by activities\n"
        "when enters A then remove from A and add to B\nwhen enters B then remove from B and add to A",
        "segment A by activities\nsegment B by activities\nwhen registers then add to A\n"
        "when enters A then add to B\nwhen enters B then remove from A"),
    "SEG417": Code("a rule written twice",
        "A rule is its activity and its text. Written twice it is one rule, and does what it does once.",
        "when registers then send push\nwhen registers then send push", "when registers then send push"),
    "SEG418": Code("a test that expects nothing",
        "Without an `expect` a test says only that nothing breaks.",
        'test "t" {\n  on 2026-03-01T10:00 registers\n}',
        'test "t" {\n  on 2026-03-01T10:00 registers\n  expect income is not known\n}'),
    "SEG420": Code("a column that hides a name",
        "The columns of a test's table stand for values in the test. One that is called as an event, an attribute, a "
        "field, a segment or another name of the program could be read in two ways. Give it another name.",
        'test "{income}" for each income in (1), (2) {\n  given income is income\n  on 2026-03-01 registers\n'
        "  expect income > 0\n}",
        'test "{pay}" for each pay in (1), (2) {\n  given income is pay\n  on 2026-03-01 registers\n'
        "  expect income > 0\n}"),
    "SEG421": Code("a row of another length",
        "Each row of a test's table has a value for each of its columns, in their order.",
        'test "{pay} in {land}" for each pay, land in (1, "CA"), (2) {\n  given income is pay\n'
        "  given country is land\n  on 2026-03-01 registers\n  expect income > 0\n}",
        'test "{pay} in {land}" for each pay, land in (1, "CA"), (2, "US") {\n  given income is pay\n'
        "  given country is land\n  on 2026-03-01 registers\n  expect income > 0\n}"),
    "SEG422": Code("there is no such column",
        "In the name of a test with a table, braces hold the name of a column, whose value takes their place.",
        'test "{pya}" for each pay in (1), (2) {\n  given income is pay\n  on 2026-03-01 registers\n'
        "  expect income > 0\n}",
        'test "{pay}" for each pay in (1), (2) {\n  given income is pay\n  on 2026-03-01 registers\n'
        "  expect income > 0\n}"),
    "SEG423": Code("a column that nothing reads",
        "A column that neither the test nor its name reads says nothing: all its rows would be the same test.",
        'test "t" for each pay in (1), (2) {\n  on 2026-03-01 registers\n  expect income is not known\n}',
        'test "t" for each pay in (1), (2) {\n  given income is pay\n  on 2026-03-01 registers\n'
        "  expect income > 0\n}"),
    "SEG424": Code("a test gives plain values",
        "What is given and what happens in a test is said in plain values: a text, a number, a date, a length of time, "
        "`yes` or `no`. In a test with a table the name of a column may stand for one.",
        'test "t" {\n  given income is pay\n  on 2026-03-01 registers\n  expect income > 0\n}',
        'test "t" {\n  given income is 1\n  on 2026-03-01 registers\n  expect income > 0\n}'),
    "SEG461": Code("a limit that is none",
        "A limit says how many effects a customer gets at most within a length of time: one or more. What is never to "
        "be done is left out of the rules; what is not to be done for some customers is held back with `hold`.",
        "limit 0 within 7 days for send email",
        "hold send email while marketing consent is not known or marketing consent is not yes"),
    "SEG462": Code("a field of two kinds",
        "A limit or a hold speaks of all its actions together, so what it asks of a field has to mean the same in each "
        "of them.",
        "action print card { size: number }\naction print sign { size: text }\n"
        "limit 1 within 1 day for print card, print sign where size is known",
        "action print card { size: number }\naction print sign { size: number }\n"
        "limit 1 within 1 day for print card, print sign where size is known"),
    "SEG463": Code("a limit or a hold written twice",
        "Limits and holds are a set, like rules: one that is written twice counts once, and so does an action that is "
        "named twice in one.",
        "limit 1 within 1 day for send email\nlimit 1 within 1 day for send email",
        "limit 1 within 1 day for send email\nlimit 3 within 7 days for send email"),
    # ---------------------------------------------------------------------------------- 48x, 49x: legal, but doubtful
    "SEG481": Code("rules that pull against each other",
        "One event makes a rule add to a segment and another remove from it (remove wins), or sets an attribute twice "
        "(the greater value wins). A priority, or conditions that exclude each other, say what is meant.",
        "segment S by activities\nwhen registers then add to S\nwhen registers then remove from S",
        "segment S by activities\nwhen registers then add to S\nwhen logs off then remove from S"),
    "SEG482": Code("rules that go round again and again",
        "Each of these rules sets off the next, and the last one the first again, an hour or more later: it never ends "
        "by itself. That may be meant, as for a reminder. If not, leave a step out, or make an activity of the round "
        "`once`.",
        "segment Trial by activities\nwhen leaves Trial then add to Trial for 30 days",
        "segment Trial by activities\nwhen registers then add to Trial for 30 days"),
    "SEG483": Code("an event about all flows of the customer",
        "The flows of an activity with `per` are told apart by a field. An event that stops or answers them and does "
        "not carry that field is about all of the customer's flows.",
        'activity Viewed per product {\n  when views product then wait 1 day then send push "x"\n'
        "  stop when logs off\n}",
        'activity Viewed per product {\n  when views product then wait 1 day then send push "x"\n'
        "  stop when buys\n}"),
    "SEG484": Code("a wait that outlives its activity",
        "At the activity's `until` its waits end silently: a wait that is not over by then is never over.",
        "activity Week from 2026-03-01 until 2026-03-08 { when registers then wait 8 days then send push }",
        "activity Week from 2026-03-01 until 2026-03-08 { when registers then wait 3 days then send push }"),
    "SEG490": Code("`and` and `or` without brackets",
        "`and` binds tighter than `or`. Brackets show which of the two was meant.",
        "segment S if age > 60 or age < 20 and income > 1", "segment S if age > 60 or (age < 20 and income > 1)"),
    # ------------------------------------------------------------------------------------------------------ 9xx: lints
    "SEG901": Code("a condition that can never hold",
        "No customer can meet this condition, whatever is known of them: the values exclude each other, the segments "
        "it asks for do by their conditions, or the rule asked for something else before. Customers whom the host "
        "includes or excludes by hand are left aside.",
        "segment Some if age < 20 and age > 60", "segment Some if age < 20 or age > 60"),
    "SEG902": Code("a condition that always holds",
        "Every customer meets this condition, also those of whom nothing is known, or everybody who comes as far as "
        "here. It says nothing then, and was perhaps meant otherwise.",
        "when registers if income > 100 then if income > 50 then send push",
        "when registers if income > 50 then if income > 100 then send push"),
    "SEG903": Code("a rule that does what another does already",
        "Whenever this rule does something, another rule does the same for the same customer: a membership is given "
        "twice, which changes nothing, or an effect sent twice, which customers notice.",
        'when visits if income > 10 then send email "x"\nwhen visits if income > 100 then send email "x"',
        'when visits if income between 10 and 100 then send email "x"\n'
        'when visits if income > 100 then send email "y"'),
    "SEG904": Code("a path that nobody takes",
        "`branch first` takes the first path whose condition holds. Whoever could take this one takes an earlier one.",
        'when visits then branch first {\n  path if income > 10 then send push "a"\n'
        '  path if income > 100 then send push "b"\n}',
        'when visits then branch first {\n  path if income > 100 then send push "b"\n'
        '  path if income > 10 then send push "a"\n}'),
    "SEG905": Code("an add that the same event takes back",
        "Whenever this adds to the segment, another action of the same event removes from it, and remove wins: nobody "
        "ever becomes a member so. Without any condition it is SEG481.",
        "segment S by activities\nwhen visits if income > 100 then add to S\n"
        "when visits if income > 10 then remove from S",
        "segment S by activities\nwhen visits if income > 100 then add to S\n"
        "when visits if income <= 100 then remove from S"),
    "SEG906": Code("a segment that no rule fills",
        "The segment is `by activities`, and no rule adds to it. Only the host could include somebody; a segment that "
        "is meant for that is `listed`.",
        'segment S by activities\nwhen visits if in segment S then send push',
        'segment S by activities\nwhen registers then add to S\nwhen visits if in segment S then send push'),
    "SEG907": Code("an effect for every customer every day",
        "A schedule fires for every customer who is known. Without a condition all of them get the effect, day by day.",
        'when every day at 09:00 then send email "news"',
        'segment Readers if marketing consent is yes\n'
        'when every day at 09:00 if in segment Readers then send email "news"'),
    "SEG908": Code("a moment outside the activity",
        "The moment, or the end of the membership, lies where the activity does not run, so that nothing comes of it.",
        "activity Spring from 2026-03-01 until 2026-06-01 {\n  when once at 2026-06-01T09:00 then send push\n}",
        "activity Spring from 2026-03-01 until 2026-06-01 {\n  when once at 2026-05-31T09:00 then send push\n}"),
    "SEG909": Code("`is not` and those of whom it is not known",
        "What is not known is not equal, and not different either: `country is not \"CA\"` does not hold for a "
        "customer without a country. Say whether they are meant.",
        'segment Abroad if country is not "CA"',
        'segment Abroad if country is not known or country is not "CA"'),
    "SEG910": Code("names that are easily confused",
        "The two names differ only in capitals, blanks, hyphens, a plural s, or letters that look alike. They are two "
        "different things all the same.",
        "segment Big Spenders listed\nsegment Big-spender listed",
        "segment Big Spenders listed\nsegment Biggest Spenders listed"),
    "SEG911": Code("the event at hand is counted already",
        "When a rule is asked, the event that started it is in the history: it has happened at least once, and the "
        "time since the latest one is zero. So the condition always, or never, holds.",
        "when places order if not places order then send push",
        "when places order if places order exactly once then send push"),
    "SEG912": Code("a segment that the event at hand has decided",
        "A derived segment is asked as it stands now, with the event at hand counted. The event itself has brought the "
        "customer in, or out, before the rule asks.",
        "segment Newcomers if not places order\nwhen places order if in segment Newcomers then send push",
        "segment Newcomers if places order exactly once\nwhen places order if in segment Newcomers then send push"),
    "SEG913": Code("`until` the last day of a month",
        "`until` names the first day that is out. With the last day of a month, that day is left out, which is seldom "
        "meant.",
        "activity March from 2026-03-01 until 2026-03-31 {\n  when registers then send push\n}",
        "activity March from 2026-03-01 until 2026-04-01 {\n  when registers then send push\n}"),
    "SEG914": Code("who has not done something, and who never did",
        "The segment, or the promotion, is for those who have not done something for a while. That holds for those who "
        "never did it as well, guests among them, from their first event on. Ask also for what only those have who are "
        "meant.",
        "segment Quiet if not places order within 30 days",
        "segment Quiet if places order and not places order within 30 days"),
    "SEG915": Code("the lines of all orders, or of this one",
        "In a condition the name of an event asks for all such events ever. In a rule on an order the lines of this "
        "order are its list of items.",
        'when places order if not buys category "Golf" then send push',
        'when places order if no item of items where category is "Golf" then send push'),
    "SEG916": Code("a collection that is cleared already",
        "A collection is judged after the event at hand. In a rule that starts with the event which clears it, it "
        "holds nothing. What an order brings is its list of items.",
        "when places order if count of cart >= 3 then send push",
        "when places order if count of items >= 3 then send push"),
    "SEG917": Code("a promotion that is not there",
        "The action names what nearly is the name of a declared promotion, or a promotion that is over when the "
        "activity begins. Nothing would come of it, and nobody would be told.",
        'promotion Spring sale until 2026-06-01\nwhen registers then issue coupon "Sprng sale"',
        'promotion Spring sale until 2026-06-01\nwhen registers then issue coupon "Spring sale"'),
    "SEG918": Code("nothing to limit",
        "A limit or a hold names an action that no rule does, or asks for fields that no rule gives it, so that it "
        "never holds anything back. Often a value is misspelt.",
        'limit 1 within 1 day for send email where template is "sprnig"\n'
        'when registers then send email "spring"',
        'limit 1 within 1 day for send email where template is "spring"\n'
        'when registers then send email "spring"'),
}
# fmt: on
