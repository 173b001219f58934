"""Definitions that share a line with other code: `x = 1; y = 2`, `{"a": 1, "b": 2}`, `@Override public int size() {`."""

import re
from collections.abc import Sequence

from glmcode.landing.members import bare, replaced_in_list
from glmcode.landing.place import Fit, Refusal, Splice, Standing, Verdict
from glmcode.landing.restated import without_the_line
from glmcode.landing.text import Text
from glmcode.syntax import Definition, Parsed, Syntax

__all__ = [
    "beside_amid_a_line",
    "deleted_amid_a_line",
    "doubtful",
    "in_one_line_suite",
    "replaced_amid_a_line",
    "restates",
]

_SEPARATOR = re.compile(rb"[ \t]*[;,]?[ \t]*\Z")
_RESTATES = re.compile(rb"[ \t]*(?:@(?!interface\b)|/[*/]|#!?\[|\[)")
_STATEMENTS = frozenset({"python", "ruby", "bash"})
"""Languages whose `;` stands between statements, not behind each."""
_GOES_ON = re.compile(
    rb"[ \t]*(?:[\]})#<|]|/[*/]|\*|--|end\b|else\b|elif\b|elsif\b|except\b|finally\b|rescue\b|ensure\b|catch\b|then\b|do\b|case\b|default\b|when\b|\w+:(?!:)|\{|\Z)"
)


def restates(lines: Sequence[bytes]) -> bool:
    """Whether a body begins with a comment, a decorator or an attribute of its own."""
    return bool(_RESTATES.match(lines[0]))


def replaced_amid_a_line(
    text: Text, parsed: Syntax | None, definition: Definition, lines: Sequence[bytes], strategy: str
) -> Verdict:
    """Only the definition's own bytes give way; the separator behind it stays. A body that gives the line with all that
    it shares is taken as that."""
    data = text.data
    stands = data[definition.keyword : definition.end].rstrip(b"\r\n").lstrip()
    start = data.find(stands, definition.keyword)
    newline = text.end_near(text.row(definition.keyword))
    words = newline.join(lines).strip()
    before = data[text.line_start(definition.keyword) : definition.keyword].strip()
    behind = _rest(text, definition.end).strip()
    alone = without_the_line(words, before, behind, stands)
    if alone is None:
        return Refusal(
            "ambiguous",
            f"{definition.name} shares line {definition.line} with other code, and the body begins or ends as that line does: it may be meant "
            "to stand in place of the whole line. Send only the definition's own code, or quote the line with SEARCH/REPLACE.",
        )
    words = newline.join(replaced_in_list(parsed, definition, alone.split(newline)))
    separator = _SEPARATOR.search(stands)
    if separator is not None and separator.group():
        own = _SEPARATOR.search(words)
        words = words[: len(words) if own is None else own.start()] + separator.group()
    at = (definition.line, definition.end_line)
    if stands == words:
        return Standing(strategy, at)
    return Fit((Splice(start, start + len(stands), words),), strategy, 1.0, at)


def beside_amid_a_line(
    text: Text, parsed: Syntax, definition: Definition, lines: Sequence[bytes], side: str, strategy: str
) -> Verdict | None:
    """What goes before or after a definition that shares its line on that side; None where it doesn't.

    A member of one line goes into the list on that line. Anything else would break another's line in two.
    """
    data = text.data
    at = (definition.line, definition.end_line)
    if side == "after":
        shares = _rest(text, definition.end).strip() != b""
        shares = shares and data[definition.end - 1 : definition.end] != text.separator
    else:
        shares = text.line_start(definition.start) != definition.start
    if not shares:
        return None
    own = parsed.listed(definition.keyword, definition.end)
    if own is None or own.before is None or len(lines) > 1:
        return Refusal(
            "ambiguous",
            f"{definition.name} shares line {definition.line if side == 'before' else definition.end_line} with other code, so nothing can "
            f"be put {side} it in lines of its own. Quote that line with SEARCH/REPLACE instead, and give it as it should be.",
        )
    member = bare(lines[0]).strip()
    if side == "after":
        splice = Splice(own.before, own.before, b", " + member)
        stands = data[own.before :].lstrip(b", \t").startswith(member)
    else:
        splice = Splice(definition.start, definition.start, member + b", ")
        stands = data[: definition.start].rstrip(b", \t").endswith(member)
    return Standing(strategy, at) if stands else Fit((splice,), strategy, 1.0, at)


def deleted_amid_a_line(text: Text, definition: Definition, language: str | None) -> Splice:
    """The definition's own bytes, and where nothing follows on its line the blanks before it."""
    data, start = text.data, definition.start
    line = text.line_start(start)
    if data[line:start].strip() and not _rest(text, definition.end).strip():
        blanks = b"; \t" if language in _STATEMENTS else b" \t"
        start = line + len(data[line:start].rstrip(blanks))
    return Splice(start, definition.end, b"")


def in_one_line_suite(text: Text, definition: Definition, lines: Sequence[bytes], strategy: str) -> Fit | None:
    """Members for `class A: pass`: its suite comes to stand on a line of its own, and a bare `pass` gives way.

    None where the suite does not begin on the line of its colon.
    """
    if definition.body is None:
        return None
    data = text.data
    first, last = definition.body
    row = text.row(first)
    before = data[text.line_start(first) : first].rstrip()
    suite = data[first:last].rstrip()
    if not before.endswith(b":") or b"\n" in suite or not suite:
        return None
    end = text.end_near(row)
    kept = [] if suite == b"pass" else [definition.member_indent + suite]
    kept += [b""] * (len(kept) if len(lines) > 1 else 0)
    start = text.line_start(first) + len(before)
    close = first + len(suite)
    return Fit(
        (Splice(start, close, b"".join(end + line for line in [*kept, *lines])),), strategy, 1.0, (row + 1, row + 1)
    )


def doubtful(text: Text, parsed: Parsed, definition: Definition, path: str) -> Refusal | None:
    """Why a definition of a file with syntax errors can't be told from what is around it; None where it can.

    A parser that has lost its way cuts statements in two and takes one definition for a part of another. So a
    definition must have its lines for itself there; and where the error lies within it, no line of it may begin as
    far left as it does itself, as the next definition's would, unless that line closes something.
    """
    if parsed.is_clean:
        return None
    data = text.data
    start = text.line_start(definition.start)
    what = ""
    if data[start : definition.start].strip() or _rest(text, definition.end).strip():
        what = f"shares line {definition.end_line if data[start : definition.start].strip() == b'' else definition.line} with code that makes no sense"
    elif definition.end_line > definition.line and parsed.is_broken_within(definition.start, definition.end):
        body = definition.body[0] if definition.body else definition.keyword
        for row in range(text.row(body) + 1, definition.end_line):
            line = text.content(row)
            indent = len(line) - len(line.lstrip(b" \t"))
            if line.strip() and indent <= len(definition.indent) and not _GOES_ON.match(line):
                what = f"has a syntax error, and line {row + 1} may be the first that is no longer a part of it"
                break
    if not what:
        return None
    return Refusal(
        "ambiguous",
        f"{definition.name} in {path} {what}, so where it begins and ends can't be told. Quote the lines with SEARCH/REPLACE instead.",
    )


def _rest(text: Text, offset: int) -> bytes:
    """What follows on the line that a definition ends on."""
    data = text.data
    if offset >= len(data) or data[offset - 1 : offset] == text.separator:
        return b""
    start, row = text.line_start(offset), text.row(offset)
    return text.content(row)[offset - start :]
