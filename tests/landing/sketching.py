"""Known changes of a source, written as sketches the way models write them.

A sketch lands as the change that was meant, or is refused; anything else is wrong. Nothing here knows how landing works.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Case", "case", "first_lines_flush"]

_WORDS = [
    "... existing code ...",
    "... rest of the code ...",
    "... (unchanged) ...",
    "... existing code remains the same ...",
    "rest of the code unchanged",
    "... keep the rest ...",
    "...",
]
_COMMENTS = {
    "py": ("# {}",),
    "yaml": ("# {}",),
    "html": ("<!-- {} -->",),
    "css": ("/* {} */",),
    "c": ("/* {} */", "// {}"),
}
_MARKER = re.compile(r"\s*(?:#|//|/\*|<!--) (?:" + "|".join(map(re.escape, _WORDS)) + r")(?: \*/| -->)?$")
_SIMPLE = re.compile(r"\s*[\w$.\[\]\"'>-]+(?:\s*[:=]\s*|\().*[^{(\[:,\\]$")
_CLOSING = re.compile(r"\s*[\])}>]|\s*</|\s*(?:end|else|elif|except|finally)\b")


Row = tuple[int | None, str]
"""A line of the new text: which line of the old it is (None: a new one), and what it says."""


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    before: str
    after: str
    body: str


def case(source: str, suffix: str, seed: str) -> Case | None:
    """One change of the source and a sketch of it, the same for the same seed; None where the seed's change has no place."""
    chance = random.Random(seed)
    rows: list[Row] = list(enumerate(source.rstrip("\n").split("\n")))
    if len(rows) < 8:
        return None
    kinds = []
    for _ in range(chance.choice((1, 1, 1, 2))):
        kind = chance.choice(sorted(_CHANGES))
        changed = _CHANGES[kind](rows, chance, suffix)
        if changed is not None:
            rows = changed
            kinds.append(kind)
    if not kinds:
        return None
    if rows[0][0] != 0 or rows[-1][0] != len(source.rstrip("\n").split("\n")) - 1:
        return None  # no marker before the first line or behind the last could show what changed there
    body = _sketch(rows, source.rstrip("\n").split("\n"), chance, suffix)
    if _says_nothing(body, source):
        return None
    after = "\n".join(text for _, text in rows) + "\n"
    return Case("+".join(kinds), source.rstrip("\n") + "\n", after, body)


def first_lines_flush(body: str, source: str) -> str:
    """The sketch with the first line behind each marker flush left, as models often begin.

    A line that the source doesn't have stays as it is: nothing else says how deep it should be.
    """
    stands = {line.strip() for line in source.split("\n")}
    out = []
    is_first = True
    for line in body.split("\n"):
        is_marker = _MARKER.fullmatch(line) is not None
        out.append(line.lstrip() if is_first and not is_marker and line.strip() in stands else line)
        is_first = is_marker or (is_first and not line.strip())
    return "\n".join(out)


def _says_nothing(body: str, source: str) -> bool:
    """Whether the file has every run of the sketch as it is: nobody could tell what changed."""
    lines = "\n" + "\n".join(line.strip() for line in source.split("\n") if line.strip()) + "\n"
    runs: list[list[str]] = [[]]
    for line in body.split("\n"):
        bare = line.strip()
        if _MARKER.fullmatch(bare):
            runs.append([])
        elif bare:
            runs[-1].append(bare)
    return all("\n" + "\n".join(run) + "\n" in lines for run in runs if run)


def _insert(rows: list[Row], chance: random.Random, suffix: str) -> list[Row] | None:
    at = _statement(rows, chance)
    if at is None:
        return None
    new = _new(rows[at][1], chance, suffix)
    return [*rows[: at + 1], *((None, line) for line in new), *rows[at + 1 :]]


def _insert_copy(rows: list[Row], chance: random.Random, suffix: str) -> list[Row] | None:
    """A line that stands elsewhere comes again."""
    at, other = _statement(rows, chance), _statement(rows, chance)
    if at is None or other is None or abs(at - other) < 3:
        return None
    if any(rows[other][1].strip() == line.strip() for _, line in rows[max(0, at - 2) : at + 4]):
        return None
    return [*rows[: at + 1], (None, _indent(rows[at][1]) + rows[other][1].strip()), *rows[at + 1 :]]


def _replace(rows: list[Row], chance: random.Random, suffix: str) -> list[Row] | None:
    at = _statement(rows, chance)
    if at is None:
        return None
    line = rows[at][1]
    words = list(re.finditer(r"\w+", line))
    word = chance.choice(words)
    changed = line[: word.start()] + word[0] + "_changed" + line[word.end() :]
    return [*rows[:at], (None, changed), *rows[at + 1 :]]


def _replace_anew(rows: list[Row], chance: random.Random, suffix: str) -> list[Row] | None:
    at = _statement(rows, chance)
    if at is None:
        return None
    return [*rows[:at], *((None, line) for line in _new(rows[at][1], chance, suffix)), *rows[at + 1 :]]


def _delete(rows: list[Row], chance: random.Random, suffix: str) -> list[Row] | None:
    at = _statement(rows, chance)
    if at is None:
        return None
    past = at + 1
    while past < len(rows) and past - at < 4 and _is_statement(rows[past][1]) and chance.random() < 0.5:
        past += 1
    return [*rows[:at], *rows[past:]]


def _wrap(rows: list[Row], chance: random.Random, suffix: str) -> list[Row] | None:
    at = _statement(rows, chance)
    if at is None or suffix in ("yaml", "html", "css"):
        return None
    past = at + 1
    while past < len(rows) and past - at < 3 and _is_statement(rows[past][1]):
        past += 1
    indent = _indent(rows[at][1])
    unit = "\t" if indent[:1] == "\t" else "    "
    opening, closing = {
        "py": ("if ready_to_go:", ""),
        "go": ("if readyToGo {", "}"),
        "rs": ("if ready_to_go {", "}"),
    }.get(suffix, ("if (readyToGo) {", "}"))
    new: list[Row] = [(None, indent + opening)]
    new += [(None, unit + line if line.strip() else line) for _, line in rows[at:past]]
    new += [(None, indent + closing)] if closing else []
    return [*rows[:at], *new, *rows[past:]]


def _rename(rows: list[Row], chance: random.Random, suffix: str) -> list[Row] | None:
    """A name is changed in all lines near."""
    at = _statement(rows, chance)
    if at is None:
        return None
    names = re.findall(r"[A-Za-z_]\w{2,}", rows[at][1])
    if not names:
        return None
    name = chance.choice(names)
    pattern = re.compile(rf"\b{name}\b")
    low, high = max(0, at - 12), at + 12
    return [
        (None, pattern.sub(name + "_new", line)) if low <= number < high and pattern.search(line) else (old, line)
        for number, (old, line) in enumerate(rows)
    ]


def _define(rows: list[Row], chance: random.Random, suffix: str) -> list[Row] | None:
    """A definition comes after another, much like it."""
    found = _blocks(rows)
    if not found:
        return None
    first, past = chance.choice(found)
    block = [line for _, line in rows[first:past]]
    name = re.search(r"\b(?:class|def|fn|func|function|struct|interface|trait|enum)\s+(\w+)", block[0]) or re.search(
        r"(\w+)\s*(?:\(|$|[{:])", block[0]
    )
    if name is None:
        return None
    block[0] = block[0].replace(name[1], name[1] + "_too", 1)
    if len(block) > 3 and chance.random() < 0.5:
        block[len(block) // 2] = _indent(block[len(block) // 2]) + "work_differently(1);"
    gap = [""] * chance.choice((0, 1, 1, 2))
    return [*rows[:past], *((None, line) for line in [*gap, *block]), *rows[past:]]


_CHANGES: dict[str, Callable[[list[Row], random.Random, str], list[Row] | None]] = {
    "insert": _insert,
    "insert_copy": _insert_copy,
    "replace": _replace,
    "replace_anew": _replace_anew,
    "delete": _delete,
    "wrap": _wrap,
    "rename": _rename,
    "define": _define,
}


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _is_statement(line: str) -> bool:
    return bool(_SIMPLE.fullmatch(line)) and not _CLOSING.match(line)


def _statement(rows: list[Row], chance: random.Random) -> int | None:
    for _ in range(40):
        at = chance.randrange(len(rows))
        if rows[at][0] is not None and _is_statement(rows[at][1]):
            return at
    return None


def _new(beside: str, chance: random.Random, suffix: str) -> list[str]:
    number = chance.randrange(100)
    texts = {
        "yaml": f"fresh_key_{number}: {number}",
        "css": f"fresh-property-{number}: {number}px;",
        "html": f"<p>Fresh {number}</p>",
        "py": f"notify(fresh, {number})",
    }
    text = texts.get(suffix, f"notify(fresh, {number});")
    return [_indent(beside) + text for _ in range(1)] + (
        [_indent(beside) + text.replace("resh", "resher")] if chance.random() < 0.3 else []
    )


def _blocks(rows: list[Row]) -> list[tuple[int, int]]:
    """Runs that begin with a line that opens something, down to what closes it, of 3 to 25 lines."""
    found = []
    for first, (_, line) in enumerate(rows[:-1]):
        if not re.search(r"[{:]$", line) or not re.match(r"\s*[A-Za-z.#@_]", line) or _CLOSING.match(line):
            continue
        depth = len(_indent(line))
        past = first + 1
        while past < len(rows) and (not rows[past][1].strip() or len(_indent(rows[past][1])) > depth):
            past += 1
        if past < len(rows) and len(_indent(rows[past][1])) == depth and re.match(r"\s*[})]", rows[past][1]):
            past += 1
        while not rows[past - 1][1].strip():
            past -= 1
        if 3 <= past - first <= 25:
            found.append((first, past))
    return found


def _sketch(rows: list[Row], old: list[str], chance: random.Random, suffix: str) -> str:
    shown = _shown(rows, old, chance)
    out: list[str] = []
    done = -1
    style = chance.choice(_COMMENTS.get(suffix, ("// {}",)))
    marker = style.format(chance.choice(_WORDS[:1] * 4 + _WORDS))
    leading, trailing = chance.random() < 0.85, chance.random() < 0.85
    depths = chance.choice(("next", "before", "elided", "none"))
    for number in [*sorted(shown), len(rows)]:
        gap = [line for _, line in rows[done + 1 : number]]
        if any(line.strip() for line in gap):
            is_edge = (done < 0 and not leading) or (number == len(rows) and not trailing)
            if not is_edge:
                least = min((line for line in gap if line.strip()), key=lambda line: len(_indent(line)))
                beside = {
                    "least": least,
                    "next": rows[number][1] if number < len(rows) else "",
                    "before": rows[done][1] if done >= 0 else "",
                    "elided": next(line for line in gap if line.strip()),
                    "none": "",
                }[depths if done < 0 or len(_indent(least)) > len(_indent(rows[done][1])) else "least"]
                spaced = chance.random()
                out += [""] * (spaced < 0.3) + [_indent(beside) + marker] + [""] * (spaced > 0.8)
        elif chance.random() < 0.9:
            out += gap
        if number < len(rows):
            line = rows[number][1]
            out.append(line + "  " if rows[number][0] is not None and line and chance.random() < 0.02 else line)
        done = number
    return "\n".join(out) + "\n"


def _shown(rows: list[Row], old: list[str], chance: random.Random) -> set[int]:
    """The rows that the sketch shows: what is new, what is beside it, and some of what is around it."""
    changed = {number for number, (origin, _) in enumerate(rows) if origin is None}
    edges: list[tuple[int, int]] = []
    """Rows between which something changed."""
    before = -1
    for number, (origin, _) in enumerate([*rows, (len(old), "")]):
        if origin is None:
            continue
        above = number - 1
        while above in changed:
            above -= 1
        if above != number - 1 or any(old[gone].strip() for gone in range(before + 1, origin)):
            edges.append((above, number))
        before = origin
    shown = set(changed)
    stripped = {line.strip() for line in old}
    for above, below in edges:
        gone = rows[above][0] is None or below == len(rows) or rows[below][0] != (rows[above][0] or 0) + 1
        sizes = [chance.choice((1, 1, 2, 3)) for _ in range(2)]
        is_copy = any(rows[number][1].strip() in stripped for number in range(above + 1, below))
        if not gone and not is_copy and chance.random() < 0.3:
            sizes[chance.randrange(2)] = 0
        shown |= _beside(rows, range(above, -1, -1), sizes[0]) | _beside(rows, range(below, len(rows)), sizes[1])
    if chance.random() < 0.6:
        for number in sorted(shown):
            shown |= _around(rows, number)
    for above, below in pairwise(sorted(shown)):
        # Lines behind a marker seem to be in what is opened before it: where they aren't, what they are in is shown.
        depth = min((len(_indent(line)) for _, line in rows[above + 1 : below] if line.strip()), default=99)
        around = _around(rows, above) & shown | {above}
        if any(depth <= len(_indent(rows[at][1])) < len(_indent(rows[below][1])) for at in around):
            shown |= _around(rows, below)
    return shown


def _beside(rows: list[Row], numbers: range, size: int) -> set[int]:
    """The first rows of those numbers, down to so many that hold a word."""
    found: set[int] = set()
    for number in numbers:
        if not size:
            break
        found.add(number)
        size -= bool(re.search(r"\w", rows[number][1]))
    return found


def _around(rows: list[Row], number: int) -> set[int]:
    """The lines that open what the row is in."""
    found = set()
    depth = len(_indent(rows[number][1]))
    for at in range(number, -1, -1):
        line = rows[at][1]
        if line.strip() and len(_indent(line)) < depth and not _CLOSING.match(line):
            found.add(at)
            depth = len(_indent(line)) + (line.strip() == "{")  # what it belongs to is the line above
    return found
