"""Diagnostics for other programs: annotations of GitHub's actions, and SARIF 2.1.0 for code scanning and editors."""

from collections.abc import Iterable, Iterator
from typing import Any

from segdsl.diagnostics.codes import CODES
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.diagnostics.render import as_json
from segdsl.diagnostics.source import SourceMap
from segdsl.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def github(diagnostics: Iterable[Diagnostic], sources: SourceMap) -> Iterator[str]:
    """A workflow command a line, which GitHub shows beside the line of source."""
    for diagnostic in diagnostics:
        found = as_json(diagnostic, sources)
        where = {"file": "file", "line": "line", "endLine": "end_line", "col": "column", "endColumn": "end_column"}
        properties = [f"{name}={_property(found[key])}" for name, key in where.items() if key in found]
        properties.append(f"title={_property(diagnostic.code)}")
        said = diagnostic.message + (f"\n{diagnostic.help}" if diagnostic.help else "")
        yield f"::{diagnostic.severity.value} {','.join(properties)}::{_message(said)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _message(str(value)).replace(":", "%3A").replace(",", "%2C")


def sarif(diagnostics: Iterable[Diagnostic], sources: SourceMap) -> dict[str, Any]:
    """One run of the tool, with the codes that occur as its rules."""
    shown = list(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in shown})
    rules = [
        {"id": code, "shortDescription": {"text": CODES[code].title}, "fullDescription": {"text": CODES[code].text}}
        for code in codes
    ]
    driver = {"name": "segdsl", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes, sources) for diagnostic in shown],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(diagnostic: Diagnostic, codes: list[str], sources: SourceMap) -> dict[str, Any]:
    found = as_json(diagnostic, sources)
    said = diagnostic.message + (f" ({diagnostic.help})" if diagnostic.help else "")
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity.value,
        "message": {"text": said},
        "locations": [_location(found)] if "file" in found else [],
    }
    if "fix" in found:
        result["fixes"] = [_fix(found["fix"], said)]
    related = [{**_location(each), "message": {"text": each["message"]}} for each in found.get("related", ())]
    return {**result, "relatedLocations": related} if related else result


def _fix(fix: dict[str, Any], said: str) -> dict[str, Any]:
    """A fix as SARIF has it: for each file what is taken out and what is put there."""
    files = sorted({edit["file"] for edit in fix["edits"]})
    return {
        "description": {"text": said if fix["sure"] else f"{said} (if that is meant)"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(file)},
                "replacements": [
                    {"deletedRegion": _region(edit), "insertedContent": {"text": edit["text"]}}
                    for edit in fix["edits"]
                    if edit["file"] == file
                ],
            }
            for file in files
        ],
    }


def _location(found: dict[str, Any]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(found["file"])}, "region": _region(found)}}


def _region(found: dict[str, Any]) -> dict[str, int]:
    return {
        "startLine": found["line"],
        "startColumn": found["column"],
        "endLine": found["end_line"],
        "endColumn": found["end_column"],
    }


def _uri(file: str) -> str:
    return file.replace("%", "%25").replace(" ", "%20").replace("\\", "/")
