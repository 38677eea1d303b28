"""What the author of a rule got wrong: collected, never raised."""

from collections.abc import Iterable, Iterator
from enum import Enum

from attrs import field, frozen

from segdsl.diagnostics.span import Span


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"


@frozen
class Label:
    """A further place that belongs to a diagnostic, with what it has to do with it."""

    span: Span
    message: str


@frozen
class Edit:
    """Put `text` in place of `span`; an empty span is a place to put it in."""

    span: Span
    text: str


@frozen
class Fix:
    """The edit that mends the mistake, put `text` in place of `span`, and those that go with it (`also`).

    `sure` says that nothing else can have been meant, or that the meaning stays as it is: `seg check --fix` makes such
    a fix by itself. One that is not sure is offered (in JSON, in SARIF, in an editor) and left to the author.
    """

    span: Span
    text: str
    also: tuple[Edit, ...] = ()
    sure: bool = True

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All of its edits, in the order of the text."""
        return tuple(sorted((Edit(self.span, self.text), *self.also), key=lambda edit: edit.span))


@frozen
class Diagnostic:
    """One mistake. `message` is a lower-case phrase in the author's words; advice goes into `help`."""

    code: str
    message: str
    span: Span
    severity: Severity = Severity.ERROR
    labels: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None


@frozen(eq=False)
class Collector:
    """Gathers the diagnostics of a run of the compiler, each place and code once."""

    found: dict[tuple[str, Span, str], Diagnostic] = field(factory=dict)

    def error(
        self,
        code: str,
        span: Span,
        message: str,
        *,
        help: str | None = None,
        labels: Iterable[Label] = (),
        fix: Fix | None = None,
    ) -> None:
        self.add(Diagnostic(code, message, span, Severity.ERROR, tuple(labels), help, fix))

    def warning(
        self,
        code: str,
        span: Span,
        message: str,
        *,
        help: str | None = None,
        labels: Iterable[Label] = (),
        fix: Fix | None = None,
    ) -> None:
        self.add(Diagnostic(code, message, span, Severity.WARNING, tuple(labels), help, fix))

    def add(self, diagnostic: Diagnostic) -> None:
        self.found.setdefault((diagnostic.code, diagnostic.span, diagnostic.message), diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        """In the order of the text."""
        return iter(sorted(self.found.values(), key=lambda d: (d.span, d.code)))

    @property
    def errors(self) -> int:
        return sum(d.severity is Severity.ERROR for d in self.found.values())
