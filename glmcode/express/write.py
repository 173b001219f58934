"""A change as a plan in any form, proved by landing it."""

from collections.abc import Sequence

from glmcode.errors import Exit, GlmcodeError
from glmcode.express.change import BeforeTree, FileChange
from glmcode.express.forms import PATCH, TOOLS, ways
from glmcode.landing.engine import Landing
from glmcode.plan.edits import Check, Form
from glmcode.plan.reader import parse_plan

__all__ = ["express", "lands", "part"]

LINK = "120000"
_AROUND = {"v4a": PATCH, "tool-call": TOOLS}


def express(changes: Sequence[FileChange], form: Form = "native", *, context: int | None = None) -> str:
    """A plan that lands as exactly these changes: bytes, modes and moves. It has been landed before it is given.

    Each file's part is of the form asked for, or, where that form has no words for the change, of the next more literal
    one that has; a sketch has no such part behind it. `context` is the least number of unchanged lines around a change: as many as it
    takes to be unique by default, three in diffs and patches. Raises GlmcodeError for what no plan can say (a link, a file
    that is no text), and for a sketch that landing would not merge.
    """
    parts = [(change, *part(change, form, context)) for change in _ordered(_apart(changes))]
    plan = ""
    open_form: Form | None = None
    for _, kind, text in parts:
        if kind != open_form:
            plan = _closed(plan, open_form) + ("\n" if plan else "") + _AROUND.get(kind, ("", ""))[0]
            open_form = kind
        elif kind not in _AROUND:
            plan += "\n"
        plan += text
    plan = _closed(plan, open_form)
    if len(parts) > 1 and not lands(plan, [change for change, _, _ in parts]):
        raise GlmcodeError(
            "the files' parts land one by one but not as one plan",
            exit_code=Exit.NOT_LANDED,
            hint="express the files one at a time",
        )
    return plan


def lands(plan: str, changes: Sequence[FileChange]) -> bool:
    """Whether the plan lands as exactly these changes."""
    tree = BeforeTree(changes)
    landing = Landing(tree)
    for event in parse_plan(plan):
        if isinstance(event, Check):
            return False
        landing.land(event)
    landed = landing.finish()
    files: dict[str, bytes | None] = {}
    modes: dict[str, str] = {}
    for one in changes:
        if one.was is not None or one.after is None:
            files.setdefault(one.was or one.path, None)
        if one.after is not None and (one.was, one.before, one.mode_before) != (None, one.after, one.mode_after):
            files[one.path], modes[one.path] = one.after, one.mode_after
    return landed.ok and landed.files == files and landed.modes == modes


def part(change: FileChange, form: Form, context: int | None = None) -> tuple[Form, str]:
    """One file's part of the plan, proved, and the form that it has. Raises GlmcodeError as `express` does."""
    if LINK in (change.mode_before, change.mode_after) and change.after is not None:
        raise GlmcodeError(
            f"no plan can make or change a symbolic link: {change.path}",
            hint=f"leave it out: behind a revision, ':!{change.path}'",
        )
    if b"\0" in (change.after or b"") and change.after != change.before and not _is_wide(change):
        raise GlmcodeError(
            f"not a text file: {change.path}",
            hint=f"a plan holds text; leave it out: behind a revision, ':!{change.path}'",
        )
    try:
        for kind, text in ways(change, form, context):
            around = _AROUND.get(kind, ("", ""))
            if lands(_closed(around[0] + text, kind), [change]):
                return kind, text
    except ValueError:
        # A name that no tag can hold.
        pass
    if form == "sketch":
        raise GlmcodeError(
            f"no sketch of this change would be merged as it is meant: {change.path}",
            exit_code=Exit.NOT_LANDED,
            hint="use --form native, which has a form for every change",
        )
    raise GlmcodeError(f"no plan lands as this change: {change.path}", exit_code=Exit.NOT_LANDED)


def _is_wide(change: FileChange) -> bool:
    """UTF-16 on both sides: edited as text."""
    from glmcode.landing.coding import opened

    sides = [opened(data) for data in (change.before, change.after) if data is not None]
    return len(sides) == 2 and all(coding.codec and b"\0" not in data for data, coding in sides)


def _closed(plan: str, kind: Form | None) -> str:
    if kind == "tool-call":
        plan = plan.removesuffix(",\n") + "\n"
    return plan + (_AROUND[kind][1] if kind in _AROUND else "")


def _apart(changes: Sequence[FileChange]) -> list[FileChange]:
    """Moves onto a path that another file leaves, or of a file whose place is taken again, as a file that goes and one
    that comes."""
    stood = {one.was or one.path for one in changes if one.before is not None}
    stands = {one.path for one in changes if one.after is not None}
    out = []
    for one in changes:
        if one.was is not None and (one.path in stood or one.was in stands):
            out.append(FileChange(one.was, one.before, None, one.mode_before))
            out.append(FileChange(one.path, None, one.after, mode_after=one.mode_after))
        else:
            out.append(one)
    merged: dict[str, FileChange] = {}
    for one in out:
        other = merged.get(one.path)
        if other is not None:
            gone, come = (other, one) if one.before is None else (one, other)
            merged[one.path] = FileChange(one.path, gone.before, come.after, gone.mode_before, come.mode_after)
        else:
            merged[one.path] = one
    return list(merged.values())


def _ordered(changes: Sequence[FileChange]) -> list[FileChange]:
    """Files that go first, then moves, then the rest, by path: a folder may come where a file was."""
    return sorted(changes, key=lambda one: (one.after is not None, one.was is None, one.path))
