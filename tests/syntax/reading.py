"""Parsing a text in a test."""

from segdsl.diagnostics.diagnostic import Collector, Diagnostic
from segdsl.diagnostics.source import Source
from segdsl.syntax import ast
from segdsl.syntax.parse import parse


def diagnose(text: str) -> tuple[ast.Module, list[Diagnostic]]:
    """The tree of a text, and its diagnostics in the order of the text."""
    collector = Collector()
    module = parse(Source("<test>", text), 0, collector)
    return module, list(collector)


def read(text: str) -> tuple[ast.Module, list[str]]:
    """The tree of a text, and what was said about it, warnings of foreign letters left out."""
    module, found = diagnose(text)
    return module, [diagnostic.message for diagnostic in found if not diagnostic.code.startswith("SEG19")]
