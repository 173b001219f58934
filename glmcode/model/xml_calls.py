"""Where tool calls stand as GLM itself writes them, and a server has not read them. A plan's reader knows what they say. Pure.

<tool_call>edit_file<arg_key>path</arg_key><arg_value>a.py</arg_value></tool_call>
"""

import re
from typing import Final

__all__ = ["leaked", "written_last"]

_TAGS: Final = re.compile(
    r"(?P<opens><tool_call>\s*(?:[\w.:-]{1,128}\s*<arg_key>|\{))|(?:</arg_value>|\})\s*</tool_call>"
)
_BEGINS: Final = re.compile(r"\s*[\w.:-]{1,128}\s*<arg_key>")


def written_last(text: str) -> tuple[str, bool]:
    """The calls that the text ends with, as they stand there, "" for none; and whether half a call stands behind them. What
    is only spoken of is no call, and where one opens within another nothing is: which is the answer's can't be told."""
    run: int | None = None
    is_open = is_nested = False
    last = half = 0  # where the last whole call ends, and where the last one begins
    for tag in _TAGS.finditer(text):
        if tag["opens"]:
            is_nested = is_open
            if run is None or text[last : tag.start()].strip():
                run = tag.start()
            is_open, half = True, tag.start()
        else:
            run = None if is_nested or not is_open else run
            is_open = is_nested = False
            last = tag.end()
    if run is None or is_nested or not (is_open or text[last:].isspace() or last == len(text)):
        return "", False
    whole = text[run : half if is_open else len(text)].rstrip()
    return f"{whole}\n" if whole else "", is_open


def leaked(name: str, given: str, *, cut: bool) -> str | None:
    """A structured call whose arguments leaked into its name, or came as tags, as GLM writes it; None where it is half. After
    a `cut` its own end must stand behind it: else another argument may be missing."""
    written = (name + given).rstrip()
    if _BEGINS.match(written) is None or not written.endswith(
        ("</tool_call>",) if cut else ("</tool_call>", "</arg_value>")
    ):
        return None
    return f"<tool_call>{written.removesuffix('</tool_call>').strip()}</tool_call>\n"
