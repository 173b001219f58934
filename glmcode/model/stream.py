"""What a model's answer is made of while it arrives, as plain data, and what a request asks."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from glmcode.model.providers import Provider

__all__ = [
    "Answering",
    "Asking",
    "Delta",
    "Fault",
    "Finish",
    "Message",
    "Reasoning",
    "Request",
    "Switched",
    "Text",
    "Told",
    "Usage",
    "Waiting",
]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str
    reasoning: str = ""
    """What the model thought before this answer. Sent back to services that keep it, so that their cached prefix holds."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the model. At least one message is the user's: services refuse the rest."""

    messages: tuple[Message, ...]
    max_tokens: int
    """Reasoning and answer together. Lowered to what the provider can give."""
    thinking: bool = True
    partial: str = ""
    """An answer to these messages broke off: all of its text that arrived, without white space at its end. A provider that
    can goes on to the character from there."""
    closed: str = ""
    """What of that text is not to be said again: up to the end of its last whole edit. Empty: nothing is."""
    go_on: str = ""
    """The user's message that asks to go on behind `closed`, for a provider that takes no beginning of an answer. Empty
    where `closed` is: then the answer begins anew there."""
    deadline: float = math.inf
    """When it must have ended, whole or not: a time of the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A request goes to a provider that is fit for it."""

    provider: Provider
    model: str
    max_tokens: int
    """Output tokens that it may use at most."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something was decided about the request that the user may want to know, in one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer comes: the first delta of each. Who gives it, and where its text goes on."""

    provider: str
    model: str
    continues: bool
    """The text goes on behind the request's `partial`, to the character; else behind its `closed`."""


@dataclass(frozen=True, slots=True)
class Switched:
    """Another provider is asked from here on."""

    provider: str
    model: str
    why: str


@dataclass(frozen=True, slots=True)
class Text:
    """Some of the answer; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """Some of the model's thinking; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the service counted for the whole request. Cached tokens are part of the prompt's, reasoning of the output's."""

    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The answer has ended: always the last delta.

    `reason` is the service's word ("stop", "length", "sensitive", "tool_calls", "model_context_window_exceeded", ...),
    or "cut" where the stream broke off: what arrived before stands, and `detail` says in a few words what went wrong.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The service could not answer; the same request goes out again after `seconds`. Only before the first text."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The service says inside the stream that it can't go on. The decoder's word to the client, which never passes it on."""

    code: str
    message: str


Delta: TypeAlias = Asking | Told | Answering | Switched | Waiting | Text | Reasoning | Usage | Finish
