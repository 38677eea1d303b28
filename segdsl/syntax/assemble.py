"""Lines and comments to a text: what the formatter made of each declaration, put together with the comments."""

from collections import deque

from attrs import frozen

from segdsl.syntax import ast
from segdsl.syntax.format_values import STEP


@frozen
class Unit:
    """A line of output at an indentation, or several at once, from offset `start` of the source; `closing` marks a
    closing brace."""

    indent: int
    text: str
    start: int
    closing: bool = False


def assemble(groups: list[list[Unit]], comments: tuple[ast.Comment, ...], text: str) -> str:
    """Join the units of all declarations and the comments, in the order of their places in the source."""
    lines: list[str] = []
    waiting = deque(comments)
    after_block = False
    for group in groups:
        is_block = len(group) > 1
        for number, unit in enumerate(group):
            first = number == 0
            while waiting and waiting[0].span.start < unit.start:
                comment = waiting.popleft()
                if comment.own_line:
                    forced = first and (is_block or after_block) and not _ends_in_comment(lines)
                    _part(lines, text, comment.span.start, forced=forced)
                    after_block = after_block and not first
                    lines.append(" " * (unit.indent + (STEP if unit.closing else 0)) + comment.text)
                elif lines:
                    lines[-1] += "  " + comment.text
            forced = first and (is_block or after_block) and not _ends_in_comment(lines)
            _part(lines, text, unit.start, forced=forced, never=unit.closing)
            lines.append(" " * unit.indent + unit.text)
        after_block = is_block
    for comment in waiting:
        if comment.own_line or not lines:
            _part(lines, text, comment.span.start, forced=after_block)
            lines.append(comment.text)
            after_block = False
        else:
            lines[-1] += "  " + comment.text
    return "\n".join(lines) + "\n" if lines else ""


def _ends_in_comment(lines: list[str]) -> bool:
    return bool(lines) and lines[-1].lstrip().startswith("#")


def _part(lines: list[str], text: str, start: int, *, forced: bool, never: bool = False) -> None:
    """Put a blank line before what begins at `start` if it stood apart in the source, or has to."""
    if not lines or never or lines[-1] == "" or lines[-1].endswith("{"):
        return
    if forced or _stood_apart(text, start):
        lines.append("")


def _stood_apart(text: str, start: int) -> bool:
    ends = 0
    while start > 0 and text[start - 1].isspace():
        start -= 1
        ends += text[start] == "\n"
    return ends >= 2
