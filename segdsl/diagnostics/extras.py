"""Optional packages: imported when something is asked for that needs them, with one message where they are missing."""

from importlib import import_module
from types import ModuleType

from segdsl.diagnostics.errors import MissingExtraError


def load_extra(module: str, package: str, extra: str, what: str, without: str) -> ModuleType:
    """A module that needs an optional package. `what` is who needs it, as in `charts need`; `without` is what works
    all the same. Raises MissingExtraError with the name of the extra."""
    try:
        return import_module(module)
    except ImportError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise MissingExtraError(
            f'{what} {package}, which is not installed: pip install "segdsl[{extra}]"; {without}'
        ) from error
