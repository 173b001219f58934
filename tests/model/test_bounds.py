"""How slow, and how silent, an answer may be: by a clock that the test turns."""

import math

import pytest

from glmcode.model.bounds import Bounds
from glmcode.model.retry import Retry
from glmcode.model.stream import Text

STALL = Retry().stall


def ended(
    monkeypatch: pytest.MonkeyPatch, every: float, text: str, called: int = 0, life: float = 1.0
) -> tuple[float, str]:
    """When, within an hour, and why an answer is ended that says `text`, and so many characters of tool calls, every so many
    seconds, with a sign of life between."""
    now = 0.0
    monkeypatch.setattr("glmcode.model.bounds.time.monotonic", lambda: now)
    bounds = Bounds(131_072, math.inf, STALL, _spoken=0.0, _looked=0.0)
    next_, calls = every, 0
    while now < 3600:
        now += life
        says = now >= next_
        next_ += every if says else 0
        calls += called if says else 0
        if why := bounds.passed([Text(text)] if says and text else [], calls):
            return now, why
    return math.inf, ""


def test_a_byte_a_second_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of one token is 180 bytes and more: the answer would take half a year."""
    when, why = ended(monkeypatch, 180, "word")
    assert when == pytest.approx(5 * STALL, abs=2)
    assert why == "only 12 characters in 601 seconds"


@pytest.mark.parametrize(("every", "text"), [(1, "wo"), (30, "word"), (0.25, "w"), (590, "word" * 16)])
def test_a_slow_model_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch, every: float, text: str) -> None:
    assert ended(monkeypatch, every, text) == (math.inf, "")


def test_signs_of_life_alone_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    when, why = ended(monkeypatch, math.inf, "")
    assert when == pytest.approx(5 * STALL, abs=2)
    assert why.startswith("nothing but signs of life")


def test_a_plan_that_comes_as_tool_calls_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """They become text at the end of the answer: for half an hour nothing else is said."""
    assert ended(monkeypatch, 1, "", called=40) == (math.inf, "")
    assert ended(monkeypatch, 1, "", called=10**6)[1] == "the service sends far more than was asked for"
