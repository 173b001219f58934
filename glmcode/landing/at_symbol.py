"""Edits that name a definition: it is replaced or deleted, or a body goes before, after or inside it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import dropwhile, islice

from glmcode.landing import messages
from glmcode.landing.amid import (
    beside_amid_a_line,
    deleted_amid_a_line,
    doubtful,
    in_one_line_suite,
    replaced_amid_a_line,
    restates,
)
from glmcode.landing.body import as_deep_as, body_lines, head_of, insertion, shifted
from glmcode.landing.carry import carry
from glmcode.landing.coding import UnprovenEncodingError, encode_like
from glmcode.landing.elided import body_elides
from glmcode.landing.file import File
from glmcode.landing.members import (
    at_end_of_line,
    at_end_of_list,
    bare,
    beside_in_list,
    deleted_from_list,
    replaced_in_list,
)
from glmcode.landing.misplaced import not_its_own, within_itself
from glmcode.landing.namesakes import beside_all, holders, meant, needs_body, several, without_constructors
from glmcode.landing.nearest import is_trivial
from glmcode.landing.place import Fit, Place, Quote, Refusal, Splice, Standing, Verdict
from glmcode.landing.restated import without_neighbours
from glmcode.landing.siblings import blank_rows, blank_rows_above, gap_between, kin_of, members_of, parent_in
from glmcode.landing.text import Text
from glmcode.landing.ungrouped import behind_methods, ungrouped
from glmcode.plan.edits import AtSymbol
from glmcode.syntax import Definition, Syntax, full_names, without_grammar

__all__ = ["at_symbol"]

STRATEGY = "symbol"


def at_symbol(file: File, change: AtSymbol, path: str) -> Verdict:
    """The verdict on an edit at a definition of a file that exists."""
    text = file.text
    # The other actions look at the definition's neighbours too: the outline of the text as it is.
    found = file.defined(change.symbol, alone=change.action == "replace")
    if not found:
        parsed = file.parsed
        if parsed is not None:
            names = full_names(parsed.definitions)
            return Refusal("no-such-symbol", messages.no_such_symbol(path, change.symbol, names, change.action))
        if text.is_binary:
            return Refusal("binary", f"{path} is binary: it has no definitions.")
        return Refusal(
            "no-such-symbol",
            f"{without_grammar(path)}, so {change.symbol} can't be found in it. Quote the lines with SEARCH/REPLACE instead.",
        )
    if file.counts_anew(change.symbol):
        return Refusal(
            "ambiguous",
            f"Edits above this one have changed how many definitions of {path} share a name, so the number in {change.symbol} may count "
            "those of now or those of before. Send the edits from the last of the name to the first, or in a plan of its own.",
        )
    if change.action == "replace":
        return _replaced(file, change, path, found)
    if (syntax := file.syntax) is None:
        raise AssertionError("a definition without a syntax")
    lines = body_lines(change.body.encode("utf-8", "surrogateescape"))
    found = without_constructors(found)
    if change.action == "inside":
        found = tuple(holders(syntax, found, lines))
    elif len(found) > 1 and change.action != "delete":
        found = tuple(beside_all(syntax, found, lines, change.action))
    if len(found) > 1:
        return several(path, change.symbol, found, syntax)
    if (doubt := _doubts(file, found[0], path)) is not None:
        return doubt
    if change.action == "inside" and file.language == "go" and file.parsed is not None:
        last = behind_methods(file.parsed, found[0], lines)
        if last is not None:
            return _with_body(file, replace(change, action="after"), path, last)
    return _delete(text, syntax, found[0]) if change.action == "delete" else _with_body(file, change, path, found[0])


def _doubts(file: File, definition: Definition, path: str) -> Refusal | None:
    return None if file.is_carried or file.parsed is None else doubtful(file.text, file.parsed, definition, path)


def _replaced(file: File, change: AtSymbol, path: str, found: Sequence[Definition]) -> Verdict:
    """The verdict on a replacement of the one definition found, or of those of several that its body restates."""
    outline, lines = file.outline, body_lines(change.body.encode("utf-8", "surrogateescape"))
    if outline is None or not needs_body(outline, change.symbol, found, lines):
        return _doubts(file, found[0], path) or _with_body(file, change, path, found[0])
    if (syntax := file.syntax) is None:
        raise AssertionError("a definition without a syntax")
    parts = meant(syntax, change.symbol, found, lines)
    if not parts:
        return several(path, change.symbol, found, syntax)
    verdicts: list[Verdict] = []
    for definition, own in parts:
        body = (b"\n".join(own) + b"\n").decode("utf-8", "surrogateescape")
        verdicts.append(
            _doubts(file, definition, path) or _with_body(file, replace(change, body=body), path, definition)
        )
    return _together(verdicts)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on several replacements that stand or fall as one."""
    fits = [one for one in verdicts if isinstance(one, Fit)]
    refusal = next((one for one in verdicts if isinstance(one, Refusal)), None)
    if refusal is not None or not fits:
        return refusal or verdicts[0]
    rows = [fit.lines for fit in fits if fit.lines is not None]
    splices = tuple(splice for fit in fits for splice in fit.splices)
    return Fit(splices, STRATEGY, 1.0, (min(row[0] for row in rows), max(row[1] for row in rows)))


def _with_body(file: File, change: AtSymbol, path: str, definition: Definition) -> Verdict:
    text = file.text
    try:
        _, body = encode_like(text, "", change.body)
    except UnprovenEncodingError as error:
        return Refusal("binary", f"{path}: {error}. Leave it out, or edit around it.")
    lines = body_lines(body)
    if not lines:
        return Refusal(
            "malformed",
            f'The body is empty. To drop {definition.name}, send <edit path="{path}" delete="{definition.name}"/>; else give the lines.',
        )
    verdict: Verdict
    if change.action != "inside":
        lines = ungrouped(text.data, definition, lines, file.language)
    if change.action == "replace":
        refusal = not_its_own(file, change, path, definition, lines)
        if refusal is not None:
            return refusal
        verdict = _replace(file, definition, lines)
    elif (syntax := file.syntax) is None:
        raise AssertionError("a definition without a syntax")
    elif change.action == "inside":
        verdict = _inside(text, syntax, definition, lines, path)
    else:
        verdict = _beside(text, syntax, definition, lines, change.action)
    if not isinstance(verdict, Fit):
        return verdict
    own = definition.name if change.action == "replace" else ""
    refusal = file.given_twice(lines, own, verdict.splices, path) or within_itself(
        file, change, path, definition, lines
    )
    alone = without_neighbours(text, definition, lines) if refusal is not None and own else lines
    if alone != lines:
        body = b"\n".join(alone) + b"\n"
        return _with_body(file, replace(change, body=body.decode("utf-8", "surrogateescape")), path, definition)
    return refusal or verdict


def _replace(file: File, definition: Definition, lines: list[bytes]) -> Verdict:
    text, language = file.text, file.language
    data = text.data
    start, head, keyword = (_line_start(data, at) for at in (definition.start, definition.head, definition.keyword))
    if not _is_whole_lines(text, keyword, definition):
        if not (_is_whole_lines(text, start, definition) and restates(lines)):
            lines = shifted(lines, definition.indent, (), text)
            return replaced_amid_a_line(text, file.syntax, definition, lines, STRATEGY)
        keyword = head  # what it has on its line is its own, and the body has that too
    lines = replaced_in_list(file.syntax if definition.depth or language == "json" else None, definition, lines)
    stands = _contents(text, data[start : definition.end], start)
    question = None if language == "markdown" else body_elides(stands, lines, definition.name)
    if question is not None:
        return question
    if not sum(head_of(lines, language)):
        lines = as_deep_as(lines, definition.indent, _contents(text, data[keyword : definition.end], keyword))
    lines = shifted(lines, definition.indent, stands, text)
    comments, attributes = head_of(lines, language)
    new = lines[:comments] if comments else _contents(text, data[start:head], start)
    new = new + (lines[comments : comments + attributes] if attributes else _contents(text, data[head:keyword], head))
    new = new + lines[comments + attributes :]
    row, size = text.row(start), len(stands)
    there = _run_around(text, start, row, new) if len(new) > size else None
    if there is not None:
        # A body of more than the definition: what comes with it stands beside it already.
        return Standing(STRATEGY, (there + 1, there + len(new)))
    old_quote, new_quote = Quote(b"\n".join(stands) + b"\n"), Quote(b"\n".join(new) + b"\n")
    given = carry(text, Place(start, definition.end, row), old_quote, new_quote)
    if given is None or given == data[start : definition.end]:
        return Standing(STRATEGY, (row + 1, row + size))
    return Fit((Splice(start, definition.end, given),), STRATEGY, 1.0, (row + 1, row + size))


def _run_around(text: Text, start: int, row: int, lines: Sequence[bytes]) -> int | None:
    """The row where these lines stand, one of them at `row`, which holds byte `start`; None where they don't."""
    needle = b"\n" + b"\n".join(lines) + b"\n"
    if text.is_bare and needle[1:-1] not in text.slice(max(0, start - len(needle)), start + len(needle)):
        return None
    above = list(islice(text.above(start), len(lines) - 1))[::-1]
    first = row - len(above)
    around = [*above, *islice(text.below(start), len(lines))]
    if not text.is_bare:
        around = text.contents(first, row + len(lines))
    hay = b"\n" + b"\n".join(around) + b"\n"
    at = hay.find(needle)
    return None if at < 0 else first + hay.count(b"\n", 0, at)


def _beside(text: Text, syntax: Syntax, definition: Definition, lines: list[bytes], side: str) -> Verdict:
    data = text.data
    amid = beside_amid_a_line(text, syntax, definition, lines, side, STRATEGY)
    if amid is not None:
        return amid
    lines, extra = beside_in_list(syntax, definition, lines, side)
    start, end = _line_start(data, definition.start), definition.end
    if syntax.language == "toml" and side == "before" and _is_table(text.content(text.row(definition.keyword))):
        every = syntax.near(definition)
        owner = next((one for one in reversed(every) if one.start < start and _is_table(one.signature.encode())), None)
        if owner is not None and not _is_table(next((line for line in lines if not _is_remark(line)), b"[")):
            return Refusal(
                "ambiguous",
                f'Keys before {definition.name} would belong to {owner.name}, the table above it. Send them with inside="{owner.name}" or '
                f'inside="{definition.name}".',
            )
    kin = kin_of(text, syntax, definition)
    like = _contents(text, data[start:end], start)
    lines = shifted(lines, definition.indent, like, text)
    is_long = len(lines) > 1 or definition.end_line > definition.line
    gap = gap_between(kin.gaps, is_long, definition.depth, lines, syntax.language)
    if side == "before" and sum(head_of(lines, syntax.language)) == len(lines):
        gap = 0  # a comment or a decorator is about what it comes before
    if side == "after":
        if _stands(text, end, lines):
            row = text.row(end)
            return Standing(STRATEGY, (row + 1, row + len(lines)))
        blank = blank_rows(text, end)
        padding = gap - blank if kin.below and not data[end : kin.below.start].strip() else 0
        splice = insertion(text, end, lines, above=gap, below=max(0, padding))
    else:
        if _stands_before(text, start, lines):
            row = text.row(start)
            return Standing(STRATEGY, (max(1, row - len(lines)), row))
        above = 0
        if kin.above and not data[kin.above.end : start].strip():
            above = max(0, gap - data.count(text.separator, kin.above.end, start))
        splice = insertion(text, start, lines, above=above, below=gap)
    row = text.row(splice.start) + (
        1 if splice.start >= len(data) and data and not data.endswith(text.separator) else 0
    )
    return Fit((*extra, splice), STRATEGY, 1.0, (row + 1, row))


def _inside(text: Text, syntax: Syntax, definition: Definition, lines: list[bytes], path: str) -> Verdict:
    data = text.data
    if definition.body is None:
        return Refusal(
            "no-such-symbol",
            f"{definition.name} in {path} is a {definition.kind} and holds no members. Use replace=, before= or after= with it, or inside= "
            "with what encloses it.",
        )
    first, last = definition.body
    like = _contents(text, data[_line_start(data, first) : last], first)
    lines = shifted(lines, definition.member_indent, like)
    if syntax.language == "yaml" and data[last : last + 1] == b"]" and [line.lstrip()[:2] for line in lines] == [b"- "]:
        lines = [lines[0].lstrip()[2:].lstrip()]  # an item as it stands in a list without brackets
    in_list = at_end_of_list(syntax, last, lines)
    trim = bytes.rstrip if in_list is None else bare
    needle = [trim(line) for line in lines]
    if any(not is_trivial(line) for line in needle) and _holds([trim(line) for line in like], needle):
        return Standing(STRATEGY, (definition.line, definition.end_line))
    row = text.row(last)
    extra: tuple[Splice, ...] = ()
    fit = in_one_line_suite(text, definition, lines, STRATEGY)
    if fit is not None:
        return fit
    if in_list is not None:
        lines, extra = in_list
        splice = at_end_of_line(
            data, first, last, lines, extra, definition.kind == "array" or syntax.language == "toml"
        )
        if splice is not None:
            return Fit((splice,), STRATEGY, 1.0, (row + 1, row))
    if last < len(data) and data[_line_start_any(data, last) : last].strip():
        # The members stand on the line of the braces: they get a line of their own.
        end = text.end_near(text.row(first))
        new = end + b"".join(line + end for line in lines) + definition.indent
        inner = data[first:last]
        start = last - (len(inner) - len(inner.rstrip()))
        return Fit((*extra, Splice(start, last, new)), STRATEGY, 1.0, (row + 1, row))
    # Blank lines before the close stay before it.
    at, top = text.line_start(last), text.line_start(first)
    for line in text.above(last):
        if at <= top or line.strip():
            break
        at, row = at - len(line) - 1, row - 1
    last_member, gaps = members_of(text, syntax, definition)
    if last_member is not None and data[last_member.end : last].strip():
        last_member = None
    is_long = len(lines) > 1 or (last_member is not None and last_member.end_line > last_member.line)
    gap = 0
    if data[first:last].strip() and not (syntax.language == "markdown" and _is_item(lines[0], text.content(row - 1))):
        gap = gap_between(gaps, is_long, definition.depth + 1, lines, syntax.language)
    splice = insertion(text, at, lines, above=gap)
    return Fit((*extra, splice), STRATEGY, 1.0, (row + 1, row))


def _delete(text: Text, syntax: Syntax, definition: Definition) -> Verdict:
    data, extra = text.data, deleted_from_list(syntax, definition)
    start, end = _line_start(data, definition.start), definition.end
    lines_of = (text.row(start) + 1, definition.end_line)
    if not _is_whole_lines(text, start, definition):
        return Fit((*extra, deleted_amid_a_line(text, definition, syntax.language)), STRATEGY, 1.0, lines_of)
    parent = parent_in(syntax, definition)
    low, high = parent.body if parent is not None and parent.body else (0, len(data))
    above, below = blank_rows_above(text, start), blank_rows(text, end)
    stop = text.line_start(end) if data[end - 1 : end] in (b"\n", b"\r") else len(data)
    if not data[low:start].strip():
        above = 0
    elif not data[end:high].strip() or above < below:
        below = 0
    else:
        above = 0
    start -= sum(len(line) + 1 for line in islice(text.above(start), above))
    stop = min(len(data), stop + sum(len(line) + 1 for line in islice(text.below(stop), below)))
    if stop == len(data) and start and not data.endswith(text.separator):
        # The file's last line has no line end, and still has none.
        start -= 2 if text.separator == b"\n" and data[start - 2 : start] == b"\r\n" else 1
    return Fit((*extra, Splice(start, stop, b"")), STRATEGY, 1.0, lines_of)


def _contents(text: Text, data: bytes, start: int) -> list[bytes]:
    """The contents of the whole lines in data, which begins at `start`."""
    if not data:
        return []
    if text.separator == b"\n" and data.endswith(b"\n") and (not start or text.slice(start - 1, start) == b"\n"):
        return [line[:-1] if line.endswith(b"\r") else line for line in data[:-1].split(b"\n")]
    row = text.row(start)
    count = len(Text(data).lines) if text.separator == b"\n" else len(data.rstrip(b"\r").split(b"\r"))
    return text.contents(row, row + count)


def _line_start(data: bytes, at: int) -> int:
    """Where the line of `at` begins, if nothing but blanks stands before it there; else `at`."""
    start = _line_start_any(data, at)
    return start if not data[start:at].strip() else at


def _line_start_any(data: bytes, at: int) -> int:
    return max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at) if b"\n" not in data else -1) + 1


def _is_whole_lines(text: Text, start: int, definition: Definition) -> bool:
    data = text.data
    begins = start == 0 or data[start - 1 : start] == text.separator
    return begins and (definition.end >= len(data) or data[definition.end - 1 : definition.end] == text.separator)


def _is_table(line: bytes) -> bool:
    return line.lstrip().startswith(b"[")


def _is_remark(line: bytes) -> bool:
    return not line.strip() or line.lstrip().startswith(b"#")


def _is_item(line: bytes, above: bytes) -> bool:
    """Whether both lines are items of a list, or rows of a table."""
    return line.lstrip()[:2] in (b"- ", b"* ", b"+ ", b"| ") and line.lstrip()[:2] == above.lstrip()[:2]


def _stands(text: Text, offset: int, lines: Sequence[bytes]) -> bool:
    """The lines stand from `offset` on, blank lines before them aside."""
    if all(is_trivial(line) for line in lines):
        return False
    there = islice(dropwhile(lambda line: not line.strip(), text.below(offset)), len(lines))
    return [line.rstrip() for line in there] == [line.rstrip() for line in lines]


def _stands_before(text: Text, offset: int, lines: Sequence[bytes]) -> bool:
    if all(is_trivial(line) for line in lines):
        return False
    there = islice(dropwhile(lambda line: not line.strip(), text.above(offset)), len(lines))
    return [line.rstrip() for line in there] == [line.rstrip() for line in reversed(lines)]


def _holds(rows: Sequence[bytes], needle: Sequence[bytes]) -> bool:
    return b"\n" + b"\n".join(needle) + b"\n" in b"\n" + b"\n".join(rows) + b"\n"
