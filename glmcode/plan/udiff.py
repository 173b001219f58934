"""Unified diffs, as git and as models write them.

Line numbers and counts are hints and never trusted: a hunk is read by what its lines begin with. Each hunk is an edit
of its own, known as soon as a line comes that isn't the hunk's.
"""

import re
from dataclasses import dataclass, field

from glmcode.plan.edits import Begun, Create, Link, Mode, Remove, Rename
from glmcode.plan.fences import closes
from glmcode.plan.hunks import name_below, read_hunk
from glmcode.plan.lines import Line, Reading, Source
from glmcode.plan.openings import DIFF_LONGEST, opens_hunk
from glmcode.plan.paths import plain

__all__ = ["read"]

_NULL = "/dev/null"
_SIDES = frozenset({("a/", "b/"), ("i/", "w/"), ("c/", "i/"), ("c/", "w/"), ("o/", "w/")})
"""Prefixes of the two names; the latter pairs are git's `diff.mnemonicPrefix`."""
_BACKUPS = (".orig", ".old", ".bak", "~")
_DATE = re.compile(r"(?:\t.*|[ \t]+\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*)$")
_ESCAPE = re.compile(r'\\(?:([0-7]{3})|(["\\abfnrtv]))')
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\"}
_GIT = re.compile(
    r"(old mode|new mode|new file mode|deleted file mode|rename from|rename to|copy from|copy to|similarity index|"
    r"dissimilarity index|index|Binary files|GIT binary patch)(?: (.*))?$"
)
_FILE_MODES = frozenset({"100644", "100755"})
_LINK = "120000"


@dataclass(slots=True)
class _File:
    """What a diff's header says of one file."""

    line: int
    old: str | None = None
    new: str | None = None
    git: dict[str, str] = field(default_factory=dict)
    path: str | None = None
    settled: bool = False
    """Its path is decided, and what needs no hunk (a rename, a mode) has been said."""
    git_names: tuple[str, str] | None = None
    hunks: int = 0
    failed: bool = False
    gone: list[str] = field(default_factory=list)
    """What the hunks of a deleted file quote."""
    end: int = 0

    @property
    def created(self) -> bool:
        return self.old == _NULL or "new file mode" in self.git

    @property
    def is_link(self) -> bool:
        """Whether the header says that it is of a symbolic link: git puts the mode behind `index` where it stays."""
        return self.git.get("new file mode") == _LINK or self.git.get("index", "").endswith(" " + _LINK)

    @property
    def deleted(self) -> bool:
        return self.new == _NULL or "deleted file mode" in self.git


def read(source: Source, opening: Line, *, bare: bool = False) -> Reading:
    """A diff, up to the first line that isn't part of one; that is given back. What turns out to be no diff is prose.

    With `bare`, the lines of a hunk may stand there without `@@` or names above them.
    """
    file: _File | None = None
    if source.fence:
        source.fence.used = True
    source.back([opening])
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        text = line.text.removesuffix("\r")
        if line.last or (source.fence and closes(source.fence, text)):
            break
        new = None
        if text.startswith("--- ") and len(text) < DIFF_LONGEST:
            new = yield from name_below(source, line)
        if new is not None:
            source.ahead.popleft()
            names = _name(text[4:]), _name(new)
            if file is None or file.settled or file.old is not None or not _agree(file.git_names, names):
                _finish(source, file)
                file = _File(line.number)
            file.old, file.new = names
            file.end = line.number + 1
        elif text.startswith("diff --git ") and len(text) < DIFF_LONGEST:
            _finish(source, file)
            file = _File(line.number, end=line.number)
            file.git_names = _git_names(text[11:])
        elif file is not None and not file.settled and (match := _GIT.match(text)):
            file.git.setdefault(match[1], match[2] or "")
            file.end = line.number
        elif opens_hunk(text.rstrip(), strict=False) or _is_typed(text, file, bare):
            yield from _read_hunk(source, file, line)
        elif text:
            break
    at_end = not line.ended or (0 < len(source.ahead) < 3 and not source.ahead[-1].ended)
    _finish(source, file, half=at_end and (source.cut or source.fence is not None))
    if line is opening:
        source.prose(line)
    else:
        source.back([line])


def _agree(git: tuple[str, str] | None, names: tuple[str, str]) -> bool:
    """Whether the names below a `diff --git` line are of the same file."""
    return git is None or set(names) <= {*git, _NULL}


def _is_typed(text: str, file: _File | None, bare: bool) -> bool:
    """Whether the line belongs to a hunk that the model began without `@@`."""
    named = file is not None and file.old is not None and not file.settled
    return text[:1] in {"+", "-", " "} and (named or (file is None and bare))


def _read_hunk(source: Source, file: _File | None, opening: Line) -> Reading:
    path = _settle(source, file) if file is not None else source.meant()
    source.events.append(Begun(path, "udiff", opening.number))
    hunk = yield from read_hunk(source, opening)
    if file is not None:
        file.hunks += 1
    fault = hunk.fault
    if file is not None and file.created and file.hunks == 1 and hunk.loose and not fault:
        fault = "A new file's lines all begin with `+`, and this hunk has others: give the file as a <create>."
    if fault:
        source.broken("udiff", path, fault, opening.number, hunk.end)
        source.path = path or source.path
        if file is not None:
            file.failed = True
    elif file is not None and file.is_link and not file.deleted:
        old, new = (side.removesuffix("\n") for side in (hunk.change.old, hunk.change.new))
        source.edit("udiff", path, Link(None if file.created else old, new), file.line, hunk.end)
    elif file is not None and file.created and file.hunks == 1:
        mode = file.git.get("new file mode")
        source.edit("udiff", path, Create(hunk.change.new, mode if mode in _FILE_MODES else None), file.line, hunk.end)
    elif file is not None and file.deleted:
        file.gone.append(hunk.change.old)
        file.end = hunk.end
    else:
        source.edit("udiff", path, hunk.change, opening.number, hunk.end)


def _settle(source: Source, file: _File) -> str | None:
    """The path that the file's hunks mean. The first time, also emits what the header alone says: a rename, a mode."""
    if file.settled:
        return file.path
    file.settled = True
    file.path = path = _path(source, file)
    git, end = file.git, file.end
    if "Binary files" in git or "GIT binary patch" in git:
        source.broken("udiff", path, "A binary change can't be read from a diff.", file.line, end)
        file.failed = True
    odd = next(
        (git[key] for key in ("new file mode", "new mode") if key in git and git[key].strip() not in _FILE_MODES), None
    )
    odd = None if file.is_link and "new mode" not in git else odd
    if odd is not None:
        why = f"Mode {odd.strip()[:20]} is not a file's: the diff may set 100644 or 100755, and make a link with `new file mode 120000`; a submodule is never moved by a plan."
        source.broken("udiff", path, why, file.line, end)
    if "copy to" in git:
        why = "A copy can't be read from a diff: give the new file as a <create> or as a diff from /dev/null."
        source.broken("udiff", path, why, file.line, end)
    if "rename from" in git and "rename to" in git:
        source.edit("udiff", _unquoted(git["rename from"]), Rename(_unquoted(git["rename to"])), file.line, end)
        file.path = path = _unquoted(git["rename to"])
    if git.get("new mode") in _FILE_MODES:
        source.edit("udiff", path, Mode(git["new mode"]), file.line, end)
    source.path = path or source.path
    return path


def _finish(source: Source, file: _File | None, *, half: bool = False) -> None:
    """All of the file's diff has arrived: emits what needed no hunk, or all of them. With `half` the plan broke off."""
    if file is None:
        return
    if half and not file.hunks:
        why = "The diff breaks off behind its header: send it again, with its hunks."
        source.broken("udiff", _path(source, file), why, file.line, file.end)
        return
    path = _settle(source, file)
    git = file.git
    if file.failed:
        return
    if file.deleted:
        source.edit("udiff", path, Remove("".join(file.gone) if file.hunks else None), file.line, file.end)
    elif file.created and not file.hunks and "copy to" not in git:
        mode = git.get("new file mode")
        if mode == _LINK:
            why = "A link needs its target: a hunk with `+` and the path that it leads to."
            source.broken("udiff", path, why, file.line, file.end)
        elif mode is None or mode in _FILE_MODES:
            source.edit("udiff", path, Create("", mode), file.line, file.end)
    elif not file.hunks and not {"rename to", "new mode", "copy to", "deleted file mode"} & git.keys():
        why = "The diff names a file and has no hunk: write `@@` and the lines with ` `, `-` and `+` below it."
        source.broken("udiff", path, why, file.line, file.end)


def _path(source: Source, file: _File) -> str | None:
    old, new = file.old, file.new
    if old is None or new is None:
        names = file.git_names
        if names is None:
            return source.path
        old, new = names
    if _NULL in (old, new):
        name = new if old == _NULL else old
        return None if name == _NULL else plain(name[2:] if name.startswith(("a/", "b/")) else name)
    if (old[:2], new[:2]) in _SIDES:
        old, new = old[2:], new[2:]
    if old == new:
        return plain(old)
    for suffix in _BACKUPS:
        if old == new + suffix:
            return plain(new)
    # Two names and no word of a rename: the header doesn't say which file is meant.
    return source.given or plain(old)


def _name(text: str) -> str:
    """A name behind `---` or `+++`: without a date, unquoted."""
    text = text.strip()
    return _unquoted(text) if text.startswith('"') else _DATE.sub("", text).strip()


def _git_names(text: str) -> tuple[str, str] | None:
    """The two names of a `diff --git` line. Names with spaces aren't quoted there: the two are taken to be alike."""
    text = text.strip()
    if text.startswith('"') and (at := text.find('" ')) > 0:
        return _unquoted(text[: at + 1]), _unquoted(text[at + 2 :])
    half = len(text) // 2
    if len(text) % 2 and text[half] == " " and text[:half].partition("/")[2] == text[half + 1 :].partition("/")[2]:
        return text[:half], text[half + 1 :]
    words = text.split(" ")
    return (words[0], _unquoted(words[1])) if len(words) == 2 else None


def _unquoted(name: str) -> str:
    """A name as git quotes it: `"a/f\\303\\244.txt"`. Its escapes are bytes."""
    name = name.strip()
    if len(name) < 2 or name[0] != '"' or name[-1] != '"':
        return name
    text = _ESCAPE.sub(lambda m: chr(int(m[1], 8) & 255) if m[1] else _ESCAPED[m[2]], _octets(name[1:-1]))
    return text.encode("latin-1").decode("utf-8", "surrogateescape")


def _octets(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
