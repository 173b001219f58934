"""Bytes of an event stream, at any chunking → deltas. Tolerates every shape that services were seen to send.

One `data:` line is one event: no service spreads its JSON over several on purpose. Lines that are no JSON on their own
are kept until they can be joined with what follows, and tried once more; what is still broken is counted and skipped.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # json's own reader of strings, missing in typeshed
from typing import Any, Final

from glmcode.model.stream import Delta, Fault, Finish, Reasoning, Text, Usage
from glmcode.model.thoughts import Leading
from glmcode.model.tool_calls import ToolCalls, half_call
from glmcode.model.xml_calls import written_last

__all__ = ["LARGEST_EVENT", "Decoder", "read_fault", "read_usage"]

LARGEST_EVENT: Final = 16 * 1024 * 1024
"""Bytes that one event may have: more than the text of a whole answer."""

_JSON: Final = json.JSONDecoder(strict=False)  # a raw tab in a string is wrong, and harmless
_NO_SHAPE: Final = "\0"  # no line begins so
_WHOLE: Final = ("stop", "tool_calls")
"""The finish reasons of an answer that came to its end: after any other, half a call is asked for again."""
_PROBE: Final = "glmcode probe"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BETWEEN: Final = re.compile(r"[ \t]*(?:data:[ \t]*)?")


@dataclass(slots=True)
class _Shape:
    """An event that differs from the one before in nothing but one string: what stands before and behind that string."""

    prefix: str = _NO_SHAPE
    suffix: str = ""
    kind: type[Text | Reasoning] = Text
    hits: int = 0
    learned: int = 0


class Decoder:
    """Feed it what the network gives, then `close()`.

    Deltas of one feed that follow one another and are of one kind come as one. Tool calls that came whole (as text), Usage
    (the last that was sent) and Finish come from `close()`, wherever in the stream they stood. `done` is true once the service has said `[DONE]` or
    that it can't go on: nothing behind that is read. `broken` counts events that could not be read; `spoke` is true
    once text or reasoning has come; `usage` is what the service has counted so far.
    """

    def __init__(self, *, begun: bool = False) -> None:
        """`begun`: the text goes on within an answer that has begun, so that no thoughts stand before it."""
        self.done = False
        self.broken = 0
        self.spoke = False
        self._held: list[bytes] = []  # the line that has not ended yet
        self._size = 0
        self._carriage = b""
        self._torn: list[str] = []  # lines that were no JSON on their own
        self._torn_size = 0
        self._half = ""  # the first half of a character that two events share
        self._half_kind: type[Text | Reasoning] = Text
        self._finish = ""
        self.usage: Usage | None = None
        self._shape = _Shape()
        self._calls = ToolCalls()
        self._leading = None if begun else Leading()
        self._wrote = begun
        self._thoughts: list[str] = []
        """The reasoning, as long as no text has come."""

    @property
    def called(self) -> int:
        """Characters of tool calls so far."""
        return self._calls.size

    def feed(self, data: bytes) -> list[Delta | Fault]:
        """The deltas that these bytes complete. A Fault is the last of all."""
        if self.done:
            return []
        if self._carriage or b"\r" in data:
            data = self._carriage + data
            # The other half of a CRLF may come with the next read.
            self._carriage = b"\r" if data.endswith(b"\r") else b""
            data = data.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        end = data.rfind(b"\n") + 1
        block = data[:end]
        if end and self._held:
            block = b"".join([*self._held, block])
            self._held, self._size = [], 0
        if end < len(data):
            self._held.append(data[end:])
            self._size += len(data) - end
            if self._size > LARGEST_EVENT:
                self.done = True
                return [Fault("", "an event of more than 16 MB")]
        # Only whole lines are decoded, so no character is ever split here.
        return self._read(block[:-1].decode("utf-8", "replace")) if end else []

    def close(self, why: str = "the stream ended without a finish reason") -> list[Delta | Fault]:
        """What a last line without an end still gives; then Usage, where the service counted; then Finish.

        `why` is the detail of the cut, where the service never said how the answer ended.
        """
        deltas = self.feed(b"\n\n")
        if self._torn:
            self.broken += 1
        if self._leading is not None:
            leading, self._leading = self._leading, None
            self._give(deltas, leading.rest())
        cut = self._finish in ("", "network_error", "error")
        if calls := self._calls.text(cut=self._finish not in _WHOLE) or self._called_in_thought():
            self.spoke = True
            deltas.append(Text(calls))
        if self.usage is not None:
            deltas.append(self.usage)
        if cut:
            deltas.append(Finish("cut", f"the service ended with {self._finish}" if self._finish else why))
        else:
            deltas.append(Finish(self._finish))
        self.done = True
        return deltas

    def _called_in_thought(self) -> str:
        """The calls that an answer without any text ends with: its server took all of it for reasoning. Those of an answer
        that did not come to its end may be given up by what was still to come."""
        if self._wrote or self._finish not in _WHOLE:
            return ""
        whole, is_half = written_last("".join(self._thoughts))
        said = whole + (half_call("", "") if is_half else "")
        return f"\n{said}" if said else ""

    def _read(self, block: str) -> list[Delta | Fault]:
        """Whole lines → deltas. The one loop that runs for every token."""
        out: list[Delta | Fault] = []
        pieces: list[str] = []
        kind: type[Text | Reasoning] = Text
        shape = self._shape
        for line in block.split("\n"):
            if line.startswith(shape.prefix):
                # The line is the learned event up to where its string begins. What follows is read by json's own string
                # reader; where the rest is the learned rest too, reading the whole event could give nothing else.
                try:
                    piece, end = scanstring(line, len(shape.prefix), False)
                except ValueError:
                    end = -1
                if end > 0 and line[end:] == shape.suffix:
                    shape.hits += 1
                    if shape.kind is not kind:
                        self._say(out, kind, pieces)
                        kind, pieces = shape.kind, []
                    pieces.append(piece)
                    continue
            if not line:
                events = self._mended() if self._torn else ()
            elif line.startswith("data:"):
                events = self._events(line[5:].removeprefix(" "))
            elif self._torn:
                self._tear(line)
                continue
            elif line.startswith("{"):
                events = self._events(line)
            else:
                continue  # a comment, another field, or nothing that we know
            for event in events:
                said = self._take(event)
                if isinstance(said, Fault):
                    self._say(out, kind, pieces)
                    self.done = True
                    return [*out, said]
                for key, piece in said:
                    said_kind = Text if key == "content" else Reasoning
                    if said_kind is not kind:
                        self._say(out, kind, pieces)
                        kind, pieces = said_kind, []
                    pieces.append(piece)
                if len(said) == 1 and len(events) == 1:
                    self._learn(line, event, *said[0])
            if self.done:
                break
        self._say(out, kind, pieces)
        return out

    def _say(self, out: list[Delta | Fault], kind: type[Text | Reasoning], pieces: list[str]) -> None:
        """Joins the pieces into one delta. A character whose two surrogates came in two events is made whole."""
        text = "".join(pieces)
        if not text:
            return
        if self._half:
            # Behind a half character of another kind comes no other half: it is dropped.
            text = self._half + text if kind is self._half_kind else text
            self._half = ""
        if not text.isascii() and _SURROGATE.search(text):
            if "\ud800" <= text[-1] <= "\udbff":
                self._half, self._half_kind, text = text[-1], kind, text[:-1]
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if text:
            self._give(out, [kind(text)])

    def _give(self, out: list[Delta | Fault], deltas: list[Text | Reasoning]) -> None:
        """Adds the deltas; thoughts that stand in the text as reasoning."""
        for delta in deltas:
            if self._leading is not None:
                leading, self._leading = self._leading, None
                if isinstance(delta, Text):
                    self._give(out, leading.take(delta.text))
                    self._leading = None if leading.over else leading
                    continue
                self._give(out, leading.rest())  # a server that tells thoughts apart leaves none in the text
            out.append(delta)
            if isinstance(delta, Text):
                self._wrote = self._wrote or not delta.text.isspace()
                self._thoughts.clear()
            elif not self._wrote:
                self._thoughts.append(delta.text)

    def _events(self, payload: str) -> list[Any]:
        """The JSON values of one payload: usually one, more where a proxy glued events together."""
        events: list[Any] = []
        at = 0
        try:
            while at < len(payload):
                blank = _BETWEEN.match(payload, at)
                at = blank.end() if blank else at
                if payload.startswith("[DONE]", at):
                    self.done = True
                    break
                if at < len(payload):
                    event, at = _JSON.raw_decode(payload, at)
                    events.append(event)
        except (ValueError, RecursionError):
            if events:
                self.broken += 1
            else:
                self._tear(payload)
                self._shape.prefix = _NO_SHAPE  # the next good event has torn lines to drop
            return events
        if self._torn and events:
            self._torn, self._torn_size = [], 0
            self.broken += 1
        return events

    def _tear(self, line: str) -> None:
        """Keeps a line that may be part of an event, up to the size that an event may have."""
        self._torn.append(line)
        self._torn_size += len(line)
        if self._torn_size > LARGEST_EVENT:
            self._torn, self._torn_size = [], 0
            self.broken += 1

    def _mended(self) -> list[Any]:
        """At an empty line: the torn lines joined, if that is an event. A single one waits for one more line."""
        if len(self._torn) == 1:
            return []
        torn, self._torn, self._torn_size = self._torn, [], 0
        for joint in ("", "\n"):
            try:
                return [_JSON.decode(joint.join(torn))]
            except (ValueError, RecursionError):
                continue
        self.broken += 1
        return []

    def _take(self, event: Any) -> list[tuple[str, str]] | Fault:
        """What one event says, as (key, text); keeps its usage and its finish reason."""
        if not isinstance(event, dict):
            self.broken += 1
            return []
        fault = read_fault(event)
        if fault is not None:
            return fault
        self.usage = read_usage(event.get("usage")) or self.usage
        choice = _first_choice(event)
        self.usage = read_usage(choice.get("usage")) or self.usage
        finish = choice.get("finish_reason")
        if isinstance(finish, str) and finish:
            self._finish = finish
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            # A service that was asked to stream and answers in one piece. Behind streamed text it would say it twice.
            delta = {} if self.spoke else choice.get("message")
        said = _said(delta) if isinstance(delta, dict) else []
        if isinstance(delta, dict) and delta.get("tool_calls"):
            self._calls.take(delta["tool_calls"])
        self.spoke = self.spoke or bool(said)
        return said

    def _learn(self, line: str, event: Any, key: str, text: str) -> None:
        """Takes the event as the shape of those to come, if it is proven that its one string is all that can differ.

        The proof: with other text in the string's place, the line is the same JSON but for that string.
        """
        shape = self._shape
        # Services whose events differ in more than the text (a clock, a counter) must not pay for a proof each time.
        if shape.learned > 16 + shape.hits // 16 or not line.startswith("data:") or text == _PROBE:
            return
        choice = _first_choice(event)
        delta = choice.get("delta")
        if not isinstance(delta, dict) or choice.get("finish_reason") or choice.get("usage") or event.get("usage"):
            return
        if delta.get("tool_calls"):
            return
        found = re.search(rf'"{key}"\s*:\s*"', line)
        if found is None:
            return
        shape.learned += 1
        start = found.end()
        try:
            _, end = scanstring(line, start, False)
            probe = json.loads(f"{line[:start]}{_PROBE}{line[end - 1 :]}"[5:], strict=False)
        except (ValueError, RecursionError):
            return
        delta[key] = _PROBE
        if probe == event:
            shape.prefix, shape.suffix = line[:start], line[end:]
            shape.kind = Text if key == "content" else Reasoning


def _first_choice(event: Mapping[str, Any]) -> dict[str, Any]:
    choices = event.get("choices")
    if not isinstance(choices, list):
        return {}
    for choice in choices:
        if isinstance(choice, dict) and choice.get("index") in (0, None):
            return choice
    return {}


def _said(delta: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Reasoning under either of its names, but not under both at once, and text."""
    said = []
    for key in ("reasoning_content", "reasoning"):
        text = delta.get(key)
        if isinstance(text, str) and text:
            said.append((key, text))
            break
    text = delta.get("content")
    if isinstance(text, str) and text:
        said.append(("content", text))
    return said


def read_fault(body: Mapping[str, Any]) -> Fault | None:
    """The error that a JSON object tells of, in any of the shapes in use; None where it tells of none."""
    error = body.get("error")
    if isinstance(error, str) and error:
        return Fault(_code(body.get("code")), error)
    if isinstance(error, dict) and error:
        return Fault(
            _code(error.get("code"), error.get("type")), _words(error.get("message")) or json.dumps(error)[:300]
        )
    if body.get("object") == "error" or ("choices" not in body and "code" in body and "message" in body):
        return Fault(_code(body.get("code"), body.get("type")), _words(body.get("message")))
    return None


def _code(*candidates: object) -> str:
    for code in candidates:
        if isinstance(code, str | int) and not isinstance(code, bool) and code != "":
            return str(code)[:64]
    return ""


def _words(message: object) -> str:
    return message[:2000] if isinstance(message, str) else ""


def read_usage(usage: object) -> Usage | None:
    """The figures of a `usage` object; None where it is none. What is missing or absurd counts as 0."""
    if not isinstance(usage, dict) or not usage:
        return None

    def count(owner: object, key: str) -> int:
        number = owner.get(key) if isinstance(owner, dict) else None
        return number if type(number) is int and 0 <= number < 1 << 40 else 0

    return Usage(
        prompt_tokens=count(usage, "prompt_tokens"),
        cached_tokens=count(usage.get("prompt_tokens_details"), "cached_tokens"),
        output_tokens=count(usage, "completion_tokens"),
        reasoning_tokens=count(usage.get("completion_tokens_details"), "reasoning_tokens"),
    )
