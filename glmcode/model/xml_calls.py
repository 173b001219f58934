"""Tool calls as GLM itself writes them, where a server has not read them: in the reasoning, in a tool's name, in arguments.

    <tool_call>edit_file<arg_key>path</arg_key><arg_value>a.py</arg_value></tool_call>

A value is what stands between its tags, to the byte. One that holds any of these tags can't be told from the call around
it: such a call is none, as one that is half. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["Written", "arguments_of", "named", "written_last"]

_OPEN, _CLOSE = "<tool_call>", "</tool_call>"
_PAIR: Final = re.compile(
    r"\s*<arg_key>\s*([\w.-]{1,64})\s*</arg_key>\s*<arg_value>(.*?)</arg_value>(?=\s*(?:<arg_key>|</tool_call>|\Z))",
    re.DOTALL,
)
_END: Final = re.compile(r"\s*(</tool_call>)?\s*\Z")
_TAG: Final = re.compile(r"</?(?:arg_key|arg_value|tool_call)>")
_NAME: Final = re.compile(r"\s*([\w.:-]{1,128})\s*")
_MOST: Final = 4096
"""Calls of one answer."""


@dataclass(frozen=True, slots=True)
class Written:
    """One call; `arguments` is None where it is half."""

    name: str
    arguments: Mapping[str, str] | None


def arguments_of(text: str, *, cut: bool) -> dict[str, str] | None:
    """The arguments that the text is made of, at least one; None where it is not, or where one is half. After a `cut` the
    call's own end must stand behind them: else another one may be missing."""
    found: dict[str, str] = {}
    at = 0
    while (pair := _PAIR.match(text, at)) is not None:
        key, value = pair.groups()
        if key in found or _TAG.search(value):
            return None
        found[key] = value
        at = pair.end()
    end = _END.match(text, at)
    return found if found and end is not None and (end[1] or not cut) else None


def named(text: str) -> tuple[str, str]:
    """The name that a call begins with, and what stands behind it; the name is "" where there is none."""
    name = _NAME.match(text)
    return (name[1], text[name.end() :]) if name is not None else ("", text)


def written_last(text: str) -> list[Written]:
    """The calls that the text ends with, in order. The last may be half; what is only spoken of is no call."""
    found: list[Written] = []
    at = len(text.rstrip())
    while len(found) < _MOST and (start := text.rfind(_OPEN, 0, at)) >= 0:
        closed = text.endswith(_CLOSE, 0, at)
        name, inner = named(text[start + len(_OPEN) : at])
        if not name or not inner.startswith("<arg_key>") or (not closed and (found or _CLOSE in inner)):
            break
        found.append(Written(name, arguments_of(inner, cut=True) if closed else None))
        at = start
        while at and text[at - 1].isspace():
            at -= 1
    return found[::-1]
