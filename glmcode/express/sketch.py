"""A sketch of a file: what changed with a few lines around it, and a comment for each run of lines that stays."""

from glmcode.express.change import FileChange
from glmcode.express.quotes import hunks, quotes, rows
from glmcode.syntax import language_of

__all__ = ["sketch"]

_HASH = frozenset({"python", "ruby", "bash", "yaml", "toml", "elixir"})


def sketch(change: FileChange, before: bytes, after: bytes, context: int) -> str | None:
    """The file's new text with `... existing code ...` for lines that stay; None for a file that isn't there on both sides."""
    if change.before is None or change.after is None or change.was is not None or before == after:
        return None
    mark = "#" if language_of(change.path) in _HASH or language_of(change.path) is None else "//"
    old, new = rows(before), rows(after)
    out: list[str] = []
    done = 0
    for quote in quotes(old, new, hunks(old, new, context=context), context):
        if quote.b > done:
            indent = new[quote.b][: len(new[quote.b]) - len(new[quote.b].lstrip())] if quote.b < len(new) else b""
            out.append(f"{indent.decode('ascii', 'replace')}{mark} ... existing code ...\n")
        out += [line.decode("utf-8", "surrogateescape") + "\n" for line in new[quote.b : quote.b_end]]
        done = quote.b_end
    if done < len(new):
        out.append(f"{mark} ... existing code ...\n")
    body = "".join(out)
    fence = "`" * max(3, 1 + max((len(line) - len(line.lstrip("`")) for line in body.split("\n")), default=0))
    return f"{change.path}\n{fence}\n{body}{fence}\n"
