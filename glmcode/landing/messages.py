"""What a rejected edit tells the model: enough to mend it in the next turn, in at most 1,200 characters."""

import re
from collections.abc import Sequence

from glmcode.landing.nearest import Nearest, nearest, nearest_names
from glmcode.landing.place import Near, Place, Quote, Refusal, Shift
from glmcode.landing.text import BLANKS, Text

__all__ = [
    "LONGEST",
    "LONGEST_PLAN",
    "MOST_PLACES",
    "ambiguous",
    "capped",
    "changed_by_the_plan",
    "elided_too_far",
    "elided_unlike",
    "escaped_once_too_often",
    "first_sentence",
    "joined_lines",
    "listed",
    "loosely_or",
    "no_match",
    "no_such_file",
    "no_such_symbol",
    "outside_of_header",
    "plain",
    "shown",
    "snag",
    "span",
    "standing_or",
    "too_far_left",
    "within",
    "within_words",
]

LONGEST = 1200
"""Characters of one edit's message."""
LONGEST_PLAN = 6000
"""Characters of all of a plan's messages."""
WIDEST = 120
"""Characters of one shown line."""
MOST_SHOWN = 12
"""Lines shown of one place."""
MOST_PLACES = 5

_QUOTE_AGAIN = "Quote these lines as they stand and send the edit again."
_LISTED = re.compile(r" *\d+ \| | {6}\| … ")
_KEYS = re.compile(
    r"\bsk-[\w-]{16,}|\b(?:gh[opsu]|github_pat|glpat|hf|xox[bp])[-_]\w{16,}|\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+"
)
"""Keys of well-known shapes; a file's other secrets look like any text."""
_WORDS = ("the edit ", "the path ", "a name ", "a path ")
_ODD = re.compile(r"[^\n\t -~]")


def capped(message: str, most: int = LONGEST) -> str:
    """The message; where it is too long, cut at a line, its last one kept where it is short: it says what to do."""
    if len(message) <= most:
        return message
    last = message[message.rfind("\n") :]
    last = last if last.startswith("\n") and len(last) <= most // 3 else ""
    cut = message[: most - 2 - len(last)]
    line = cut.rfind("\n")
    return (cut[:line] if line > most // 2 else cut) + "\n…" + last


def within(message: str, room: int) -> str | None:
    """The message with fewer of the lines that it lists, the last ones left out first; None where that is not enough."""
    lines = message.split("\n")
    rows = [at for at, line in enumerate(lines) if _LISTED.match(line)]
    size = len(message)
    while size > room and rows:
        size -= len(lines.pop(rows.pop())) + 1
    return "\n".join(lines) if size <= room else None


def first_sentence(message: str, most: int) -> str:
    """The message's first line where it fits, nothing where it doesn't: a plan's messages have a bound together."""
    line = message.partition("\n")[0]
    return line if len(line) <= most else ""


def shown(line: bytes) -> str:
    text = line.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
    text = "".join(char if char.isprintable() or char == "\t" else _escaped(char) for char in text[: WIDEST + 1])
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def plain(message: str) -> str:
    """The message without what a terminal would obey or no encoding can write, and without keys: names, paths and lines come
    from hostile text, and messages go to the model, to screens and into receipts."""
    if not (message.isascii() and message.isprintable()):
        message = _ODD.sub(_shown_char, message)
    return _KEYS.sub("***", message)


def _shown_char(match: re.Match[str]) -> str:
    char = match[0]
    # Blanks of other widths do no harm, and in a block to send they must be what the file has.
    return (
        char
        if char.isprintable() or (char.isspace() and char > "\x9f" and char not in "\u2028\u2029")
        else _escaped(char)
    )


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def listed(text: Text, first: int, last: int) -> str:
    """Rows first..last (from 0, last not included) with their numbers."""
    first, last = max(0, first), min(len(text.lines), last)
    rows = list(range(first, last))
    if len(rows) > MOST_SHOWN:
        rows = rows[:MOST_SHOWN]
    out = [f"{row + 1:>5} | {shown(text.lines[row])}" for row in rows]
    if last - first > MOST_SHOWN:
        out.append(f"      | … {last - first - MOST_SHOWN} more")
    return "\n".join(out)


def span(first: int, last: int) -> str:
    """Lines `first` to `last`, from 1, in words."""
    return f"line {first}" if first >= last else f"lines {first}-{last}"


def ambiguous(text: Text, quote: Quote, places: Sequence[Place], most: int) -> str:
    """For a quote that stands several times: where, and what stands above each, which can tell them apart."""
    size = max(1, len(quote.lines))
    count = f"at least {most}" if len(places) >= most else str(len(places))
    out = [f"The quoted text stands at {count} places, and nothing says which is meant:"]
    for place in places[:MOST_PLACES]:
        above = _opener(text, place.row)
        inside = f", below line {above + 1}: {shown(text.lines[above].strip(BLANKS))}" if above is not None else ""
        out.append(f"- {span(place.row + 1, place.row + size)}{inside}")
    if len(places) > MOST_PLACES:
        out.append(f"- and {'more' if len(places) >= most else len(places) - MOST_PLACES} others")
    out.append(
        "Quote enough of the lines above or below it that it stands once, name the definition (replace=, in=), or send one "
        "edit for each place, in the file's order, to change them all."
    )
    return "\n".join(out)


def standing_or(text: Text, there: tuple[int, int], other: tuple[int, int]) -> str:
    """What the edit gives stands at some rows, and what it quotes nearly at others."""
    return (
        f"What the edit gives stands at {span(there[0] + 1, there[1])} already, and what it quotes nearly stands elsewhere:\n"
        f"{listed(text, *other)}\nIf that is where the change belongs, quote those lines as they stand."
    )


def loosely_or(text: Text, there: tuple[int, int], other: tuple[int, int]) -> str:
    """A quote that stands at some rows loosely, and at others but for one line."""
    return f"The quoted text stands loosely at {span(there[0] + 1, there[1])}, and line for line, but for one that differs, elsewhere:\n{listed(text, *other)}\nQuote the lines that you mean as they stand."


def no_match(text: Text, path: str, quote: Quote, new: Quote, changed: set[int]) -> Refusal:
    """For a quote that stands nowhere: the nearest rows, what differs first, and what to send.

    `changed` are the quote's lines that the edit changes or drops. It is stale where everything that the quote only
    repeats stands there and a line that it would change does not.
    """
    found = nearest(text, quote)
    if found is None:
        size = len(text.lines)
        head = "the file is empty" if not size else f"it has {size} line{'s' if size > 1 else ''}"
        opening = f", and begins:\n{listed(text, 0, 5)}\n" if size else ". "
        return Refusal(
            "no-match",
            f"Nothing in {path} comes close to the quoted text; {head}{opening}Check the path, and quote the lines as they "
            "stand in the file now.",
        )
    stale = _is_stale(quote, found, changed)
    opening = (
        f"The file has changed here since it was quoted. {path}, {span(found.row + 1, found.row + found.size)} now:"
        if stale
        else f"The quoted text does not stand in {path}. Nearest {'is' if found.size == 1 else 'are'} {span(found.row + 1, found.row + found.size)}:"
    )
    out = [opening, listed(text, found.row, found.row + found.size)]
    difference = _first_difference(text, quote, found)
    if difference:
        out.append(difference)
    out.append(_QUOTE_AGAIN)
    return Refusal(
        "stale" if stale else "no-match",
        "\n".join(out),
        near=Near(quote, new, found.pairs or _opposite(text, quote, found)),
    )


def escaped_once_too_often(text: Text, path: str, start: int, size: int) -> str:
    """For a quote that stands with one level of its backslashes undone, `size` bytes from `start` on."""
    first, last = text.rows((start, start + size - 1))
    return (
        f"The quoted text stands in {path} only where each `\\n`, `\\t` and backslash before a quotation mark is undone: it was escaped "
        f"once too often, and so perhaps was the replacement. Send both again with line ends as line ends:\n{listed(text, first, last + 1)}"
    )


def outside_of_header(text: Text, path: str, row: int, lines: tuple[int, int] | None) -> str:
    """For a hunk whose lines stand once, but not in the block that its `@@` names; that begins at the row."""
    first, last = lines or (1, 0)
    return (
        f"The quoted text stands in {path} at {span(first, last)} only, which is not in what `@@` names, line {row + 1}:\n"
        f"{listed(text, row, row + 6)}\nIf {span(first, last)} is meant, leave the text behind `@@` out; otherwise quote the lines of that "
        "block as they stand."
    )


def within_words(text: Text, places: Sequence[Place]) -> str:
    """For a short stretch of text that stands in longer words only."""
    rows = sorted({place.row for place in places})[:MOST_PLACES]
    return (
        "The quoted text stands only as a part of longer words or numbers:\n"
        + "\n".join(listed(text, row, row + 1) for row in rows)
        + "\nIf that is what you mean, quote the whole line."
    )


def joined_lines(text: Text, row: int) -> str:
    """For an old string that ends with a line feed, and a new one that doesn't."""
    return (
        "The old string ends with a line feed and the new one does not, so the line behind it would be put on the same line:\n"
        f"{listed(text, row, row + 3)}\nEnd both strings alike; to join two lines, quote both."
    )


def elided_unlike(quoted: int, given: int) -> str:
    """For halves that have a line `...` more or less often."""
    return (
        f"A line `...` stands for lines that stay where both halves have it, as often: the quote has it {_times(quoted)}, the replacement "
        f"{_times(given)}. Put it into both at the same places, or quote only the lines that change, as they stand."
    )


def elided_too_far(text: Text, row: int) -> str:
    """For a part of a quote that stands in another definition than the one before it."""
    above = _opener(text, row)
    where = "" if above is None else f", below line {above + 1}: {shown(text.lines[above].strip(BLANKS))}"
    return (
        f"What the quote has behind `...` stands at line {row + 1} only{where}, in a definition that the lines before it are not in, and "
        f"whose beginning the quote doesn't show:\n{listed(text, row - 2, row + 3)}\nQuote the lines as they stand, or send two edits."
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times" if count else "not at all"


def changed_by_the_plan(message: str) -> str:
    """For a quote of lines that stood when the plan came, and that an edit above this one has changed."""
    return f"An earlier edit of this plan has changed what this one quotes: quote what it leaves there. {message}"


def _opposite(text: Text, quote: Quote, found: Nearest) -> tuple[tuple[int, int], ...]:
    """The quote's lines and those that they are nearest to, line by line, where none of them stands there."""
    size = min(len(quote.lines), found.size, len(text.lines) - found.row)
    return tuple((number, found.row + number) for number in range(size))


def snag(text: Text, path: str, place: Place, quote: Quote, why: str, line: int) -> str:
    """For a quote that stands loosely at a place to which its change can't be carried."""
    spans = [span for span in place.spans or () if span is not None]
    first, end = spans[0][0], max(span[1] for span in spans)
    where = span(first + 1, end)
    told = shown(quote.lines[line].strip(BLANKS)) if line < len(quote.lines) else ""
    if why == "stale":
        out = [
            f"The file has changed here since it was quoted: line {line + 1} of your quote, which the edit changes, does not stand "
            f"at {where} of {path} as quoted:",
            _compared(quote.lines[line], text, (place.spans or ())[line], f"  yours: {told}"),
        ]
    elif why == "left":
        out = [
            f"The quoted text stands at {where} of {path}, further left than quoted, and a line of the replacement is "
            "indented by less than that."
        ]
    else:
        out = [
            f"The quoted text stands loosely at {where} of {path}, but the file holds lines there that the quote leaves out or "
            f"tells differently, and where the change belongs among them is not clear (at line {line + 1} of your quote: {told})."
        ]
    row = next((at[0] for at in (place.spans or ())[line:] if at is not None), first)
    top = first if end - first <= MOST_SHOWN else max(first, row - MOST_SHOWN // 2)
    out.append(listed(text, top, min(end, top + MOST_SHOWN)))
    out.append(_QUOTE_AGAIN)
    return "\n".join(out)


def _is_stale(quote: Quote, found: Nearest, changed: set[int]) -> bool:
    standing = {number for number, _ in found.pairs}
    missing = {number for number, line in enumerate(quote.lines) if line.strip() and number not in standing}
    return bool(missing) and missing <= changed and len(standing) >= len(missing)


def _first_difference(text: Text, quote: Quote, found: Nearest) -> str:
    rows = dict(found.pairs)
    for number, line in enumerate(quote.lines):
        if number in rows or not line.strip():
            continue
        # The row beside the last line that stands.
        row = next(
            (rows[before] + number - before for before in range(number - 1, -1, -1) if before in rows),
            found.row + number,
        )
        ours = line.strip(BLANKS)
        if row >= len(text.lines):
            return f"Your line {number + 1} has no counterpart: {shown(ours)}"
        return f"First difference: line {number + 1} of your quote, {_difference(ours, text, row)}"
    shift = "" if found.pairs else " closely"
    return f"Its lines stand there one by one{shift}, but not in one run as quoted, or not with one common indentation."


def _difference(ours: bytes, text: Text, row: int) -> str:
    theirs = text.lines[row].strip(BLANKS)
    column = next(
        (at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )
    return (
        f"column {column + 1} of its text, against line {row + 1}:\n"
        f"  yours: {shown(_around(ours, column))}\n  file:  {shown(_around(theirs, column))}"
    )


def _compared(ours: bytes, text: Text, rows: tuple[int, int] | None, otherwise: str) -> str:
    if rows is None or rows[1] != rows[0] + 1:
        return otherwise
    return f"First difference: {_difference(ours.strip(BLANKS), text, rows[0])}"


def _around(line: bytes, column: int) -> bytes:
    return line if column < WIDEST - 20 else b"..." + line[column - 40 :]


def _opener(text: Text, row: int) -> int | None:
    """The nearest row above that is indented less: what the place is in. Looks at 400 rows at most."""
    if row >= len(text.lines):
        return None
    line = text.lines[row]
    depth = len(line) - len(line.lstrip(b" \t"))
    nearest_above = None
    for above in range(row - 1, max(-1, row - 400), -1):
        other = text.lines[above]
        bare = other.strip(BLANKS)
        if not bare:
            continue
        if nearest_above is None:
            nearest_above = above
        if len(other) - len(other.lstrip(b" \t")) < depth:
            return above
    return nearest_above


def too_far_left(text: Text, place: Place, size: int) -> str:
    taken = len(place.shift.taken) if isinstance(place.shift, Shift) else 0
    return (
        f"The quoted text stands at {span(place.row + 1, place.row + size)}, {taken} columns further left than quoted, and a line of the "
        f"replacement is indented by less than that. Send both as the file indents them:\n{listed(text, place.row, place.row + size)}"
    )


def refused_path(why: str, outside: bool) -> str:
    """For a path that no edit may write; `why` is half a sentence or a whole one."""
    # What begins with a path stays as it is.
    said = (why[:1].upper() + why[1:] if why.startswith(_WORDS) else why) + ("" if why.endswith(".") else ".")
    return said + (" Send the edit with the path of a file of the repository, relative to its root." if outside else "")


def no_such_file(path: str, paths: Sequence[str], moved_to: str | None = None) -> str:
    if moved_to is not None:
        return f'{_short(path)} is {_short(moved_to)} by now: the plan moved it. Send the edit again with path="{_short(moved_to)}".'
    near = [name for name in nearest_names(path, paths) if len(name) <= WIDEST]
    hint = (
        f' Nearest: {", ".join(near)}. Send the edit again with path="{near[0]}"'
        if near
        else " Give a path that exists"
    )
    return f'There is no file {_short(path)}.{hint}, or make the file with <create path="{_short(path)}">.'


def no_such_symbol(path: str, symbol: str, names: Sequence[str], attribute: str) -> str:
    """`attribute` is that of the tag which named it: replace, before, after, inside, delete, in."""
    near = [name for name in nearest_names(symbol, names) or names[:20] if len(name) <= WIDEST]
    if not near:
        return f"{path} has no definition {_short(symbol)}, nor any other: quote lines with SEARCH/REPLACE instead."
    return (
        f"{path} has no definition {_short(symbol)}. Nearest: {', '.join(near)}.\n"
        f'Send the edit again with the name of one, as in <edit path="{path}" {attribute}="{near[0]}">, or quote lines with SEARCH/REPLACE.'
    )


def _short(name: str) -> str:
    return name if len(name) <= WIDEST else name[: WIDEST - 1] + "…"
