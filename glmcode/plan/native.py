"""The native form: `<edit>`, `<create>`, `<remove>`, `<rename>` and `<check>`, each tag alone on its line at column 0.

What is between the tags is verbatim, but for a fence that wraps all of it. A tag may span several lines, and a body
may stand between two tags on one line.
"""

from collections.abc import Sequence
from typing import Literal, cast

from glmcode.plan import search_replace
from glmcode.plan.edits import AtPlace, AtSymbol, Begun, Change, Check, Create, Remove, Rename, Sketch
from glmcode.plan.fences import content_of, fence_at
from glmcode.plan.lines import Line, Reading, Source
from glmcode.plan.openings import (
    heading,
    is_next_file,
    is_next_tag,
    is_plain,
    may_be_tag,
    names_another,
    opens_tagged,
    tag_follows,
    whole_tag,
)
from glmcode.plan.paths import is_document, plain
from glmcode.plan.tags import ATTRIBUTES, PLACES, Tag, begins_tag, closing, read_tag

__all__ = ["opens", "read"]

_MODES = {"644": "100644", "0644": "100644", "100644": "100644", "755": "100755", "0755": "100755", "100755": "100755"}
_STRAY = {f"</{name}>": name for name in ATTRIBUTES}


def opens(text: str) -> bool:
    """Whether the line is an opening tag, the beginning of one, or a closing tag that closes nothing."""
    return text[:1] == "<" and ((begins_tag(text) and read_tag(text) is not None) or text.rstrip() in _STRAY)


def read(source: Source, opening: Line) -> Reading:
    """The edit or checkpoint that `opening` opens. What turns out to be no tag is prose."""
    if source.fence:
        source.fence.used = True
    if opening.text.rstrip() in _STRAY:
        _stray(source, opening)
        return
    tag, more = yield from whole_tag(source, opening)
    if tag is None:
        source.prose(opening)
        return
    last = opening.number
    for _ in range(more):
        last = source.ahead.popleft().number
    path = plain(tag.attributes["path"]) if "path" in tag.attributes else source.path
    if tag.name != "check":
        source.events.append(Begun(path, "native", opening.number))
        source.path = path or source.path
    fault = _fault(tag)
    if tag.inline is not None or tag.name in {"remove", "rename"}:
        _finish(source, tag, path, fault, [tag.inline] if tag.inline else [], opening.number, last)
    else:
        yield from _read_body(source, tag, path, fault, opening, last)


def _stray(source: Source, line: Line) -> None:
    name = _STRAY[line.text.rstrip()]
    if name in {"remove", "rename"}:  # a needless close of a tag that has no body
        source.prose(line)
        return
    why = (
        f"Line {line.number} closes no open <{name}>: the opening tag is missing, was broken off, "
        "or doesn't stand alone on its line at column 0."
    )
    source.broken("native", None, why, line.number, line.number)


def _read_body(source: Source, tag: Tag, path: str | None, fault: str, opening: Line, last: int) -> Reading:  # noqa: PLR0915  # one state, line by line
    """The lines up to the closing tag. Another opening tag says that this one was never closed, unless it has a mark."""
    closer = closing(tag.name, tag.attributes)
    marked = bool(tag.attributes.get("mark"))
    takes_blocks = tag.name == "edit" and not fault and not any(place in tag.attributes for place in PLACES)
    code = path is not None and not is_document(path)
    blocks = 0
    body: list[Line] = []
    suspect: int | None = None  # where another edit would begin in the body, if the body is never closed

    def ends(text: str) -> bool:
        return text[:1] == "<" and (text.rstrip() == closer or (not marked and is_next_tag(text)))

    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        text = line.text
        if is_plain(text) and not line.last:
            body.append(line)
            continue
        if line.last or ends(text) or (not marked and (yield from tag_follows(source, line))):
            break
        if takes_blocks and search_replace.opens(text):
            if names_another(body, path):
                suspect = heading(body)
                break
            _leave(source, path, body)
            if blocks:
                source.events.append(Begun(path, "search-replace", line.number))
            yield from search_replace.read_block(
                source,
                line,
                path,
                lambda text, kept: not marked and (may_be_tag(text) or (code and is_next_file(text, kept))),
                ends,
            )
            body, blocks, suspect = [], blocks + 1, None
            continue
        if takes_blocks and opens_tagged(text) and not any(one.text.strip() for one in body):
            from glmcode.plan import tagged

            if (yield from tagged.read_block(source, line, path)):
                body, blocks, suspect = [], blocks + 1, None
                continue
        if (
            suspect is None
            and not marked
            and (search_replace.opens_surely(text) or (code and is_next_file(text, body)))
        ):
            suspect = heading(body)
        body.append(line)

    if not line.last and line.text.rstrip() == closer:
        if blocks:
            _leave(source, path, body)
        else:
            _finish(source, tag, path, fault, [one.text for one in body], opening.number, line.number)
        return
    if suspect is not None and not (line.last and source.cut):
        source.back([*body[suspect:], line])
        line = body[suspect]
        del body[suspect:]
    else:
        source.back([line])
    if not any(one.text.strip() for one in body) and (blocks or ("delete" in tag.attributes and not line.last)):
        if not blocks:  # nothing but the slash of <edit .../> is missing
            _finish(source, tag, path, fault, [], opening.number, last)
        _leave(source, path, body)
        return
    if line.last:
        why = f"The <{tag.name}> of line {opening.number} has no {closer} before the plan ends: send the whole edit again."
        if marked:
            why += " Nothing behind it was read."
    else:
        why = (
            f"The <{tag.name}> of line {opening.number} was never closed: line {line.number} begins another edit. "
            f"End it with {closer} alone on its line, at column 0."
        )
    source.broken("native", path, fault or why, opening.number, line.number - 1)


def _leave(source: Source, path: str | None, body: Sequence[Line]) -> None:
    """The lines around the blocks of an edit are commentary, unless they are a sketch: that would be lost in silence."""
    if not body:
        return
    from glmcode.plan.sketch import is_sketch

    if is_sketch([line.text for line in body]):
        why = (
            f"The body on lines {body[0].number} to {body[-1].number} is a sketch among SEARCH/REPLACE blocks: "
            "an <edit> holds the one or the others, so write two."
        )
        source.broken("native", path, why, body[0].number, body[-1].number)
        return
    for line in body:
        if line.text.strip() and not fence_at(line.text, line.number):
            source.prose(line)


def _fault(tag: Tag) -> str:
    """What is wrong with the tag itself, as a sentence; empty where nothing is."""
    known = ATTRIBUTES[tag.name]
    if tag.twice:
        return f"{tag.twice}= stands twice in <{tag.name}>: keep one."
    for name in tag.attributes:
        if name not in known:
            takes = ", ".join(f"{one}=" for one in _ORDER if one in known) or "no attribute"
            return f"<{tag.name}> has no attribute {name[:40]}=; it takes {takes}."
    for name, value in tag.attributes.items():
        if not value.strip() and name != "mark":
            return f"{name}= is empty in <{tag.name}>: give it a value or leave it out."
    if tag.name == "edit":
        places = [place for place in PLACES if place in tag.attributes]
        if len(places) > 1:
            return f"An <edit> does one thing, and this one has {' and '.join(f'{place}=' for place in places)}: write an <edit> for each."
        place = tag.attributes.get("at")
        if place is not None and place not in {"top", "bottom", "imports"}:
            return f'at="{place[:40]}" is no place: it is "top", "bottom" or "imports"; for a definition use before=, after= or inside=.'
    if tag.name == "create" and "path" not in tag.attributes:
        return 'A <create> must say which file: <create path="the/file.py">.'
    if tag.name == "create" and tag.attributes.get("mode", "644") not in _MODES:
        return f'mode="{tag.attributes["mode"][:40]}" is no mode of a file: it is "644" or "755".'
    if tag.name == "rename" and "to" not in tag.attributes:
        return 'A <rename> must say where the file goes: <rename path="old.py" to="new.py"/>.'
    return ""


_ORDER = ("path", "to", "mode", "replace", "before", "after", "inside", "at", "delete", "in", "mark")


def _finish(source: Source, tag: Tag, path: str | None, fault: str, body: list[str], line: int, end: int) -> None:
    """The tag and its body have arrived: an Edit, a Check or Broken."""
    if tag.name == "check":
        if fault:
            source.broken("native", None, fault, line, end)
        else:
            source.events.append(Check("\n".join(body).strip() or None, line))
        return
    change = fault or _change(tag, body)
    if isinstance(change, str):
        source.broken("native", path, change, line, end)
    else:
        source.edit("native", path, change, line, end)
        if isinstance(change, Rename):
            source.path = change.to


def _change(tag: Tag, body: list[str]) -> Change | str:
    """What the tag does to its file, or the sentence that says why it can't be read."""
    attributes = tag.attributes
    if tag.name == "remove":
        return Remove()
    if tag.name == "rename":
        return Rename(plain(attributes["to"]))
    lines = body[content_of(body)]
    text = "".join([one + "\n" for one in lines])
    if tag.name == "create":
        mode = attributes.get("mode")
        return Create(text, _MODES[mode] if mode else None)
    place = next((place for place in PLACES if place in attributes), None)
    if place == "delete":
        if text.strip():
            return (
                "delete= takes no body: write it as one tag that ends with />, or use replace= to put the body there."
            )
        return AtSymbol(attributes["delete"].strip(), "delete")
    if not text.strip():
        advice = "; to delete a definition use delete=" if place == "replace" else ""
        return f"The <edit> has no body: put lines between <edit ...> and </edit>{advice}."
    if place is not None and search_replace.opens(next(one for one in lines if one.strip())):
        return f"The body is a SEARCH/REPLACE block, which stands in an <edit> that has only path=: leave {place}= out."
    if place is None or place == "in":
        return Sketch(text, attributes["in"].strip() if place else None, implied=place is not None)
    if place == "at":
        return AtPlace(cast(Literal["top", "bottom", "imports"], attributes["at"]), text)
    return AtSymbol(attributes[place].strip(), cast(Literal["replace", "before", "after", "inside"], place), text)
