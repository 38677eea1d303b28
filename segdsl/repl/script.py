"""A session without a terminal: all of standard input is taken sentence by sentence, and only answers are written.

Comes in: text. Goes out: answers as text or as lines of JSON, and whether any of them was a mistake. Nothing here
imports prompt_toolkit.
"""

import json
from collections.abc import Iterator

from segdsl.repl.reading import entries
from segdsl.repl.session import Session


def run(session: Session, text: str, *, as_json: bool = False) -> Iterator[tuple[str, bool]]:
    """Take a text of many sentences, and give for each answer what to write, and whether it was a mistake."""
    for entry in entries(text):
        answer = session.take(entry)
        if as_json:
            standing = session.standing
            at = session.speech.instant(standing.clock)
            made = {"typed": entry, **answer.as_json(), "customer": standing.customer, "at": at}
            yield json.dumps(made, ensure_ascii=False, default=str), answer.failed
        elif said := answer.text():
            yield said, answer.failed
        if answer.ended:
            return
