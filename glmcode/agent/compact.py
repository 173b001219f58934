"""A conversation that has grown too long → one that says the same in less: earlier rounds become a line each. Pure."""

from collections.abc import Sequence
from typing import Final

from glmcode.model.stream import Message

__all__ = ["compacted"]

_LEFT_OUT: Final = {
    "assistant": "(An earlier plan of yours is left out here. What of it could land has landed.)",
    "user": "(What was told of an earlier round is left out here: it was tested, and what came next was asked for.)",
}


def compacted(messages: Sequence[Message]) -> list[Message]:
    """The conversation without what its earlier rounds said. The rules, the task with the files that it shows, and the last
    user's message, which has what is still to be mended, stay as they are; so does the order of the roles."""
    last = len(messages) - 1
    return [
        message if number < 2 or number == last else Message(message.role, _LEFT_OUT.get(message.role, message.content))
        for number, message in enumerate(messages)
    ]
