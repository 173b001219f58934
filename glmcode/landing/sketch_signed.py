"""A sketch whose lines carry the signs of a diff: `+` for lines that come, `-` for lines that go, markers between.

Each run between two markers is a hunk without numbers, and lands as any quote does.
"""

from collections.abc import Sequence
from math import gcd

from glmcode.landing import messages
from glmcode.landing.hints import Hints
from glmcode.landing.place import Fit, Refusal, Splice, Standing, Verdict
from glmcode.landing.sketch_lines import indent_of
from glmcode.landing.substitute import substitute
from glmcode.landing.text import Text
from glmcode.plan.edits import Substitute

__all__ = ["is_signed", "signed"]


def is_signed(body: Sequence[bytes], text: Text) -> bool:
    """Whether a line is marked as added, where no line of the file begins so."""
    return any(line[:1] == b"+" and line[1:].strip() for line in body) and not any(
        line[:1] == b"+" for line in text.lines
    )


def signed(text: Text, body: Sequence[bytes], markers: Sequence[int], path: str, strategy: str) -> Verdict:
    """The verdict on such a sketch: all of its hunks, in the file's order, or the refusal of the first that does not land."""
    keys = {b" ".join(line.split()) for line in text.lines}
    replaced = _sign_takes_a_column(text, body)
    if replaced is None:
        return _unclear(body)
    runs = _hunks(body, markers, keys, replaced)
    alien = next(
        (line for old, _ in runs for line in old if line.strip() and b" ".join(line.split()) not in keys), None
    )
    if alien is not None:
        return Refusal(
            "malformed",
            f"The sketch marks lines with + and -, and this one has no sign and does not stand in {path}:\n{messages.shown(alien)}\nSend the lines "
            "as the file should have them, without signs, or a whole unified diff.",
        )
    splices: list[Splice] = []
    standing = 0
    hunks = [hunk for hunk in runs if hunk[0] != hunk[1]]
    for old, new in hunks:
        change = Substitute(_text(old), _text(new))
        verdict = substitute(text, change, path, Hints())
        if isinstance(verdict, Refusal):
            return verdict
        if isinstance(verdict, Standing):
            standing += 1
            continue
        if splices and verdict.splices[0].start < splices[-1].end:
            return Refusal(
                "ambiguous",
                "The runs of the sketch stand in another order in the file. Send them in the file's order, or as SEARCH/REPLACE blocks.",
            )
        splices += verdict.splices
    if not hunks:
        return _unclear(body)
    if standing == len(hunks):
        return Standing(strategy, None)
    return Fit(tuple(splices), strategy, 0.9, (text.row(splices[0].start) + 1, text.row(splices[-1].end - 1) + 1))


def _hunks(
    body: Sequence[bytes], markers: Sequence[int], keys: set[bytes], replaced: bool
) -> list[tuple[list[bytes], list[bytes]]]:
    found: list[tuple[list[bytes], list[bytes]]] = [([], [])]
    marked = frozenset(markers)
    for row, line in enumerate(body):
        if row in marked or line.startswith(b"@@"):
            found.append(([], []))
            continue
        old, new = found[-1]
        bare = (b" " if replaced else b"") + line[1:] if line[1:].strip() else b""
        if line[:1] == b"+":
            new.append(bare)
        elif line[:1] == b"-" and b" ".join(line.split()) not in keys:
            old.append(bare)
        else:
            old.append(line)
            new.append(line)
    return [(_trimmed(old), _trimmed(new)) for old, new in found]


def _trimmed(lines: list[bytes]) -> list[bytes]:
    """Without the blank lines next to the markers, which space the sketch and not the file."""
    first, past = 0, len(lines)
    while first < past and not lines[first].strip():
        first += 1
    while first < past and not lines[past - 1].strip():
        past -= 1
    return lines[first:past]


def _text(lines: Sequence[bytes]) -> str:
    return b"".join(line + b"\n" for line in lines).decode("utf-8", "surrogateescape")


def _sign_takes_a_column(text: Text, body: Sequence[bytes]) -> bool | None:
    """Whether a sign stands in place of the line's first blank, or before it; None where nothing shows it."""
    indents: dict[bytes, set[bytes]] = {}
    for line in text.lines:
        indents.setdefault(b" ".join(line.split()), set()).add(indent_of(line))
    before = within = 0
    for line in body:
        stands = indents.get(b" ".join(line[1:].split())) if line[:1] in (b"-", b"+") else None
        if stands:
            before += indent_of(line[1:]) in stands
            within += b" " + indent_of(line[1:]) in stands
    if bool(before) != bool(within):
        return within > 0
    if before or within:
        return None
    sizes = {len(indent_of(line)) for line in text.lines if line.strip()}
    unit = gcd(*sizes) if sizes else 0
    added = {len(indent_of(line[1:])) for line in body if line[:1] == b"+" and line[1:].strip()}
    if unit < 2 or any(line.startswith(b"\t") for line in text.lines):
        return False if added == {0} else None
    if all(size % unit == 0 for size in added):
        return False
    return True if all((size + 1) % unit == 0 for size in added) else None


def _unclear(body: Sequence[bytes]) -> Refusal:
    row = next((row for row, line in enumerate(body) if line[:1] == b"+"), 0)
    return Refusal(
        "malformed",
        f"Line {row + 1} of the sketch begins with the sign of a diff: {messages.shown(body[row])}\nSend the lines as the file should have them, "
        "without + and -, or a whole unified diff.",
    )
