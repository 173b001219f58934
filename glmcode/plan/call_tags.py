"""The tags that a tool call is written in: what opens one, and where its arguments and the call itself end."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from glmcode.plan.calls import ARGUMENTS, PATCHES

__all__ = ["ELEMENTS", "Style", "TaggedCall", "Value", "style_of"]

ELEMENTS = frozenset(
    [
        "append_to_file",
        "apply_diff",
        "apply_patch",
        "create_file",
        "delete_file",
        "edit_file",
        "insert_content",
        "modify_file",
        "multi_edit",
        "replace_in_file",
        "save_file",
        "search_and_replace",
        "search_replace",
        "str_replace",
        "str_replace_based_edit_tool",
        "str_replace_editor",
        "update_file",
        "write_file",
        "write_to_file",
    ]
)
"""Tools that edit, under names that no file's own elements have."""
_OPENING = re.compile(
    r"<(?:(?P<space>(?:[a-z]{2,10}:|｜DSML｜)?)invoke name=\"(?P<invoke>[\w.:-]{1,64})\"\s*>"
    r"|function=(?P<function>[\w.:-]{1,64})>(?![ \t]*[\[{])"
    r"|tool_call>[ \t]*(?P<glm>[A-Za-z_][\w.:-]{0,63})(?=[ \t\r]*(?:<arg_key>|$))"
    r"|(?P<element>[a-z_]{4,30})>(?=[ \t\r]*(?:<[a-z_]{2,30}>|$)))"
)
_KEY = re.compile(r"<arg_key>[ \t]*([\w.-]{1,64})[ \t]*</arg_key>")
_EQUALS = re.compile(r"<parameter=([\w.-]{1,64})>")
_ELEMENT = re.compile(r"<([A-Za-z_]\w{1,31})>")
_AROUND = re.compile(r"<(/?)(args|file|diff)>")
_BLANKS = re.compile(r"\s*")
_HINTS = frozenset({"start_line", "end_line"})
_AGAIN = _HINTS | {"diff"}
"""Arguments of each of several diffs in one call."""


class Style(NamedTuple):
    """One way to write a call with tags."""

    tool: str
    size: int
    """Characters of the tag that opened the call."""
    end: str
    """The tag that closes the call."""
    argument: re.Pattern[str]
    """Opens an argument, or gives its name; its first group is the name."""
    closer: Callable[[str], str]
    """The tag that closes the argument of this name."""
    is_verbatim: bool = True
    """A line feed right behind a value's opening, or right before its end, is part of the value."""

    @property
    def is_element(self) -> bool:
        return self.argument is _ELEMENT


def style_of(text: str, *, in_call: bool = False, within: bool = False) -> Style | None:
    """How the call is written that begins with this line; None where none does. With `in_call` a `<tool_call>` stands
    above; `within` another call only such tags count as no file's own elements have."""
    if in_call and text.startswith("<arg_key>"):
        return Style("", 0, "</tool_call>", _KEY, lambda _: "</arg_value>")
    if text[:1] != "<" or (match := _OPENING.match(text)) is None:
        return None
    if (tool := match["invoke"]) is not None:
        space = match["space"]
        parameter = re.compile(rf"<{space}parameter name=\"([\w.-]{{1,64}})\"[^<>\n]{{0,40}}>")
        return Style(tool, match.end(), f"</{space}invoke>", parameter, lambda _: f"</{space}parameter>")
    if (tool := match["function"]) is not None:
        return Style(tool, match.end(), "</function>", _EQUALS, lambda _: "</parameter>", is_verbatim=False)
    if (tool := match["glm"]) is not None:
        return Style(tool, match.end(), "</tool_call>", _KEY, lambda _: "</arg_value>")
    if (tool := match["element"]) in ELEMENTS or (tool == "file" and not within):
        return Style(tool, match.end(), f"</{tool}>", _ELEMENT, lambda name: f"</{name}>", is_verbatim=False)
    return None


class Value(NamedTuple):
    """What stands between an argument's tags, and the line that it begins on."""

    text: str
    line: int


@dataclass(slots=True)
class TaggedCall:
    """A call as it is read, line by line. `groups` are its arguments: one mapping, or one for each file that it tells of."""

    style: Style
    groups: list[dict[str, Value]] = field(default_factory=lambda: [{}])
    nested: int = 0
    """Calls that were opened within the value and have not ended: it is a text about calls."""
    fault: str = ""
    """What stands between the arguments, where nothing should."""
    _name: str | None = None
    _closer: str = ""
    _parts: list[str] = field(default_factory=list)
    _since: list[str] = field(default_factory=list)
    """A tag that closes the value, if an argument or the end of the call follows; and blanks behind it."""
    _key: str | None = None
    _line: int = 0

    @property
    def in_value(self) -> bool:
        return self._name is not None

    @property
    def in_patch(self) -> bool:
        return self._name in PATCHES

    @property
    def said(self) -> bool:
        """Whether it has any argument."""
        return bool(self.groups[0]) or self.in_value or self._key is not None

    def take(self, text: str, line: int, at: int = 0) -> int | None:
        """The next line, from the character `at` on. Where the call ends within it: the place behind; otherwise None."""
        while at < len(text) and not self.fault:
            if self._name is None:
                at = _past_blanks(text, at)
                if text.startswith(self.style.end, at):
                    return at + len(self.style.end)
                at = self._between(text, line, at)
            elif self._since:
                at = self._behind(text, at)
            else:
                at = self._within(text, at)
        return None

    def _within(self, text: str, at: int) -> int:
        if self._name == "diff" and self.style.is_element and not "".join(self._parts).strip():
            inner = _past_blanks(text, at)
            if text.startswith("<content>", inner):
                self._closer = "</content>"
                self._parts.clear()
                return inner + len("<content>")
        end = text.find(self._closer, at)
        if end < 0:
            self._parts.append(text[at:])
            return len(text)
        self._parts.append(text[at:end])
        self._since.append(self._closer)
        return end + len(self._closer)

    def _behind(self, text: str, at: int) -> int:
        """Whether what may be the value's closing tag is it."""
        behind = _past_blanks(text, at)
        self._since.append(text[at:behind])
        if behind == len(text):
            return behind
        if not self.nested and (text.startswith(self.style.end, behind) or self._goes_on(text, behind)):
            assert self._name is not None
            self.groups[-1].setdefault(self._name, Value("".join(self._parts), self._line))
            self._name = None
            self._parts.clear()
        else:
            self._parts += self._since
        self._since.clear()
        return behind

    def _goes_on(self, text: str, at: int) -> bool:
        """Whether another argument of the call follows: one that has not come yet."""
        if self.style.is_element and (match := _AROUND.match(text, at)) is not None and match[1]:
            return True
        match = self.style.argument.match(text, at)
        if match is None or match[1] == self._name or (match[1] in self.groups[-1] and match[1] not in _AGAIN):
            return False
        return not self.style.is_element or match[1] in ARGUMENTS

    def _between(self, text: str, line: int, at: int) -> int:
        around = _AROUND.match(text, at) if self.style.is_element else None
        if around is not None and (around[1] or around[2] != "diff"):
            if around[2] == "file" and not around[1] and self.groups[0]:
                self.groups.append({})
            return around.end()
        if self._key is not None and text.startswith("<arg_value>", at):
            return self._opened(self._key, line, at + len("<arg_value>"))
        match = self.style.argument.match(text, at)
        if match is None or self._key is not None:
            if at < len(text):
                self.fault = text[at : at + 40].strip()
            return len(text)
        if self.style.argument is _KEY:
            self._key = match[1]
            return match.end()
        return self._opened(match[1], line, match.end())

    def _opened(self, name: str, line: int, at: int) -> int:
        if name in self.groups[-1] and name not in _HINTS:
            if name != "diff" or not self.style.is_element:
                self.fault = f"{name} twice"
                return at
            self.groups.append({key: value for key, value in self.groups[-1].items() if key != "diff"})
        self._name, self._closer, self._line, self._key = name, self.style.closer(name), line, None
        return at


def _past_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return at if found is None else found.end()
