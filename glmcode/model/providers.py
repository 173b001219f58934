"""Where the model is reached, and with which key. The services themselves are data: `providers.toml`.

What is chosen, first to last:

1. `--provider NAME`: that service with its own key. With `--base-url` too, its key and its model at that URL: the user
   has said so in one breath.
2. `--base-url URL`: the service of that URL if it is a known one, else any that speaks the protocol, with OPENAI_API_KEY.
3. ZAI_API_KEY or ZHIPU_API_KEY: the default service.
4. OPENAI_BASE_URL, with OPENAI_API_KEY.

A key goes to no other place than the one it was set for: a service's key variable to that service's URL, OPENAI_API_KEY
to OPENAI_BASE_URL or, where that is not set, to `--base-url`. A server on this machine needs no key.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from glmcode.errors import Exit, GlmcodeError

__all__ = ["Endpoint", "Provider", "Thinking", "choose", "is_loopback", "providers"]

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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one URL, with the key to it. The key shows neither in its repr nor anywhere else."""

    provider: Provider
    base_url: str
    model: str
    key: str = field(repr=False)
    """"" for a server on this machine that was given none."""
    key_name: str = ""
    """The environment variable that the key came from; "" where none was needed."""


@cache
def providers() -> Mapping[str, Provider]:
    """All known services by name, the default first."""
    with open(os.path.join(os.path.dirname(__file__), "providers.toml"), "rb") as file:
        table = tomllib.load(file)
    switches = {name: Thinking(s.get("on", {}), s.get("off", {})) for name, s in table["thinking"].items()}
    return {
        name: Provider(
            name=name,
            base_url=entry["base_url"],
            model=entry["model"],
            keys=tuple(entry["keys"]),
            context=entry.get("context"),
            max_output=entry.get("max_output"),
            price_input=entry.get("price_input"),
            price_output=entry.get("price_output"),
            price_cached=entry.get("price_cached"),
            thinking=switches[entry["thinking"]],
        )
        for name, entry in table["providers"].items()
    }


def choose(provider: str | None, base_url: str | None, model: str | None, environ: Mapping[str, str]) -> Endpoint:
    """The endpoint that flags and environment ask for, in the order that this file's head gives.

    Raises GlmcodeError (exit 2): an unknown provider, a URL that is none, no key.
    """
    known = providers()
    ambient_url = environ.get("OPENAI_BASE_URL", "").strip()
    if provider is not None:
        if provider not in known:
            raise GlmcodeError(f"unknown provider {_shown(provider)}", hint=f"known: {', '.join(known)}")
        chosen = known[provider]
        url = _checked_url(base_url or chosen.base_url or ambient_url, "--base-url" if base_url else "OPENAI_BASE_URL")
        # The provider of servers that we don't know has no URL to bind its key to but the ambient one.
        return _endpoint(chosen, url, model, environ, ambient_url if not chosen.base_url else "")
    if base_url:
        url = _checked_url(base_url, "--base-url")
        return _endpoint(_provider_at(url), url, model, environ, ambient_url)
    default = next(iter(known.values()))
    if any(environ.get(name, "").strip() for name in default.keys) or not ambient_url:
        return _endpoint(default, default.base_url, model, environ, "")
    url = _checked_url(ambient_url, "OPENAI_BASE_URL")
    return _endpoint(_provider_at(url), url, model, environ, ambient_url)


def is_loopback(base_url: str) -> bool:
    """Whether the URL's host is this machine by its name or number; nothing is looked up."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _provider_at(url: str) -> Provider:
    """The known service at the URL, for its prices, limits and key; else the one that stands for any server."""
    known = providers()
    for provider in known.values():
        if provider.base_url == url:
            return replace(provider, keys=(*provider.keys, "OPENAI_API_KEY"))
    return known["openai"]


def _endpoint(
    provider: Provider, url: str, model: str | None, environ: Mapping[str, str], ambient_url: str
) -> Endpoint:
    name, key = "", ""
    for candidate in provider.keys:
        if candidate == "OPENAI_API_KEY" and ambient_url and _origin(ambient_url) != _origin(url):
            continue  # that key was set for another server
        key = environ.get(candidate, "").strip()
        if key:
            name = candidate
            break
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise GlmcodeError(f"{name} holds characters that no key has", hint=f"set it anew: export {name}=...")
    if not key and not is_loopback(url):
        raise _no_key(provider, url)
    if model and model != provider.model:
        # Another model has other prices.
        provider = replace(provider, price_input=None, price_output=None, price_cached=None)
    return Endpoint(replace(provider, base_url=url), url, model or provider.model, key, name)


def _no_key(provider: Provider, url: str) -> GlmcodeError:
    """Three lines in all: a key, a server of one's own, the demonstration."""
    names = " or ".join(provider.keys)
    if provider is next(iter(providers().values())):
        line = f"no key for the model: set {names} (keys: https://z.ai), or choose another service with --provider"
    else:
        line = f"no key for {urlsplit(url).hostname}: set {names}"
        if "OPENAI_API_KEY" in provider.keys:
            line += f" and OPENAI_BASE_URL={url}, so that the key goes there and nowhere else"
    return GlmcodeError(line, exit_code=Exit.USAGE, hint=f"{_OWN_SERVER}\n{_DEMO}")


def _checked_url(url: str, source: str) -> str:
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
