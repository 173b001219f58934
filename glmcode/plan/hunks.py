"""One hunk of a unified diff: its `@@` line, its lines, and where it ends."""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from glmcode.plan import search_replace
from glmcode.plan.edits import Substitute
from glmcode.plan.fences import closes, fence_at, opens_within
from glmcode.plan.lines import Line, Source
from glmcode.plan.openings import RANGES, is_next_file, opens_hunk, opens_patch, patch_mark, tag_follows

__all__ = ["Hunk", "is_behind", "name_below", "read_hunk"]

_BULLET = re.compile(r"[-+] \S")
_SIGNATURE = re.compile(r"\d+\.\d+[\w. -]*$")
_PARTIAL = re.compile(r"[ \t]*(?:[-+]\d[\d,]*[ \t]*){1,2}(?=@@|$)")
_LEFT_OUT = re.compile(r"(?:\s|\.{3}|…|@@)+")
_TYPES = frozenset("+- ")
_LONGEST = 1024
_MOST_PENDING = 60
"""Lines that may be a hunk's context without its blanks, or the prose behind it."""


@dataclass(slots=True)
class Hunk:
    """A hunk as it is read. `change` and `fault` are final when it has ended."""

    headers: tuple[str, ...] = ()
    start: int | None = None
    """The first line of the old side, as the hunk claims."""
    declared: tuple[int, int] | None = None
    """How many lines the hunk claims that it has of the old and the new side."""
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    bare_old: list[str] = field(default_factory=list)
    """The same sides with their context as it stands in the plan."""
    bare_new: list[str] = field(default_factory=list)
    old_open: bool = False
    """The old side's last line has no line feed."""
    new_open: bool = False
    changes: int = 0
    loose: bool = False
    """Some of its context is of lines without a type."""
    last_kind: str = ""
    end: int = 0
    fault: str = ""
    change: Substitute = field(default_factory=lambda: Substitute("", ""))

    def take(self, kind: str, text: str, line: Line) -> None:
        self.end, self.last_kind = line.number, kind
        bare = line.text if kind == " " else text
        if kind != "+":
            self.old.append(text)
            self.bare_old.append(bare)
            self.old_open = False
        if kind != "-":
            self.new.append(text)
            self.bare_new.append(bare)
            self.new_open = False
        self.changes += kind != " "

    def take_context(self, lines: Sequence[Line]) -> None:
        """Blank and untyped lines turn out to be the hunk's."""
        for line in lines:
            self.loose = self.loose or bool(line.text.strip())
            self.take(" ", line.text.removeprefix(" "), line)

    def last_line_is_open(self) -> None:
        """The last line has no line feed in the file."""
        self.old_open = self.old_open or self.last_kind in {" ", "-"}
        self.new_open = self.new_open or self.last_kind in {" ", "+"}

    @property
    def short(self) -> bool:
        """Whether the hunk claims more lines than have come."""
        return self.declared is not None and (len(self.old) < self.declared[0] or len(self.new) < self.declared[1])

    @property
    def exact(self) -> bool:
        return self.declared == (len(self.old), len(self.new))


def name_below(source: Source, line: Line) -> Generator[None, Line, str | None]:
    """The name on the `+++` line below a `---` line, where the two head a file's diff. Takes no line.

    A line that begins with `-- ` and is deleted looks like `--- `; so a file's names must be followed by `@@`, or say
    `a/` and `b/`.
    """
    after = source.ahead.popleft() if source.ahead else (yield)
    text = after.text.removesuffix("\r")
    if after.last or not text.startswith("+++ ") or len(text) > _LONGEST or not text[4:].strip():
        source.back([after])
        return None
    third = source.ahead.popleft() if source.ahead else (yield)
    source.back([after, third])
    sides = line.text[4:].startswith(("a/", '"a/', "/dev/null")) and text[4:].startswith(("b/", '"b/', "/dev/null"))
    return text[4:] if sides or opens_hunk(third.text.rstrip(), strict=False) else None


def read_hunk(source: Source, opening: Line, *, patch: bool = False) -> Generator[None, Line, Hunk]:
    """The hunk that `opening` begins, by its `@@` line or, without one, as its first line. What isn't its own is given back.

    In a fence it lasts until the fence closes. Outside of one, a line without a type is context only where changes
    follow: otherwise it is the prose behind the diff. With `patch` it is a chunk of a V4A patch, which the frame of that ends.
    """
    hunk = Hunk(end=opening.number)
    fenced = source.fence is not None
    pending: list[Line] = []  # blank and untyped lines that are the hunk's only if more of it follows
    untyped = False  # one of them isn't blank
    if opens_hunk(opening.text.rstrip(), strict=False):
        _read_header(hunk, opening.text.strip())
    else:
        source.back([opening])
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        text, kind = line.text, line.text[:1]
        if line.last or (
            kind not in _TYPES and (_ends(source, text, pending) or (yield from tag_follows(source, line)))
        ):
            break
        if kind == "@" and opens_hunk(text.rstrip(), strict=False):
            if hunk.old or hunk.new or pending:
                break
            _read_header(hunk, text.strip())
        elif kind == "\\":
            if not pending:
                hunk.last_line_is_open()
                hunk.end = line.number
        elif (
            (kind == "-" and (yield from is_behind(source, line, short=hunk.short)))
            or (
                # A rule of Markdown below the diff, not a line `--` that goes.
                text.rstrip() == "---" and pending and not (fenced or hunk.short)
            )
            or (patch and kind == " " and (yield from _is_padded_end(source, text)))
        ):
            break
        elif text in {"", "\r"}:
            if untyped and hunk.changes and not fenced and (hunk.exact or len(pending) > _MOST_PENDING):
                break
            pending.append(line)
        elif kind in _TYPES and (fenced or not untyped or (kind != " " and not _BULLET.match(text))):
            hunk.take_context(pending)
            pending, untyped = [], False
            hunk.take(kind, text[1:], line)
        else:
            pending.append(line)
            untyped = True
    framed = not line.last and patch_mark(text) is not None
    closed = not line.last and ((patch and framed) or (source.fence is not None and closes(source.fence, text)))
    if closed and untyped:
        last = max(i for i, one in enumerate(pending) if one.text not in {"", "\r"})
        hunk.take_context(pending[: last + 1])
        pending = pending[last + 1 :]
    elif untyped and hunk.changes and not hunk.old and hunk.declared is None:
        # Nothing but new lines: what follows them right away, without the blanks of a context, says where they go.
        size = next((at for at, one in enumerate(pending) if one.text in {"", "\r"}), len(pending))
        hunk.take_context(pending[:size])
        pending = pending[size:]
    # The next hunk or file shows that a hunk has ended, and so does the close of its fence.
    open_end = line.last or (fenced and not closed and not framed and kind not in {"@", "-", "d"})
    source.back([*pending, line])
    # Without counts nothing speaks against a hunk whose closing fence alone is missing, at the end of the answer.
    doubted = fenced and (patch or hunk.declared is not None or not line.last)
    _judge(hunk, opening, half=open_end and (doubted or source.cut))
    return hunk


def _ends(source: Source, text: str, above: Sequence[Line]) -> bool:
    """Whether an untyped line is surely not the hunk's."""
    if text.startswith("diff --git ") or search_replace.opens_surely(text) or (text[:3] == "***" and opens_patch(text)):
        return True
    if source.fence is not None:
        return closes(source.fence, text) or opens_within(source.fence, text) or is_next_file(text, above)
    return text[:1] in {"`", "~"} and fence_at(text, 0) is not None


def _is_padded_end(source: Source, text: str) -> Generator[None, Line, bool]:
    """Whether a line of context is the end of the patch, padded with blanks: nothing of the hunk follows it."""
    if patch_mark(text) != "End Patch":
        return False
    after = source.ahead.popleft() if source.ahead else (yield)
    source.back([after])
    return after.last or not (after.text[:1] in _TYPES or patch_mark(after.text))


def is_behind(source: Source, line: Line, *, short: bool) -> Generator[None, Line, bool]:
    """Whether a line that begins with `-` comes after the hunk: the names of the next file, or a mail's signature. With
    `short` the hunk claims that it has more lines. Takes no line."""
    if line.text.startswith("--- "):
        return (yield from name_below(source, line)) is not None
    if line.text.rstrip() != "--" or short:
        return False
    after = source.ahead.popleft() if source.ahead else (yield)
    source.back([after])
    return _SIGNATURE.match(after.text) is not None


def _read_header(hunk: Hunk, text: str) -> None:
    if match := RANGES.match(text):
        old, new = int(match[2] or 1), int(match[4] or 1)
        hunk.declared = (old, new)
        # A hunk that only adds names the line that it adds behind.
        hunk.start = int(match[1]) + (old == 0) or None
        said = match[5]
    else:
        said = _PARTIAL.sub("", text[2:])
    said = said.rstrip().removesuffix("@@").rstrip()
    if match := _LEFT_OUT.match(said):
        said = said[match.end() :]
    if said:
        hunk.headers = (*hunk.headers, said)


def _judge(hunk: Hunk, opening: Line, half: bool) -> None:
    """Settles what the hunk says, or why it can't be taken. Of a stream that broke off only a hunk of exact counts is whole."""
    if half and not hunk.exact:
        hunk.fault = (
            f"The hunk of line {opening.number} is not whole: the plan ends, or something else begins, before it does. "
            "Send the whole hunk again."
        )
    elif not hunk.changes:
        hunk.fault = f"The hunk of line {opening.number} changes nothing: begin the lines that go with `-`, those that come with `+`."
    old, new = _joined(hunk.old, hunk.old_open), _joined(hunk.new, hunk.new_open)
    bare = None
    if hunk.bare_old != hunk.old:
        bare = _joined(hunk.bare_old, hunk.old_open), _joined(hunk.bare_new, hunk.new_open)
    hunk.change = Substitute(old, new, line_hint=hunk.start, headers=hunk.headers, bare=bare)


def _joined(lines: list[str], is_open: bool) -> str:
    text = "\n".join(lines)
    return text + "\n" if lines and not is_open else text
