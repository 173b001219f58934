"""Landing: edits in the plan's order, each with its outcome at once, and a last judgement when the plan has ended.

Most edits are decided when they come. Two things can change a decision: equal quotes that take equal places in order
(how many there are is known at the end only), and the syntax guard (a later edit may mend what an earlier one broke).
Both are settled by landing the edits of the files concerned once more, knowing more: the first landing and the last
are the same function.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from glmcode.landing import links, messages, whole_files
from glmcode.landing.at_place import adds_definitions, at_place
from glmcode.landing.at_symbol import at_symbol
from glmcode.landing.file import LINK, File
from glmcode.landing.guard import broken, where_it_breaks
from glmcode.landing.hints import choose
from glmcode.landing.naming import named
from glmcode.landing.outcome import Outcome
from glmcode.landing.paths import normalise
from glmcode.landing.place import MANY, Fit, Refusal, Standing, Verdict
from glmcode.landing.sketch import sketch
from glmcode.landing.substitute import substitute
from glmcode.landing.tree import PathRefusedError, Tree
from glmcode.landing.workspace import Workspace, kept_out
from glmcode.plan.edits import (
    AtPlace,
    AtSymbol,
    Broken,
    Create,
    Edit,
    Link,
    Mode,
    Remove,
    Rename,
    Sketch,
    Substitute,
    Whole,
)

__all__ = ["Keep", "Landed", "Landing"]

Keep: TypeAlias = Literal["all", "files", "edits"]
ROUNDS = 3
"""Culprits that are looked for one at a time; past that every edit of the file is judged alone."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What a plan came to. `files` and `modes` hold only what changed against the tree; None is deleted."""

    ok: bool
    files: dict[str, bytes | None]
    modes: dict[str, str]
    edits: tuple[Outcome, ...]
    before: dict[str, bytes | None]
    """The tree's bytes of every path in `files`."""
    modes_before: dict[str, str]


class Landing:
    """Lands the edits of one plan on one tree. Nothing is written: the changes are asked for."""

    def __init__(self, tree: Tree, *, guard: bool = True, eager: bool = False) -> None:
        self._workspace = Workspace(tree)
        self._guard = guard
        self._eager = eager
        self._edits: list[Edit | Broken] = []
        self._outcomes: list[Outcome] = []
        self._groups: dict[tuple[str, str], list[int]] = {}
        """Edits with the same path and quote."""
        self._contested: set[tuple[str, str]] = set()
        """Groups of which one found several places."""
        self._links: list[tuple[str, str]] = []
        """Renames: what happens at the one path concerns the other."""
        self._culprits: dict[int, str] = {}
        self._last_path: str | None = None
        self._dirty: set[str] = set()
        self._told: dict[str, bytes | None] = {}
        self._told_length = 0
        self._landed: Landed | None = None

    def land(self, edit: Edit | Broken) -> Outcome:
        """Lands one edit; its outcome as far as it is known now."""
        index = len(self._edits)
        edit = named(edit, self._workspace)
        path = _safe(edit.path or "")
        if self._eager and self._guard and isinstance(path, str) and path != self._last_path:
            self._look_at(self._last_path)
        self._last_path = path if isinstance(path, str) else self._last_path
        self._edits.append(edit)
        if isinstance(edit, Edit) and isinstance(path, str):
            if isinstance(edit.change, Substitute) and not edit.change.every and edit.change.old:
                self._groups.setdefault((path, edit.change.old), []).append(index)
            elif isinstance(edit.change, Rename):
                to = _safe(edit.change.to)
                if isinstance(to, str):
                    self._links.append((path, to))
        outcome = self._land(index, settled=False)
        self._outcomes.append(outcome)
        return outcome

    def files(self) -> dict[str, bytes | None]:
        """The changes against the tree as they are now, by path in order."""
        return {path: data for path, (data, _) in self._changes().items()}

    def modes(self) -> dict[str, str]:
        """The mode of each path that stands in `files()`, or did in `changed_since_last()` and is back to what it was."""
        back = {path: self._workspace.base_mode(path) for path in self._told if self._workspace.base(path) is not None}
        return back | {path: mode for path, (_, mode) in self._changes().items() if mode is not None}

    def changed_since_last(self) -> dict[str, bytes | None]:
        """What stands now at each path that changed since this was last asked (None: no file)."""
        changed: dict[str, bytes | None] = {}
        kept = None if self._landed is None else self._landed.files
        for path in sorted(self._dirty):
            if kept is None:
                change = self._workspace.change(path)
                data = self._workspace.base(path) if change is None else change[0]
            else:
                data = kept[path] if path in kept else self._workspace.base(path)
            told = self._told[path] if path in self._told else self._workspace.base(path)
            if data != told:
                changed[path] = self._told[path] = data
        self._dirty.clear()
        return changed

    def finish(self, keep: Keep = "all") -> Landed:
        """The last judgement. With "all" one rejection empties the changes; with "files" they are those of whole files
        whose edits all applied; with "edits" every applied edit stays."""
        if self._landed is not None:
            return self._landed
        self._settle_groups()
        if self._guard:
            self._settle_syntax()
        ok = all(outcome.status != "rejected" for outcome in self._outcomes)
        changes = self._changes()
        if keep == "all" and not ok:
            changes = {}
        elif keep == "files" and not ok:
            spoilt = self._concerned({outcome.path for outcome in self._outcomes if outcome.status == "rejected"})
            while blocked := kept_out(changes, spoilt):
                spoilt = self._concerned(spoilt | blocked)
            changes = {path: change for path, change in changes.items() if path not in spoilt}
        before = {path: self._workspace.base(path) for path in changes}
        self._landed = Landed(
            ok=ok,
            files={path: data for path, (data, _) in changes.items()},
            modes={path: mode for path, (_, mode) in changes.items() if mode is not None},
            edits=tuple(self._outcomes),
            before=before,
            modes_before={path: self._workspace.base_mode(path) for path, data in before.items() if data is not None},
        )
        self._dirty.update(self._workspace.touched())
        return self._landed

    def _changes(self) -> dict[str, tuple[bytes | None, str | None]]:
        found = {}
        for path in self._workspace.touched():
            change = self._workspace.change(path)
            if change is not None:
                found[path] = change
        return found

    def _land(self, index: int, *, settled: bool) -> Outcome:
        """One edit on the workspace as it is, and its outcome."""
        edit = self._edits[index]
        path = _safe(edit.path or "") if isinstance(edit, Edit) or edit.path else ""
        if isinstance(edit, Broken):
            return self._outcome(index, edit.path or "", Refusal("malformed", edit.why))
        if isinstance(path, PathRefusedError):
            return self._outcome(index, edit.path, _refused(path))
        if index in self._culprits:
            return self._outcome(index, path, Refusal("breaks-syntax", self._culprits[index]))
        try:
            verdict = self._verdict(index, edit, path, settled)
        except PathRefusedError as error:
            verdict = _refused(error)
        except UnicodeEncodeError:
            verdict = Refusal("malformed", "The edit holds half of a surrogate pair, which no file can hold.")
        if isinstance(verdict, Fit) and verdict.splices:
            file = self._workspace.get(path)
            if file is None:
                raise AssertionError("splices without a file")
            if file.takes(verdict):
                file.apply(verdict, edit.form)
            else:
                verdict = Refusal("binary", f"{path} is UTF-16, and the edit holds bytes that are no text: send text.")
        if isinstance(verdict, Fit):
            self._dirty.add(path)
            if isinstance(edit.change, Rename):
                self._dirty.add(normalise(edit.change.to))
        return self._outcome(index, path, verdict)

    def _verdict(self, index: int, edit: Edit, path: str, settled: bool) -> Verdict:
        change, workspace = edit.change, self._workspace
        match change:
            case Create():
                return whole_files.create(workspace, path, change)
            case Remove():
                return whole_files.remove(workspace, path, change)
            case Rename():
                return whole_files.rename(workspace, path, normalise(change.to), over=change.over)
            case Mode():
                return whole_files.set_mode(workspace, path, change)
            case Link():
                return links.link(workspace, path, change)
        file = workspace.get(path)
        if file is not None and file.mode == LINK:
            return links.not_through(path, file)
        if isinstance(change, Whole):
            return whole_files.whole(workspace, path, change)
        if file is None:
            if isinstance(change, Substitute) and not change.old:
                return whole_files.create(workspace, path, Create(change.new))
            return Refusal("no-such-file", messages.no_such_file(path, workspace.paths(), workspace.moves.get(path)))
        match change:
            case Substitute():
                return self._substitute(index, change, file, path, settled)
            case AtSymbol():
                return at_symbol(file, change, path)
            case AtPlace():
                return at_place(file, change, path)
            case Sketch():
                return sketch(file, change, path)

    def _substitute(self, index: int, change: Substitute, file: File, path: str, settled: bool) -> Verdict:
        hints, found = file.hints(index, change), None if file.text is file.first else file.first
        verdict = substitute(file.text, change, path, hints, found)
        if isinstance(verdict, Refusal) and not change.old and adds_definitions(file, change.new):
            return at_place(file, AtPlace("bottom", change.new), path)
        if isinstance(verdict, Refusal) and verdict.places:
            self._contested.add((path, change.old))
            if settled and self._share_out(index, path, file, verdict):
                return substitute(file.text, change, path, file.hints(index, change), found)
        if isinstance(verdict, Refusal) and verdict.near is not None and self._told_length < messages.LONGEST_PLAN:
            from glmcode.landing.offer import with_offer

            return replace(verdict, message=with_offer(file, path, verdict))
        if isinstance(verdict, Fit) and self._repeats(index, path, change, file, verdict):
            return Standing(verdict.strategy, verdict.lines)
        if isinstance(verdict, Fit) and hints.row is not None and verdict.lines is not None:
            file.hints_wrong = file.hints_wrong or hints.row != verdict.lines[0] - 1
        return verdict

    def _repeats(self, index: int, path: str, change: Substitute, file: File, fit: Fit) -> bool:
        """Whether the same edit has landed before, and this one would bring its lines in there once more."""
        if change.every or change.old not in change.new or len(fit.splices) != 1:
            return False
        for member in self._groups.get((path, change.old), ()):
            edit = self._edits[member]
            said = member < index and isinstance(edit, Edit) and edit.change == change
            if said and self._outcomes[member].status != "rejected":
                return file.text.is_made(fit.splices[0])
        return False

    def _share_out(self, index: int, path: str, file: File, verdict: Refusal) -> bool:
        """As many edits with this quote as there are places: each takes its own, in order. False where it is not so."""
        change = self._edits[index]
        if not isinstance(change, Edit) or not isinstance(change.change, Substitute):
            return False
        group = self._groups[(path, change.change.old)]
        places = list(verdict.places)
        if len(places) >= MANY or len(group) != len(places):
            return False
        if next(member for member in group if member not in self._culprits) != index:
            return False
        chosen: dict[int, int] = {}
        for member in group:
            edit = self._edits[member]
            if isinstance(edit, Edit) and isinstance(edit.change, Substitute):
                place = choose(file.text, places, replace(file.hints(member, edit.change), after=0))
                if place is not None:
                    chosen[member] = place.start
        left = [place.start for place in places if place.start not in chosen.values()]
        if len(left) + len(chosen) != len(places):
            return False
        rest = iter(left)
        file.marks.update({member: chosen[member] if member in chosen else next(rest) for member in group})
        return True

    def _settle_groups(self) -> None:
        again = {path for path, old in self._contested if len(self._groups[(path, old)]) > 1}
        if again:
            self._again(self._concerned(again))

    def _settle_syntax(self) -> None:
        for path in self._workspace.touched():
            file = self._standing(path)
            if file is not None and broken(file) is not None:
                self._mend(path)
            if file is not None:
                file.forget_syntax()

    def _mend(self, path: str) -> None:
        """Finds the edits without which the file would parse, and rejects them."""
        concerned = self._concerned({path})
        for turn in range(ROUNDS + 1):
            culprit = self._again(concerned, watch=True, strict=turn == ROUNDS)
            if culprit is None:
                return
            self._culprits.update([culprit])

    def _again(self, paths: set[str], *, watch: bool = False, strict: bool = False) -> tuple[int, str] | None:
        """Lands the edits of these paths once more, from the tree on.

        With `watch`, gives the edit that broke one of them for good and what to say of it; None where all end sound.
        With `strict` as well, each edit that breaks one is rejected on the spot, so that all end sound.
        """
        for path in paths:
            self._workspace.reset(path)
        self._dirty |= paths
        self._told_length = sum(len(o.message) for o in self._outcomes if o.path not in paths)
        culprit: tuple[int, str] | None = None
        for index, edit in enumerate(self._edits):
            own = _safe(edit.path) if isinstance(edit, Edit) else None
            if not isinstance(own, str) or own not in paths:
                continue
            file = self._standing(own) if strict else None
            saved = None if file is None else file.saved()
            self._outcomes[index] = self._land(index, settled=True)
            if not watch or self._outcomes[index].status != "applied":
                continue
            what = self._first_broken(paths)
            if what is None:
                culprit = None
            elif file is not None and saved is not None:
                self._culprits[index] = what
                file.restore(saved)
                self._outcomes[index] = self._outcome(index, own, Refusal("breaks-syntax", what))
            elif culprit is None:
                culprit = (index, what)
        return culprit

    def _first_broken(self, paths: set[str]) -> str | None:
        """What to say of the first of the paths that is broken; None where none is."""
        for path in sorted(paths):
            file = self._standing(path)
            problem = None if file is None else broken(file)
            if file is not None and problem is not None:
                return where_it_breaks(file, problem, path)
        return None

    def _concerned(self, paths: set[str]) -> set[str]:
        """The paths, and those that renames tie to them."""
        found = set(paths)
        while more := {end for link in self._links if not found.isdisjoint(link) for end in link} - found:
            found |= more
        return found

    def _look_at(self, path: str | None) -> None:
        """Parses a file that the plan has left, so that little is left for the end."""
        if path is not None and (file := self._standing(path)) is not None:
            broken(file)
            self._workspace.leave(path)

    def _standing(self, path: str) -> File | None:
        """The file as it is now; None where there is none, or what is there may not be read, such as a folder."""
        try:
            return self._workspace.get(path)
        except PathRefusedError:
            return None

    def _outcome(self, index: int, path: str, verdict: Verdict) -> Outcome:
        edit = self._edits[index]
        line, form = edit.line, edit.form
        match verdict:
            case Fit():
                return Outcome(
                    index, "applied", path, form, None, verdict.strategy, verdict.confidence, verdict.lines, "", line
                )
            case Standing():
                return Outcome(index, "already", path, form, None, verdict.strategy, 1.0, verdict.lines, "", line)
            case Refusal():
                message = self._within_bounds(verdict.message)
                return Outcome(index, "rejected", path, form, verdict.reason, message=message, plan_line=line)

    def _within_bounds(self, message: str) -> str:
        """All messages of a plan together stay within what a model should read of it."""
        message = messages.plain(message)
        left = messages.LONGEST_PLAN - self._told_length
        message = (
            messages.capped(message, messages.LONGEST)
            if left > messages.LONGEST
            else messages.first_sentence(message, left)
        )
        self._told_length += len(message)
        return message


def _safe(path: str) -> str | PathRefusedError:
    try:
        return normalise(path)
    except PathRefusedError as error:
        return error


def _refused(error: PathRefusedError) -> Refusal:
    return Refusal(error.reason, messages.refused_path(error.why, error.reason == "outside-root"))
