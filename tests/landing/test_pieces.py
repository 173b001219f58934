"""A text in pieces answers as its bytes would, whatever was done to it, and a quote costs a few pieces of it."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.landing import pieces, text
from glmcode.landing.engine import Landed, Landing
from glmcode.landing.pieces import Pieces
from glmcode.landing.strategies.tokens import _without_hashes
from glmcode.landing.text import Splice, Text, ends_stripped, stripped
from glmcode.landing.tree import MappingTree
from glmcode.plan.reader import parse_plan

LINES = st.lists(st.sampled_from(["a", "b", "", "  a", "ä", "a # b ", "long line of text"]), max_size=25)
TEXTS = st.tuples(LINES, st.booleans()).map(lambda given: ("\n".join(given[0]) + "\n" * given[1]).encode())
CHANGES = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60), TEXTS), max_size=12)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(pieces, "SHORTEST", 8)
        patched.setattr(pieces, "COMMON", 3)
        patched.setattr(text, "LONG", 0)
        patched.setattr(text, "MANY_EDITS", 1)
        patched.setattr(text, "MANY_ASKED", 2)
        yield


def _all(data: bytes, needle: bytes) -> list[int]:
    return [at for at in range(len(data)) if data.startswith(needle, at)]


@pytest.mark.usefixtures("small_pieces")
@settings(deadline=None)
@given(TEXTS, CHANGES, TEXTS)
def test_a_text_in_pieces_is_its_bytes(data: bytes, changes: list[tuple[int, int, bytes]], quote: bytes) -> None:
    now = Text(data)
    before: list[tuple[Text, bytes]] = []
    for at, size, new in changes:
        before.append((now, data))
        start, end = min(at, len(data)), min(at + size, len(data))
        now = now.spliced([Splice(start, end, new)])
        data = data[:start] + new + data[end:]
        assert now.size == len(data)
        assert [now.slice(a, a + 9) for a in range(len(data))] == [data[a : a + 9] for a in range(len(data))]
        assert [now.row(a) for a in range(len(data) + 1)] == [data.count(b"\n", 0, a) for a in range(len(data) + 1)]
        for needle in (b"\n" + quote, b"\n" + data[start : start + 12], quote, data[max(0, start - 5) : end + 20]):
            if needle:
                assert now.find_all(needle, 1000) == _all(data, needle)
        fresh = Text(data)
        assert now.lines == fresh.lines
        assert [now.start(row) for row in range(len(fresh.lines) + 1)] == [*fresh.starts[:-1], len(data)]
        for keys in (stripped, ends_stripped, _without_hashes):
            assert now.keyed(keys) == fresh.keyed(keys)
            assert now.form(keys) == fresh.form(keys)
        for bare in {*stripped(fresh.lines), b"never"} - {b""}:
            there = [fresh.start(row) for row, line in enumerate(stripped(fresh.lines)) if line == bare]
            assert now.standing(bare) in (there, None)
            assert now.rows_like({bare}, 99) == {bare: fresh.rows(there)}
        assert now.is_utf8 == Text(data).is_utf8
        assert (now.is_bare, now.separator, now.is_binary) == (True, b"\n", False)
    assert now.data == data
    assert all(old.data == bytes_then for old, bytes_then in before)


@pytest.mark.usefixtures("small_pieces")
@settings(deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 90), st.integers(0, 9), TEXTS), max_size=6))
def test_several_splices_at_once(data: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    splices: list[Splice] = []
    for at, size, new in sorted(changes):
        start = max(splices[-1].end if splices else 0, min(at, len(data)))
        splices.append(Splice(start, min(start + size, len(data)), new))
    plain, now = Text(data).spliced(splices), Text(data).spliced(()).spliced(()).spliced(splices)
    assert now.data == plain.data


@pytest.mark.usefixtures("small_pieces")
def test_the_last_line_joins_what_comes_behind_it() -> None:
    now = Pieces(b"one line here\ntwo line here\nthree")
    now.splice(13, 14, b"")
    assert b"".join(now.pieces) == b"one line heretwo line here\nthree"
    assert all(piece.endswith(b"\n") for piece in now.pieces[:-1] if piece)
    assert now.find(b"\none line heretwo line here\n", 9) == []
    now.splice(0, 0, b"\n")
    assert now.find(b"\none line heretwo line here\n", 9) == [0]


def _land(plan: str, file: bytes) -> Landed:
    landing = Landing(MappingTree({"f.txt": file}))
    for event in parse_plan(plan):
        landing.land(event)  # type: ignore[arg-type]
    return landing.finish("edits")


BLOCKS = st.lists(st.tuples(LINES.filter(any), LINES, st.booleans()), min_size=2, max_size=8)


@pytest.mark.usefixtures("small_pieces")
@settings(deadline=None)
@given(LINES, BLOCKS)
def test_landing_on_pieces_is_landing_on_bytes(
    lines: list[str], blocks: list[tuple[list[str], list[str], bool]]
) -> None:
    file = "\n".join(lines * 3).encode()
    plan = "".join(
        f'<edit path="f.txt">\n<<<<<<< SEARCH\n{"".join(line + chr(10) for line in (lines[3:7] if real else old))}=======\n'
        f"{''.join(line + chr(10) for line in new)}>>>>>>> REPLACE\n</edit>\n"
        for old, new, real in blocks
    )
    in_pieces = _land(plan, file)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text, "LONG", 1 << 30)
        assert _land(plan, file) == in_pieces


def test_many_edits_of_a_long_file_do_not_go_through_it_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 edits of 20,000 lines took 10 s, and each ten times as long in ten times the lines."""
    looked_at = 0
    real = Pieces.slice

    def slice_counted(self: Pieces, start: int, end: int) -> bytes:
        nonlocal looked_at
        looked_at += end - start
        return real(self, start, end)

    whole = 0
    plain = Text.__dict__["data"].fget

    def data_counted(self: Text) -> bytes:
        nonlocal whole
        whole += self._data is None
        data: bytes = plain(self)
        return data

    monkeypatch.setattr(Pieces, "slice", slice_counted)
    monkeypatch.setattr(Text, "data", property(data_counted))
    lines = [f"    total_{number} = weight * {number}\n" for number in range(40_000)]
    plan = "".join(
        f"f.txt\n<<<<<<< SEARCH\n{lines[at]}{lines[at + 1]}=======\nnew_{at}\n{lines[at + 1]}>>>>>>> REPLACE\n"
        for at in range(0, 40_000, 40)
    )
    landed = _land(plan, "".join(lines).encode())
    assert landed.ok
    assert whole <= 1  # when it was done
    assert looked_at < 1000 * 4 * pieces.SHORTEST
