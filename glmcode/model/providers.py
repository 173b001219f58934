"""Where the model is reached, and with which key. The services themselves are data: `providers.toml`, and what the user's
configuration adds to it.

What is chosen, first to last:

1. `--provider NAME`: that service with its own key. With `--base-url` too, its key and its model at that URL: the user
   has said so in one breath.
2. `--base-url URL`: the service of that URL if it is a known one, else any that speaks the protocol, with OPENAI_API_KEY.
3. ZAI_API_KEY or ZHIPU_API_KEY: the default service.
4. OPENAI_BASE_URL, with OPENAI_API_KEY.

A key goes to no other place than the one it was set for: a service's key to that service's URL, OPENAI_API_KEY to
OPENAI_BASE_URL or, where that is not set, to `--base-url`. A server on this machine needs no key. `keys.py` finds a
service's key.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from glmcode.errors import Exit, GlmcodeError

__all__ = [
    "LOCAL",
    "Endpoint",
    "Provider",
    "Thinking",
    "checked_url",
    "choose",
    "is_loopback",
    "key_state",
    "locals_of",
]

LOCAL: Final = "local"
"""What stands for all presets of servers on this machine, one after the other."""

_OWN_SERVER: Final = "a server of your own needs no key: --base-url http://127.0.0.1:8000/v1 --model NAME"
_DEMO: Final = "`glmcode demo` needs neither: it plays recorded answers"


@dataclass(frozen=True, slots=True)
class Thinking:
    """The fields of the request's body that switch thinking on, and off. Empty where there is no switch."""

    on: Mapping[str, Any]
    off: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that has the model."""

    name: str
    base_url: str
    model: str
    keys: tuple[str, ...]
    """Environment variables that may hold the key, the first that is set wins."""
    context: int | None
    """Tokens of prompt and answer together; None where it is not known, as for the limits and prices below."""
    max_output: int | None
    """Tokens of one answer, reasoning included."""
    price_input: float | None
    """Dollars per million tokens."""
    price_output: float | None
    price_cached: float | None
    """None where cached tokens cost as much as others, or where nothing is known."""
    thinking: Thinking
    key_command: tuple[str, ...] = ()
    """A command whose output is the key."""
    in_flight: int = 2
    """Requests that may be under way at once."""
    local: bool = False
    """A preset of a server on this machine. An empty `model` is the one that it lists."""
    opt_in: bool = False
    """Its terms allow listed tools only: it is asked where it is named, and nowhere else."""
    continues: bool = False
    """It may go on behind a partial answer, to the character; its listing says whether it is a server that can."""
    reset_zone: str = "+00:00"
    """The zone of the times that its messages name without one."""

    @property
    def keeps_reasoning(self) -> bool:
        """It is told to keep earlier reasoning, wants it back, and so keeps its cached prefix."""
        return "clear_thinking" in str(self.thinking.on)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one URL, with the key to it. The key shows neither in its repr nor anywhere else."""

    provider: Provider
    base_url: str
    model: str
    key: str = field(repr=False)
    """"" for a server on this machine that was given none."""
    key_name: str = ""
    """Where the key came from, an environment variable mostly; "" where none was needed."""


def choose(
    provider: str | None,
    base_url: str | None,
    model: str | None,
    environ: Mapping[str, str],
    known: Mapping[str, Provider] | None = None,
) -> Endpoint:
    """The endpoint that flags and environment ask for, in the order that this file's head gives, among the `known`
    providers: those that are shipped, where none are given.

    Raises GlmcodeError (exit 2): an unknown provider, a URL that is none, no key.
    """
    from glmcode.model.table import providers

    known = providers() if known is None else known
    ambient_url = environ.get("OPENAI_BASE_URL", "").strip()
    if provider is not None:
        if provider == LOCAL:
            chosen = locals_of(known)[0]
        elif provider in known:
            chosen = known[provider]
        else:
            raise GlmcodeError(f"unknown provider {_shown(provider)}", hint=f"known: {', '.join((*known, LOCAL))}")
        url = checked_url(base_url or chosen.base_url or ambient_url, "--base-url" if base_url else "OPENAI_BASE_URL")
        # The provider of servers that we don't know has no URL to bind its key to but the ambient one.
        return _endpoint(chosen, url, model, environ, ambient_url if not chosen.base_url else "")
    if base_url:
        url = checked_url(base_url, "--base-url")
        return _endpoint(_provider_at(url, known), url, model, environ, ambient_url)
    default = next(iter(known.values()))
    if default.key_command or any(environ.get(name, "").strip() for name in default.keys) or not ambient_url:
        return _endpoint(default, default.base_url, model, environ, "")
    url = checked_url(ambient_url, "OPENAI_BASE_URL")
    return _endpoint(_provider_at(url, known), url, model, environ, ambient_url)


def is_loopback(base_url: str) -> bool:
    """Whether the URL's host is this machine by its name or number; nothing is looked up."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def locals_of(known: Mapping[str, Provider]) -> tuple[Provider, ...]:
    """The presets of servers on this machine, one for each URL."""
    return tuple({one.base_url: one for one in reversed(tuple(known.values())) if one.local}.values())[::-1]


def key_state(provider: Provider, environ: Mapping[str, str]) -> str:
    """Where its key would come from, without asking for it: a variable that is set, or a command; "" for nowhere."""
    name = next((name for name in provider.keys if environ.get(name, "").strip()), "")
    return name or ("key_command" if provider.key_command else "")


def _provider_at(url: str, known: Mapping[str, Provider]) -> Provider:
    """The known service at the URL, for its prices, limits and key; else the one that stands for any server. A preset of
    this machine is not meant: any server may listen there."""
    for provider in known.values():
        if provider.base_url == url and not provider.local:
            return replace(provider, keys=(*provider.keys, "OPENAI_API_KEY"))
    return known["openai"]


def _endpoint(
    provider: Provider, url: str, model: str | None, environ: Mapping[str, str], ambient_url: str
) -> Endpoint:
    from glmcode.model.keys import find_key

    # OPENAI_API_KEY may have been set for another server.
    elsewhere = bool(ambient_url) and _origin(ambient_url) != _origin(url)
    names = [name for name in provider.keys if not (name == "OPENAI_API_KEY" and elsewhere)]
    key, name = find_key(provider, names, environ, keyring=bool(provider.base_url) and not is_loopback(url))
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        hint = f"set it anew: export {name}=..." if name in provider.keys else ""
        raise GlmcodeError(f"{name} holds characters that no key has", hint=hint)
    if not key and not is_loopback(url):
        raise _no_key(provider, url)
    if model and model != provider.model:
        # Another model has other prices.
        provider = replace(provider, price_input=None, price_output=None, price_cached=None)
    return Endpoint(replace(provider, base_url=url), url, model or provider.model, key, name)


def _no_key(provider: Provider, url: str) -> GlmcodeError:
    """Three lines in all: a key, a server of one's own, the demonstration."""
    names = " or ".join(provider.keys)
    if provider.name == "zai":
        line = f"no key for the model: set {names} (keys: https://z.ai), or choose another service with --provider"
    else:
        line = f"no key for {urlsplit(url).hostname}: set {names}"
        if "OPENAI_API_KEY" in provider.keys:
            line += f" and OPENAI_BASE_URL={url}, so that the key goes there and nowhere else"
    return GlmcodeError(line, exit_code=Exit.USAGE, hint=f"{_OWN_SERVER}\n{_DEMO}")


def checked_url(url: str, source: str) -> str:
    """The URL without a final slash. A key or a password in it would end up in messages: that is refused."""
    if not url:
        raise GlmcodeError(
            "no URL for the provider openai: set OPENAI_BASE_URL or give --base-url", hint=f"{_OWN_SERVER}\n{_DEMO}"
        )
    parts: SplitResult | None
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, good = None, False
    if parts is not None and (parts.username or parts.password or "@" in parts.netloc):
        raise GlmcodeError(f"{source} holds a name or password: keys belong in the environment, not in the URL")
    if parts is None or not good or parts.query or parts.fragment or not url.isprintable() or " " in url.strip():
        raise GlmcodeError(f"{source} is not a base URL: {_shown(url)}", hint="such as http://127.0.0.1:8000/v1")
    return parts.geturl().rstrip("/")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url.strip())
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", None, None


def _shown(text: str) -> str:
    """What a user gave, fit to stand in one line."""
    return "".join(c if c.isprintable() else "?" for c in text[:120])
