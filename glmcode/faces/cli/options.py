"""What a command's flags say, on top of the user's configuration."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glmcode.agent.options import Options

__all__ = ["asked_for", "limited"]


def asked_for(
    provider: str | None,
    base_url: str | None,
    model: str | None,
    fallback: Sequence[str] | None = None,
    thinking: bool | None = None,
    retries: int | None = None,
    stop_early: bool | None = None,
) -> "Options":
    """The options for a task. Flags that name a place replace all that the configuration says of one: its key goes
    nowhere else. Raises GlmcodeError (exit 2) where the configuration can't be read."""
    from glmcode.agent.config import configured
    from glmcode.agent.options import Phases
    from glmcode.agent.stopping import NEVER

    options = configured().options
    if provider is not None or base_url is not None:
        options = replace(options, provider=provider, base_url=base_url, model=model)
    elif model is not None:
        options = replace(options, model=model)
    if fallback:
        options = replace(options, fallback=() if fallback == ["none"] else tuple(fallback))
    if thinking is not None:
        options = replace(options, thinking=Phases(thinking, thinking))
    if retries is not None:
        retry = replace(options.retry, tries=retries, waits=options.retry.waits if retries else ())
        options = replace(options, retry=retry)
    return replace(options, stopping=NEVER) if stop_early is False else options


def limited(
    options: "Options",
    rounds: int | None,
    dollars: float | None,
    tokens: int | None,
    answer: int | None,
    minutes: float | None,
) -> "Options":
    """The options with these limits, each as it was where it is None."""
    begun = options.limits
    limits = replace(
        begun,
        rounds=begun.rounds if rounds is None else rounds,
        dollars=begun.dollars if dollars is None else dollars,
        tokens=begun.tokens if tokens is None else tokens,
        answer=begun.answer if answer is None else answer,
        minutes=begun.minutes if minutes is None else minutes,
    )
    return replace(options, limits=limits)
