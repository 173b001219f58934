"""What a model's answer is made of while it arrives, as plain data, and what a request asks."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Delta", "Fault", "Finish", "Message", "Reasoning", "Request", "Text", "Usage", "Waiting"]


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


Delta: TypeAlias = Text | Reasoning | Usage | Finish | Waiting
