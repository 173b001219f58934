"""What Python itself says of a file whose tree has no errors: tree-sitter takes indentation and much else lightly.

The running interpreter is the judge, but only of what every Python since 3.11 rejects in the same words' sense.
Otherwise a plan would land on one machine and be refused on the next, and code for a newer Python (`type X = int`,
`except A, B:`) or an older one (`print "x"`) would be called broken on account of the Python that glmcode runs on.
So a failure counts only where it is one of:

- wrong indentation (`IndentationError`, `TabError`): in 12,000 mutations of the standard library, 97 of 100 faults that
  tree-sitter let pass were of this kind;
- a statement or a name where no version has ever allowed it: the table below, whose words are ours, because
  CPython's own change from version to version.

Any other failure (`invalid syntax`, an unknown codec, a limit of the interpreter) is left to the tests to find.

A compiler stops at its first failure. Where a statement holds syntax that is newer than 3.11 (`newersyntax.py`), an older
interpreter stops there and never comes to what a newer one finds behind it: of such a statement no failure counts, on
any version. So the verdict on a file hangs on its bytes alone.
"""

import re
import warnings
from functools import cached_property
from typing import TYPE_CHECKING

from glmcode.syntax.newersyntax import has_newer_syntax
from glmcode.syntax.problem import Problem

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["python_problem"]

LARGEST = 4 << 20
"""Bytes beyond which a file is not compiled: compiling takes some 100 times its size in memory."""

LOOKS = 100
"""Failing statements that are looked at for newer syntax: each look passes by the file's other statements."""

NEAR = 200
"""Bytes behind a statement's end within which the next one begins, comments aside."""
USUAL = 8
MOST_SEARCHED = 200
"""Times an earlier version of a file is gone through in search of its statements: in its order they cost one."""

_INDENTATION = (
    (re.compile(r"expected an indented block"), "an indented block is missing above this line"),
    (re.compile(r"unindent does not match"), "the indentation matches no block around it"),
    (re.compile(r"unexpected indent"), "the line is indented deeper than its block"),
)
_ALWAYS_WRONG = (
    (re.compile(r"^'?(return|yield|yield from|await)'? outside (async )?function"), r"\1 outside a function"),
    (re.compile(r"^'break' outside loop"), "break outside a loop"),
    (re.compile(r"^'continue' not properly in loop"), "continue outside a loop"),
    (re.compile(r"^'await' outside"), "await outside a coroutine"),
    (re.compile(r"^expected 'except' or 'finally' block"), "try without except or finally above this line"),
    (re.compile(r"^default 'except:' must be last"), "a bare except must come last"),
    (re.compile(r"^duplicate (argument|parameter) '?([^\s']*)'?"), r"parameter \2 comes twice"),
    (re.compile(r"^(non-default argument follows default|parameter without a default follows)"), "a parameter without default follows one with a default"),
    (re.compile(r"^keyword argument repeated"), "a keyword argument comes twice"),
    (re.compile(r"^positional argument follows keyword argument"), "a positional argument follows a keyword argument"),
    (re.compile(r"^(iterable argument unpacking follows keyword)"), "unpacking of positional arguments follows that of keywords"),
    (re.compile(r"^named (arguments|parameters) must follow bare \*"), "no parameter follows the bare *"),
    (re.compile(r"^\* (argument|may appear only once)"), "* comes twice among the parameters"),
    (re.compile(r"^cannot (assign to|delete) "), "this can't be assigned to or deleted"),
    (re.compile(r"is an illegal expression for augmented assignment"), "this can't be the target of an augmented assignment"),
    (re.compile(r"^can(no|')t use starred expression here"), "a starred expression can't stand here"),
    (re.compile(r"^starred assignment target must be"), "a starred target must be in a list or tuple"),
    (re.compile(r"^(multiple|two) starred expressions in assignment"), "two starred targets in one assignment"),
    (re.compile(r"^name '(.*)' is (used|assigned to) (prior to|before) (global|nonlocal) declaration"), r"\1 is used before its \4 declaration"),
    (re.compile(r"^name '(.*)' is (parameter and|nonlocal and global)"), r"\1 can't be declared global or nonlocal here"),
    (re.compile(r"^no binding for nonlocal '(.*)' found"), r"no outer function binds the nonlocal \1"),
    (re.compile(r"^nonlocal declaration not allowed at module level"), "nonlocal at module level"),
    (re.compile(r"^import \* only allowed at module level"), "import * inside a function or class"),
    (re.compile(r"^from __future__ imports must occur at the beginning"), "from __future__ imports must come first in the file"),
    (re.compile(r"^\(unicode error\) 'unicodeescape' codec can't decode bytes.*truncated"), "an escape in this string is cut short"),
)  # fmt: skip

_GOES_ON = re.compile(rb"(?:[ \t\f]*(?:#[^\n]*)?\n)*(?:[ \t\f]+[^ \t\f\n#]|(?:else|elif|except|finally)\b)")
"""What, behind a statement's last line, belongs to the statement still."""


def python_problem(root: "Node", data: bytes, known: bytes | None = None) -> Problem | None:
    """What is wrong in any Python with a source file that tree-sitter reads; None where nothing is or can be told.

    Of a file that has an earlier version, `known`, only the statements that are new are compiled: what Python says of a
    statement at the top of a file does not hang on the others, and compiling the rest again would cost as much as
    parsing it. Nothing that the file holds gets out of here: no warning, no exception, no code that runs.
    """
    if len(data) > LARGEST:
        return None
    whole = (0, len(data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if known is None or b"\r" in data or _decides_all(data):
                error = _failure(data, whole)
                if error is None or not has_newer_syntax(root, data, *whole):
                    return None if error is None else _judged(error, data)
                return _first_judged(root, data, _statements(root, data))
            earlier = _Earlier(known)
            return _first_judged(
                root, data, [span for span in _statements(root, data) if not earlier.holds(data[slice(*span)])]
            )
        except (ValueError, OverflowError, RecursionError, MemoryError):
            # A NUL byte, or nesting beyond the limits of this interpreter.
            return None


def _first_judged(root: "Node", data: bytes, spans: list[tuple[int, int]]) -> Problem | None:
    looks = LOOKS
    for start, end in spans:
        error = _failure(data, (start, end))
        found = None if error is None else _judged(error, data[start:end])
        if found is not None:
            if not has_newer_syntax(root, data, start, end):
                return Problem(found.line + data.count(b"\n", 0, start), found.column, found.what)
            looks -= 1
            if not looks:
                break
    return None


def _failure(data: bytes, span: tuple[int, int]) -> SyntaxError | None:
    try:
        compile(data[slice(*span)], "<file>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    return None


def _decides_all(data: bytes) -> bool:
    """Whether a `from __future__` or a declared encoding says what the rest of the file means."""
    return b"__future__" in data or b"coding" in b"".join(data.split(b"\n", 2)[:2])


def _statements(root: "Node", data: bytes) -> list[tuple[int, int]]:
    """The spans of `data`, of whole lines, that hold its top-level statements."""
    spans: list[tuple[int, int]] = []
    for node in root.children:
        start = data.rfind(b"\n", 0, node.start_byte) + 1
        end = data.find(b"\n", node.end_byte) + 1 or len(data)
        if spans and start < spans[-1][1]:  # it begins on the line that the one before ends on
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


class _Earlier:
    """An earlier version of a file, and which statements stand in it as whole ones, not as the beginning of a longer one.

    Most stand where the one before them ends: that is where they are looked for first. Whoever rearranges a file's lines
    without end uses up `_room`, and has the rest compiled.
    """

    def __init__(self, known: bytes) -> None:
        self._framed = b"\n" + known
        self._at = 0
        self._most = self._room = MOST_SEARCHED * len(self._framed)
        self._told: dict[bytes, bool] = {}

    def holds(self, statement: bytes) -> bool:
        framed, wanted = self._framed, b"\n" + statement
        at = framed.find(wanted, self._at, self._at + len(wanted) + NEAR)
        if at >= 0 and not _GOES_ON.match(framed, at + len(wanted)):
            self._at = at + len(statement)
            return True
        if statement not in self._told:
            # Once much has been looked for in vain: a line that is new can be told without a search.
            is_new = self._room < self._most - USUAL * len(framed) and not self._lines.issuperset(
                wanted.split(b"\n")[:-1]
            )
            self._told[statement] = not is_new and self._finds(wanted)
        return self._told[statement]

    @cached_property
    def _lines(self) -> frozenset[bytes]:
        return frozenset(self._framed.split(b"\n"))

    def _finds(self, statement: bytes) -> bool:
        framed, came_from = self._framed, self._at
        for start, end in ((came_from, len(framed)), (0, came_from + len(statement))):
            if self._room <= 0:
                break
            done, at = start, framed.find(statement, start, end)
            while at >= 0 and self._room > 0:
                self._room -= at + len(statement) - done
                if not _GOES_ON.match(framed, at + len(statement)):
                    self._at = at + len(statement) - 1
                    return True
                done, at = at + 1, framed.find(statement, at + 1, end)
            self._room -= end - done
        return False


def _judged(error: SyntaxError, data: bytes) -> Problem | None:
    what = _reason(error)
    if what is None:
        return None
    line = error.lineno or 1
    rows = data.splitlines() if b"\r" in data else data.split(b"\n")
    row = rows[line - 1] if 0 < line <= len(rows) else b""
    # The column that CPython gives moves between versions: the line's first code is as good.
    return Problem(line, len(row) - len(row.lstrip()) + 1, what)


def _reason(error: SyntaxError) -> str | None:
    message = error.msg or ""
    if isinstance(error, TabError):
        return "tabs and spaces are mixed in the indentation"
    if isinstance(error, IndentationError):
        return next((what for pattern, what in _INDENTATION if pattern.search(message)), "the indentation is wrong")
    for pattern, what in _ALWAYS_WRONG:
        match = pattern.search(message)
        if match is not None:
            return match.expand(what)[:200]
    return None
