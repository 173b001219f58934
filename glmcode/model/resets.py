"""How long a refusal asks to wait, where it says so in words: "try again in 20s", "resets at 2026-01-31 18:00:00"."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

__all__ = ["asked_to_wait"]

_DATE: Final = re.compile(
    r"(20\d\d)[-/](\d\d?)[-/](\d\d?)[T ]+(\d\d?):(\d\d)(?::(\d\d))?(?:\.\d+)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
_IN: Final = re.compile(
    r"(?i)\b(?:in|after|for)\s+(?:about\s+)?((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|h|hrs?|hours?|m|min|mins|minutes?|s|secs?|seconds?)(?![a-z])[\s,]*)+)"
)
_PART: Final = re.compile(r"(?i)(\d+(?:\.\d+)?)\s*([a-z]+)")
_SECONDS: Final = {"ms": 0.001, "m": 60.0, "h": 3600.0, "s": 1.0}
_WAITS: Final = re.compile(r"(?i)\b(?:try|retry|again|wait|reset|resets|available|limit|recover)|重置|重试|恢复")
LONGEST: Final = 40 * 86400.0
"""Seconds: a month's limit resets within that; what is later is no reset."""


def asked_to_wait(message: str, now: float, zone: str = "+00:00") -> float | None:
    """Seconds from `now` (of the Unix epoch) that the message asks to wait; None where it names none, or one that is over.

    `zone`: of times that stand without one, as the service means them.
    """
    if not _WAITS.search(message):
        return None
    if found := _DATE.search(message):
        return _until(found, now, zone)
    if found := _IN.search(message):
        seconds = sum(float(number) * _unit(unit) for number, unit in _PART.findall(found[1]))
        return seconds if 0 < seconds <= LONGEST else None
    return None


def _unit(word: str) -> float:
    word = word.lower()
    if word.startswith(("ms", "milli")):
        return _SECONDS["ms"]
    return _SECONDS["m"] if word.startswith("m") else _SECONDS[word[0]]


def _until(found: re.Match[str], now: float, zone: str) -> float | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    named = found[7] or zone
    try:
        when = datetime(year, month, day, hour, minute, second, tzinfo=_zone(named))
    except ValueError:
        return None
    seconds = when.timestamp() - now
    return seconds if 0 < seconds <= LONGEST else None


def _zone(name: str) -> timezone:
    if name in ("Z", "UTC", "GMT"):
        return UTC
    minutes = int(name[1:3]) * 60 + int(name[-2:])
    return timezone(timedelta(minutes=-minutes if name[0] == "-" else minutes))
