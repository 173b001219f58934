"""`glmcode usage`: tokens and money, by request, task, session, day, month, provider or model."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app

if TYPE_CHECKING:
    from glmcode.repo.ledger import Entry

__all__ = ["usage"]


class By(StrEnum):
    """What the rows of the table are."""

    request = "request"
    task = "task"
    session = "session"
    day = "day"
    month = "month"
    provider = "provider"
    model = "model"


@dataclass(slots=True)
class _Row:
    """Sums over some answers."""

    name: str
    answers: int = 0
    prompt: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    dollars: float = 0.0
    unpriced: int = 0
    """Answers whose price is not known; they are not in `dollars`."""
    estimated: int = 0
    """Answers whose tokens are estimates."""

    def add(self, entry: "Entry") -> None:
        self.answers += 1
        self.prompt += entry.prompt
        self.cached += entry.cached
        self.output += entry.output
        self.reasoning += entry.reasoning
        self.dollars += entry.dollars or 0.0
        self.unpriced += entry.dollars is None
        self.estimated += entry.estimated


_KEYS: dict[By, "Callable[[Entry], tuple[str, ...]]"] = {
    By.request: lambda entry: (entry.time, entry.session, str(entry.round)),
    By.task: lambda entry: (entry.session, entry.task),
    By.session: lambda entry: (entry.root, entry.session),
    By.day: lambda entry: (entry.time[:10],),
    By.month: lambda entry: (entry.time[:7],),
    By.provider: lambda entry: (entry.provider,),
    By.model: lambda entry: (entry.model, entry.provider),
}


@app.command()
def usage(
    by: Annotated[By, typer.Option("--by", help="What a row sums up.")] = By.month,
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="From this day or month on: 2026-01-31, or 2026-01.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="To this day or month, which is left out.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> int:
    """Show what the model's answers have cost: tokens as the services counted them, and dollars at their prices.

    Cached tokens are part of the prompt's, reasoning is part of the output. Days and months are those of UTC.

    \b
    glmcode usage
    glmcode usage --by session --since 2026-01
    glmcode usage --by request --json
    """
    from glmcode.repo.ledger import entries

    for flag, date in (("--since", since), ("--until", until)):
        _check_date(flag, date)
    total = _Row("total")
    rows = _rows(entries(since=since, until=until), by, total)
    if as_json:
        import json

        answer = {"event": "result", "ok": True, "exit_code": 0, "by": by.value}
        print(json.dumps({**answer, "rows": [asdict(row) for row in rows], "total": asdict(total)}))
    elif not rows:
        print("no answers of a model are recorded" + (" for that time" if since or until else " yet"))
    else:
        _print(by.value, [*rows, total] if len(rows) > 1 else rows)
    return Exit.OK


def _check_date(flag: str, date: str) -> None:
    if date and not re.fullmatch(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", date):
        raise GlmcodeError(f"{flag} takes a day or a month, not {date!r}", hint="2026-01-31, or 2026-01")


def _rows(entries: "Iterable[Entry]", by: By, total: _Row) -> list[_Row]:
    """The sums, in the order in which their first answers came; each answer is added to `total` as well."""
    rows: dict[tuple[str, ...], _Row] = {}
    for entry in entries:
        key = _KEYS[by](entry)
        if key not in rows:
            rows[key] = _Row(_name(entry, by))
        rows[key].add(entry)
        total.add(entry)
    return list(rows.values())


def _name(entry: "Entry", by: By) -> str:
    match by:
        case By.request:
            return f"{entry.time[:19].replace('T', ' ')} {entry.session} {entry.round}"
        case By.task:
            return f"{entry.session}: {entry.task}"
        case By.session:
            return entry.session
        case By.model:
            return f"{entry.model} ({entry.provider})"
    return _KEYS[by](entry)[0]


def _print(title: str, rows: Sequence[_Row]) -> None:
    from glmcode.faces.terminal.text import printable

    table: list[tuple[str, ...]] = [(title, "answers", "prompt", "cached", "output", "reasoning", "dollars")]
    for row in rows:
        about = "~" if row.estimated else ""
        tokens = [f"{about}{count:,}" for count in (row.prompt, row.cached, row.output, row.reasoning)]
        table.append((printable(row.name)[:60], f"{row.answers:,}", *tokens, _dollars(row)))
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print("  ".join([line[0].ljust(widths[0]), *cells]).rstrip())
    if any(row.estimated for row in rows):
        print("~ the service did not count: estimated")
    if any(row.unpriced for row in rows):
        print("? the provider's prices are not known: set them in the configuration")


def _dollars(row: _Row) -> str:
    if row.unpriced == row.answers:
        return "?"
    return f"{row.dollars:.4f}" + (" + ?" if row.unpriced else "")
