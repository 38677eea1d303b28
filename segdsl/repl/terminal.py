"""The prompt on a terminal: it reads what is typed, and paints what is answered. The only part that knows one.

Comes in: a session. Goes out: a conversation. Needs prompt_toolkit, the extra `repl`.
"""

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, get_common_complete_suffix
from prompt_toolkit.document import Document
from prompt_toolkit.filters import completion_is_selected, has_completions
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from segdsl.repl.answers import Answer, Tone
from segdsl.repl.complete import proposals
from segdsl.repl.highlight import parts
from segdsl.repl.reading import entries, is_blank, is_whole
from segdsl.repl.session import Session
from segdsl.repl.showing import greeting
from segdsl.syntax.cache import is_ours

STYLE = Style.from_dict(
    {
        "word": "bold", "name": "", "segment": "ansimagenta", "text": "ansigreen", "number": "ansicyan",
        "comment": "dim", "command": "bold ansimagenta", "mark": "",
        "customer": "bold", "clock": "dim", "more": "dim",
        "completion-menu": "noinherit reverse", "completion-menu.completion.current": "noinherit bold",
        "completion-menu.meta.completion": "noinherit reverse",
        "completion-menu.meta.completion.current": "noinherit bold",
    }
)  # fmt: skip
"""Only the sixteen colours that a terminal's own scheme makes readable, on light and on dark, and none of yellow, blue
and white, which on one of them are not."""

TONES: dict[Tone, str] = {
    "title": "1", "enters": "32", "leaves": "31", "effect": "36", "wait": "35", "mistake": "1;31", "hint": "2",
}  # fmt: skip
"""How lines of an answer are painted, as codes of the terminal (SGR)."""


def run(session: Session, *, color: bool) -> None:
    """Ask and answer until the end: `:quit` or Ctrl-D. Ctrl-C clears the line."""
    prompt = _prompt(session, color)
    _show(greeting(session), color)
    while True:
        try:
            text = prompt.prompt(lambda: _message(session))
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        for entry in entries(text):
            try:
                answer = session.take(entry)
            except KeyboardInterrupt:
                answer = session.interrupted()
            _show(answer, color)
            if answer.ended:
                return
            if answer.failed:
                break  # what comes after it in a text that was pasted may need it


def _prompt(session: Session, color: bool) -> "PromptSession[str]":
    completer = _Completer(session)
    return PromptSession(
        multiline=True,
        prompt_continuation=_continuation,
        lexer=_Lexer() if color else None,
        completer=completer,
        complete_while_typing=False,
        history=_history(),
        key_bindings=_keys(completer),
        style=STYLE if color else None,
        include_default_pygments_style=False,
        color_depth=None if color else ColorDepth.DEPTH_1_BIT,
        enable_history_search=True,
    )


def _message(session: Session) -> StyleAndTextTuples:
    standing = session.standing
    return [("class:customer", standing.customer), ("", " "),
            ("class:clock", session.speech.instant(standing.clock)), ("", "> ")]  # fmt: skip


def _continuation(width: int, _line: int, _wrapped: int) -> StyleAndTextTuples:
    return [("class:more", "... ".rjust(width))]


def _keys(completer: Completer) -> KeyBindings:
    """Enter takes what is whole, or goes on in the next line; in a list of completions it takes the one chosen.
    Alt-Enter goes on in the next line in any case. Tab completes as far as that is certain, and then shows the list."""
    keys = KeyBindings()

    @keys.add("enter", filter=has_completions & completion_is_selected)
    def _choose(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    @keys.add("tab", filter=~has_completions)
    def _complete(event: KeyPressEvent) -> None:
        # At once, and not beside what is typed next: an Enter right behind it must take what it completed.
        buffer = event.current_buffer
        found = list(completer.get_completions(buffer.document, CompleteEvent(completion_requested=True)))
        common = get_common_complete_suffix(buffer.document, found)
        if len(found) == 1:
            buffer.apply_completion(found[0])
        elif common:
            buffer.insert_text(common)
        else:
            buffer.start_completion()

    @keys.add("escape", "enter")
    def _go_on(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("enter", filter=~(has_completions & completion_is_selected))
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        text = buffer.text
        ended = "\n" in text and not buffer.document.current_line.strip()
        if is_blank(text) or ended or is_whole(text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return keys


class _Lexer(Lexer):
    """Colours for what is typed."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines: list[StyleAndTextTuples] = [[]]
        for part, text in parts(document.text):
            for number, piece in enumerate(text.split("\n")):
                if number:
                    lines.append([])
                lines[-1].append((f"class:{part}" if part else "", piece))
        return lambda number: lines[number] if number < len(lines) else []


class _Completer(Completer):
    """What can come next, when Tab is pressed."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        with suppress(Exception):  # a proposal that cannot be worked out must not disturb who is typing
            for each in proposals(self.session, document.text_before_cursor):
                yield Completion(each.text, -each.typed, display_meta="" if each.what == "word" else each.what)


def _history() -> History:
    """What was typed in sessions before, in a file that only the user can read; in memory where there can be none."""
    path = history_path()
    if path is None:
        return InMemoryHistory()
    return FileHistory(str(path))


def history_path() -> Path | None:
    """The file of what was typed, made if it is not there; None where there can be no private one."""
    root = os.environ.get("SEGDSL_STATE") or os.environ.get("XDG_STATE_HOME")
    if sys.platform == "win32" and not root:
        root = os.environ.get("LOCALAPPDATA")
    try:
        folder = (Path(root) if root else Path.home() / ".local" / "state") / "segdsl"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "repl_history"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    except (OSError, RuntimeError):  # no home, no room, no right
        return None
    return path if is_ours(folder) and is_ours(path) else None


def _show(answer: Answer, color: bool) -> None:
    for diagnostic in answer.rendered(color=color):
        print(diagnostic)  # noqa: T201 - the terminal is what this file is about
    for line in answer.lines:
        code = TONES.get(line.tone) if color else None
        print(f"\x1b[{code}m{line.text}\x1b[0m" if code else line.text)  # noqa: T201 - as above
    sys.stdout.flush()
