"""Blocks as models drift from the file: of one block, a drifted plan of each kind, and what it may come to.

A drifted plan lands as the change that was meant, or is refused; anything else is wrong.
"""

import html
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from glmcode import apply_plan
from tests.history.block import Block, Told, native, search_replace, sides
from tests.history.determined import (
    Key,
    has_rival,
    is_determined,
    is_solid,
    rows_of,
    stands_as_quoted,
    stands_but_for_one,
    stands_once,
    stands_once_unbroken,
    stripped,
)

__all__ = ["KINDS", "Drifted", "drifted", "ended", "judged"]

_HASHES = (".py", ".pyi", ".sh", ".rb", ".toml", ".yaml", ".yml", ".cfg")
_SLASHES = (".c", ".h", ".cpp", ".rs", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".m", ".mm", ".go")
_STEPS = (b"    ", b"  ", b"\t")


@dataclass(frozen=True, slots=True)
class Drifted:
    kind: str
    path: str
    plan: str
    before: bytes
    after: bytes | None
    """What the plan may make of `before`; None where it must be refused."""
    determined: bool = False
    """What it quotes still says what is meant: a refusal is safe, but not needed."""


Drift = Callable[[Block, random.Random], Drifted | None]


def drifted(block: Block) -> Iterator[Drifted]:
    """One drifted plan of each kind that the block allows; the same ones every time.

    None of a block that without drift is refused, as where a commit's other blocks mend what it breaks.
    """
    plain = native(block.path, search_replace(block.lines))
    if judged(Drifted("", block.path, plain, ended(block.base), ended(block.target))) == "refused":
        return
    for kind, drift in KINDS.items():
        found = drift(block, random.Random(f"{kind} {block.path} {block.first}"))
        if found is not None:
            yield replace(found, kind=kind)


def judged(drift: Drifted) -> Literal["exact", "refused", "wrong"]:
    """What landing makes of it."""
    result = apply_plan(drift.plan, {drift.path: drift.before})
    if not result.ok:
        return "refused"
    return "exact" if result.files.get(drift.path, drift.before) == drift.after else "wrong"


def ended(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _made(block: Block, lines: Sequence[Told], determined: bool, body: str | None = None) -> Drifted | None:
    """The plan of these lines on the block's own file; None where nothing has drifted."""
    if body is None:
        if tuple(lines) == block.lines or not any(one.old and one.old.strip() for one in lines):
            return None
        if sum(_told(lines)) < sum(_told(block.lines)):
            return None  # what is left of the block says less than was meant
        body = search_replace(lines)
    plan = native(block.path, body)
    return Drifted("", block.path, plan, ended(block.base), ended(block.target), determined)


def _told(lines: Sequence[Told]) -> tuple[int, int]:
    """How many lines go and come, as quote and replacement say it."""
    old, new = ([line.rstrip() for line in side] for side in sides(lines))
    gone = come = 0
    for tag, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone, come = gone + a_end - a, come + b_end - b
    return gone, come


def _by_line(block: Block, lines: Sequence[Told], key: Key = stripped, differ: int = 0) -> Drifted | None:
    return _made(block, lines, is_determined(lines, block.base, key, differ))


def _moved(block: Block, row: int, line: bytes, becomes: bytes | None, determined: bool) -> Drifted:
    """The plan as it was meant, on a file that has moved on in one line; `becomes` is that line behind the change."""
    base = (*block.base[:row], line, *block.base[row + 1 :])
    after = None
    if becomes is not None:
        at = row if row < block.first else _row_behind(block, row)
        after = ended((*block.target[:at], becomes, *block.target[at + 1 :]))
    return Drifted("", block.path, native(block.path, search_replace(block.lines)), ended(base), after, determined)


def _row_behind(block: Block, row: int) -> int:
    """Where a row that stays is once the change is made."""
    before = block.lines[: next(at for at, one in enumerate(block.lines) if one.row == row)]
    return row + sum(1 for one in before if one.old is None) - sum(1 for one in before if one.new is None)


def _each(lines: Sequence[Told], make: Callable[[bytes], bytes]) -> list[Told]:
    """Every line of both sides made otherwise."""
    return [
        Told(None if one.old is None else make(one.old), None if one.new is None else make(one.new), one.row)
        for one in lines
    ]


def _context(block: Block, at: int, line: bytes) -> list[Told]:
    """The block with one line that stays told otherwise."""
    return [*block.lines[:at], Told(line, line, block.lines[at].row), *block.lines[at + 1 :]]


# Spacing


def _trailing_blanks(block: Block, chance: random.Random) -> Drifted | None:
    def make(one: Told) -> Told:
        if one.old is None or chance.random() < 0.5:
            return one
        line = one.old + chance.choice((b"  ", b"\t", b" "))
        return Told(line, line if one.stays else one.new, one.row)

    return _by_line(block, [make(one) for one in block.lines])


def _brings_blanks(block: Block) -> bool:
    """Whether an empty line comes that holds blanks: shifted, nobody can say how many it should hold."""
    return any(one.old is None and one.new and not one.new.strip() for one in block.lines)


def _deeper(block: Block, chance: random.Random) -> Drifted | None:
    if _brings_blanks(block):
        return None
    step = _step(block)
    return _by_line(block, _each(block.lines, lambda line: step + line if line.strip() else line))


def _flatter(block: Block, chance: random.Random) -> Drifted | None:
    every = [line for one in block.lines for line in (one.old, one.new) if line is not None and line.strip()]
    step = next((step for step in _STEPS if all(line.startswith(step) for line in every)), None)
    if step is None or _brings_blanks(block):
        return None
    return _by_line(block, _each(block.lines, lambda line: line.removeprefix(step) if line.strip() else line))


def _flush_left(block: Block, chance: random.Random) -> Drifted | None:
    every = [line for one in block.lines for line in (one.old, one.new) if line is not None and line.strip()]
    indents = [line[: len(line) - len(line.lstrip())] for line in every]
    least = min(indents, key=len)
    if not least or not all(indent.startswith(least) for indent in indents) or _brings_blanks(block):
        return None
    return _by_line(block, _each(block.lines, lambda line: line.removeprefix(least) if line.strip() else line))


def _tabs(block: Block, chance: random.Random) -> Drifted | None:
    """Tabs for blanks, or blanks for tabs: as many a level as the file has, all along."""
    indents = [_indent(line) for line in (*block.base, *block.target) if line.strip()]
    told = [_indent(line) for one in block.lines for line in (one.old, one.new) if line is not None and line.strip()]
    if not any(_indent(one.old) for one in block.lines if one.old is not None and one.old.strip()):
        return None  # a quote that has not drifted: the new lines are as they are given
    if _brings_blanks(block):
        return None
    if any(b"\t" in indent for indent in indents):
        if any(b" " in indent for indent in indents):
            return None
        return _by_line(block, _each(block.lines, lambda line: _indent(line).replace(b"\t", b"    ") + line.lstrip()))
    size = 2 if any(len(indent) % 4 for indent in indents) else 4
    if any(len(indent) % size for indent in told):
        return None
    lines = _each(block.lines, lambda line: b"\t" * (len(_indent(line)) // size) + line.lstrip())
    depths = {len(indent) for indent in told}
    return _made(block, lines, len(depths) > 1 and is_determined(lines, block.base))


def _step(block: Block) -> bytes:
    return b"\t" if any(line.startswith(b"\t") for line in block.base) else b"    "


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]


# Lines left out, told twice, cut


def _without(block: Block, gone: Callable[[bytes], bool]) -> Drifted | None:
    def keeps(one: Told) -> bool:
        return one.old is None or not one.stays or not gone(one.old)

    lines = [one for one in block.lines if keeps(one)]
    if _stands([one.old for one in lines if one.old is not None], block.base):
        return None  # only its ends are gone, or it is another quote now, and an exact one
    found = _by_line(block, lines, lambda line: None if gone(line) else stripped(line))
    quoted = [one.old for one in lines if one.old is not None]
    if found is not None and stands_but_for_one(quoted, block.base, rows_of(lines)):
        return replace(found, determined=False)
    return found


def _no_blanks(block: Block, chance: random.Random) -> Drifted | None:
    if not any((one.old or one.new or b"").strip() for one in block.lines if not one.stays):
        return None  # of blank lines alone, such a plan can't speak
    return _without(block, lambda line: not line.strip())


def _no_comments(block: Block, chance: random.Random) -> Drifted | None:
    if block.path.endswith(_HASHES):
        return _without(block, lambda line: line.lstrip().startswith(b"#"))
    if block.path.endswith(_SLASHES):
        return _without(block, lambda line: re.match(rb"\s*(?://|/\*|\*(?:[ /]|$))", line) is not None)
    return None


def _blanks_added(block: Block, chance: random.Random) -> Drifted | None:
    """A blank line that the file has not, between two lines of context."""
    pairs = [at for at in block.kept() if at + 1 in block.kept()]
    if not pairs:
        return None
    at = chance.choice(pairs) + 1
    lines = [*block.lines[:at], Told(b"", b""), *block.lines[at:]]
    if _stands([one.old for one in lines if one.old is not None], block.base):
        return None  # another quote, and an exact one
    return _by_line(block, lines, lambda line: stripped(line) or None)


def _last_line_missing(block: Block, chance: random.Random) -> Drifted | None:
    if not block.lines[-1].stays:
        return None
    return _by_line(block, block.lines[:-1])


def _amid_missing(block: Block, chance: random.Random) -> Drifted | None:
    """A line of the context, neither the first nor the last, that is left out."""
    inner = [at for at in block.kept() if 0 < at < len(block.lines) - 1]
    if not inner:
        return None
    at = chance.choice(inner)
    lines = [*block.lines[:at], *block.lines[at + 1 :]]
    if stripped(block.lines[at].old or b"") in [stripped(one.new) for one in lines if one.new and one.old is None]:
        return None  # what comes may be the line that is missing
    if _stands([one.old for one in lines if one.old is not None], block.base):
        return None  # another quote, and an exact one
    if _stands([one.new for one in lines if one.new is not None], block.base):
        return None  # what it would make is there
    row = block.lines[at].row
    quoted = [one.old for one in lines if one.old is not None]
    rest = [line for number, line in enumerate(block.base) if number != row]
    once = stands_once(quoted, rest, differ=1) and not has_rival(quoted, block.base, rows_of(block.lines), 1)
    return _made(block, lines, once and stands_as_quoted(lines, block.base) and is_solid(lines))


def _doubled(block: Block, chance: random.Random) -> Drifted | None:
    kept = block.kept()
    if not kept:
        return None
    at = chance.choice(kept)
    one = block.lines[at]
    lines = [*block.lines[: at + 1], Told(one.old, one.new), *block.lines[at + 1 :]]
    quoted = [one.old for one in block.lines if one.old is not None]
    once = stands_once(quoted, block.base, differ=1) and not has_rival(quoted, block.base, rows_of(lines), 1)
    return _made(block, lines, once and stands_as_quoted(lines, block.base) and is_solid(lines))


def _cut(block: Block, chance: random.Random) -> Drifted | None:
    """The last line of the context, cut off amid it."""
    last = block.lines[-1]
    if not last.stays or last.old is None or len(last.old.strip()) < 8:
        return None
    line = last.old[: len(_indent(last.old)) + len(last.old.strip()) // 2]
    return _by_line(block, _context(block, len(block.lines) - 1, line), differ=1)


def _cut_that_goes(block: Block, chance: random.Random) -> Drifted | None:
    """A line that goes, cut off amid it: nobody knows what was meant of the rest."""
    gone = [
        at for at, one in enumerate(block.lines) if one.new is None and one.old is not None and len(one.old.strip()) > 8
    ]
    if not gone:
        return None
    at = chance.choice(gone)
    one = block.lines[at]
    assert one.old is not None
    line = one.old[: len(_indent(one.old)) + len(one.old.strip()) // 2]
    given = b"".join(b"".join(line.new for line in block.lines if line.new is not None).split())
    if given in b"".join(b"".join(block.base).split()) or stripped(line) in [
        stripped(other.new) for other in block.lines if other.new
    ]:
        return None  # only the layout changes, and the file says so already; or it is another line now
    found = _made(block, [*block.lines[:at], Told(line, None, one.row), *block.lines[at + 1 :]], False)
    return None if found is None else replace(found, after=None)


def _elided(block: Block, chance: random.Random) -> Drifted | None:
    """`...` for a run of lines that stay, in both halves."""
    for at in range(1, len(block.lines) - 3):
        run = block.lines[at : at + 2]
        if all(one.stays for one in run) and not _is_beside_change(block, at) and not _is_beside_change(block, at + 1):
            lines = [*block.lines[:at], Told(b"...", b"..."), *block.lines[at + 2 :]]
            upper = [one.old for one in block.lines[:at] if one.old is not None]
            lower = [one.old for one in block.lines[at + 2 :] if one.old is not None]
            once = stands_once(upper, block.base) and stands_once(lower, block.base)
            return _made(block, lines, once and not _opens_below(block, run, at + 2) and is_solid(lines))
    return None


def _opens_below(block: Block, run: Sequence[Told], below: int) -> bool:
    """Whether one of the lines may open what the next one stands in: who elides it has another block's lines in mind."""
    depths = [len(_indent(one.old)) for one in run if one.old is not None and one.old.strip()]
    after = [len(_indent(one.old)) for one in block.lines[below:] if one.old is not None and one.old.strip()]
    return bool(depths and after) and min(depths) < after[0]


def _is_beside_change(block: Block, at: int) -> bool:
    return not (block.lines[at - 1].stays and block.lines[at + 1].stays)


# Lines told otherwise


def _wrapped(block: Block, chance: random.Random) -> Drifted | None:
    """A line of the context broken in two."""
    kept = [at for at in block.kept() if b", " in (block.lines[at].old or b"")]
    if not kept:
        return None
    at = chance.choice(kept)
    line, row = block.lines[at].old or b"", block.lines[at].row
    cut = line.rindex(b", ") + 1
    upper, lower = line[:cut], _indent(line) + b"    " + line[cut + 1 :]
    lines = [*block.lines[:at], Told(upper, upper, row), Told(lower, lower, row), *block.lines[at + 1 :]]
    return _unbroken(block, lines)


def _joined(block: Block, chance: random.Random) -> Drifted | None:
    """Two lines of the context in one."""
    kept = block.kept()
    pairs = [at for at in kept if at + 1 in kept and (block.lines[at].old or b"").rstrip().endswith((b",", b"("))]
    if not pairs:
        return None
    at = chance.choice(pairs)
    line = (block.lines[at].old or b"") + b" " + (block.lines[at + 1].old or b"").strip()
    lines = [*block.lines[:at], Told(line, line, block.lines[at].row), *block.lines[at + 2 :]]
    return _unbroken(block, lines)


def _unbroken(block: Block, lines: Sequence[Told]) -> Drifted | None:
    quoted = [one.old for one in lines if one.old is not None]
    fit = stands_once_unbroken(quoted, block.base) and stands_as_quoted(lines, block.base) and is_solid(lines)
    return _made(block, lines, fit)


def _comma(block: Block, chance: random.Random) -> Drifted | None:
    """A trailing comma more or less, in the context."""
    kept = [at for at in block.kept() if (block.lines[at].old or b"").rstrip()[-1:] not in b"{([:;"]
    if not kept:
        return None
    at = chance.choice(kept)
    line = (block.lines[at].old or b"").rstrip()
    return _by_line(block, _context(block, at, line[:-1] if line.endswith(b",") else line + b","), differ=1)


def _quotes(block: Block, chance: random.Random) -> Drifted | None:
    """The other quotation marks, throughout the context."""
    return _normalised(block, lambda line: line.translate(bytes.maketrans(b"'\"", b"\"'")))


def _dashes(block: Block, chance: random.Random) -> Drifted | None:
    """The file has typographic marks in a line of the context, and the plan plain ones."""
    marks = {b'"': "“".encode(), b"'": "’".encode(), b"-": "–".encode(), b"...": "…".encode(), b" ": "\u00a0".encode()}
    kept = [at for at in block.kept() if any(mark in (block.lines[at].old or b"").strip() for mark in marks)]
    if not kept:
        return None
    at = chance.choice(kept)
    line, row = block.lines[at].old or b"", block.lines[at].row
    mark = chance.choice([mark for mark in marks if mark in line.strip()])
    assert row is not None
    stands = _indent(line) + line.strip().replace(mark, marks[mark], 1)
    base = [*block.base[:row], stands, *block.base[row + 1 :]]
    return _moved(block, row, stands, stands, is_determined(block.lines, base, differ=1))


def _normalised(block: Block, make: Callable[[bytes], bytes]) -> Drifted | None:
    lines = [
        Told(make(one.old), make(one.new), one.row) if one.old is not None and one.new is not None else one
        for one in block.lines
    ]
    off = sum(1 for one, was in zip(lines, block.lines, strict=True) if one != was)
    return _by_line(block, lines, differ=off)


def _renamed(block: Block, chance: random.Random) -> Drifted | None:
    """A name told otherwise throughout the context; lines that go or come have the file's."""
    names = sorted(
        {name for at in block.kept() for name in re.findall(rb"[A-Za-z_]\w{3,}", block.lines[at].old or b"")}
    )
    if not names:
        return None
    name = chance.choice(names)
    return _normalised(block, lambda line: re.sub(rb"\b%s\b" % re.escape(name), name + b"_of", line))


def _numbered(block: Block, chance: random.Random) -> Drifted | None:
    """Line numbers of a listing in front of the quoted lines, and of the given ones or not."""
    both = chance.random() < 0.5
    mark = chance.choice((b" | ", b"\t", b": "))
    old_row = new_row = block.first + 1
    lines = []
    for one in block.lines:
        old, new = one.old, one.new
        if old is not None:
            old, old_row = b"%6d%s%s" % (old_row, mark, old), old_row + 1
        if new is not None and both:
            new, new_row = b"%6d%s%s" % (new_row, mark, new), new_row + 1
        lines.append(Told(old, new, one.row))
    quoted = [one.old for one in block.lines if one.old is not None]
    return _made(block, lines, stands_once(quoted, block.base))


def _escaped(block: Block, chance: random.Random) -> Drifted | None:
    def make(line: bytes) -> bytes:
        return html.escape(line.decode("utf-8", "surrogateescape"), quote=False).encode("utf-8", "surrogateescape")

    quoted = [one.old for one in block.lines if one.old is not None]
    if any(b"&" in line for line in quoted) or not any(mark in line for line in quoted for mark in (b"<", b">")):
        return None  # nothing that the file could prove
    return _made(block, _each(block.lines, make), stands_once(quoted, block.base))


# The file has moved on


def _stale_that_goes(block: Block, chance: random.Random) -> Drifted | None:
    gone = [one for one in block.lines if one.new is None and one.old is not None and _words(one.old)]
    if not gone:
        return None
    one = chance.choice(gone)
    assert one.row is not None
    return _moved(block, one.row, _newer(block.base[one.row]), None, False)


def _stale_context(block: Block, chance: random.Random) -> Drifted | None:
    kept = [at for at in block.kept() if _words(block.lines[at].old or b"")]
    if not kept:
        return None
    row = block.lines[chance.choice(kept)].row
    assert row is not None
    line = _newer(block.base[row])
    base = [*block.base[:row], line, *block.base[row + 1 :]]
    return _moved(block, row, line, line, is_determined(block.lines, base, differ=1))


def _twice(block: Block, chance: random.Random) -> Drifted | None:
    quoted = [one.old for one in block.lines if one.old is not None]
    before = ended((*block.base, *quoted))
    return Drifted("", block.path, native(block.path, search_replace(block.lines)), before, None)


def _there_already(block: Block, chance: random.Random) -> Drifted | None:
    """The plan comes again, to the file that it has made."""
    after = ended(block.target)
    # Where the quote itself stands in what it has made, it says that it goes in once more.
    quoted = [one.old for one in block.lines if one.old is not None]
    again = _stands(quoted, block.target)
    plan = native(block.path, search_replace(block.lines))
    # So it may where it stands elsewhere, but for a line that has changed since.
    given = [one.new for one in block.lines if one.new is not None]
    near = stands_but_for_one(quoted, block.target, range(block.first, block.first + len(given)))
    return None if again else Drifted("", block.path, plan, after, after, not near)


def _stands(quoted: Sequence[bytes], lines: Sequence[bytes]) -> bool:
    return ended([b"", *quoted]) in ended([b"", *lines])


# Ends of lines


def _no_last_feed(block: Block, chance: random.Random) -> Drifted | None:
    """The file's last line has no end, and the quote has one."""
    if block.lines[-1].row != len(block.base) - 1 and block.lines[-1].old is not None:
        return None
    if not block.base[-1].strip() or not block.target[-1].strip():
        return None  # a line less is not a line without its end
    plan = native(block.path, search_replace(block.lines))
    return Drifted(
        "", block.path, plan, ended(block.base)[:-1], ended(block.target)[:-1], is_determined(block.lines, block.base)
    )


def _crlf_file(block: Block, chance: random.Random) -> Drifted | None:
    plan = native(block.path, search_replace(block.lines))
    before, after = (ended(lines).replace(b"\n", b"\r\n") for lines in (block.base, block.target))
    return Drifted("", block.path, plan, before, after, is_determined(block.lines, block.base))


def _crlf_plan(block: Block, chance: random.Random) -> Drifted | None:
    plan = native(block.path, search_replace(block.lines)).replace("\n", "\r\n")
    return Drifted("", block.path, plan, ended(block.base), ended(block.target), is_determined(block.lines, block.base))


def _words(line: bytes) -> bool:
    return sum(byte in b"abcdefghijklmnopqrstuvwxyz" for byte in line) >= 4


def _newer(line: bytes) -> bytes:
    """The line with one word changed: spacing would not be a change."""
    at = next(at for at in range(len(line) - 1, -1, -1) if line[at : at + 1].isalpha())
    return line[: at + 1] + b"_newer" + line[at + 1 :]


KINDS: dict[str, Drift] = {
    "trailing blanks": _trailing_blanks,
    "a level deeper": _deeper,
    "a level less": _flatter,
    "flush left": _flush_left,
    "tabs for blanks, blanks for tabs": _tabs,
    "blank lines left out": _no_blanks,
    "a blank line more": _blanks_added,
    "comments left out": _no_comments,
    "the last line missing": _last_line_missing,
    "a line of the context missing": _amid_missing,
    "a line of the context doubled": _doubled,
    "the last line cut off": _cut,
    "a line that goes cut off": _cut_that_goes,
    "lines elided with ...": _elided,
    "a line of the context wrapped": _wrapped,
    "two lines of the context joined": _joined,
    "a trailing comma more or less": _comma,
    "other quotation marks": _quotes,
    "typographic marks in the file": _dashes,
    "a name of the context renamed": _renamed,
    "line numbers of a listing": _numbered,
    "HTML escapes": _escaped,
    "a stale line that goes": _stale_that_goes,
    "a stale line of the context": _stale_context,
    "the quote stands twice": _twice,
    "the change is there already": _there_already,
    "no end of the last line": _no_last_feed,
    "CRLF in the file": _crlf_file,
    "CRLF in the plan": _crlf_plan,
}
