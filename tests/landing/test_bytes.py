"""Encodings, line ends and odd characters: the change is the one that the same plan makes on plain text, and nothing else moves."""

import pytest

from glmcode import apply_plan

WIDE = b"\xff\xfe" + "one\ntwo é\n".encode("utf-16-le")


@pytest.mark.parametrize(
    "plan",
    [
        b"<edit path='a.txt'>\n<<<<<<< SEARCH\none\n=======\none \xff\n>>>>>>> REPLACE\n</edit>\n",
        b'<edit path="a.txt" at="top">\n\xff\n</edit>\n',
        b"a.txt\n```\none \xe9\ntwo\n```\n",
    ],
)
def test_bytes_that_are_no_text_are_refused_in_utf16_instead_of_crashing(plan: bytes) -> None:
    (outcome,) = apply_plan(plan.replace(b"'", b'"'), {"a.txt": WIDE}).edits
    assert outcome.status == "rejected"
    assert outcome.reason == "binary"
    assert "UTF-16" in outcome.message
