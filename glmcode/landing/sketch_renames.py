"""Names that a sketch changes in some lines: a new line that differs from one of the file by such a name alone may be that
one, renamed, and not one more beside it."""

import re
from collections.abc import Iterator

from glmcode.landing import messages
from glmcode.landing.place import Refusal
from glmcode.landing.sketch_reading import Reading

__all__ = ["renamed"]

_WORD = re.compile(rb"[\w$]+")


def renamed(reading: Reading) -> Refusal | None:
    """The first new line that would leave the file's line of the old name beside it."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    names = {new: old for old, new in _renames(reading)}
    if not names:
        return None
    taken = {j for j in pairs if j is not None}
    given = [j for segment in reading.segments() for j in range(segment.start, segment.end)]
    stays = {file[j].key: j for j in sorted({*range(len(file))} - taken - {*given})}
    for i, line in enumerate(sketch):
        if pairs[i] is not None or reading.bounds.is_new(i) or line.sign or line.trivial:
            continue
        for name in names.keys() & set(_WORD.findall(line.key)):
            j = stays.get(_with(line.key, name, names[name]))
            if j is not None:
                return Refusal(
                    "ambiguous",
                    f"The sketch has {messages.shown(name)} where the file has {messages.shown(names[name])}. Does this line replace line "
                    f"{file[j].row + 1}, or is it a new one beside it?\n  sketch: {messages.shown(line.data.strip())}\n"
                    f"  line {file[j].row + 1}: {messages.shown(file[j].data.strip())}\nRepeat unchanged lines on both sides of it, or send SEARCH/REPLACE.",
                )
    return None


def _renames(reading: Reading) -> Iterator[tuple[bytes, bytes]]:
    """The names that stand in a changed line of the sketch in place of another of the file's line, where nothing else differs."""
    for line, j in zip(reading.sketch, reading.alignment.pairs, strict=True):
        if j is None or line.sign or line.key == reading.file[j].key:
            continue
        ours, theirs = _WORD.findall(line.key), _WORD.findall(reading.file[j].key)
        differ = {(one, other) for one, other in zip(theirs, ours, strict=False) if one != other}
        if len(ours) == len(theirs) and len(differ) == 1:
            old, new = differ.pop()
            if not old.isdigit() and _with(line.key, new, old) == reading.file[j].key:
                yield old, new


def _with(key: bytes, name: bytes, other: bytes) -> bytes:
    """The line with another name in place of one."""
    return _WORD.sub(lambda word: other if word[0] == name else word[0], key)
