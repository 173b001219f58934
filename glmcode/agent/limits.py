"""Budgets: how much one more answer may cost, known before it is asked for."""

from dataclasses import dataclass, field

from glmcode.agent.events import UsageCounted
from glmcode.errors import Exit, GlmcodeError
from glmcode.model.providers import Provider

__all__ = ["Limits", "Spent", "TooLongError", "output_allowance"]

LEAST_ANSWER = 512
"""Tokens below which an answer is not worth asking for: a single edit with a sentence around it."""

MARGIN = 0.15
"""How far an estimate of a prompt's tokens may be below the service's own count; the budget is kept all the same."""


CONTEXT, MAX_OUTPUT = 202_752, 131_072
"""GLM-5's own limits, for an endpoint whose limits are not known."""


class TooLongError(GlmcodeError):
    """A request leaves no room for an answer in the provider's context."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a task stops, green or not. None is no limit."""

    rounds: int = 8
    dollars: float | None = None
    tokens: int | None = None
    """Prompt and output tokens of all the task's requests together."""
    answer: int | None = None
    """Output tokens of one answer, for a server that takes fewer than GLM-5's."""
    minutes: float | None = None
    """From the task's beginning on: a stream or a test run that is under way then is ended."""


@dataclass(slots=True)
class Spent:
    """What a task has cost so far."""

    prompt: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    dollars: float | None = field(default=0.0)
    """None as soon as one answer's price is not known."""
    unsure_tokens: int = 0
    """What of it is estimated, since the service did not count: a budget takes it for MARGIN more."""
    unsure_dollars: float = 0.0

    def add(self, usage: UsageCounted) -> None:
        self.prompt += usage.prompt_tokens
        self.cached += usage.cached_tokens
        self.output += usage.output_tokens
        self.reasoning += usage.reasoning_tokens
        if self.dollars is not None:
            self.dollars = None if usage.dollars is None else self.dollars + usage.dollars
        if usage.estimated:
            self.unsure_tokens += usage.prompt_tokens + usage.output_tokens
            self.unsure_dollars += usage.dollars or 0.0


def output_allowance(prompt_tokens: int, provider: Provider, limits: Limits, spent: Spent) -> int:
    """The most output tokens that the next request may ask for: within the provider's cap, its context, and what is left
    of the budgets even if every one of them is used. Raises GlmcodeError (BUDGET) where that is too little for an answer.
    """
    prompt = int(prompt_tokens * (1 + MARGIN))
    context = provider.context or CONTEXT
    caps = [most for most in (limits.answer, provider.max_output) if most is not None]
    cap = min(caps, default=MAX_OUTPUT)
    least = min(LEAST_ANSWER, cap)
    allowed = min(cap, context - prompt)
    if allowed < least:
        raise TooLongError(
            f"the request is about {prompt_tokens:,} tokens: too long for {provider.name}'s context of {context:,}",
            exit_code=Exit.BUDGET,
        )
    if limits.tokens is not None:
        left = limits.tokens - spent.prompt - spent.output - int(spent.unsure_tokens * MARGIN)
        allowed = min(allowed, left - prompt)
        if allowed < least:
            raise GlmcodeError(
                f"the budget of {limits.tokens:,} tokens does not reach for another answer"
                f" ({max(left, 0):,} are left, the request alone is about {prompt_tokens:,})",
                exit_code=Exit.BUDGET,
                hint="raise --max-tokens",
            )
    if limits.dollars is not None:
        if provider.price_input is None or provider.price_output is None or spent.dollars is None:
            raise GlmcodeError(
                f"the prices of {provider.name} are not known, so --max-cost can't be kept",
                hint="price_input and price_output of the provider's table in the configuration name them, in dollars a"
                " million tokens\n--max-tokens limits the run without them",
            )
        gone = spent.dollars + spent.unsure_dollars * MARGIN
        left_dollars = limits.dollars - gone - prompt * provider.price_input / 1e6
        if provider.price_output > 0:
            allowed = min(allowed, int(left_dollars * 1e6 / provider.price_output))
        if allowed < least or left_dollars < 0:
            raise GlmcodeError(
                f"the budget of ${limits.dollars:.2f} does not reach for another answer (${spent.dollars:.4f} are spent)",
                exit_code=Exit.BUDGET,
                hint="raise --max-cost",
            )
    return allowed
