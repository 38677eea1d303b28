"""`seg words`: the words that cannot stand in names."""

import json

import click

from segdsl.syntax import words as lists

_SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("anywhere", "Not anywhere in the name of an event, attribute, field, collection or action:", lists.RESERVED),
    ("beginning", "Not at the beginning of such a name:", (*lists.RESERVED_FIRST, *lists.RESERVED_STARTS)),
    ("together", "Not beside one another in such a name (5 stands for any number):", lists.RESERVED_PHRASES),
    ("unquoted", "Not in the name of a segment, activity or promotion, unless it stands in quotes:", lists.NAME_ENDS),
)


@click.command(short_help="List the words that cannot stand in names.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, each list of words a line.")
def command(as_json: bool) -> None:
    """List the words that cannot stand in names, since they mean something in the language.

    \b
      seg words
    """
    if as_json:
        for where, title, words in _SECTIONS:
            click.echo(json.dumps({"not": where, "title": title, "words": list(words)}, ensure_ascii=False))
        return
    for number, (_, title, words) in enumerate(_SECTIONS):
        click.echo(("\n" if number else "") + title)
        phrases = ", ".join(words).replace(" ", "\xa0").replace(",\xa0", ", ")  # a phrase stays on its line
        click.echo(click.wrap_text(phrases, 80, "  ", "  ").replace("\xa0", " "))
