"""Fences: lines of backticks or tildes, and the XML-like wrappers that models write in their stead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["RUN", "Fence", "closes", "content_of", "fence_at", "is_diff", "is_run", "opens_within", "wrapper_at"]

_MARKS = re.compile(r" {0,3}(`{3,}|~{3,})([^`\n]*)$")
_WRAPPER = re.compile(r"<(source|sourcecode|code|codeblock|pre|tool_call|tool_use|function_call)>([\w+#.-]*)\s*$")
_NAMED_WRAPPER = re.compile(
    r"""<(file|file_content|code|codeblock|source|document)\s+(?:path|name|filename|file)=(?:"[^"<>]+"|'[^'<>]+')\s*>\s*$"""
)
RUN = frozenset(
    [
        "bash",
        "bat",
        "cmd",
        "console",
        "log",
        "output",
        "plaintext",
        "powershell",
        "ps1",
        "sh",
        "shell",
        "shell-session",
        "terminal",
        "text",
        "txt",
        "zsh",
    ]
)
"""Languages of commands, and of what they print."""
_ATTRIBUTED = re.compile(
    r"""<(boltAction|dyad-write|lov-write)\s(?:[^<>]*\s)?(?:filePath|file_path|path)=("[^"<>]+"|'[^'<>]+')[^<>]*>\s*$"""
)
_LONGEST = 1024
"""A longer line opens no fence: no path or language needs it."""


@dataclass(slots=True)
class Fence:
    """An open fence. `depth` counts fences with a language that opened within it, and `used` says that it holds edits."""

    mark: str
    """A run of backticks or tildes, or the closing tag of a wrapper."""
    info: str
    line: int
    path: str | None = None
    depth: int = 0
    used: bool = False
    asked: bool = False
    """The line above asks for a change, of no file that it names."""
    cited: bool = False
    """The line above speaks of what stands in a file."""
    elides: int = 0
    """The line in it that stands for lines that stay, where no edit has begun: it may be a sketch of a file that is not told."""


def fence_at(text: str, line: int) -> Fence | None:
    """The fence that this line opens, if it stood outside of one."""
    if text[:1] not in {"`", "~", " ", "<"} or len(text) > _LONGEST:
        return None
    if match := _MARKS.match(text):
        return Fence(match[1], match[2].strip(), line)
    if match := _WRAPPER.match(text):
        return Fence(f"</{match[1]}>", match[2], line)
    return None


def wrapper_at(text: str, line: int) -> Fence | None:
    """The wrapper with a path that this line opens: `<file path="src/a.py">`, up to `</file>`."""
    match = _NAMED_WRAPPER.match(text, 0, _LONGEST) if text[:1] == "<" else None
    if match is None:
        match = _ATTRIBUTED.match(text, 0, _LONGEST) if text[:1] == "<" else None
        return Fence(f"</{match[1]}>", f"path={match[2]}", line) if match else None
    return Fence(f"</{match[1]}>", "path" + text[text.index("=") :].rstrip()[:-1].rstrip(), line)


def closes(fence: Fence, text: str) -> bool:
    """Whether the line is a closing of this fence, or of one with the same mark within it."""
    if fence.mark[0] == "<":
        return text.rstrip() == fence.mark
    other = fence_at(text, 0)
    return (
        other is not None and not other.info and other.mark[0] == fence.mark[0] and len(other.mark) >= len(fence.mark)
    )


def opens_within(fence: Fence, text: str) -> bool:
    """Whether the line opens a fence within this one that must be closed before it: as long, and with a language."""
    other = fence_at(text, 0)
    if other is None or other.mark[0] != fence.mark[0]:
        return False
    return len(other.mark) >= len(fence.mark) and bool(other.info) and other.mark[0] != "<"


def content_of(lines: Sequence[str]) -> slice:
    """The lines within the fence that wraps them all, blank lines around it aside; all of them where none does.

    A fence that opens on the first line and closes before the last is content.
    """
    first, end = 0, len(lines)
    while first < end and not lines[first].strip():
        first += 1
    while end > first and not lines[end - 1].strip():
        end -= 1
    fence = fence_at(lines[first], 0) if end - first > 1 else None
    if fence is not None:
        for i in range(first + 1, end):
            if opens_within(fence, lines[i]):
                fence.depth += 1
            elif closes(fence, lines[i]):
                if fence.depth == 0 and i == end - 1:
                    return slice(first + 1, i)
                if fence.depth == 0:
                    break
                fence.depth -= 1
    return slice(0, len(lines))


def is_run(fence: Fence) -> bool:
    """Whether the fence says that it holds commands, or what they print."""
    word = fence.info.lower().split()[:1]
    return bool(word) and word[0] in RUN


def is_diff(fence: Fence) -> bool:
    """Whether the fence says that it holds a diff."""
    return fence.info.lower().split()[:1] in (["diff"], ["patch"], ["udiff"])
