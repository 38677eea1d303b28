"""What is said of a program, beside what its comments say will be: each line that gets a diagnostic ends in a comment
with the code and part of the message, as in `# SEG203: there is no attribute`."""

import re

from segdsl.compiler.checked import CheckedProgram
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.host.program import check_texts

_EXPECTED = re.compile(r"#\s*(SEG\d{3}): (.+?)\s*$")

Found = tuple[int, str, str]


def checked(text: str) -> CheckedProgram:
    return check_texts([("errors.seg", text)])


def diagnostics(program: CheckedProgram) -> list[Diagnostic]:
    return sorted(program.collector, key=lambda d: d.span)


def line(program: CheckedProgram, diagnostic: Diagnostic) -> int:
    return program.sources[diagnostic.span.source].position(diagnostic.span.start)[0]


def expected(text: str) -> list[Found]:
    matches = [(number, _EXPECTED.search(content)) for number, content in enumerate(text.split("\n"), 1)]
    return [(number, match.group(1), match.group(2)) for number, match in matches if match]


def missing_and_further(text: str) -> tuple[list[Found], list[Found]]:
    """The diagnostics that the comments tell and that are not there, and those that are there untold."""
    program = checked(text)
    found = [(line(program, d), d.code, d.message) for d in diagnostics(program)]
    wanted = expected(text)
    missing = [w for w in wanted if not any(f[:2] == w[:2] and w[2] in f[2] for f in found)]
    further = [f for f in found if not any(f[:2] == w[:2] and w[2] in f[2] for w in wanted)]
    return missing, further
