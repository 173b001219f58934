"""A large, deterministic plan: about 550 KB in 250 edits over 100 Python files of about 28 KB each."""

from itertools import pairwise

FILES = 100
EDITS = 250
FUNCTIONS = 60
"""Definitions a file."""
CHUNKS = 131_072
"""One token each: the longest answer that GLM-5 gives."""


def function(number: int, factor: int, lines: int = 14) -> str:
    """One definition of about 30 bytes a line; `factor` is what an edit changes in every line."""
    body = "".join(f"    total += weight * {number + line} * {factor}\n" for line in range(lines))
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
        new = function(number, 2, lines=71 if form == "native" else 54)
        if form == "native":
            parts.append(f'<edit path="{path}" replace="step_{number}">\n{new}</edit>\n')
        else:
            parts.append(f'<edit path="{path}">\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n</edit>\n')
    return "\n".join(parts)


def chunks(text: str) -> list[str]:
    """The text in CHUNKS pieces of nearly equal length."""
    bounds = [len(text) * i // CHUNKS for i in range(CHUNKS + 1)]
    return [text[a:b] for a, b in pairwise(bounds)]
