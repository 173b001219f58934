"""`glmcode outline`: the definitions of a file, as a plan's symbols name them."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app

if TYPE_CHECKING:
    from glmcode.syntax import Definition

LARGEST = 64 << 20


@app.command()
def outline(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Source files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """List the definitions of source files.

    Each line names one definition by its dotted path, which an edit plan may use as its symbol (with a number where
    several bear it: total#1, total#2), with its kind, its lines and its first line of code.

    \b
    glmcode outline src/cart.py
    glmcode outline --json src/*.go
    """
    from glmcode.syntax import outline as definitions_of

    outlines = []
    for path in files:
        data = _read(path)
        outlines.append((path, definitions_of(data, path)))
        _warn(path, data)
    if as_json:
        listed = [{"path": _clean(path), "definitions": [_record(d) for d in found]} for path, found in outlines]
        sys.stdout.write(json.dumps({"files": listed}, indent=2) + "\n")
        return Exit.OK
    for number, (path, found) in enumerate(outlines):
        if len(outlines) > 1:
            print(f"{'' if number == 0 else chr(10)}{_clean(path)}")
        for definition in found:
            print(_line(definition))
    return Exit.OK


def _warn(path: str, data: bytes) -> None:
    """Says on standard error where a file has an error that may hide definitions, or why it has none."""
    from glmcode.syntax import language_of, parse

    language = language_of(path, data)
    problem = None if language is None else parse(data, language).problem
    if b"\0" in data:
        print(f"{_clean(path)} is binary: what is listed of it is chance.", file=sys.stderr)
    elif problem is not None:
        where = f"{_clean(path)}:{problem.line}:{problem.column}: {_clean(problem.what)}"
        print(f"{where}. Definitions may be missing from there on.", file=sys.stderr)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise GlmcodeError(f"no such file: {_clean(path)}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise GlmcodeError(f"cannot read {_clean(path)}: {reason}") from None
    if len(data) > LARGEST:
        raise GlmcodeError(f"{_clean(path)} is larger than {LARGEST >> 20} MB")
    return data


def _record(definition: "Definition") -> dict[str, Any]:
    return {
        "name": definition.name,
        "kind": definition.kind,
        "depth": definition.depth,
        "line": definition.line,
        "end_line": definition.end_line,
        "start": definition.start,
        "head": definition.head,
        "keyword": definition.keyword,
        "end": definition.end,
        "body": definition.body,
        "signature": definition.signature,
    }


def _line(definition: "Definition") -> str:
    where = (
        f"{definition.line}" if definition.line == definition.end_line else f"{definition.line}-{definition.end_line}"
    )
    return _clean(f"{'  ' * definition.depth}{definition.name}  {definition.kind}  {where}  {definition.signature}")


def _clean(text: str) -> str:
    """Without what a terminal would obey: control and bidirectional characters, and bytes that are not UTF-8."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
