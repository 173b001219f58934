"""Recorded answers: JSON Lines, the first line a header, each other line one request and the answer to it.

    {"cassette": 1, "note": "..."}
    {"request": {...}, "answer": {"status": 200, "headers": {...}, "events": ["{...}", ..., "[DONE]"]}}
    {"request": {...}, "answer": {"status": 429, "headers": {...}, "body": "..."}}

`request` is the body that was sent, or null. `events` are the payloads of the stream's `data:` lines. A usage event whose
`prompt_tokens` is null is filled in by the player. A cassette that someone else made is hostile until it has been read.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, Any, Final, Literal

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.providers import Endpoint
from glmcode.model.scrub import Scrubber
from glmcode.model.usage import estimate_tokens
from glmcode.version import __version__

__all__ = ["Answer", "Cassette", "Exchange", "Recorder", "from_answers", "read_cassette", "write_cassette"]

VERSION: Final = 1
LONGEST_LINE: Final = 256 * 1024 * 1024
"""Bytes of one exchange: a full answer of one-token events is some 40 MB."""
LONGEST_FILE: Final = 1024 * 1024 * 1024

_KEPT_HEADERS: Final = ("content-type", "retry-after")
_PIECES: Final = re.compile(r" ?[^\W\d_]{1,7}| ?[^\w\s]{1,3}|\d{1,3}|_|\s+")
"""Splits any text into pieces, leaving nothing out: a blank goes with the word behind it, as in the model's own tokens."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer: a stream of `events`, or a `body`."""

    status: int
    headers: tuple[tuple[str, str], ...]
    events: tuple[str, ...] | None
    body: str
    request: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Cassette:
    """What is played, in order."""

    exchanges: tuple[Exchange, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was written rather than recorded."""

    text: str
    reasoning: str = ""
    finish: Literal["stop", "length", "cut"] = "stop"
    """"cut": the stream ends without a finish reason, as when a connection breaks."""
    pieces: int | None = None
    """How many events the text comes in, of nearly equal length; None for pieces of about a token's size."""


def from_answers(answers: Sequence[Answer], model: str = "glm-5", note: str = "") -> Cassette:
    """A cassette of the answers, one event for a piece of about a token's size, with usage by estimate. Deterministic."""
    stream = (("content-type", "text/event-stream"),)
    return Cassette(tuple(Exchange(200, stream, tuple(_events(answer, model)), "") for answer in answers), note)


def _events(answer: Answer, model: str) -> list[str]:
    frame = {"id": "recorded", "object": "chat.completion.chunk", "created": 0, "model": model}
    reasoning = _PIECES.findall(answer.reasoning)
    text = answer.text
    pieces = _PIECES.findall(text)
    if answer.pieces is not None:
        bounds = [len(text) * part // answer.pieces for part in range(answer.pieces + 1)]
        pieces = [text[first:last] for first, last in pairwise(bounds) if last > first]

    def event(delta: Mapping[str, str], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return json.dumps({**frame, "choices": [choice]}, ensure_ascii=False)

    events = [event({"role": "assistant", "reasoning_content": piece}) for piece in reasoning]
    events += [event({"role": "assistant", "content": piece}) for piece in pieces]
    if answer.finish == "cut":
        return events
    thought = estimate_tokens(answer.reasoning)
    usage = {
        "prompt_tokens": None,
        "completion_tokens": thought + estimate_tokens(answer.text),
        "completion_tokens_details": {"reasoning_tokens": thought},
    }
    return [*events, event({}, answer.finish), json.dumps({**frame, "choices": [], "usage": usage}), "[DONE]"]


def write_cassette(path: str | os.PathLike[str], cassette: Cassette) -> None:
    """Writes a new file. Raises GlmcodeError where one exists already, or can't be written."""
    path = os.fspath(path)
    with _created(path) as file:
        _append(file, _header(cassette.note), path)
        for exchange in cassette.exchanges:
            _append(file, _as_json(exchange), path)


def read_cassette(path: str | os.PathLike[str]) -> Cassette:
    """Reads a cassette. Raises GlmcodeError (exit 2) that names the line where it is none."""
    path = os.fspath(path)
    exchanges: list[Exchange] = []
    note: str | None = None
    size = 0
    try:
        with open(path, "rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                size += len(line)
                if len(line) > LONGEST_LINE or size > LONGEST_FILE:
                    raise _bad(path, number, "is too long")
                if not line.strip():
                    continue
                entry = _object(line, path, number)
                if note is None:
                    if entry.get("cassette") != VERSION or isinstance(entry["cassette"], bool):
                        raise _bad(path, number, f'is no header {{"cassette": {VERSION}}} that this version can read')
                    note = str(entry.get("note", ""))[:1000]
                else:
                    exchanges.append(_exchange(entry, path, number))
    except OSError as error:
        raise GlmcodeError(f"can't read {path}: {error.strerror}") from None
    if note is None:
        raise GlmcodeError(f"{path} is empty, no cassette")
    return Cassette(tuple(exchanges), note)


def _object(line: bytes, path: str, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        raise _bad(path, number, "is no JSON") from None
    if not isinstance(entry, dict):
        raise _bad(path, number, "is no JSON object")
    return entry


def _exchange(entry: Mapping[str, Any], path: str, number: int) -> Exchange:
    request, answer = entry.get("request"), entry.get("answer")
    if not isinstance(answer, dict) or not isinstance(request, dict | None):
        raise _bad(path, number, "has no request and answer")
    status, headers = answer.get("status"), answer.get("headers", {})
    events, body = answer.get("events"), answer.get("body", "")
    if type(status) is not int or not 200 <= status <= 599:
        raise _bad(path, number, "has no status from 200 to 599")
    if not isinstance(headers, dict) or not all(
        isinstance(v, str) and v.isascii() and v.isprintable() and len(v) < 1000 for v in headers.values()
    ):
        raise _bad(path, number, "has headers that are none")
    if not isinstance(body, str) or not isinstance(events, list | None):
        raise _bad(path, number, "has neither events nor a body")
    if events is not None and not all(isinstance(e, str) and "\n" not in e and "\r" not in e for e in events):
        raise _bad(path, number, "has an event that is no single line of text")
    kept = tuple((name, headers[name]) for name in _KEPT_HEADERS if name in headers)
    return Exchange(status, kept, None if events is None else tuple(events), body, request)


def _bad(path: str, number: int, why: str) -> GlmcodeError:
    return GlmcodeError(f"{path}: line {number} {why}", hint="cassettes are written by `glmcode run --record FILE`")


class Recorder:
    """Writes a new cassette while requests are made: each exchange is one line, written at once when it has ended.

    Keys, and what looks like one, and the home directory's path never reach the file, also where a path is spread over
    several tokens of an answer.
    """

    def __init__(self, path: str, *, note: str = "", environ: Mapping[str, str] | None = None) -> None:
        """Raises GlmcodeError where the file exists already: a recording never replaces another."""
        self.path = path
        self._scrub = Scrubber(os.environ if environ is None else environ)
        with _created(path) as file:
            _append(file, _header(self._scrub.text(note)), path)

    def add(
        self, request: Mapping[str, Any], status: int, headers: Mapping[str, str], heard: bytes, endpoint: Endpoint
    ) -> None:
        """Adds one exchange: the body sent, and the bytes of the answer as far as they came."""
        scrub = self._scrub.knowing(endpoint.key)
        text = heard.decode("utf-8", "replace")
        kept = tuple((name, scrub.text(headers[name])) for name in _KEPT_HEADERS if name in headers)
        events = None
        if 200 <= status < 300 and not text.lstrip("\ufeff \t\r\n").startswith(("{", "<", "[")):
            lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            events = scrub.events([line[5:].removeprefix(" ") for line in lines if line.startswith("data:")])
        body = "" if events is not None else scrub.text(text)
        exchange = Exchange(status, kept, None if events is None else tuple(events), body, scrub.value(request))
        try:
            with open(self.path, "ab") as file:
                _append(file, _as_json(exchange), self.path)
        except OSError as error:
            raise _unwritten(self.path, error) from None


def _header(note: str) -> dict[str, Any]:
    return {"cassette": VERSION, "note": note, "glmcode": __version__}


def _as_json(exchange: Exchange) -> dict[str, Any]:
    answer: dict[str, Any] = {"status": exchange.status, "headers": dict(exchange.headers)}
    if exchange.events is None:
        answer["body"] = exchange.body
    else:
        answer["events"] = exchange.events
    return {"request": exchange.request, "answer": answer}


def _created(path: str) -> IO[bytes]:
    """A new file that only its owner can read: it will hold source code."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise GlmcodeError(f"{path} exists already", hint="a recording never replaces a file: name a new one") from None
    except OSError as error:
        raise _unwritten(path, error) from None


def _append(file: IO[bytes], entry: Mapping[str, Any], path: str) -> None:
    try:
        # Lone surrogates have no bytes in UTF-8, so they are escaped; so is everything else that is not ASCII.
        file.write(json.dumps(entry).encode() + b"\n")
        file.flush()
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: str, error: OSError) -> GlmcodeError:
    return GlmcodeError(f"can't write {path}: {error.strerror}", exit_code=Exit.USAGE)
