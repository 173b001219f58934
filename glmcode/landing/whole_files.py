"""Edits of whole files: made, replaced, removed, moved, given another mode."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from glmcode.landing import messages
from glmcode.landing.coding import Coding, UnprovenEncodingError, encode_like, quoted_bytes
from glmcode.landing.file import LINK, File
from glmcode.landing.linediff import matching_blocks
from glmcode.landing.links import leads_out
from glmcode.landing.nearest import nearest_names
from glmcode.landing.place import Fit, Refusal, Splice, Standing, Verdict
from glmcode.landing.text import Text, split_lines
from glmcode.landing.workspace import Workspace
from glmcode.plan.edits import Create, Mode, Remove, Whole
from glmcode.plan.paths import path_on_line

__all__ = ["create", "remove", "rename", "set_mode", "whole"]

FEWEST = 10
"""Lines that are not blank, from which on a file is large enough that dropping most of it needs to be said."""
_NUMBER = re.compile(rb"\s{0,8}(\d{1,7})\s?(?:[|:\t]|\xe2\x86\x92)")
DONE = Fit((), None, 1.0, None)
PLAIN = "100644"


def create(workspace: Workspace, path: str, change: Create) -> Verdict:
    """A new file. One that holds the same already stands; one that holds anything else is in the way."""
    file = workspace.get_or_folder(path)
    body = quoted_bytes(change.body)
    if file is None:
        workspace.put(path, File(body, Coding(), change.mode or PLAIN, path))
        return DONE
    if file.raw != body:
        return Refusal(
            "exists",
            f'{path} exists with other content. Edit it with <edit path="{path}">, or send <remove path="{path}"/> first if all '
            f"of it is to be replaced. It begins:\n{messages.listed(file.text, 0, 8)}",
        )
    if change.mode in (None, file.mode):
        return Standing(None, None)
    file.mode = change.mode or file.mode
    return DONE


def whole(workspace: Workspace, path: str, change: Whole) -> Verdict:
    """The file becomes the body, made where there was none. Line ends, BOM and encoding of a file that stands are kept."""
    file = workspace.get_or_folder(path)
    if file is None and change.doubt:
        return Refusal(
            "no-such-file",
            f"{messages.no_such_file(path, workspace.paths())} If a new file of that name is meant, send it as "
            f'<create path="{path}">, or write `File: {path}` alone on the line above the block.',
        )
    if file is None:
        workspace.put(path, File(quoted_bytes(change.body), Coding(), PLAIN, path))
        return DONE
    text = file.text
    if text.is_binary:
        return Refusal(
            "binary", f'{path} is binary: text can\'t replace it. Send <remove path="{path}"/> first if that is meant.'
        )
    try:
        _, body = encode_like(text, "", change.body)
    except UnprovenEncodingError as error:
        return Refusal("binary", f"{path}: {error}. Edit the lines that change with SEARCH/REPLACE instead.")
    if _numbered(split_lines(body)) and not _numbered(text.lines):
        return Refusal(
            "malformed",
            f"Every line of the body begins with its number, as in a listing, and those of {path} don't: send the lines without the numbers.",
        )
    if change.doubt == "extent":
        body = _without_path(body, text.lines, path)
    if change.doubt == "extent" and not _spans(text.lines, split_lines(body)):
        return Refusal(
            "malformed",
            f"The text above the block doesn't say whether it is all of {path} or a part, and it doesn't begin and end as the file does. "
            f"To change a part, quote it in a SEARCH/REPLACE block; to give all of the file, write its path alone on the line above.",
        )
    before, after = _weight(text.lines), _weight(split_lines(body))
    if _drops_most(before, after):
        return Refusal(
            "too-drastic",
            f"The body has {after} lines where {path} has {before} (blank lines aside): that drops most of the file without saying so. "
            f"To change a part, send it as SEARCH/REPLACE or with replace=SYMBOL; to drop the rest on purpose, delete it with "
            f'delete=SYMBOL, or send <remove path="{path}"/> and then <create path="{path}">.',
        )
    given = _dressed(text, body)
    if given == text.data:
        return Standing(None, None)
    return Fit((Splice(0, len(text.data), given),), None, 1.0, None)


def remove(workspace: Workspace, path: str, change: Remove) -> Verdict:
    """The file goes. One that is gone stands so, unless the plan must have seen it, or the path is most likely a slip for
    another one; one that holds something else than the plan says has moved on."""
    file = workspace.get(path)
    if file is None:
        paths = workspace.paths()
        if change.must_stand or nearest_names(path, paths, 1):
            return Refusal("no-such-file", messages.no_such_file(path, paths))
        return Standing(None, None)
    if change.was is not None:
        said = [line.rstrip() for line in split_lines(quoted_bytes(change.was))]
        row = next(
            (
                at
                for at, (a, b) in enumerate(zip_longest(said, file.text.lines))
                if a is None or b is None or a != b.rstrip()
            ),
            None,
        )
        if row is not None:
            return Refusal(
                "stale",
                f"{path} is not what the plan removes: line {row + 1} differs. It reads:\n{messages.listed(file.text, row - 3, row + 4)}\n"
                f'To remove it as it is, send <remove path="{path}"/>.',
            )
    workspace.remove(path)
    return DONE


def rename(workspace: Workspace, path: str, to: str, *, over: bool = False) -> Verdict:
    """The file moves to `to` (normalised), with its mode. Nothing may stand there, unless it may move over what does."""
    file, there = workspace.get(path), workspace.get_or_folder(to)
    if path == to and file is not None:
        return Standing(None, None)
    if file is None:
        if there is not None:
            return Standing(None, None)
        return Refusal("no-such-file", messages.no_such_file(path, workspace.paths()))
    if there is not None and over:
        before, after = _weight(there.text.lines), _weight(file.text.lines)
        if there.mode == LINK or there.text.is_binary or _drops_most(before, after):
            return Refusal(
                "too-drastic",
                f"{path} ({after} lines, blank ones aside) would move over {to} ({before} lines) and drop what stands there. If that is "
                f'meant, send <remove path="{to}"/> before it.',
            )
        workspace.remove(to)
    elif there is not None:
        return Refusal("exists", f"{to} exists, so {path} can't move there. Remove {to} first, or choose another name.")
    if file.mode == LINK and (why := leads_out(workspace, to, file.text.data.decode("utf-8", "surrogateescape"))):
        return Refusal("outside-root", f"{path} is a link that would lead out from {to}: {why}.")
    workspace.put(to, file.moved(to), leaving=path)
    workspace.remove(path)
    workspace.moves[path] = to
    return DONE


def set_mode(workspace: Workspace, path: str, change: Mode) -> Verdict:
    file = workspace.get(path)
    if file is None:
        return Refusal("no-such-file", messages.no_such_file(path, workspace.paths()))
    if change.mode not in (PLAIN, "100755"):
        return Refusal("malformed", f"The mode {change.mode[:20]} can't be given to {path}: only 644 and 755 can.")
    if file.mode == LINK:
        return Refusal("protected-path", f"{path} is a symbolic link: its mode can't change.")
    if file.mode == change.mode:
        return Standing(None, None)
    file.mode = change.mode
    return DONE


def _drops_most(before: int, after: int) -> bool:
    return (before >= FEWEST and 2 * after < before) or (before > 0 and not after)


def _without_path(body: bytes, lines: Sequence[bytes], path: str) -> bytes:
    """The body without a first line that only says which file it is, and that the file has not."""
    first, _, rest = body.partition(b"\n")
    told = path_on_line(first.decode("utf-8", "replace"))
    return rest if told == path and first.strip() not in {line.strip() for line in lines[:3]} else body


def _numbered(lines: Sequence[bytes]) -> bool:
    """Whether all lines, two at least, begin with numbers that count up by one, as a listing has them."""
    found = [_NUMBER.match(line) for line in lines]
    if len(found) < 2 or found[0] is None:
        return False
    first = int(found[0][1])
    return all(match is not None and int(match[1]) == first + at for at, match in enumerate(found))


def _spans(lines: Sequence[bytes], body: Sequence[bytes]) -> bool:
    """Whether the body begins and ends as the file does, blank lines aside."""
    ours, theirs = ([line.rstrip() for line in side if line.strip()] for side in (lines, body))
    return bool(ours) and bool(theirs) and ours[0] == theirs[0] and ours[-1] == theirs[-1]


def _weight(lines: Sequence[bytes]) -> int:
    return sum(1 for line in lines if line.strip())


def _dressed(text: Text, body: bytes) -> bytes:
    """The body with the line ends of the file: lines that stay keep theirs, the others end as their neighbours."""
    if not text.data or (
        b"\r" not in text.data and b"\r" not in body and text.data.endswith(b"\n") == body.endswith(b"\n")
    ):
        return body
    ours = [text.content(row) for row in range(len(text.lines))]
    theirs = [line[:-1] if line.endswith(b"\r") else line for line in split_lines(body)]
    out: list[tuple[bytes, bytes]] = []
    row = done = 0
    for a, b, size in matching_blocks(ours, theirs):
        out += [(line, text.end_near(max(0, row - 1))) for line in theirs[done:b]]
        out += [(ours[a + at], text.end(a + at) or text.end_near(a + at)) for at in range(size)]
        row, done = a + size, b + size
    data = b"".join(line + end for line, end in out)
    return data if text.data.endswith(text.separator) else data.rstrip(b"\r\n")
