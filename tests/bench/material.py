"""A large, deterministic plan: about 550 KB in 250 edits over 100 Python files of about 28 KB each."""

from itertools import pairwise

FILES = 100
EDITS = 250
FUNCTIONS = 57
"""Definitions a file."""
CHUNKS = 131_072
"""One token each: the longest answer that GLM-5 gives."""


def function(number: int, factor: int, lines: int = 14) -> str:
    """One definition of about 30 bytes a line, most of which stand once; `factor` is what an edit changes in every line."""
    body = "".join(f"    total += weight * {100 * number + line} * {factor}\n" for line in range(lines))
    return f"def step_{number}(weight: int) -> int:\n    total = 0\n{body}    return total\n"


def files() -> dict[str, bytes]:
    """The tree that the plan lands on."""
    return {f"pkg/m{i:03}.py": "\n\n".join(function(n, 1) for n in range(FUNCTIONS)).encode() for i in range(FILES)}


def plan(form: str) -> str:
    """The plan in one form ("native" or "search-replace"); both change the same definitions in the same way."""
    parts = []
    for edit in range(EDITS):
        path, number = f"pkg/m{edit * FILES // EDITS:03}.py", (edit * 7) % FUNCTIONS
        old = function(number, 1)
        new = function(number, 2, lines=66 if form == "native" else 50)
        if form == "native":
            parts.append(f'<edit path="{path}" replace="step_{number}">\n{new}</edit>\n')
        else:
            parts.append(f'<edit path="{path}">\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n</edit>\n')
    return "\n".join(parts)


def chunks(text: str) -> list[str]:
    """The text in CHUNKS pieces of nearly equal length."""
    bounds = [len(text) * i // CHUNKS for i in range(CHUNKS + 1)]
    return [text[a:b] for a, b in pairwise(bounds)]


def drifted_plan() -> str:
    """The same change as `plan("search-replace")`, quoted as models misquote: one in four with blanks at the lines' ends, a
    level too deep, without the blank lines, or without one line of the context."""
    parts = []
    for edit in range(EDITS):
        path, number = f"pkg/m{edit * FILES // EDITS:03}.py", (edit * 7) % FUNCTIONS
        old, new = function(number, 1), function(number, 2, lines=50)
        above = function(number - 1, 1).splitlines(keepends=True)[-6:] if number else []
        if edit % 4 == 0 or not number:
            old = old.replace("\n", "  \n")
        elif edit % 4 == 1:
            old, new = ("".join("    " + line for line in text.splitlines(keepends=True)) for text in (old, new))
        elif edit % 4 == 2:
            old, new = ("".join(above) + text for text in (old, new))
        else:
            old, new = ("".join(above[:2] + above[3:]) + "\n\n" + text for text in (old, new))
        parts.append(f'<edit path="{path}">\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n</edit>\n')
    return "\n".join(parts)
