"""One file as the plan has it so far: its text, and what earlier edits say about it."""

from collections.abc import Sequence

from glmcode.landing.carried import Behind, carried
from glmcode.landing.coding import Coding
from glmcode.landing.hints import Hints
from glmcode.landing.moved import Moved
from glmcode.landing.place import Fit, Refusal, Splice
from glmcode.landing.text import Text, spliced
from glmcode.landing.twice import front_names, may_define, twice
from glmcode.plan.edits import Form, Substitute
from glmcode.syntax import Definition, Outline, Parsed, Problem, counts_anew, language_of, parse

__all__ = ["LINK", "File"]

LINK = "120000"
MOST_IDLE = 8
"""Edits in a row that ask for no outline, over which it is brought forward all the same."""
SPLICES_BEHIND = 64
"""Splices that a syntax tree is brought forward over; past that the file is parsed afresh."""


class File:
    """One file as it is now: its text, and what earlier edits of the plan say about it."""

    __slots__ = (
        "_ahead",
        "_base",
        "_behind",
        "_idle",
        "_moved",
        "_next",
        "_parsed",
        "before",
        "coding",
        "first",
        "hints_wrong",
        "hunk_end",
        "judged",
        "language",
        "marks",
        "mode",
        "text",
        "was_sound",
    )

    def __init__(self, data: bytes, coding: Coding, mode: str, path: str) -> None:
        self.text = Text(data)
        self.coding = coding
        self.mode = mode
        self.first = self.text
        """The text that the plan found, or gave it when it made the file: what the syntax guard compares with."""
        self.language = language_of(path, data)
        self.marks: dict[int, int] = {}
        """Offsets that edits, by their index, have been promised."""
        self.hints_wrong = False
        self.hunk_end = 0
        """Where the last change of the hunk before ended; 0 where the edit before was no hunk of a diff."""
        self.judged: tuple[Text, Problem | None] | None = None
        """What the syntax guard found, and in which text."""
        self.was_sound: bool | None = None
        """Whether `first` parses; None while nobody has asked."""
        self.before: Parsed | None = None
        """The syntax of `first`, once `was_sound` is known."""
        self._parsed: tuple[Text, Parsed] | None = None
        self._behind = Behind()
        self._base: Parsed | Outline | None = None
        """What is known of the file's syntax before the splices of `_ahead`."""
        self._ahead: tuple[Splice, ...] = ()
        self._idle = 0
        """Edits over which the outline was brought forward since anyone asked for it."""
        self._next: tuple[tuple[Splice, ...], Outline | None] | None = None
        """The outline that some splices would make of the last one."""
        self._moved = Moved()

    @property
    def raw(self) -> bytes:
        return self.coding.close(self.text.data)

    @property
    def parsed(self) -> Parsed | None:
        """The syntax tree of the text as it is now; None for a language without a grammar, and for binary files."""
        if self.language is None or self.text.is_binary:
            return None
        if self._parsed is None or len(self._behind) > SPLICES_BEHIND:
            self._parsed = (self.text, parse(self.text.code, self.language))
        elif self._parsed[0] is not self.text:
            parsed = self._parsed[1]
            for splice in self._behind.splices:
                new = splice.new if self.text.separator == b"\n" else splice.new.replace(b"\r", b"\n")
                parsed = parsed.spliced(splice.start, splice.end, new)
            self._parsed = (self.text, parsed)
        self._behind = Behind()
        if self._base is None or self._ahead:
            self._base, self._ahead = self._parsed[1], ()
        return self._parsed[1]

    def defined(self, symbol: str, *, alone: bool) -> tuple[Definition, ...]:
        """What `Symbols.find` finds in the text as it is now; of a language without a grammar nothing.

        A plan often changes one definition after another of a file, and parsing it again would cost as much as at first.
        Where an edit needs the definition `alone`, the outline from before the first still tells where it stands, as far as
        `carried` can be sure; otherwise the outline that is brought forward does, if there is one.
        """
        if self.is_carried:
            if alone and (moved := self._carried(symbol)) is not None:
                return (moved,)
            outline = self._brought_forward()
            found = () if outline is None else outline.symbols.find(symbol)
            if len(found) == 1:
                return found
        current = self.parsed
        return () if current is None else current.symbols.find(symbol)

    def counts_anew(self, symbol: str) -> bool:
        """Whether a number in the symbol may mean another definition than it did before the plan changed the file."""
        if self.text is self.first or "#" not in symbol or self.language is None:
            return False
        current = self.parsed
        if self.before is None:
            self.before = parse(self.first.code, self.language)
        return current is not None and counts_anew(symbol, self.before.symbols, current.symbols)

    def _carried(self, symbol: str) -> Definition | None:
        assert self._parsed is not None
        then, parsed = self._parsed
        found = parsed.symbols.find(symbol)
        if len(found) != 1 or not parsed.is_clean:
            return None
        return carried(found[0], parsed.symbols, then.data, self._behind)

    def _brought_forward(self) -> Outline | None:
        """The outline of the text as it is now, where one can be had without parsing all of it."""
        base, self._idle = self._base, 0
        if self.text.separator != b"\n":
            base = None
        elif isinstance(base, Parsed):
            base = Outline.of(base)
        if base is not None and self._ahead:
            base = self._after(base, self._ahead, self.text.data)
        self._base, self._ahead = base, ()
        return base

    def _after(self, outline: Outline, splices: tuple[Splice, ...], data: bytes) -> Outline | None:
        """What the splices make of an outline; `data` are what they make of its text."""
        if self._next is None or self._next[0] is not splices:
            start, end = splices[0].start, splices[-1].end
            new_end = end + len(data) - len(outline.data)
            self._next = splices, outline.changed(data, start, end, new_end)
        return self._next[1]

    @property
    def syntax(self) -> Parsed | Outline | None:
        """The definitions and lists of the text as it is now."""
        outline = self._brought_forward() if self.is_carried else None
        return self.parsed if outline is None else outline

    @property
    def outline(self) -> Parsed | Outline | None:
        """The last syntax that was asked for: that of the text as it is, or as it was some edits ago."""
        if isinstance(self._base, Outline) and not self._ahead:
            return self._base
        return self.parsed if self._parsed is None else self._parsed[1]

    @property
    def is_carried(self) -> bool:
        """Whether `defined` tells where definitions stand without parsing the text as it is, from a sound one before it."""
        return self._parsed is not None and bool(self._behind)

    def given_twice(self, lines: Sequence[bytes], own: str, splices: tuple[Splice, ...], path: str) -> Refusal | None:
        """Why splices that bring these lines, in the place of the definition `own` if that is not empty, can't be made: as
        `twice` says."""
        outline = self.outline
        if outline is None:
            return None
        is_old = self.is_carried and isinstance(outline, Parsed)
        names = (
            front_names(lines) - {own.rpartition(".")[2].encode("utf-8", "surrogateescape")} if is_old else frozenset()
        )
        if not may_define(lines, outline, own) and self._behind.words.isdisjoint(names):
            return None
        brought = self._brought_forward() if self.is_carried else None
        if brought is not None:
            then = self._after(brought, splices, spliced(self.text.data, splices))
            if then is not None and not then.defines_more:
                return None
        parsed = self.parsed
        return None if parsed is None else twice(parsed, splices, path)

    def takes(self, fit: Fit) -> bool:
        """Whether the file can be written with the splices: bytes that are no text have no place in UTF-16, and with a NUL
        it would not be read as UTF-16 again."""
        if self.coding.codec is None:
            return True
        changed = Text(self.text.data).spliced(fit.splices)
        return changed.is_utf8 and not changed.is_binary

    def apply(self, fit: Fit, form: Form) -> None:
        """Makes the splices."""
        text, last = self.text, fit.splices[-1]
        given_way = text.slice(last.start, last.end)
        rows = text.rows(splice.start for splice in fit.splices) if text.separator == b"\n" else [0] * len(fit.splices)
        self._look_ahead(fit.splices)
        for splice, row in zip(reversed(fit.splices), reversed(rows), strict=True):
            self._note(splice, row, text)
        self.text = text.spliced(fit.splices)
        self.hunk_end = 0
        if form in ("udiff", "v4a"):
            grown = sum(len(splice.new) - (splice.end - splice.start) for splice in fit.splices)
            self.hunk_end = last.end + grown - _common_tail(given_way, last.new)

    def _look_ahead(self, splices: tuple[Splice, ...]) -> None:
        """Lets the outline know what is about to be made. Nobody knows whether it is asked for again: of a few edits it is
        told one by one."""
        if self._base is not None and self._ahead:
            idle = self._idle + 1
            if isinstance(self._base, Parsed) or idle > MOST_IDLE:
                self._base = None
            else:
                self._brought_forward()
            self._idle = idle
        self._ahead = splices

    def _note(self, splice: Splice, row: int, text: Text) -> None:
        if self._parsed is not None:
            self._behind.add(splice, text)
        grown = len(splice.new) - (splice.end - splice.start)
        if self.marks:
            kept = {index: at for index, at in self.marks.items() if at < splice.start or at >= splice.end}
            self.marks = {index: at + grown if at >= splice.end else at for index, at in kept.items()}
        removed, added = text.slice(splice.start, splice.end).count(b"\n"), splice.new.count(b"\n")
        if removed != added:
            self._moved.add(row, removed, added)

    def hints(self, index: int, change: Substitute) -> Hints:
        """The edit's hints in terms of the file as it is now."""
        row = None
        if change.line_hint is not None and not self.hints_wrong:
            row = self._moved.row(change.line_hint - 1)
        headers = tuple(header.encode("utf-8", "surrogateescape") for header in change.headers)
        return Hints(row, headers, self.hunk_end, change.at_end, self.marks.get(index))

    def forget_syntax(self) -> None:
        """Lets go of the tree of a file that has been judged: those of a hundred files hold a hundred times their bytes."""
        self._parsed, self._behind, self._base, self._next = None, Behind(), None, None

    def saved(self) -> tuple[Text, tuple[Text, Parsed] | None, Behind, Moved, dict[int, int]]:
        """What `restore` needs to take back the splices made from now on."""
        return self.text, self._parsed, self._behind.copied(), self._moved.copy(), dict(self.marks)

    def restore(self, saved: tuple[Text, tuple[Text, Parsed] | None, Behind, Moved, dict[int, int]]) -> None:
        self.text, self._parsed, self._behind, self._moved, self.marks = saved
        self.hunk_end, self._base, self._ahead = 0, None, ()

    def moved(self, path: str) -> "File":
        """The same file under another name."""
        other = File(self.text.data, self.coding, self.mode, path)
        other.first, other._moved, other.hints_wrong, other.marks = (
            self.first,
            self._moved,
            self.hints_wrong,
            self.marks,
        )
        if other.language == self.language:
            other.text, other._parsed, other._behind = self.text, self._parsed, self._behind
        return other


def _common_tail(old: bytes, new: bytes) -> int:
    """Bytes of the whole lines that both end with: the context below a hunk's last change."""
    ours, theirs = old.splitlines(keepends=True), new.splitlines(keepends=True)
    size = 0
    while ours and theirs and ours[-1] == theirs[-1]:
        size += len(ours.pop())
        theirs.pop()
    return size
