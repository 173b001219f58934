"""What a service's refusal means: one clear line, the exit code, and whether the same request may go out again.

Classes after the table of business codes that the vendor documents; other services by HTTP status and by the shapes of
error that they share. Bodies are hostile: bounded, stripped of control characters, never dumped, and without the key.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.decoder import read_fault
from glmcode.model.providers import Endpoint
from glmcode.model.resets import asked_to_wait
from glmcode.model.stream import Fault

__all__ = [
    "Failure",
    "NoAnswerError",
    "UnansweredError",
    "from_fault",
    "from_response",
    "from_transport",
    "one_line",
    "page_title",
    "proxy_hint",
    "where",
]

_AUTHENTICATION: Final = frozenset(
    {"1000", "1001", "1002", "1003", "1004", "1005", "invalid_api_key", "authentication_error"}
)
_NO_MONEY: Final = frozenset({"1113", "1309", "1311", "insufficient_quota", "insufficient_balance"})
_BAD_REQUEST: Final = frozenset({"1210", "1301"})
_BAD_MESSAGES: Final = frozenset({"1214"})
_NO_MODEL: Final = frozenset({"1211", "model_not_found"})
_TOO_LONG: Final = frozenset({"1261", "context_length_exceeded"})
_SPENT: Final = frozenset({"1308", "1310", *map(str, range(1316, 1322))})
"""Usage limits that last for hours or days: waiting seconds is in vain."""
_UNFAIR: Final = frozenset({"1313"})
_UNNAMED_RESET: Final = 1800.0
"""Seconds that a provider is left alone for whose usage limit names no reset: limits of five hours are the shortest, and no one
knows when this one began."""
_CROWDED: Final = frozenset({"1302", "rate_limit_exceeded"})
_BUSY: Final = frozenset({"1302", "1305", "1234", "rate_limit_exceeded", "overloaded_error"})
_RETRIED: Final = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request got no answer."""

    message: str
    exit_code: Exit
    hint: str = ""
    again: bool = False
    """The same request may succeed in a while."""
    wait: float | None = None
    """Seconds that the service asks to wait, where it does."""
    elsewhere: bool = False
    """Another provider may answer it. Else the user is to mend something, and no other one is asked."""
    slow: bool = False
    """It was silent for as long as is waited: each further try would cost that time again."""
    crowded: bool = False
    """Too many requests at once may be why."""
    why: Literal["", "too-long", "messages"] = ""
    """What may be done about it: a shorter conversation, or the messages put into another order."""

    def error(self) -> "UnansweredError":
        return UnansweredError(self)


class UnansweredError(GlmcodeError):
    """A provider could not answer a request, and why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, exit_code=failure.exit_code, hint=failure.hint)
        self.failure = failure


class NoAnswerError(Exception):
    """Carries a Failure out of the SDK, and the answer that told of it, for the recording. Stays within this room."""

    def __init__(
        self, failure: Failure, status: int = 0, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.status = status
        self.headers = headers or {}
        self.body = body


def where(endpoint: Endpoint) -> str:
    """The service as a person knows it: its host, and its port where it has one of its own."""
    return urlsplit(endpoint.base_url).netloc or endpoint.base_url


def one_line(text: str, endpoint: Endpoint, limit: int = 200) -> str:
    """A service's words, fit for one line of a terminal: without control characters, without the key, cut to length."""
    text = text[: 20 * limit]
    if endpoint.key:
        text = text.replace(endpoint.key, "***")
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def from_response(endpoint: Endpoint, status: int, headers: Mapping[str, str], body: bytes) -> Failure:
    """The meaning of an answer that is none: a status other than 2xx, or a 2xx body that tells of an error."""
    text = body.decode("utf-8", "replace").strip()
    fault = _fault(text)
    if 300 <= status < 400:
        to = one_line(headers.get("location", "nowhere"), endpoint, 120)
        return Failure(
            f"{where(endpoint)} redirects to {to} ({status})",
            Exit.USAGE,
            "keys are not sent on: if that is the right place, give it with --base-url",
        )
    return _judge(endpoint, status, fault, _wait(headers))


def from_fault(endpoint: Endpoint, fault: Fault) -> Failure:
    """The meaning of an error that came as the first event of a stream."""
    # Some services put the HTTP status into the error's code.
    status = int(fault.code) if re.fullmatch("[45][0-9]{2}", fault.code) else 0
    return _judge(endpoint, status, fault, None)


def from_transport(endpoint: Endpoint, what: str, *, again: bool = True, hint: str = "", slow: bool = False) -> Failure:
    """No answer at all: `what` says why in a few words."""
    message = f"{where(endpoint)}: {one_line(what, endpoint)}"
    return Failure(message, Exit.UNREACHABLE, hint, again, elsewhere=True, slow=slow)


def _judge(endpoint: Endpoint, status: int, fault: Fault, wait: float | None) -> Failure:
    code = fault.code
    label = ", ".join(part for part in (str(status or ""), code if code != str(status) else "") if part)
    words = one_line(fault.message, endpoint)
    detail = f" ({label}: {words})" if label and words else f" ({label or words})" if label or words else ""
    host = where(endpoint)

    if code in _NO_MONEY or status == 402:
        return Failure(
            f"{host}: no balance, or the model is not in the plan{detail}",
            Exit.USAGE,
            "top up there, or choose another service with --provider",
            elsewhere=True,
        )
    if code in _NO_MODEL or status == 404:
        return Failure(
            f"{endpoint.base_url} has no model {one_line(endpoint.model, endpoint, 80)}, or is no such service{detail}",
            Exit.USAGE,
            "--model names the model, --base-url the service (its URL without /chat/completions)",
        )
    if code in _AUTHENTICATION or status in (401, 403):
        name = endpoint.key_name or next(iter(endpoint.provider.keys), "OPENAI_API_KEY")
        kind = "" if " " in name else "the key in "
        sent = f"{kind}{endpoint.key_name}" if endpoint.key_name else "a request without a key"
        mend = f"set one that is valid: export {name}=..." if kind else f"{name} must give one that is valid"
        return Failure(f"{host} refused {sent}{detail}", Exit.USAGE, mend)
    if code in _TOO_LONG or status == 413:
        message = f"{host}: the prompt is too long for the model{detail}"
        return Failure(message, Exit.USAGE, "name fewer files in the task", elsewhere=True, why="too-long")
    if code in _SPENT:
        named = wait if wait is not None else asked_to_wait(fault.message, time.time(), endpoint.provider.reset_zone)
        return Failure(
            f"{host}: a usage limit is reached{detail}",
            Exit.UNREACHABLE,
            f"wait for its reset{_in_about(named)}, or use another --provider",
            wait=_UNNAMED_RESET if named is None else named,
            elsewhere=True,
        )
    if code in _UNFAIR:
        return Failure(f"{host}: against its fair use{detail}", Exit.UNREACHABLE, "its terms say what is meant")
    if code in _BAD_MESSAGES:
        return Failure(f"{host} refused the request{detail}", Exit.USAGE, why="messages")
    if code not in _BAD_REQUEST and (code in _BUSY or status in _RETRIED or status >= 500 or status == 0):
        what = "too many requests, or overloaded" if status == 429 or code in _BUSY else "the service failed"
        if wait is None:
            wait = asked_to_wait(fault.message, time.time(), endpoint.provider.reset_zone)
        hint = "try again later, or use another --provider"
        crowded = code in _CROWDED or (status == 429 and code not in _BUSY)
        return Failure(f"{host}: {what}{detail}", Exit.UNREACHABLE, hint, True, wait, elsewhere=True, crowded=crowded)
    return Failure(f"{host} refused the request{detail}", Exit.USAGE)


def proxy_hint(base_url: str) -> str:
    """Where the way leads over a proxy, that it does: what can't be reached may be that. Its address may hold a password."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(base_url)
    proxies = getproxies()
    if not (parts.scheme in proxies or "all" in proxies) or proxy_bypass(parts.hostname or ""):
        return ""
    return f"the environment names a proxy for {parts.scheme}: does that run, and is it the right one?"


def _in_about(seconds: float | None) -> str:
    """How far off that is, in words; times in messages are those of the service's own zone."""
    if seconds is None:
        return ""
    size, word = next(
        (one for one in ((86400.0, "days"), (3600.0, "hours")) if seconds >= 2 * one[0]), (60.0, "minutes")
    )
    return f" in about {max(1, round(seconds / size))} {word}"


def _fault(text: str) -> Fault:
    """The error that a body tells of: JSON in any of the shapes in use, the title of a web page, or plain words."""
    if text.startswith(("<", "\ufeff<")):
        return Fault("", page_title(text))
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return Fault("", text[:2000] if not text.startswith(("{", "[")) else "an answer that is broken JSON")
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return Fault("", "")
    fault = read_fault(body)
    if fault is not None:
        return fault
    detail = body.get("detail", body.get("message"))
    return Fault("", detail if isinstance(detail, str) else json.dumps(detail)[:2000] if detail else "")


def page_title(text: str) -> str:
    """At most 80 characters of a web page's title, and nothing else of the page."""
    title = re.search(r"<title[^>]{0,200}>([^<]{0,500})", text[:20_000], re.IGNORECASE)
    return "a web page: " + title[1].strip()[:80] if title and title[1].strip() else "a web page"


def _wait(headers: Mapping[str, str]) -> float | None:
    """Retry-After, in seconds or as a date; None where it is missing or makes no sense."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return float(value)
    if not value:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
