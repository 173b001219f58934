"""Blocks in the other forms, as models drift in those: diffs, patches, tool calls, definitions given anew, sketches."""

import json
import random
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

from glmcode.errors import GlmcodeError
from glmcode.express import FileChange
from glmcode.express.write import part
from glmcode.syntax import Definition, language_of, parse
from tests.history.block import Block, Told, call, native, search_replace, sides, text
from tests.history.determined import is_determined, stands_once
from tests.history.drift import Drifted, ended, judged

__all__ = ["FORMS", "drifted_forms"]

Form = Callable[[Block, random.Random], str | None]


def drifted_forms(block: Block) -> Iterator[Drifted]:
    """One drifted plan of each kind and form that the block allows; the same ones every time."""
    before, after = ended(block.base), ended(block.target)
    if judged(Drifted("", block.path, native(block.path, search_replace(block.lines)), before, after)) == "refused":
        return
    determined = is_determined(block.lines, block.base)
    for kind, form in FORMS.items():
        plan = form(block, random.Random(f"{kind} {block.path} {block.first}"))
        if plan is not None:
            yield Drifted(kind, block.path, plan, before, after, determined)
    yield from _definitions(block)
    yield from _sketches(block)


# Diffs


def _marked(lines: Sequence[Told], context: str = " ") -> str:
    out = []
    for one in lines:
        if one.stays:
            out.append(context + text([one.old or b""]))
        elif one.old is not None:
            out.append("-" + text([one.old]))
        else:
            out.append("+" + text([one.new or b""]))
    return "".join(out)


def _diff(block: Block, head: str, body: str | None = None) -> str:
    body = _marked(block.lines) if body is None else body
    return f"--- a/{block.path}\n+++ b/{block.path}\n{head}\n{body}"


def _counts(block: Block) -> tuple[int, int]:
    old, new = sides(block.lines)
    return len(old), len(new)


def _wrong_numbers(block: Block, chance: random.Random) -> str:
    row = max(1, block.first + 1 + chance.choice((-40, -7, -2, -1, 1, 2, 9, 300)))
    old, new = _counts(block)
    return _diff(block, f"@@ -{row},{old} +{row},{new} @@")


def _wrong_counts(block: Block, chance: random.Random) -> str:
    old, new = _counts(block)
    row = block.first + 1
    return _diff(
        block, f"@@ -{row},{max(1, old + chance.choice((-2, -1, 1, 3)))} +{row},{new + chance.choice((1, 2))} @@"
    )


def _no_numbers(block: Block, chance: random.Random) -> str:
    return _diff(block, chance.choice(("@@ @@", "@@ ... @@", "@@", "@@ -,+ @@")))


def _bare_context(block: Block, chance: random.Random) -> str | None:
    """Lines of the context without the blank in front of them."""
    kept = [one.old for one in block.lines if one.stays and one.old]
    if any(line[:1] in (b"-", b"+", b"@", b"\\", b"*", b"`", b"~") for line in kept):
        return None  # it would say something else
    return _diff(block, "@@ @@", _marked(block.lines, ""))


def _empty_blanks(block: Block, chance: random.Random) -> str | None:
    body = re.sub(r"^ $", "", _marked(block.lines), flags=re.MULTILINE)
    return None if body == _marked(block.lines) else _diff(block, "@@ @@", body)


def _fenced_diff(block: Block, chance: random.Random) -> str | None:
    if any("```" in text([line]) for side in sides(block.lines) for line in side):
        return None
    return f"Here is the change:\n\n```diff\n{_diff(block, '@@ @@')}```\n"


# V4A


def _patch(block: Block, head: str, body: str | None = None, end: str = "*** End Patch\n") -> str:
    body = _marked(block.lines) if body is None else body
    return f"*** Begin Patch\n*** Update File: {block.path}\n{head}\n{body}{end}"


def _no_end_patch(block: Block, chance: random.Random) -> str:
    return _patch(block, "@@", end="")


def _wrong_header(block: Block, chance: random.Random) -> str:
    return _patch(block, "@@ def there_is_no_such_line():")


def _bare_patch(block: Block, chance: random.Random) -> str | None:
    diff = _bare_context(block, chance)
    return None if diff is None else _patch(block, "@@", _marked(block.lines, ""))


def _less_context(block: Block, chance: random.Random) -> str | None:
    """One line of context on each side, where that still stands once."""
    changed = [at for at, one in enumerate(block.lines) if not one.stays]
    lines = block.lines[max(0, changed[0] - 1) : changed[-1] + 2]
    quoted = [one.old for one in lines if one.old is not None]
    if len(lines) == len(block.lines) or not stands_once(quoted, block.base):
        return None
    return _patch(block, "@@", _marked(lines))


# Tool calls


def _no_feed(block: Block, chance: random.Random) -> str | None:
    old, new = sides(block.lines)
    if not new or not old[-1].strip() or not block.lines[-1].stays:
        return None
    return call(block.path, text(old)[:-1], text(new)[:-1])


def _stripped(block: Block, chance: random.Random) -> str | None:
    """Both strings without the blanks in front of the first line and behind the last."""
    old, new = sides(block.lines)
    if not (block.lines[0].stays and block.lines[-1].stays and old[0].strip() and old[-1].strip()):
        return None
    return call(block.path, text(old).strip(), text(new).strip())


def _dedented(block: Block, chance: random.Random) -> str | None:
    old, new = (text(side) for side in sides(block.lines))
    least = _indent(old + new)
    if not least or _BLANKS_ALONE.search(old + new):
        return None
    flat = [re.sub(f"^{least}", "", side, flags=re.MULTILINE) for side in (old, new)]
    return call(block.path, flat[0], flat[1])


def _listed_call(block: Block, chance: random.Random) -> str:
    old, new = sides(block.lines)
    listed = "".join(f"{block.first + 1 + at:6d}\t{text([line])}" for at, line in enumerate(old))
    return call(block.path, listed, text(new))


def _other_names(block: Block, chance: random.Random) -> str:
    old, new = (text(side) for side in sides(block.lines))
    arguments = {"file_path": block.path, "old_str": old, "new_str": new}
    return "```json\n" + json.dumps({"name": "str_replace", "arguments": arguments}, indent=2) + "\n```\n"


def _indent(lines: str) -> str:
    indents = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines.split("\n") if line.strip()]
    least = min(indents, key=len, default="")
    return least if all(indent.startswith(least) for indent in indents) else ""


# Definitions given anew


def _definitions(block: Block) -> Iterator[Drifted]:
    """`replace=` of the innermost definition that holds the whole change, its body indented otherwise."""
    found = _changed_definition(block)
    if found is None:
        return
    ours, body = found
    before, after = ended(block.base), ended(block.target)
    straight = _replacing(block.path, ours.name, body)
    if judged(Drifted("", block.path, straight, before, after)) != "exact":
        return
    flat = textwrap.dedent(body)
    if flat != body and not _holds_strings(body) and not _BLANKS_ALONE.search(body):
        yield Drifted("native: flush left", block.path, _replacing(block.path, ours.name, flat), before, after, True)
    if not _holds_strings(body) and not _BLANKS_ALONE.search(body):
        deeper = textwrap.indent(body, "    ")
        yield Drifted("native: deeper", block.path, _replacing(block.path, ours.name, deeper), before, after, True)
    if "```" not in body:
        fenced = f"```\n{body}```\n"
        yield Drifted("native: in a fence", block.path, _replacing(block.path, ours.name, fenced), before, after, True)
    lines = body.split("\n")
    trailing = "\n".join(line + "  " if not line.strip() else line for line in lines[:-1]) + "\n\n\n"
    if trailing.rstrip() == body.rstrip():
        yield Drifted(
            "native: blank lines behind", block.path, _replacing(block.path, ours.name, trailing), before, after, True
        )
    misnamed = _replacing(block.path, ours.name + "_that_is_not_there", body)
    yield Drifted("native: no such name", block.path, misnamed, before, None)


def _replacing(path: str, name: str, body: str) -> str:
    return f'<edit path="{path}" replace="{name}">\n{body}</edit>\n'


_BLANKS_ALONE = re.compile(r"^[ \t]+$", re.MULTILINE)
"""A line of nothing but blanks: once it is moved, nobody can say how many it had."""


def _holds_strings(body: str) -> bool:
    """Lines of a string that spans several would have to move as well, or to stay: nobody can say which."""
    return any(mark in body for mark in ('"""', "'''", "`", 'R"', "<<", "\\\n"))


def _changed_definition(block: Block) -> tuple[Definition, str] | None:
    language = language_of(block.path)
    if language is None:
        return None
    before, after = ended(block.base), ended(block.target)
    theirs = {one.name: one for one in parse(after, language).definitions}
    best: tuple[Definition, str] | None = None
    for one in parse(before, language).definitions:
        other = theirs.get(one.name)
        if other is None or '"' in one.name:
            continue
        same_around = before[: one.start] == after[: other.start] and before[one.end :] == after[other.end :]
        own_lines = before[one.end - 1 : one.end] == b"\n" and after[other.end - 1 : other.end] == b"\n"
        if same_around and own_lines and (best is None or one.end - one.start < best[0].end - best[0].start):
            best = one, after[other.start : other.end].decode("utf-8", "surrogateescape")
    return best


# Sketches

_MARK = re.compile(r"^([ \t]*)(#|//) \.\.\. existing code \.\.\.$", re.MULTILINE)
_WORDINGS = (
    "... rest of the code ...",
    "... unchanged ...",
    "...",
    "... keep the rest as it is ...",
    "(existing code)",
)


def _sketches(block: Block) -> Iterator[Drifted]:
    if len(block.base) > 1500:
        return
    before, after = ended(block.base), ended(block.target)
    try:
        _, sketch = part(FileChange(block.path, before, after), "sketch")
    except GlmcodeError:
        return
    chance = random.Random(f"{block.path} {block.first}")
    wording = chance.choice(_WORDINGS)
    ways = {
        "sketch: other words": _MARK.sub(rf"\1\2 {wording}", sketch),
        "sketch: marks at the margin": _MARK.sub(r"\2 ... existing code ...", sketch),
        "sketch: the other comment sign": _MARK.sub(
            lambda found: f"{found[1]}{'//' if found[2] == '#' else '#'} ... existing code ...", sketch
        ),
        "sketch: first mark missing": re.sub(
            r"\A(.*\n`+\n)[ \t]*(?:#|//) \.\.\. existing code \.\.\.\n", r"\1", sketch
        ),
        "sketch: last mark missing": re.sub(r"(?:#|//) \.\.\. existing code \.\.\.\n(`+\n)\Z", r"\1", sketch),
    }
    for kind, plan in ways.items():
        # Without any mark left it is the whole file, given anew.
        if plan != sketch and ("missing" not in kind or _MARK.search(plan)):
            yield Drifted(kind, block.path, plan, before, after, "missing" not in kind)


FORMS: dict[str, Form] = {
    "diff: wrong line numbers": _wrong_numbers,
    "diff: wrong counts": _wrong_counts,
    "diff: no numbers": _no_numbers,
    "diff: context without its blank": _bare_context,
    "diff: blank lines without their blank": _empty_blanks,
    "diff: in a fence": _fenced_diff,
    "patch: no end": _no_end_patch,
    "patch: a header that stands nowhere": _wrong_header,
    "patch: context without its blank": _bare_patch,
    "patch: one line of context": _less_context,
    "call: no line feed at the end": _no_feed,
    "call: stripped": _stripped,
    "call: flush left": _dedented,
    "call: numbers of a listing": _listed_call,
    "call: other names": _other_names,
}
