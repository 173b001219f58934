"""The tokens of a piece of source code: what is left of it when comments and layout are put aside."""

from glmcode.syntax.grammar import parse_tree

__all__ = ["leaves"]

_LAYOUT = frozenset({"line_continuation", "\n"})


def leaves(data: bytes, language: str) -> tuple[bytes, ...] | None:
    """The leaves of the syntax tree in order, each as its bytes; without comments, line ends and indentation.

    The piece need not be a whole file: where the grammar makes no sense of it, what it skipped is a token of its own,
    so that two pieces with equal leaves never differ in more than comments and layout. White space inside a string is
    part of its token. None where the piece can't be parsed at a reasonable cost. Raises KeyError for a language without
    a grammar.
    """
    tree = parse_tree(data, language)
    if tree is None:
        return None
    cursor = tree.walk()
    found: list[bytes] = []
    done = 0
    while True:
        node = cursor.node
        assert node is not None
        kind = node.type
        skipped = "comment" in kind or kind in _LAYOUT
        if skipped or not cursor.goto_first_child():
            start, end = node.start_byte, node.end_byte
            between = data[done:start].strip() if start > done else b""
            if between:
                found.append(between)
            if not skipped and start < end:
                found.append(data[start:end])
            done = max(done, end)
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    rest = data[done:].strip()
                    return (*found, rest) if rest else tuple(found)
