"""Edits at a fixed place of a file: its first lines, its last, its imports."""

import re
from collections.abc import Sequence

from glmcode.landing.body import body_lines, insertion
from glmcode.landing.coding import UnprovenEncodingError, encode_like
from glmcode.landing.file import File
from glmcode.landing.nearest import is_trivial
from glmcode.landing.place import Fit, Refusal, Splice, Standing, Verdict
from glmcode.landing.text import Text, split_lines
from glmcode.plan.edits import AtPlace
from glmcode.syntax import Parsed, parse

__all__ = ["adds_definitions", "at_place"]

STRATEGY = "place"
CODE = frozenset({"function", "class", "struct", "enum", "interface", "trait", "impl", "record", "method"})
"""Kinds of definitions that run nothing where they stand."""
_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
_DOCSTRING = re.compile(rb"[rRuU]?(\"\"\"|'''|\"|')")
_FUTURE = re.compile(rb"from[ \t]+__future__[ \t]+import\b")
_GO_IMPORT = re.compile(rb"\s*(?:import\s+)?((?:[\w.]+[ \t]+)?(?:\"[^\"\n]+\"|`[^`\n]+`))[ \t]*;?[ \t]*(//.*)?")
_PROLOGUE = re.compile(rb"<\?(?:php|xml)\b|<!DOCTYPE\b", re.IGNORECASE)


def at_place(file: File, change: AtPlace, path: str) -> Verdict:
    """The verdict on an edit at a fixed place of a file that exists."""
    text = file.text
    if text.is_binary:
        return Refusal("binary", f"{path} is binary: text can't be added to it.")
    try:
        _, body = encode_like(text, "", change.body)
    except UnprovenEncodingError as error:
        return Refusal("binary", f"{path}: {error}. Leave it out, or edit next to a line that holds it.")
    lines = [line[:-1] if line.endswith(b"\r") else line for line in split_lines(body)]
    if not body.strip():
        return Refusal("malformed", f"The body is empty: give the lines that go to the {change.place} of {path}.")
    if change.place == "imports":
        return _imports(text, body_lines(body), file)
    verdict = _top(text, lines, file.language) if change.place == "top" else _bottom(text, lines)
    refusal = file.given_twice(lines, "", verdict.splices, path) if isinstance(verdict, Fit) else None
    return refusal or verdict


def adds_definitions(file: File, body: str) -> bool:
    """Whether text that comes for a file with content, and names no place in it, is nothing but functions, classes and the
    like at the margin that the file has not. They may stand anywhere in it: at its end they come after all that they could
    need."""
    parsed = file.parsed
    if parsed is None or not parsed.is_clean or not body.strip():
        return False
    data = body.encode("utf-8", "surrogateescape")
    alone = parse(data, parsed.language)
    found = [one for one in alone.definitions if not one.depth]
    if not alone.is_clean or any(
        one.kind not in CODE or one.indent or parsed.symbols.namesakes(one.name) for one in found
    ):
        return False
    rest = bytearray(data)
    for one in found:
        rest[one.start : one.end] = b" " * (one.end - one.start)
    return bool(found) and not rest.strip()


def _top(text: Text, lines: list[bytes], language: str | None) -> Verdict:
    first, behind = _head(text, language)
    opening = next(line.lstrip() for line in lines if line.strip())
    belongs_first = _FUTURE.match(opening) or (_DOCSTRING.match(opening) if language == "python" else None)
    row = first if belongs_first or behind == first or opening.startswith(b"#") else behind
    at = row
    while at < len(text.lines) and row > first and not text.lines[at].strip():
        at += 1
    if _stand_at(text, at, lines):
        return Standing(STRATEGY, (at + 1, at + len(lines)))
    return _fit(text, row, lines, above=1 if row > first and lines[0].strip() else 0)


def _bottom(text: Text, lines: list[bytes]) -> Verdict:
    row = len(text.lines)
    last = row
    while last and not text.lines[last - 1].strip():
        last -= 1
    bare = body_lines(b"\n".join(lines))
    if _stand_at(text, last - len(bare), bare):
        return Standing(STRATEGY, (last - len(bare) + 1, last))
    return _fit(text, row, lines)


def _imports(text: Text, lines: list[bytes], file: File) -> Verdict:
    parsed = file.parsed
    if parsed is None or file.language is None:
        known = {line.strip() for line in text.lines}
        missing = [line for line in lines if line.strip() and line.strip() not in known]
        if not missing:
            return Standing(STRATEGY, None)
        return _top(text, missing, file.language)
    return among_imports(text, lines, parsed, file.language)


def among_imports(text: Text, lines: list[bytes], parsed: Parsed, language: str) -> Verdict:
    """Import lines among the file's, without what is there already; Standing where all of it is."""
    block = parsed.imports
    known = frozenset(_collapsed(statement) for statement in block.statements)
    missing: list[list[bytes]] = []
    for statement in statements_of(_go_imports(lines, block.list_end is not None) if language == "go" else lines):
        left = _missing(statement, known, language)
        if left and left not in missing:
            missing.append(left)
    if not any(line.strip() for statement in missing for line in statement):
        return Standing(STRATEGY, None)
    row = len(text.lines) if block.end >= len(text.data) else text.row(block.end)
    if block.list_end is not None and all(len(one) == 1 and _GO_IMPORT.fullmatch(one[0]) for one in missing):
        # They join the list, without the keyword.
        specs = [b"\t" + statement[0].removeprefix(b"import ").strip() for statement in missing]
        return _fit(text, text.row(block.list_end), specs)
    if language != "python":
        return _import_fit(text, row, [line for statement in missing for line in statement], bool(known))
    future = [line for statement in missing if _FUTURE.match(statement[0].lstrip()) for line in statement]
    others = [line for statement in missing if not _FUTURE.match(statement[0].lstrip()) for line in statement]
    fits = []
    first, behind = _head(text, language)
    if future:
        fits.append(_import_fit(text, behind, future, behind > first and bool(_FUTURE.match(text.lines[behind - 1]))))
    if others:
        row = max(row, behind)
        fits.append(_import_fit(text, row, others, bool(known) and not (row and _FUTURE.match(text.lines[row - 1]))))
    if len(fits) == 1:
        return fits[0]
    one, other = (fit.splices[0] for fit in fits)
    if one.start == other.start:
        return Fit((Splice(one.start, one.end, one.new + other.new),), STRATEGY, 1.0, fits[0].lines)
    return Fit((one, other), STRATEGY, 1.0, fits[0].lines)


def _import_fit(text: Text, row: int, lines: Sequence[bytes], joins: bool) -> Fit:
    """Import lines at a row: next to other imports as they are, else with a blank line on either side."""
    if joins:
        return _fit(text, row, lines)
    above = 1 if row and text.lines[row - 1].strip() else 0
    below = 1 if row < len(text.lines) and text.lines[row].strip() else 0
    return _fit(text, row, lines, above, below)


def statements_of(lines: Sequence[bytes]) -> list[list[bytes]]:
    """The body's statements, by their brackets; comment lines go with the statement below them."""
    found: list[list[bytes]] = []
    depth = 0
    is_open = False
    for line in lines:
        if is_open:
            found[-1].append(line)
        elif line.strip():
            found.append([line])
        else:
            continue
        code = line.split(b"#")[0].split(b"//")[0]
        depth += sum(map(code.count, (b"(", b"{", b"["))) - sum(map(code.count, (b")", b"}", b"]")))
        is_open = depth > 0 or line.endswith(b"\\") or line.lstrip().startswith((b"#!", b"# ", b"//"))
    return found


def _go_imports(lines: Sequence[bytes], has_list: bool) -> list[bytes]:
    """The lines with the keyword where they are written as in a list, and a list taken apart where the file has one."""
    found: list[bytes] = []
    in_list = False
    for line in lines:
        bare = line.strip()
        match = _GO_IMPORT.fullmatch(line)
        if in_list and bare == b")":
            in_list = False
            found += [] if has_list else [line]
        elif not in_list and bare.startswith(b"import") and bare.endswith(b"("):
            in_list = True
            found += [] if has_list else [line]
        elif match is None or (in_list and not has_list):
            found.append(line)
        else:
            found.append(b" ".join(filter(None, (b"import", match[1], match[2]))))
    return found


def _missing(statement: list[bytes], known: frozenset[str], language: str) -> list[bytes]:
    """What the statement imports that is not there yet: itself, a part of it, or nothing."""
    found = [_collapsed(one) for one in parse(b"\n".join(statement) + b"\n", language).imports.statements]
    if not found:
        # No import that the grammar knows: it goes in as it stands, but not twice.
        return [] if _collapsed(b" ".join(statement).decode("utf-8", "surrogateescape")) in known else statement
    if found[0] in known:
        return []
    single = found[1:]
    left = [one for one in single if one not in known]
    if not single or left == single:
        return statement
    if not left:
        return []
    if language == "python" and left[0].startswith("from "):
        head = left[0].partition(" import ")[0]
        left = [f"{head} import {', '.join(one.partition(' import ')[2] for one in left)}"]
    ending = b";" if statement[-1].rstrip().endswith(b";") else b""
    return [one.encode("utf-8", "surrogateescape") + ending for one in left]


def _collapsed(statement: str) -> str:
    return " ".join(statement.split()).removesuffix(";").rstrip()


def _head(text: Text, language: str | None) -> tuple[int, int]:
    """Rows that stay first: behind the shebang and the encoding, and behind the docstring and `__future__` imports."""
    rows = text.lines
    first = 0
    if rows and rows[0].startswith(b"#!"):
        first = 1
    if rows and _PROLOGUE.match(rows[0]):
        first = 1
    if any(_CODING.match(row) for row in rows[first:2]):
        first = 1 + max(at for at in range(first, min(2, len(rows))) if _CODING.match(rows[at]))
    if language != "python":
        return first, first
    behind = at = first
    seen_docstring = False
    while True:
        while at < len(rows) and (not rows[at].strip() or rows[at].startswith(b"#")):
            at += 1
        if at >= len(rows):
            break
        found = _DOCSTRING.match(rows[at])
        if found and not seen_docstring and behind == first:
            seen_docstring = True
            at = behind = _string_end(rows, at, found.group(1), found.end())
        elif _FUTURE.match(rows[at]):
            at = behind = _statement_end(rows, at)
        else:
            break
    return first, behind


def _string_end(rows: Sequence[bytes], row: int, quote: bytes, column: int) -> int:
    """The row behind the string that opens there."""
    if len(quote) == 1:
        return row + 1
    while row < len(rows):
        if rows[row].find(quote, column) >= 0:
            return row + 1
        row, column = row + 1, 0
    return len(rows)


def _statement_end(rows: Sequence[bytes], row: int) -> int:
    depth = 0
    while row < len(rows):
        code = rows[row].split(b"#")[0]
        depth += code.count(b"(") - code.count(b")")
        row += 1
        if depth <= 0 and not code.rstrip().endswith(b"\\"):
            break
    return row


def _stand_at(text: Text, row: int, lines: Sequence[bytes]) -> bool:
    if row < 0 or all(is_trivial(line) for line in lines):
        return False
    return [line.rstrip() for line in text.lines[row : row + len(lines)]] == [line.rstrip() for line in lines]


def _fit(text: Text, row: int, lines: Sequence[bytes], above: int = 0, below: int = 0) -> Fit:
    offset = len(text.data) if row >= len(text.lines) else text.start(row)
    splice: Splice = insertion(text, offset, lines, above, below)
    return Fit((splice,), STRATEGY, 1.0, (row + 1, row))
