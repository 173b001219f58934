"""Patterns that every Python since 3.11 matches alike: the same plan must give the same bytes on each."""

import re
from pathlib import Path

import glmcode

POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)(?:[*+?]|\{[\d,]+\})\+(?![^\[\n]*\])")


def test_no_group_is_repeated_possessively() -> None:
    """Python before 3.11.5 matches such a group wrongly where it holds alternatives (python/cpython issue 106052)."""
    source = Path(glmcode.__file__).parent
    found = [
        f"{path.relative_to(source)}:{number}"
        for path in sorted(source.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\brb?[\"']", line) and POSSESSIVE_GROUP.search(line)
    ]
    assert found == []
