"""A definition carried over earlier edits of its file is the one that a fresh outline would list."""

from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.landing.carried import Behind, carried
from glmcode.landing.place import Splice
from glmcode.landing.text import Text
from glmcode.syntax import Definition, find_symbol, parse

PIECES = (
    "def a():\n    return 1\n",
    "# of b\n@decorated\ndef b(x):\n    return x\n",
    "class C:\n    def a(self):\n        return 2\n",
    "LIMIT = 3\n",
    "\n",
    "\n\n",
    "# a remark\n",
    "async def d():\n    pass\n",
    "if LIMIT:\n    def e():\n        pass\n",
    "'''text\ndef f():\n'''\n",
)
NEW = (
    *PIECES,
    "",
    "    return 4\n",
    "x = 1\n",
    "else:\n    pass\n",
    "def g():\n    def b():\n        pass\n",
    "@late\n",
    "    # b, moved\n",
)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=10), st.data())
def test_what_is_carried_is_what_a_fresh_outline_lists(pieces: list[str], data: st.DataObject) -> None:
    before = parse("".join(pieces).encode(), "python")
    if not before.is_clean:
        return
    now, behind = before.data, Behind()
    for _ in range(data.draw(st.integers(1, 5))):
        rows = now.splitlines(keepends=True)
        first = data.draw(st.integers(0, len(rows)))
        last = data.draw(st.integers(first, len(rows)))
        start, end = len(b"".join(rows[:first])), len(b"".join(rows[:last]))
        new = data.draw(st.sampled_from(NEW)).encode()
        behind.add(Splice(start, end, new), Text(now))
        now = now[:start] + new + now[end:]
    after = parse(now, "python")
    if not after.is_clean:
        return  # the syntax guard's to refuse
    for definition in before.definitions:
        moved = carried(definition, before.symbols, before.data, behind)
        if moved is not None:
            assert find_symbol(after.definitions, definition.name) == (moved,)


def test_the_next_definition_of_a_file_is_carried_over_the_one_replaced_before() -> None:
    data = b"def a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return 3\n"
    new = b"def a():\n    x = 1\n    return x\n"
    symbols = parse(data, "python").symbols
    (b,) = symbols.find("b")
    behind = Behind()
    behind.add(Splice(0, 22, new), Text(data))
    moved = carried(b, symbols, data, behind)
    assert isinstance(moved, Definition)
    assert (moved.line, moved.start - b.start) == (b.line + 1, len(new) - 22)
