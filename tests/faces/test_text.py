"""What is shown on a terminal acts on nothing and can be written in any encoding."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.faces.terminal.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("over\rwritten\b", "over\\x0dwritten\\x08"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("caf\udce9", "caf\\xe9"),
        ("half \ud83d", "half \\ud83d"),
        ("tab\tand\nline, café, 日本, 🙂, e\u0301", "tab\tand\nline, café, 日本, 🙂, e\u0301"),
    ],
)
def test_what_would_act_is_seen_instead(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_no_control_is_left_and_all_can_be_encoded(text: str) -> None:
    shown = printable(text)
    shown.encode("utf-8")
    assert all(unicodedata.category(one) not in ("Cc", "Cs") for one in shown if one not in "\t\n")
    assert printable(shown) == shown


@pytest.mark.parametrize("text", ["plain text of source code\n" * 40_000, "\x1b" * 200_000])
def test_a_megabyte_takes_a_moment(text: str) -> None:
    started = time.process_time()
    printable(text)
    assert time.process_time() - started < 5
