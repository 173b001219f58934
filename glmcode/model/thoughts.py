"""Thoughts that a server left in the text: `<think>` ... `</think>` at its very beginning, as where no parser of reasoning is
switched on. What is drafted in them is no part of the answer. Pure.
"""

from typing import Final

from glmcode.model.stream import Reasoning, Text

__all__ = ["Leading"]

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"


class Leading:
    """Takes the answer's text as it arrives and tells thoughts from what is said. `over` once the rest is all text."""

    def __init__(self) -> None:
        self.over = False
        self._inside = False
        self._held = ""
        """What may be the beginning of a tag."""

    def take(self, text: str) -> list[Text | Reasoning]:
        text, self._held = self._held + text, ""
        if not self._inside:
            said = text.lstrip()
            if not said:
                return [Text(text)] if text else []
            if len(said) < len(_OPEN) and _OPEN.startswith(said):
                self._held = text
                return []
            if not said.startswith(_OPEN):
                self.over = True
                return [Text(text)]
            self._inside = True
            text = said[len(_OPEN) :]
        thought, close, rest = text.partition(_CLOSE)
        if not close:
            kept = _begun(text)
            thought, self._held = text[: len(text) - kept], text[len(text) - kept :]
        self.over = bool(close)
        return [*([Reasoning(thought)] if thought else []), *([Text(rest)] if rest else [])]

    def rest(self) -> list[Text | Reasoning]:
        """What is still held, at the end of the answer."""
        held, self._held, self.over = self._held, "", True
        return [Reasoning(held) if self._inside else Text(held)] if held else []


def _begun(text: str) -> int:
    """How many characters at the text's end may begin the closing tag."""
    return next((size for size in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:size])), 0)
