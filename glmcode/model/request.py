"""A request → the body that is sent. Byte-stable for the same messages, so that the service's cached prefix holds."""

from typing import Any, Final

from glmcode.model.providers import Endpoint
from glmcode.model.stream import Message, Request
from glmcode.model.usage import estimate_tokens

__all__ = ["mended_messages", "request_body"]

_SMALLEST: Final = 1024
"""Tokens of answer that are asked for however long the prompt is: then the service says that it is too long."""


def request_body(request: Request, endpoint: Endpoint, *, continues: bool = False) -> dict[str, Any]:
    """The JSON body. Nothing that a service of the facts page refuses: no penalties, no seed, no names, no null content.

    `continues`: the server goes on behind the request's `partial`, to the character. It does so without thinking: the
    text has begun, and servers that look for the end of the thoughts would take all of it for thoughts.
    """
    thinking = endpoint.provider.thinking
    messages = _messages(request, continues)
    return {
        "model": endpoint.model,
        "messages": [_message(message, endpoint) for message in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": _max_tokens(request, messages, endpoint),
        **(thinking.on if request.thinking and not continues else thinking.off),
        **({"continue_final_message": True, "add_generation_prompt": False} if continues else {}),
    }


def mended_messages(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """The messages of a body as even a strict service takes them, for one that refused them: none is empty, none carries
    reasoning, and no two that follow one another are of the same role."""
    mended: list[dict[str, str]] = []
    for message in messages:
        content = message["content"]
        if not content.strip():
            continue
        if mended and mended[-1]["role"] == message["role"]:
            mended[-1]["content"] += f"\n\n{content}"
        else:
            mended.append({"role": message["role"], "content": content})
    return mended


def _messages(request: Request, continues: bool) -> tuple[Message, ...]:
    """The conversation, and behind it, where an answer broke off, what there is of that: all of it for a server that goes
    on behind it, else what is whole and the wish to go on."""
    if continues:
        return (*request.messages, Message("assistant", request.partial))
    if not (request.closed and request.go_on):
        return request.messages
    return (*request.messages, Message("assistant", request.closed), Message("user", request.go_on))


def _message(message: Message, endpoint: Endpoint) -> dict[str, str]:
    body = {"role": message.role, "content": _clean(message.content)}
    if message.reasoning and endpoint.provider.keeps_reasoning:
        body["reasoning_content"] = _clean(message.reasoning)
    return body


def _max_tokens(request: Request, messages: tuple[Message, ...], endpoint: Endpoint) -> int:
    """What the request asks, within the provider's cap and within what the prompt leaves of the context."""
    provider = endpoint.provider
    limit = min(request.max_tokens, provider.max_output or request.max_tokens)
    if provider.context is not None:
        prompt = sum(estimate_tokens(m.content) + estimate_tokens(m.reasoning) + 8 for m in messages)
        # The estimate may be a fifth too low.
        limit = min(limit, max(_SMALLEST, provider.context - prompt * 6 // 5))
    return limit


def _clean(text: str) -> str:
    """Text that UTF-8 has bytes for: file contents may hold escaped bytes, which no service takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
