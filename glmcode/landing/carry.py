"""An edit says what changed between the text that it quotes and the text that it gives: that change, on the file's own bytes."""

from glmcode.landing.linediff import changes
from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.indentation import settled
from glmcode.landing.text import Text

__all__ = ["carry", "joined", "own_lines"]


def carry(text: Text, place: Place, old: Quote, new: Quote) -> bytes | None:
    """What bytes place.start..place.end become.

    Lines that quote and replacement share keep the file's bytes; the others come from the replacement, shifted as the
    place is, and end as their neighbours do. None where the replacement can't be shifted so far to the left.
    """
    if place.literal:
        return _literal(text, place, old, new)
    row = place.row
    shift = settled(place.shift, new.lines, text, row) if place.shift else None
    out: list[tuple[bytes, bytes]] = []
    done = 0
    for a, a_end, b, b_end in changes(old.lines, new.lines):
        out.extend(own_lines(text, row + done, row + a))
        # A line that replaces another ends as that one did; one that is added, as the line before it.
        end = text.end_near(row + a if a < a_end or a == 0 else row + a - 1)
        for line in new.lines[b:b_end]:
            plain = line[:-1] if line.endswith(b"\r") else line
            shifted = shift(plain) if shift else plain
            if shifted is None:
                return None
            out.append((shifted, end))
        done = a_end
    out.extend(own_lines(text, row + done, row + len(old.lines)))
    return joined(text, place, old, new, out)


def _literal(text: Text, place: Place, old: Quote, new: Quote) -> bytes:
    data = new.data
    if place.end == text.size:
        if old.ended and data.endswith(b"\n") and text.slice(text.size - 1, text.size) != b"\n":
            # The file's last line has no line end, whatever the plan's lines have: it stays so.
            return data[:-2] if data.endswith(b"\r\n") else data[:-1]
    elif data and not data.endswith(b"\n"):
        return data + text.end_near(place.row)
    return data


def own_lines(text: Text, first: int, end: int) -> list[tuple[bytes, bytes]]:
    """The file's lines `first` to `end`, that one left out, and the bytes that end each."""
    if first >= end:
        return []
    contents = text.contents(first, end)
    if text.is_bare:
        return [*((content, b"\n") for content in contents[:-1]), (contents[-1], text.end(end - 1))]
    return [(content, text.end(row)) for row, content in enumerate(contents, first)]


def joined(text: Text, place: Place, old: Quote, new: Quote, out: list[tuple[bytes, bytes]]) -> bytes:
    """The bytes of lines and their ends that take a place; how the place's last line ends is looked after."""
    if not out:
        return b""
    at_end = place.end == text.size
    bare_end = at_end and text.slice(text.size - 1, text.size) != text.separator
    last_line, last_end = out[-1]
    if (bare_end and (old.ended or not new.ended)) or (at_end and old.ended and not new.ended):
        last_end = b""
    elif not last_end:
        last_end = text.end_near(len(text.lines) - 1)
    out[-1] = (last_line, last_end)
    middle = [line + (end or text.end_near(len(text.lines) - 1)) for line, end in out[:-1]]
    return b"".join(middle) + last_line + last_end
