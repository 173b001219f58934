"""A tree's definitions, in the order of the file.

The walk keeps its own stack and goes only where definitions can stand, so that neither depth nor size of the rest of
the tree matters. Hostile nesting is bounded: definitions deeper than 32 levels, or whose dotted path would pass 400
characters, are left out with all that is in them.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from glmcode.syntax.definition import Definition
from glmcode.syntax.names import DEEPEST, LONGEST_PATH, Names, one_line
from glmcode.syntax.reading import Found
from glmcode.syntax.spans import after, body_of, bottom, indent_unit, last_row, start_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from glmcode.syntax.language import Language

__all__ = ["definitions_of"]

NESTED_WRAPPERS = 4

_CLASSES = frozenset(
    {"class", "struct", "union", "interface", "trait", "impl", "enum", "object", "record", "annotation"}
    | {"protocol", "extension"}
)
_VARIABLES = frozenset({"variable", "constant", "field", "macro"})


class _Place:
    """One list of siblings on the way: what encloses it, and the comments and attributes just passed."""

    __slots__ = ("depth", "head", "kind", "lead", "lead_row", "limit", "local", "nodes", "path", "wanted")

    def __init__(
        self, nodes: "list[Node]", path: str, kind: str, depth: int, local: bool, wanted: frozenset[str]
    ) -> None:
        self.nodes: Iterator[Node] = iter(nodes)
        self.path = path
        self.kind = kind
        self.depth = depth
        self.local = local
        self.wanted = wanted
        """The node types that are looked at here."""
        self.lead: Node | None = None
        """The first of the comments and attributes that stand directly above what comes next."""
        self.lead_row = -2
        """The last row of those."""
        self.limit: int | None = None
        """Where the definition around ends. In a broken file one within it may seem to take the line end too."""
        self.head: Node | None = None
        """The first attribute among them."""


class _Walk:
    """What a walk knows and has found."""

    __slots__ = ("data", "everywhere", "forward", "found", "language", "locally", "names", "sample", "unit")

    def __init__(self, data: bytes, language: "Language", sample: bytes | None) -> None:
        self.data = data
        self.sample = data if sample is None else sample
        self.language = language
        self.everywhere = language.through.union(
            language.rules, language.wrappers, language.comments, language.attributes, language.belongs
        )
        self.locally = self.everywhere - language.values
        self.names = Names()
        self.found: list[Definition] = []
        self.forward: list[tuple[int, str]] = []
        """Declarations without body, by their place in `found`: they are named when all with a body are."""
        self.unit = b""


def definitions_of(
    root: "Node", data: bytes, language: "Language", sample: bytes | None = None
) -> tuple[Definition, ...]:
    """Every definition of the tree. Names are unique; a definition with a body has the first claim to a name that
    declarations without one (prototypes, overloads) share with it. `sample` is the file that the data are a piece of."""
    if language.outline is not None:
        return language.outline(root, data, language)
    walk = _Walk(data, language, sample)
    stack = [_Place(root.named_children, "", "", 0, False, walk.everywhere)]
    while stack:
        place = stack[-1]
        wanted = place.wanted
        for node in place.nodes:  # goes on behind the node whose inside it has just seen
            kind = node.type
            if kind not in wanted:
                place.lead = place.head = None
                continue
            below = _visit(node, kind, place, walk)
            if below is not None:
                stack.append(below)
                break
        else:
            stack.pop()
    for at, path in walk.forward:
        walk.found[at] = replace(walk.found[at], name=walk.names.unique(path))
    return tuple(walk.found)


def _visit(node: "Node", kind: str, place: _Place, walk: _Walk) -> _Place | None:
    """Takes note of one node; gives the place to go to for what is in it."""
    data, language = walk.data, walk.language
    if kind in language.comments:
        _pass_comment(place, node, data)
        return None
    belongs = language.belongs.get(kind)
    if kind in language.attributes or (belongs is not None and belongs(node, data)):
        place.lead = place.lead or node
        place.head = place.head or node
        place.lead_row = last_row(node)
        return None
    lead, head = place.lead, place.head
    if lead is not None:
        if head is None and node.start_point[0] > place.lead_row + 1:
            lead = None
        place.lead = place.head = None
    inner, what = _definition(node, kind, data, language)
    if what is None:
        if kind in language.through:
            below = _Place(node.named_children, place.path, place.kind, place.depth, place.local, place.wanted)
            if lead is not None and _begins_with_its_first(node):
                below.lead, below.lead_row, below.head = lead, place.lead_row, head
            below.limit = place.limit
            return below
        return None
    what = _in_place(what, place)
    if language.suites and _is_suite_amid_a_line(node, what.holder, data):
        what = what._replace(holder=None, inside=None)
    path = f"{place.path}.{what.name}" if place.path else what.name
    if (place.local and what.kind in _VARIABLES) or len(path) > LONGEST_PATH:
        return None
    if what.forward:
        walk.forward.append((len(walk.found), path))
    else:
        path = walk.names.unique(path)
    found = _measured(node, inner, what, path, place.depth, lead, head, walk)
    if place.limit is not None and found.end > place.limit:
        found = replace(found, end=place.limit)
    walk.found.append(found)
    if what.inside is None or place.depth >= DEEPEST:
        return None
    local = what.local or place.local
    kind = "object" if what.kind in _VARIABLES else what.kind
    wanted = walk.locally if local else walk.everywhere
    below = _Place(what.inside.named_children, path, kind, place.depth + 1, local, wanted)
    below.limit = found.end
    if not language.braces or language.ended or language.suites:
        _pass_leading_comments(below, inner, what.inside, data)
    return below


def _begins_with_its_first(node: "Node") -> bool:
    """A suite without an opening of its own: comments above its first statement stand before it, in what holds it."""
    return bool(node.named_child_count) and node.children[0].start_byte == node.named_children[0].start_byte


def _definition(node: "Node", kind: str, data: bytes, language: "Language") -> "tuple[Node, Found | None]":
    """What the node defines, itself or as the wrapper of a definition, and the node that is the definition proper."""
    rules = language.rules
    for _ in range(NESTED_WRAPPERS):
        rule = rules.get(kind)
        if rule is not None:
            return node, rule(node, data)
        inner = language.wrappers.get(kind)
        if inner is None:
            break
        held = None
        for child in node.children:
            if child.type in inner or child.type in language.wrappers:
                held = child
                break
            if child.type == "(":  # a group such as Go's `const (...)`: each of its lines is a definition of its own
                break
        if held is None:
            break
        node, kind, rules = held, held.type, inner
    return node, None


def _in_place(what: Found, place: _Place) -> Found:
    """Calls functions and variables of a class its methods and fields."""
    if place.kind in _CLASSES and not place.local:
        if what.kind == "function":
            return what._replace(kind="method")
        if what.kind == "variable":
            return what._replace(kind="field")
    return what


def _is_suite_amid_a_line(node: "Node", holder: "Node | None", data: bytes) -> bool:
    """Members on lines of their own, of a definition that begins behind other code: no span of lines would hold both."""
    if holder is None or (holder.child_count and holder.children[0].type == "{"):
        return False
    return not start_of(data, node.start_byte, node.start_point[1]).whole


def _pass_comment(place: _Place, node: "Node", data: bytes) -> None:
    row, column = node.start_point
    if place.lead is not None and (place.head is not None or row <= place.lead_row + 1):
        place.lead_row = last_row(node)
    elif start_of(data, node.start_byte, column).whole and not _belongs_to_file(node, data):
        place.lead, place.lead_row = node, last_row(node)
    else:
        place.lead = None


def _pass_leading_comments(place: _Place, owner: "Node", suite: "Node", data: bytes) -> None:
    """Comments above a suite's first statement hang on its owner, not on the suite."""
    for child in owner.named_children:
        if child.type == "comment" and child.start_byte < suite.start_byte:
            _pass_comment(place, child, data)


def _belongs_to_file(node: "Node", data: bytes) -> bool:
    """`#!...`, Python's coding line, Ruby's `# frozen_string_literal: true`, Rust's `//!`."""
    text = data[node.start_byte : node.start_byte + 80]
    if text.startswith(b"#"):
        row = node.start_point[0]
        return (row == 0 and text.startswith(b"#!")) or (row < 2 and (b"coding" in text or b"_literal: " in text))
    return text.startswith((b"//!", b"/*!"))


def _measured(
    node: "Node",
    inner: "Node",
    what: Found,
    path: str,
    depth: int,
    lead: "Node | None",
    head: "Node | None",
    walk: _Walk,
) -> Definition:
    data, language = walk.data, walk.language
    token = _keyword(node, language)
    first_row, column = token.start_point
    keyword = start_of(data, token.start_byte, column)
    front = keyword if token.start_byte == node.start_byte else start_of(data, node.start_byte, node.start_point[1])
    if head is not None:
        front = start_of(data, head.start_byte, head.start_point[1])
    start = front if lead is None else start_of(data, lead.start_byte, lead.start_point[1])
    stop, row = bottom(data, node)
    end = after(data, stop, start.whole, language.comment)
    body, member_indent = None, b""
    if what.holder is not None:
        body = body_of(data, inner, what.holder, language)
        member_indent = b"" if body is None else _member_indent(what.holder, keyword.indent, walk)
    return Definition(
        name=path,
        kind=what.kind,
        start=start.offset,
        head=front.offset,
        keyword=keyword.offset,
        end=end,
        line=first_row + 1,
        end_line=row + 1,
        indent=keyword.indent,
        # In a broken file other code can follow on the last line: the definition ends there, not with the line.
        body=None if body is None else (min(body.start, end), min(body.end, end)),
        member_indent=member_indent,
        signature=one_line(data, token.start_byte, end, inner.start_byte),
        depth=depth,
        opens=_opens(inner, what),
    )


def _opens(inner: "Node", what: Found) -> int:
    """Where the body begins; that of a C++ constructor behind what it sets first."""
    body = what.inside or what.holder or inner.child_by_field_name("body")
    if body is None or body.start_byte <= inner.start_byte:
        return 0
    before = body.prev_named_sibling
    while before is not None and before.type in ("comment", "field_initializer_list"):
        body = before if before.type == "field_initializer_list" else body
        before = before.prev_named_sibling
    return body.start_byte


def _keyword(node: "Node", language: "Language") -> "Node":
    """The first child behind decorators and annotations; the node itself where it has none."""
    if not language.decorators:
        return node
    for child in node.children:
        kind = child.type
        if kind in language.decorators or kind in language.comments:
            continue
        if kind == "modifiers":
            for modifier in child.children:
                if modifier.type not in language.decorators and modifier.type not in language.comments:
                    return modifier
            continue
        return child
    return node


def _member_indent(holder: "Node", outer: bytes, walk: _Walk) -> bytes:
    for child in holder.named_children[:8]:
        if child.type in walk.language.comments or child.type in ("access_specifier", "start_tag"):
            continue
        start = start_of(walk.data, child.start_byte, child.start_point[1])
        if start.whole:
            return start.indent
    walk.unit = walk.unit or indent_unit(walk.sample, walk.language.unit)
    return outer + walk.unit
