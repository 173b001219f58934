"""Why a body can't stand where its edit names a place for it: it is another's, a part of what it would replace, or the whole
of what it would stand in."""

import re
from collections.abc import Sequence

from glmcode.landing.body import shifted
from glmcode.landing.file import File
from glmcode.landing.place import Refusal
from glmcode.landing.restated import may_restate_what_encloses, other_namesake, restated_around
from glmcode.landing.siblings import parent_in
from glmcode.landing.told import may_be_a_part, told_within
from glmcode.landing.twice import KEYED
from glmcode.plan.edits import AtSymbol
from glmcode.syntax import Definition

_HEADING = re.compile(rb"(?m)^ {0,3}(?:#{1,6}(?:[ \t]|$)|(?:=+|-+)[ \t]*$)")

__all__ = ["not_its_own", "within_itself"]


def not_its_own(
    file: File, change: AtSymbol, path: str, definition: Definition, lines: Sequence[bytes]
) -> Refusal | None:
    """Why a body can't take the place of a definition: it is that of another of its name, or only a part of it."""
    outline = file.outline
    other = None if outline is None else other_namesake(outline, definition, lines)
    if other is not None:
        return Refusal(
            "ambiguous",
            f'The body begins as {other.name} does, and replace= names {change.symbol}: send <edit path="{path}" '
            f'replace="{other.name}"> with it, or a body that begins otherwise.',
        )
    if file.language == "markdown" and not _HEADING.search(b"\n".join(shifted(lines, b"", ()))):
        return Refusal(
            "ambiguous",
            f"The body has no heading, so the section {definition.name} would go and its text would join the one above. Begin it with its heading "
            f"({definition.signature}).",
        )
    if not may_be_a_part(definition, lines, file.language) or (syntax := file.syntax) is None:
        return None
    part = told_within(syntax, definition, lines)
    if part is None:
        return None
    if not part and file.language not in KEYED:
        return Refusal(
            "ambiguous",
            f"The body defines no {definition.kind}, and {definition.name} would go as a whole. Begin it with its first line ({definition.signature}); to change "
            f'some of its lines, send a sketch with in="{change.symbol}"; to drop it, delete="{change.symbol}".',
        )
    if not part:
        return Refusal(
            "ambiguous",
            f"The body has no key, so what it gives would stand without one. Begin it with the line of {definition.name} itself "
            f"({definition.signature}).",
        )
    known = syntax.symbols.namesakes(part)
    advice = f'replace="{part}"' if known else f'inside="{definition.name}", where that is new in it'
    return Refusal(
        "ambiguous",
        f'The body gives {part} and no {definition.kind} {definition.name}: with replace="{definition.name}" all of that would go. Send it with '
        f"{advice}; or all of {definition.name}, from its first line on.",
    )


def within_itself(
    file: File, change: AtSymbol, path: str, definition: Definition, lines: list[bytes]
) -> Refusal | None:
    """Why a body that begins as what it would stand in can't land: it would stand there within itself."""
    action, language = change.action, file.language
    if action == "replace" and not may_restate_what_encloses(definition, lines, language):
        return None
    if (syntax := file.syntax) is None:
        return None
    inner = definition if action == "inside" else parent_in(syntax, definition)
    around = restated_around(syntax, inner, lines, language)
    if around is None:
        return None
    return Refusal(
        "ambiguous",
        f"The body begins as {around.name} does ({around.signature}), and would stand within it once more. Send what "
        f'{action}="{change.symbol}" takes alone, without the lines of {around.name} around it; or the whole of it with '
        f'replace="{around.name}".',
    )
