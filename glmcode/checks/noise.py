"""Output without what says nothing: colours, progress, times, addresses, the worktree's own path."""

import os
import re

__all__ = ["without_noise"]

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # colours and cursor moves
    r"|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # titles and links
    r"|[PX^_][^\x1b\n]*(?:\x1b\\)?"
    r"|[ -/]*[0-~])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TIMES = (
    (re.compile(r"\bin \d+(?:\.\d+)?(?: ?m?s\b| ?seconds?\b)(?: \(\d+:\d\d:\d\d\))?"), ""),
    (re.compile(r" ?\(\d+(?:\.\d+)? ?(?:m?s|sec|min)\)"), ""),
    (re.compile(r"^[ \t]*(?:# |ℹ )?duration_ms:? .*\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:Time|Duration|Start at|Total Test time \(real\)) ?[:=]?  .*\n?", re.MULTILINE), ""),
    (re.compile(r"(?<! ) +\d+(?:\.\d+)? ?(?:m?s|sec)$", re.MULTILINE), ""),
    (re.compile(r"^(thread '[^'\n]*') \(\d+\)", re.MULTILINE), r"\1"),
    (re.compile(r"; finished in \d+\.\d+s"), ""),
    (re.compile(r"\b0x[0-9a-fA-F]{6,16}\b"), "0x..."),
)


def without_noise(text: str, cwd: str = "") -> str:
    """The same output for the same findings: no escapes, each line as a terminal would show it at the end, no times and
    addresses; paths below `cwd` become relative. Costs time linear in the text."""
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(_as_shown(line) for line in text.split("\n"))
    text = _CONTROL.sub("", text)
    for base in dict.fromkeys((cwd, os.path.realpath(cwd))) if cwd else ():
        if len(base) > 1:
            text = text.replace("file://" + base + os.sep, "").replace(base + os.sep, "")
            text = re.sub(re.escape(base) + r"(?![\w.-])", ".", text)
    for pattern, shown in _TIMES:
        text = pattern.sub(shown, text)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _as_shown(line: str) -> str:
    """What of a line with carriage returns is still seen: its last state that wasn't empty."""
    return next((state for state in reversed(line.split("\r")) if state.strip()), "")
