"""Imports that a sketch has in a run of their own: with no line of the file beside them, they go where imports go."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from glmcode.landing.at_place import among_imports, statements_of
from glmcode.landing.file import File
from glmcode.landing.place import Fit, Standing, Verdict
from glmcode.landing.sketch_lines import Line
from glmcode.landing.text import Text
from glmcode.syntax import parse

__all__ = ["ImportRun", "import_runs", "with_imports"]

_MAY_IMPORT = re.compile(
    rb"(?:import|from|use|pub use|extern crate|using|include|require|require_relative|@import|#\s*(?:include|import))\b|.{1,200}\brequire\b"
)
_MODULE = re.compile(rb"from\s+([\w.]+)\s+import|[\"'<]([^\"'<>]+)[\"'>]")
_WORD = re.compile(rb"\w\w+")
_KEYWORDS = frozenset(
    b"import from use pub using include require require_relative extern crate const let var static as type hpp".split()
)
AKIN = 0.5
"""Share of their words that two imports have in common, from which on the one may be the other, changed."""
MOST = 100
"""Imports of a sketch that are compared with the file's."""
_FUTURE = re.compile(rb"from\s+__future__\b")
_Words = tuple[bytes, frozenset[bytes]]


@dataclass(frozen=True, slots=True)
class ImportRun:
    """A run of the sketch between two markers that holds nothing but imports, none of which the file has."""

    segment: int
    row: int
    """Of its first line in the sketch."""
    lines: tuple[bytes, ...]


def import_runs(sketch: Sequence[Line], source: File, markers: Sequence[int]) -> list[ImportRun]:
    """Those of a file that has imports already, in a language with a grammar; none where they are many."""
    found: list[ImportRun] = []
    known: list[_Words] | None = None
    room = MOST
    for run in _runs(sketch):
        code = next((line for line in run if not line.is_comment), run[0])
        if run[0].depth or not _MAY_IMPORT.match(code.key) or any(_FUTURE.match(line.key) for line in run):
            continue
        is_first = run[0] is sketch[0]  # the first lines of a sketch often have no marker before them
        if not markers or (markers[0] > run[0].row and not is_first) or markers[-1] < run[-1].row:
            continue
        if source.parsed is None or source.language is None:
            return []
        if known is None:
            known = [_words(statement) for statement in source.parsed.imports.statements]
        statements = statements_of([line.data for line in run])
        room -= len(statements)
        if not known or room < 0:
            return []
        imports = [parse(b"\n".join(one) + b"\n", source.language).imports.statements for one in statements]
        if not all(imports):
            continue
        are_there = all(source.parsed.imports.has(one[0]) for one in imports)
        if are_there or not any(_are_akin(_words(one[0]), other) for one in imports for other in known):
            found.append(ImportRun(run[0].segment, run[0].row, tuple(line.data for line in run)))
    return found


def with_imports(
    verdict: Fit | Standing, runs: Sequence[ImportRun], hidden: Sequence[tuple[int, int]], text: Text, source: File
) -> Verdict | None:
    """What the rest of the sketch comes to, and the imports among the file's; None where those are not among the lines that
    the markers around a run stand for: `hidden`, the rows first..past of each run's."""
    parsed = source.parsed
    if parsed is None or source.language is None:
        return None
    row = len(text.lines) if parsed.imports.end >= len(text.data) else text.row(parsed.imports.end)
    if not all(first <= row <= past for first, past in hidden):
        return None
    added = among_imports(text, [line for run in runs for line in run.lines], parsed, source.language)
    if not isinstance(added, Fit):
        return verdict if isinstance(added, Standing) else added
    if isinstance(verdict, Standing):
        return replace(added, strategy=verdict.strategy)
    splices = sorted((*verdict.splices, *added.splices), key=lambda splice: (splice.start, splice.end))
    if any(one.end > other.start or one.start == other.end for one, other in pairwise(splices)):
        return None  # what comes first there, nobody says
    return replace(verdict, splices=tuple(splices), lines=_spanning(verdict.lines, added.lines))


def _spanning(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])


def _runs(sketch: Sequence[Line]) -> Iterator[Sequence[Line]]:
    at = 0
    for past in range(1, len(sketch) + 1):
        if past == len(sketch) or sketch[past].segment != sketch[at].segment:
            yield sketch[at:past]
            at = past


def _words(statement: str) -> _Words:
    """What an import imports from, where the statement tells that apart, and its words."""
    data = statement.encode("utf-8", "surrogateescape")
    module = _MODULE.search(data)
    return (module[1] or module[2] if module else b""), frozenset(_WORD.findall(data)) - _KEYWORDS


def _are_akin(one: _Words, other: _Words) -> bool:
    """Whether one import may be the other, changed: from the same module, or of much the same words."""
    if one[0] and one[0] == other[0]:
        return True
    return 2 * len(one[1] & other[1]) >= AKIN * (len(one[1]) + len(other[1]))
