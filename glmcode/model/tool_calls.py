"""Structured tool calls, as they arrive in pieces → the lines of JSON that a plan has them as. Nobody offers the model any
tools; some servers turn what it writes into calls all the same.

Half a call must not be carried out. In an answer that broke off it is left out: the rest is asked for. In one that ended it
becomes a line of broken JSON: the plan's reader rejects that, and the model is told to send the call again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from glmcode.model.xml_calls import leaked

__all__ = ["ToolCalls", "half_call"]

_MOST: Final = 4096
"""Calls of one answer."""
_LONGEST: Final = 16 * 1024 * 1024
"""Characters of all arguments together."""
_LISTS: Final = ("edits", "changes", "replacements")
"""Arguments that some models send as the text of a list."""


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)


class ToolCalls:
    """Takes the `tool_calls` of each delta; `text` gives the whole ones."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self.size = 0
        """Characters of all arguments so far."""

    def take(self, entries: object) -> None:
        """The `tool_calls` of one delta or message; what is none is passed over."""
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping):
                self._piece(entry)

    def text(self, *, cut: bool = False) -> str:
        """A line of JSON for each call, or the call as GLM writes it, in the order in which they began; "" where there is
        none. After a `cut`, of those that are whole."""
        lines = []
        for call in self._calls:
            given = "".join(call.pieces) or ("" if cut else "{}")
            arguments = _whole(given)
            name = call.name.split("<")[0].strip()
            whole = _line(name, arguments) if arguments is not None else None
            if "<arg_key>" in call.name:
                # An object beside what stands in the name is one too many.
                whole = None if arguments else leaked(call.name, "" if arguments == {} else given, cut=cut)
            elif arguments is None and given.lstrip().startswith("<arg_key>"):
                whole = leaked(name, given, cut=cut)
            if whole is not None:
                lines.append(whole)
            elif not cut:
                lines.append(half_call(name, given))
        return "".join(["\n", *lines]) if lines else ""

    def _piece(self, entry: Mapping[str, Any]) -> None:
        function = entry.get("function")
        function = function if isinstance(function, Mapping) else entry
        name, arguments = (function.get(key) for key in ("name", "arguments"))
        id_ = entry.get("id") if isinstance(entry.get("id"), str) else ""
        call = self._call(entry.get("index"), id_ or "", name if isinstance(name, str) else "")
        if call is None:
            return
        if isinstance(arguments, Mapping):
            call.pieces = [json.dumps(arguments)]
        elif isinstance(arguments, str) and self.size + len(arguments) <= _LONGEST:
            self.size += len(arguments)
            call.pieces.append(arguments)

    def _call(self, index: object, id_: str, name: str) -> _Call | None:
        """The call that a piece belongs to. Indexes go before ids; a name with neither begins another call."""
        known: _Call | None
        if type(index) is int:
            known = self._by_index.get(index)
            if known is not None and id_ and known.id and id_ != known.id:
                known = None  # the same index for another call
        else:
            same = next((call for call in self._calls if id_ and call.id == id_), None)
            known = same or (self._calls[-1] if self._calls and not name and not id_ else None)
        if known is None:
            if len(self._calls) >= _MOST:
                return None
            known = _Call()
            self._calls.append(known)
        if type(index) is int:
            self._by_index[index] = known
        known.id = known.id or id_
        # Arguments that leak into a name come in pieces.
        known.name = known.name + name if "<" in known.name else known.name or name
        return known


def _line(name: str, arguments: Mapping[str, Any]) -> str:
    return json.dumps({"name": name, "arguments": _with_lists(arguments)}, ensure_ascii=False) + "\n"


def half_call(name: str, given: str) -> str:
    """What came of a call's arguments, as what is no JSON, whatever stands in it; in one line, so that nothing in it is read
    as a plan."""
    given = " ".join(given.splitlines())
    return f'{{"name": {json.dumps(name)}, "arguments": {{"edits": [half: {given} ...\n'


def _whole(text: str) -> dict[str, Any] | None:
    """The arguments of a call, also where they are encoded twice, or sent twice (`X` + `X`); None where they are half."""
    half = len(text) // 2
    candidates = [text] if len(text) % 2 or text[:half] != text[half:] else [text, text[:half]]
    for candidate in candidates:
        found: Any = candidate
        for _ in range(3):
            if not isinstance(found, str):
                break
            try:
                found = json.loads(found, strict=False)
            except (ValueError, RecursionError):
                break
        if isinstance(found, dict):
            return found
    return None


def _with_lists(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _unpacked(value) if key in _LISTS else value for key, value in arguments.items()}


def _unpacked(value: Any) -> Any:
    """A list that was sent as its text."""
    if isinstance(value, str):
        try:
            found = json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return value
        return found if isinstance(found, list) else value
    return value
