"""The native form's tags and blocks as text: whatever the lines between them hold, they are read as they were meant."""

import re
from collections.abc import Sequence

from glmcode.plan.fences import content_of

__all__ = ["block", "edit", "tag"]

_LOOKS_LIKE_A_TAG = re.compile(r"</?(?:edit|create|remove|rename|check)\b", re.MULTILINE)
_DIVIDER = re.compile(r"^(={5,9})\s*$", re.MULTILINE)
_MARKS = (7, 8, 9, 6, 5)


def tag(name: str, attributes: Sequence[tuple[str, str]], *, empty: bool = False) -> str:
    """An opening tag's line, or one that needs no closing. Raises ValueError for a value that no quotes can hold."""
    words = [name]
    for key, value in attributes:
        if "\n" in value or ('"' in value and "'" in value):
            raise ValueError(f"no tag can hold {value!r}")
        words.append(f"{key}='{value}'" if '"' in value else f'{key}="{value}"')
    return f"<{' '.join(words)}{'/' if empty else ''}>\n"


def edit(attributes: Sequence[tuple[str, str]], body: str, name: str = "edit", *, bare: bool = True) -> str:
    """A whole edit. `body` is whole lines; with `bare` a fence that wraps all of them is theirs, not the edit's."""
    mark = ""
    if _LOOKS_LIKE_A_TAG.search(body):
        number = 1
        while f"</{name} x{number}>" in body:
            number += 1
        mark = f"x{number}"
    lines = body.split("\n")[:-1]
    if bare and content_of(lines) != slice(0, len(lines)):
        fence = "`" * max(4, 1 + max(len(line) - len(line.strip().lstrip("`")) for line in lines))
        body = f"{fence}\n{body}{fence}\n"
    opening = tag(name, [*attributes, *([("mark", mark)] if mark else [])])
    return f"{opening}{body}</{name}{' ' + mark if mark else ''}>\n"


def block(old: str, new: str) -> str:
    """A SEARCH/REPLACE block. Its markers have as many marks as no line of either half has."""
    taken = {len(found) for found in _DIVIDER.findall(old + new)}
    marks = next((marks for marks in _MARKS if marks not in taken), _MARKS[0])
    return f"{'<' * marks} SEARCH\n{old}{'=' * marks}\n{new}{'>' * marks} REPLACE\n"
