"""Replacements that say "the rest stays" where nothing can stay: written as they are, the lines that they stand for would go."""

from collections.abc import Sequence

from glmcode.landing.coding import quoted_bytes
from glmcode.landing.linediff import changes
from glmcode.landing.place import Refusal
from glmcode.landing.text import split_lines
from glmcode.plan.edits import Substitute
from glmcode.plan.paths import is_document
from glmcode.plan.sketch import elides

__all__ = ["body_elides", "drops_what_it_elides", "may_elide"]

MOST_WORDS = 5
"""Words, with the mark, of a comment without dots that stands for lines: `# rest of the function`."""

_DOTS = frozenset({b"...", "…".encode()})
_HINTS = (b"...", "…".encode(), b"unchanged", b"existing", b"rest of", b"remain", b"same as", b"no change", b"keep")
"""What every comment that stands for lines holds, one or the other: most replacements hold none."""
_BODY = (b":", b"{", b"(", b"[", b",", b'"""', b"'''")
"""What `...` may stand below as code or data of its own: the body of a stub, the last of a list."""


def drops_what_it_elides(change: Substitute, path: str) -> Refusal | None:
    """The question that the next turn must answer, where the replacement has `... existing code ...`, or `...` alone, in place of
    lines that the quote gives; None otherwise. In running text such a line is an example."""
    try:
        new = quoted_bytes(change.new)
        if not may_elide(new) or is_document(path):
            return None
        elision = _elision_in(split_lines(quoted_bytes(change.old)), split_lines(new))
    except UnicodeEncodeError:
        return None
    if elision is None:
        return None
    return Refusal(
        "ambiguous",
        f"The replacement holds `{elision}` where the quote holds lines that it doesn't repeat: it would be written as it is, and they "
        "would go. Should they stay? Then put `...` alone on a line into both halves, or quote and replace only the lines that change. "
        "Should they go? Then leave that line out.",
    )


def body_elides(stands: Sequence[bytes], body: Sequence[bytes], name: str) -> Refusal | None:
    """The same for the body that a definition is to become whole."""
    elision = _elision_in(stands, body) if may_elide(b"\n".join(body)) else None
    if elision is None:
        return None
    return Refusal(
        "ambiguous",
        f"The body holds `{elision}` where {name} has lines that it doesn't repeat, and replace= takes the definition whole: they would "
        f'go. To give only the lines that change, send it with in="{name}"; to drop them, leave that line out.',
    )


def _elision_in(old: Sequence[bytes], new: Sequence[bytes]) -> str | None:
    """The line of `new` that stands for lines of `old` which it doesn't repeat, without its indentation; None where there is none."""
    quoted = {line.strip() for line in old}
    for a, a_end, b, b_end in changes(old, new):
        if any(line.strip() for line in old[a:a_end]):
            for at in range(b, b_end):
                if new[at].strip() not in quoted and _stands_for_lines(new, at):
                    return new[at].strip()[:80].decode("utf-8", "replace")
    return None


def may_elide(text: bytes) -> bool:
    """Whether a line of the text may be one that stands for others: a quick look."""
    said = text.lower()
    return any(hint in said for hint in _HINTS)


def _stands_for_lines(lines: Sequence[bytes], at: int) -> bool:
    line = lines[at].strip()
    if line in _DOTS:
        above = next((one.strip() for one in reversed(lines[:at]) if one.strip()), b"")
        return not above.startswith(b"#") and not above.endswith(_BODY)
    # Without dots a comment that is longer has more to say.
    short = b"..." in line or "…".encode() in line or len(line.split()) <= MOST_WORDS
    return short and elides(lines[at].decode("utf-8", "surrogateescape"))
