"""Bytes stay bytes: line ends, encodings, and what each line is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.landing.coding import UnprovenEncodingError, encode_like, opened
from glmcode.landing.text import Text

BYTES = st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\r", b" ", b"\x0c", b"\xff", b"\0"]), max_size=30).map(
    b"".join
)


@given(BYTES)
def test_lines_and_their_ends_make_up_the_file(data: bytes) -> None:
    text = Text(data)
    rows = range(len(text.lines))
    assert b"".join(text.content(row) + text.end(row) for row in rows) == data
    assert [text.start(row) for row in rows] == [
        sum(len(text.content(before) + text.end(before)) for before in range(row)) for row in rows
    ]


@given(BYTES)
def test_only_a_file_without_line_feeds_ends_its_lines_with_carriage_returns(data: bytes) -> None:
    lines = Text(data).lines
    assert len(lines) == (data.count(b"\n") or data.count(b"\r")) + (
        not data.endswith((b"\n", b"\r")) and data != b""
    ) + (data.endswith(b"\r") and b"\n" in data)


@given(st.binary(max_size=60), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"]))
def test_opening_and_closing_gives_the_same_bytes(data: bytes, bom: bytes) -> None:
    inner, coding = opened(bom + data)
    assert coding.close(inner) == bom + data


def test_utf16_is_edited_as_text() -> None:
    inner, coding = opened("\ufeffä\r\n".encode("utf-16-be"))
    assert inner == "ä\r\n".encode()
    assert coding.close("öö\r\n".encode()) == "\ufefföö\r\n".encode("utf-16-be")


def test_half_a_surrogate_in_utf16_is_left_as_bytes() -> None:
    raw = b"\xff\xfe\x00\xd8a\x00"
    assert opened(raw)[0] == raw


def test_a_quote_proves_latin1() -> None:
    text = Text("grün\nblau\n".encode("latin-1"))
    assert encode_like(text, "grün\n", "grünö\n") == (b"gr\xfcn\n", b"gr\xfcn\xf6\n")


def test_a_character_elsewhere_in_the_file_proves_latin1() -> None:
    text = Text("grün\nblau\n".encode("latin-1"))
    assert encode_like(text, "blau\n", "blü\n")[1] == b"bl\xfc\n"


def test_what_the_file_does_not_show_is_not_guessed() -> None:
    with pytest.raises(UnprovenEncodingError):
        encode_like(Text(b"gr\xfcn\nblau\n"), "blau\n", "blö\n")


def test_a_stray_byte_does_not_make_a_utf8_file_latin1() -> None:
    text = Text("grün\n".encode() + b"\xff\n")
    assert encode_like(text, "grün\n", "grünn\n") == ("grün\n".encode(), "grünn\n".encode())


def test_raw_bytes_of_the_plan_come_back_as_they_were() -> None:
    assert encode_like(Text(b"\xff\xfe\n"), "\udcff\udcfe\n", "\udcfe\n") == (b"\xff\xfe\n", b"\xfe\n")
