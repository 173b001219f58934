"""Comments that stand for lines that stay, as models write them, and lines that only look like it."""

import pytest

from glmcode.plan.sketch import elides


@pytest.mark.parametrize(
    "line",
    [
        "// ... existing code ...",
        "    # ... existing code ...",
        "# ... rest of the code ...",
        "// ... (rest of the code remains the same)",
        "/* ... existing styles ... */",
        "<!-- ... existing markup ... -->",
        "{/* ... existing JSX ... */}",
        "; ... unchanged ...",
        "% ... keep the rest ...",
        "(* ... existing code ... *)",
        "{# ... existing block ... #}",
        "... existing code ...",
        "...rest of the file...",
        "// …",
        "# ...",
        "    // ... other methods ...",
        "# rest of the function unchanged",
        "// existing code",
        "// keep existing imports",
        "// The rest of the file stays the same",
        "# (unchanged)",
        "# ... same as before ...\r",
    ],
)
def test_markers(line: str) -> None:
    assert elides(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "...",
        "    ...",
        "def f(*args: object) -> None: ...",
        "x = [1, ..., n]",
        "print('loading...')",
        "# wait for it...",
        "# see the existing code in a.py for why",
        "return existing_code",
        "keep = rest",
        "f(...args)",
        "...args,",
        "...state.existing,",
        "[...existing, item]",
        "# unchanged values are skipped, so that the rest of the loop sees only what is new and nothing else at all",
        "// " + "." * 500,
        "# " + "existing " * 5000 + "...",
    ],
)
def test_lines_that_are_code_or_words(line: str) -> None:
    assert not elides(line)
