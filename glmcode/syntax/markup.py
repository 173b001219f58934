"""How the parts of web pages and style sheets are read as definitions."""

from typing import TYPE_CHECKING

from glmcode.syntax.morereading import child_of
from glmcode.syntax.reading import BLANKS, NAME_LIMIT, Found, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["css_block", "css_property", "html_element"]

_LANDMARKS = frozenset(
    {
        *("html", "head", "title", "body", "header", "main", "nav", "footer", "section", "article", "aside", "form"),
        *("table", "template", "dialog", "script", "style", "svg"),
    }
)


def html_element(node: "Node", data: bytes) -> Found | None:
    """An element with an id, `section#cart`, or one that every page is built of, `body`; others are passed through."""
    tag = child_of(node, "start_tag", "self_closing_tag")
    if tag is None:
        return None
    name = text_of(child_of(tag, "tag_name"), data).lower()
    identity = next((value for child in tag.named_children[:32] if (value := _id(child, data))), "")
    if not name or not (identity or name in _LANDMARKS):
        return None
    holder = node if child_of(node, "end_tag") is not None else None
    inside = holder if node.type == "element" else None
    return Found(f"{name}#{identity}" if identity else name, "element", holder, inside)


def _id(attribute: "Node", data: bytes) -> str:
    parts = attribute.named_children if attribute.type == "attribute" else []
    return text_of(parts[1], data).strip("\"'") if len(parts) == 2 and text_of(parts[0], data) == "id" else ""


def css_block(node: "Node", data: bytes) -> Found | None:
    """`.menu a:hover {...}`, `@media (...) {...}`: all that stands before the braces is the name."""
    block = child_of(node, "block", "keyframe_block_list")
    if block is None:
        return None
    stop = min(block.start_byte, node.start_byte + NAME_LIMIT)
    name = BLANKS.sub(" ", data[node.start_byte : stop].decode("utf-8", "surrogateescape")).strip()
    return Found(name, "rule" if node.type == "rule_set" else "block", block, block) if name else None


def css_property(node: "Node", data: bytes) -> Found | None:
    """A custom property; others are not definitions."""
    name = text_of(child_of(node, "property_name"), data)
    return Found(name, "variable") if name.startswith("--") else None
