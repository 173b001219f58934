"""What an edit plan says: the events that its reader gives, as plain data.

Text is `str` as the plan holds it (bytes that are not UTF-8 come as surrogate escapes, so that they go back
unharmed). Line numbers count the plan's lines from 1. Paths are as the plan wrote them, trimmed of decoration
(`**F**`, a leading `./`); whether a path may be written is for `landing` and `repo` to say.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["native", "search-replace", "udiff", "v4a", "sketch", "whole", "tool-call"]


@dataclass(frozen=True, slots=True)
class Substitute:
    """Quoted text becomes other text: a SEARCH/REPLACE block, a hunk of a diff, an old/new string.

    With `whole_lines`, `old` and `new` are runs of whole lines, each ended by a line feed (a hunk's
    "No newline at end of file" leaves the last one without); otherwise they are any stretch of text.
    An empty `old` fits only an empty or a missing file.
    """

    old: str
    new: str
    whole_lines: bool = True
    every: bool = False
    """Every place where `old` stands changes, instead of the one place."""
    line_hint: int | None = None
    """The file's line that the plan believes `old` begins at, from 1. May choose between equal places, nothing more."""
    headers: tuple[str, ...] = ()
    """What the plan says encloses the place (the text behind a hunk's `@@`), outermost first."""
    at_end: bool = False
    """The plan says that `old` ends where the file ends (`*** End of File`). May choose between equal places, nothing more."""
    bare: tuple[str, str] | None = field(default=None, compare=False, repr=False)
    """A hunk's halves with the context as the plan has it, its first blank included: models leave out the one that a diff
    puts there. None where that is the same text."""


@dataclass(frozen=True, slots=True)
class AtSymbol:
    """A definition is replaced or deleted, or the body goes before, after or inside it."""

    symbol: str
    action: Literal["replace", "before", "after", "inside", "delete"]
    body: str = ""


@dataclass(frozen=True, slots=True)
class AtPlace:
    """The body goes to a fixed place of the file."""

    place: Literal["top", "bottom", "imports"]
    body: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """Changed lines with `... existing code ...` comments for runs of lines that stay; of one definition or of the file.

    `implied` adds a marker before its first and after its last line.
    """

    body: str
    symbol: str | None = None
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Create:
    """A new file. `mode` is as in git: "100644" or "100755"; None where the plan says nothing of it."""

    body: str
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole file becomes the body, whether or not there was one."""

    body: str
    doubt: Literal["", "path", "extent"] = ""
    """What the plan leaves open, so that the tree must show it: whether the path is a file's, or whether the body is all of it."""


@dataclass(frozen=True, slots=True)
class Remove:
    """The file goes. `was` is what the plan says that it held; None where the plan doesn't say."""

    was: str | None = None
    must_stand: bool = False
    """It is an error where there is no such file; otherwise one that is gone stands so already."""


@dataclass(frozen=True, slots=True)
class Rename:
    """The file moves; later edits see it at its new path."""

    to: str
    over: bool = False
    """A file that stands there gives way, as one does to `Whole`."""


@dataclass(frozen=True, slots=True)
class Mode:
    """The file's mode changes to "100644" or "100755"."""

    mode: str


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link's target changes from `old` to `new`; with None for `old` the link is made."""

    old: str | None
    new: str


Change: TypeAlias = Substitute | AtSymbol | AtPlace | Sketch | Create | Whole | Remove | Rename | Mode | Link


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, whole: its last line has arrived."""

    path: str
    form: Form
    change: Change
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A block that can't be read as an edit; it is rejected as `malformed` and touches nothing behind it."""

    path: str | None
    form: Form
    why: str
    """One sentence for the model: what is wrong, and what would be right."""
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Check:
    """A checkpoint: the edits above stand on their own. `command` None means the tests."""

    command: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Begun:
    """An edit has begun to arrive: for progress only."""

    path: str | None
    form: Form
    line: int


@dataclass(frozen=True, slots=True)
class Prose:
    """A line of commentary, without its line end."""

    text: str
    line: int


Event: TypeAlias = Edit | Broken | Check | Begun | Prose
