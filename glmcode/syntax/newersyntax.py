"""Python syntax that came after 3.11, the oldest interpreter that glmcode runs on."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["has_newer_syntax"]

_NEWER = re.compile(
    rb"(?m)^[ \t\f]*type[ \t]+\w+[ \t]*[\[=]"  # PEP 695
    rb"|^[ \t\f]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\["
    rb"|^[ \t\f]*except\*?[ \t]+[^(:#\n]+,"  # PEP 758
    rb"|\b(?:t|rt|tr)[\"']",  # PEP 750
    re.IGNORECASE,
)


def has_newer_syntax(root: "Node", data: bytes, start: int, end: int) -> bool:
    """Whether data[start:end] may hold syntax that Python 3.11 does not know. Wrongly yes is harmless, wrongly no isn't."""
    if _NEWER.search(data, start, end):
        return True
    stack = [root]
    while stack:
        node = stack.pop()
        if node.end_byte <= start or node.start_byte >= end:
            continue
        if node.type == "string" and _is_free(node, data):
            return True
        stack += node.named_children
    return False


def _is_free(string: "Node", data: bytes) -> bool:
    """Whether an f-string's expressions hold what only PEP 701 allows: its own quote, a backslash, a comment, a line end."""
    opening = string.children[0]
    quote = data[opening.start_byte : opening.end_byte].lstrip(b"fFrRbBuUtT")
    barred = [quote, b"\\", b"#", *([] if len(quote) == 3 else [b"\n"])]
    for child in string.named_children:
        if child.type == "interpolation":
            text = data[child.start_byte : child.end_byte]
            if any(one in text for one in barred):
                return True
    return False
