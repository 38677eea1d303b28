"""The program of a session: the texts that were given, those typed since, and what a new one replaces.

Never changed in place: each change gives another `Rules`, so that taking it back is keeping the one before. A text
that loses a declaration keeps its number and its lines; the declaration becomes blanks.
"""

from collections.abc import Iterable, Sequence

import attrs
from attrs import frozen

from segdsl import CheckedProgram
from segdsl.diagnostics.diagnostic import Collector, Diagnostic, Severity
from segdsl.diagnostics.source import Source, SourceMap
from segdsl.host import files
from segdsl.host.program import check_trees
from segdsl.repl.reading import Kind, Text, text_of
from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from segdsl.syntax.trees import module_of

_NOT_OURS = frozenset(("SEG418",))
"""Codes that say nothing of a sentence that a test was only put around: that it expects nothing."""

Key = tuple[str, str]


@frozen(eq=False)
class Rules:
    """All texts of a program, by their numbers."""

    texts: tuple[Text, ...]

    @classmethod
    def of(cls, given: Iterable[tuple[str, str]]) -> "Rules":
        """A program of texts, given as (name, text), beside the shipped vocabulary."""
        sources = [files.vocabulary(), *(Source(name, text) for name, text in given)]
        texts = []
        for number, source in enumerate(sources):
            collector = Collector()
            module = module_of(source, number, collector)
            texts.append(Text(source, number, module, 0, tuple(collector), given=True))
        return cls(tuple(texts))

    def with_text(self, text: str, kind: Kind, name: str) -> "Rules":
        """The same with one more text."""
        return Rules((*self.texts, text_of(text, kind, name, len(self.texts))))

    @property
    def last(self) -> Text:
        return self.texts[-1]

    def checked(self, questions: Sequence[ast.Expression] = ()) -> CheckedProgram:
        """The whole program, checked."""
        sources, collector = SourceMap([text.source for text in self.texts]), Collector()
        for text in self.texts:
            collector.extend(text.found)
        return check_trees(sources, [text.module for text in self.texts], collector, questions)

    # ------------------------------------------------------------------------------------------------------- mistakes

    def sources(self) -> SourceMap:
        """The texts as they were typed."""
        return SourceMap([attrs.evolve(text.source, text=text.typed) for text in self.texts])

    def placed(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Diagnostics with the places of the texts as they were typed, in the order of the text."""
        found = []
        for diagnostic in diagnostics:
            text = self.texts[diagnostic.span.source] if diagnostic.span.source >= 0 else None
            if text is not None and text.before and diagnostic.code in _NOT_OURS:
                continue
            for each in self.texts:
                diagnostic = each.placed(diagnostic)
            found.append(diagnostic)
        return sorted(found, key=lambda d: (d.span, d.code))

    @staticmethod
    def errors(checked: CheckedProgram) -> list[Diagnostic]:
        """What keeps a program from being run."""
        return [d for d in checked.collector if d.severity is Severity.ERROR]

    # ---------------------------------------------------------------------------------------------------- replacements

    def standing(self, key: Key) -> tuple[Text, ast.Declaration] | None:
        """The declaration of a name that is not the shipped vocabulary's, before the last text."""
        for text in self.texts[:-1]:
            for node in () if text.source.shipped or text.before else text.module.declarations:
                if key_of(node) == key:
                    return text, node
        return None

    def same_rule(self, rule: ast.Rule | ast.Limit | ast.Hold) -> str | None:
        """The place of a rule, a limit or a hold before the last text that says the same."""
        for text in self.texts[:-1]:
            for node in () if text.before else text.module.declarations:
                if node == rule:
                    return place_of(text, node)
        return None

    def replacing(self) -> tuple["Rules", list[str]]:
        """The program in which the last text replaces what was declared under its names, and what that was."""
        rules, replaced = self, []
        for node in self.last.module.declarations:
            key = key_of(node)
            found = rules.standing(key) if key is not None else None
            if found is not None:
                rules = rules.without(*found)
                replaced.append(f"{said(node)} at {place_of(*found)}")
        return rules, replaced

    def without(self, text: Text, node: ast.Declaration) -> "Rules":
        """The same without one declaration."""
        start, end = node.span.start, node.span.end
        whole = text.source.text
        blanks = "".join(c if c == "\n" else " " for c in whole[start:end])
        left = text_of(whole[:start] + blanks + whole[end:], "declarations", text.source.name, text.number)
        return Rules(tuple(attrs.evolve(left, given=text.given) if t is text else t for t in self.texts))

    # --------------------------------------------------------------------------------------------------- as it stands

    def declared(self, *, given: bool) -> list[tuple[str, str]]:
        """The declarations that were given, or those typed, as formatted text by the names of their texts."""
        found = []
        for text in self.texts:
            if text.given == given and not text.before and not text.source.shipped and text.module.declarations:
                found.append((text.source.name, format_module(text.module, text.source.text).strip("\n")))
        return found


def key_of(node: ast.Declaration) -> Key | None:
    """The space of names of a declaration and its name in it; None for what has no name."""
    match node:
        case ast.Zone():
            return "zone", ""
        case ast.Lateness():
            return "lateness", ""
        case (
            ast.AttributeDeclaration(name) | ast.EventDeclaration(name) | ast.LinesDeclaration(name)
            | ast.CollectionDeclaration(name) | ast.Define(name)
        ):  # fmt: skip
            return "name", name.text
        case ast.ActionDeclaration(name):
            return "action", name.text
        case ast.SegmentDeclaration(name):
            return "segment", name.text
        case ast.Promotion(name):
            return "promotion", name.text
        case ast.Activity(_, name):
            return "activity", name.text
        case ast.TestDeclaration(text):
            return "test", text.value
        case ast.Rule() | ast.Limit() | ast.Hold() | ast.Broken():
            return None


def said(node: ast.Declaration) -> str:
    """A declaration as it is spoken of: `segment Skiers`."""
    match node:
        case ast.Zone(name):
            return f'zone "{name.value}"'
        case ast.Lateness():
            return "lateness"
        case ast.Rule():
            return "rule"
        case ast.Limit():
            return "limit"
        case ast.Hold():
            return "hold"
        case ast.AttributeDeclaration(name):
            return f"attribute {name.text}"
        case ast.EventDeclaration(name) | ast.LinesDeclaration(name):
            return f"event {name.text}"
        case ast.CollectionDeclaration(name):
            return f"collection {name.text}"
        case ast.Define(name):
            return f"define {name.text}"
        case ast.ActionDeclaration(name):
            return f"action {name.text}"
        case ast.SegmentDeclaration(name):
            return f"segment {name.text}"
        case ast.Promotion(name):
            return f"promotion {name.text}"
        case ast.Activity(kind, name):
            words = kind if kind == "search rule" else f"{kind} activity".strip()
            return f"{words} {name.text}"
        case ast.TestDeclaration(text):
            return f'test "{text.value}"'
        case ast.Broken():
            return "declaration"


def place_of(text: Text, node: ast.Node) -> str:
    """`file:line` of a node."""
    return f"{text.source.name}:{text.source.position(node.span.start)[0]}"
