"""Where a file comes closest to a quote that it does not hold. Linear in the file, bounded in everything else."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from glmcode.landing.place import Quote
from glmcode.landing.text import BLANKS, Text

__all__ = ["Nearest", "is_trivial", "nearest", "nearest_names", "rows_of"]

MOST_LINES = 200
"""Lines of the quote that are looked for."""
MOST_HITS = 24
"""Places of one line that count: a line that stands more often says little of where the quote is."""
MOST_WORDS = 12
MOST_ROWS = 20_000
"""Rows that a line is compared with, where it shares no word with any."""
LEAST = 50
"""Percent of likeness from which a line is near at all."""
LONGEST_LINE = 400
"""Bytes of a line that are compared."""

_WORDS = re.compile(rb"[A-Za-z_]\w{3,}")
_TRIVIAL = frozenset(
    b"pass return break continue else try finally end fi done esac do begin then none null nil true false self "
    b"returnnone returnnull returntrue returnfalse returnnil returnself return0 return1 endif elsetry default".split()
)
_LOWER = bytes(range(256)).lower()
_PUNCTUATION = bytes(byte for byte in range(256) if not bytes([byte]).isalnum())


@dataclass(frozen=True, slots=True)
class Nearest:
    """The rows of the file that come closest to the quote."""

    row: int
    """Where the quote's first line would stand, from 0."""
    size: int
    pairs: tuple[tuple[int, int], ...]
    """Lines of the quote and the rows where they stand, spacing aside; rising."""


def is_trivial(line: bytes) -> bool:
    """True for a line that stands in any file (`}`, `pass`, `return None`): where it stands proves nothing."""
    words = line.translate(_LOWER, _PUNCTUATION)
    return len(words) < 4 or words in _TRIVIAL


def nearest(text: Text, quote: Quote) -> Nearest | None:
    """The closest rows; None where nothing comes close."""
    wanted = [line.strip(BLANKS) for line in quote.lines[:MOST_LINES]]
    rows = rows_of(text, {line for line in wanted if not is_trivial(line)})
    votes: Counter[int] = Counter()
    for number, line in enumerate(wanted):
        for row in rows.get(line, ()):
            # Quotes leave lines out or add some: places a little apart vote together.
            votes[(row - number) // 4] += 1
    best: Nearest | None = None
    for near, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:3]:
        found = _aligned(text, wanted, near * 4)
        if found and (best is None or len(found.pairs) > len(best.pairs)):
            best = found
    return best or _by_words(text, wanted)


def rows_of(text: Text, wanted: set[bytes]) -> dict[bytes, list[int]]:
    """The rows of each line that is wanted (without its indentation) and stands seldom enough to say where."""
    found = text.rows_like(wanted, MOST_HITS) if wanted else {}
    return {line: rows for line, rows in found.items() if len(rows) <= MOST_HITS}


def _aligned(text: Text, wanted: Sequence[bytes], start: int) -> Nearest | None:
    from difflib import SequenceMatcher

    first = max(0, start - 4)
    window = [line.strip(BLANKS) for line in text.lines[first : start + len(wanted) + 8]]
    matcher = SequenceMatcher(None, wanted, window, autojunk=False)
    pairs = tuple(
        (a + i, first + b + i) for a, b, n in matcher.get_matching_blocks() for i in range(n) if wanted[a + i]
    )
    if not pairs:
        return None
    row = max(0, pairs[0][1] - pairs[0][0])
    last = min(len(text.lines), pairs[-1][1] + len(wanted) - pairs[-1][0])
    return Nearest(row, max(1, last - row), pairs)


def _by_words(text: Text, wanted: Sequence[bytes]) -> Nearest | None:
    """By the rarer words of the quote's lines, where not one whole line stands in the file."""
    from rapidfuzz import fuzz, process

    said = [number for number, line in enumerate(wanted) if line]
    lead = next((number for number in said if not is_trivial(wanted[number])), said[0] if said else None)
    if lead is None:
        return None
    line = wanted[lead][:LONGEST_LINE]
    rows: set[int] = set()
    for word in sorted(set(_WORDS.findall(line)), key=lambda word: (-len(word), word))[:MOST_WORDS]:
        at = text.data.find(word)
        row = counted = 0
        for _ in range(MOST_HITS):
            if at < 0:
                break
            row += text.data.count(text.separator, counted, at)
            counted = at
            rows.add(row)
            at = text.data.find(word, at + len(word))
    # Short names are no words: then every line is looked at.
    chosen = sorted(rows) or range(min(len(text.lines), MOST_ROWS))
    lines = [text.lines[row].strip(BLANKS)[:LONGEST_LINE] for row in chosen]
    found = process.extractOne(line, lines, scorer=fuzz.ratio, score_cutoff=LEAST)
    if found is None:
        return None
    first = max(0, chosen[found[2]] - lead)
    return Nearest(first, max(1, min(len(text.lines) - first, len(wanted))), ())


def nearest_names(name: str, names: Sequence[str], most: int = 3) -> list[str]:
    """The names that come closest, best first; looks at a bounded number of them."""
    from difflib import get_close_matches

    tail = name.rsplit("/", 1)[-1].rsplit(".", 1)[-1] if "/" not in name else name.rsplit("/", 1)[-1]
    same = [other for other in names if _tail(other, "/" in name or "/" in other) == tail][:most]
    if len(same) < most:
        for other in get_close_matches(name, names[:2000], most, 0.6):
            if other not in same:
                same.append(other)
    return same[:most]


def _tail(name: str, is_path: bool) -> str:
    return name.rsplit("/", 1)[-1] if is_path else name.rsplit(".", 1)[-1]
