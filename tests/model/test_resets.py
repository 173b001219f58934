"""How long a refusal asks to wait, in the words that services use."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.model.resets import LONGEST, asked_to_wait

NOW = datetime.fromisoformat("2026-08-25T06:00:00+00:00").timestamp()


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Usage limit reached for 5 hour. Your limit will reset at 2026-08-25 14:32:10", 32 * 60 + 10),
        ("已达到 5 小时的使用上限。您的限额将在 2026-08-25 14:10:00 重置。", 600),
        ("Weekly limit exhausted. It resets at 2026-08-26T06:00:00Z", 86400),
        ("resets at 2026-08-25T06:00:30.250+00:00", 30),
        ("Resets at 2026/08/25 08:00 +0200, be patient", None),
        ("Rate limit reached. Please try again in 6m0s.", 360),
        ("Please try again in 1.5s", 1.5),
        ("Please try again in 20 seconds", 20),
        ("retry after 250ms", 0.25),
        ("Try again in 2 hours, 5 minutes", 7500),
        ("try again in 1 min", 60),
        ("wait for about 3 mins", 180),
        ("your limit has reset at 2026-08-25 13:00:00", None),
        ("resets at 2026-13-45 99:99:99", None),
        ("resets at 2031-01-01 00:00:00", None),
        ("try again later", None),
        ("overloaded", None),
        ("model released in 2 hours", None),
        ("at most 60 requests in 1 minute", None),
    ],
)
def test_what_is_asked_for(message: str, seconds: float | None) -> None:
    assert asked_to_wait(message, NOW, "+08:00") == (None if seconds is None else pytest.approx(seconds))


@given(st.text(alphabet="resetagin 0123456789-:TZ+hms.", max_size=80))
def test_any_words_at_all_give_a_wait_within_bounds_or_none(message: str) -> None:
    found = asked_to_wait(f"try again {message}", NOW)
    assert found is None or 0 < found <= LONGEST
