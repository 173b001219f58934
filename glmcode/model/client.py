"""The one place that talks to a model: a request goes out, deltas come in, and every failure has its name.

Built on the OpenAI SDK's raw streaming response with our own decoder: its typed stream costs 114 µs and more a chunk,
tries again where that is in vain, and ends silently where the answer was cut.
"""

import contextlib
import json
import math
import random
import re
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.bounds import OUT_OF_TIME, Bounds
from glmcode.model.decoder import Decoder
from glmcode.model.failures import (
    Failure,
    NoAnswerError,
    UnansweredError,
    from_fault,
    from_response,
    from_transport,
    one_line,
    page_title,
    proxy_hint,
    where,
)
from glmcode.model.providers import Endpoint, is_loopback
from glmcode.model.request import mended_messages, request_body
from glmcode.model.retry import Retry
from glmcode.model.stream import (
    Answering,
    Delta,
    Fault,
    Finish,
    Message,
    Reasoning,
    Request,
    Text,
    Told,
    Usage,
    Waiting,
)
from glmcode.version import __version__

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI

    from glmcode.model.cassette import Recorder

__all__ = ["Client", "Message", "Request"]

_ERROR_BODY: Final = 64 * 1024
_ERROR_SECONDS: Final = 10.0
_LISTING: Final = 16 * 1024 * 1024

_CONTINUING: Final = frozenset({"vllm", "sglang"})
"""Who a model is owned by in the listing of the servers that go on behind an assistant's last message. Others that are
asked to may answer it, which would be a new text in the middle of the old one."""

_NO_KEY: Final = "none"
"""What a server gets that asks for no key: the protocol has no word for leaving it out."""

_WHERE_HINT: Final = "is --base-url right? It is the service's URL without /chat/completions"

_SENT_HEADERS: Final = frozenset(
    {"host", "content-type", "content-length", "accept", "connection", "x-stainless-raw-response"}
)
"""What goes out beside the key and our name; by the last the SDK itself knows its raw responses. It would add the kind of
the machine, and headers and accounts that the environment holds for another service."""


class Client:
    """Asks one endpoint. One request at a time; not to be shared by threads."""

    def __init__(self, endpoint: Endpoint, retry: Retry | None = None, *, record: "Recorder | None" = None) -> None:
        """`retry.tries` more requests follow one that cost nothing and got no answer for a passing reason, after `retry.first_wait`
        seconds, twice that, and so on, or after what the service asks for, if that is at most `retry.longest_wait`."""
        self.endpoint = endpoint
        self.retry = retry or Retry()
        self._record = record
        self._sdk: OpenAI | None = None
        self._continues: bool | None = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection. A stream that is being read must be closed first."""
        if self._sdk is not None:
            self._sdk.close()
            self._sdk = None

    def stream(self, request: Request) -> Iterator[Delta]:
        """The answer as it arrives: Waiting where the service is busy, then Answering, text and reasoning, Usage where the
        service counts, and Finish as the last.

        Raises UnansweredError while nothing has arrived: exit 2 for what the user can mend, 75 for what may pass. From the
        first text on nothing is raised: an answer that breaks off ends with Finish("cut"). Closing the iterator, or an
        interrupt while it waits, ends the request.
        """
        if request.partial and self._can_continue():
            try:
                yield from self._persistently(request, continues=True)
            except UnansweredError as error:
                if error.exit_code is not Exit.USAGE or error.failure.elsewhere:
                    raise
                self._continues = False  # it refuses what its kind can do: it is asked as others are
            else:
                return
        yield from self._persistently(request, continues=False)

    def _persistently(self, request: Request, *, continues: bool) -> Iterator[Delta]:
        """The request, and again where it got no answer for a passing reason."""
        self._named()
        body = request_body(request, self.endpoint, continues=continues)
        answering = Answering(self.endpoint.provider.name, self.endpoint.model, continues)
        mended = paid = False
        attempt = 0
        while True:
            try:
                with contextlib.closing(self._once(body, request.deadline)) as deltas:
                    for delta in deltas:
                        if isinstance(delta, Text | Reasoning):
                            yield answering
                            yield delta
                            break
                        paid = paid or isinstance(delta, Usage)
                        yield delta
                    yield from deltas
            except NoAnswerError as none:
                failure = none.failure
            else:
                return
            if failure.why == "messages" and not mended:
                mended = True
                if (messages := mended_messages(body["messages"])) != body["messages"]:
                    body = {**body, "messages": messages}
                    yield Told(f"{failure.message}: asking once more with the messages put in order")
                    continue
            # What was paid for may have used up the budget: whether to ask again is not known here.
            if paid or not failure.again or failure.slow or attempt >= self.retry.tries:
                raise failure.error()
            # Apart in time from others that were refused in the same moment; no secret hangs on the chance.
            seconds = self.retry.first_wait * 2**attempt * random.uniform(0.8, 1.2)  # noqa: S311  # jitter
            if failure.wait is not None:
                if failure.wait > self.retry.longest_wait:
                    said = f"{failure.message}; it asks to wait {failure.wait:.0f} seconds"
                    raise replace(failure, message=said).error()
                seconds = max(seconds, failure.wait)
            if time.monotonic() + seconds >= request.deadline:
                raise failure.error()
            yield Waiting(seconds, failure.message)
            time.sleep(seconds)
            attempt += 1

    def _named(self) -> None:
        """Of a server whose model is not named, the model that it lists, and the context that it has. Raises as `models`
        does, and where it lists none."""
        if self.endpoint.model:
            return
        listed = [entry for entry in self._listed() if isinstance(entry.get("id"), str) and entry["id"]]
        if not listed:
            hint = "is it a model's server? --model names the model"
            raise Failure(f"{where(self.endpoint)} lists no model", Exit.USAGE, hint, elsewhere=True).error()
        best = max(listed, key=lambda entry: ("glm-5" in entry["id"].lower(), "glm" in entry["id"].lower()))
        provider, length = self.endpoint.provider, best.get("max_model_len")
        if type(length) is int and length > 0:
            provider = replace(provider, context=length)
        self.endpoint = replace(self.endpoint, model=best["id"], provider=provider)

    def resolved(self) -> Endpoint:
        """The endpoint with the model that will be asked. Raises as `models` does."""
        self._named()
        return self.endpoint

    def models(self) -> tuple[str, ...]:
        """The models that the endpoint lists: a cheap way to see whether it answers. Raises UnansweredError as `stream`
        does, without trying again."""
        return tuple(entry["id"] for entry in self._listed() if isinstance(entry.get("id"), str))

    def _listed(self) -> list[dict[str, Any]]:
        """The entries of the endpoint's list of models. Raises as `models` does."""
        import httpx2
        from openai import OpenAIError

        try:
            with self._connected().models.with_streaming_response.list() as answer:
                body = _bounded(answer.iter_bytes(), _LISTING)
        except NoAnswerError as none:
            raise none.failure.error() from None
        except (OpenAIError, httpx2.HTTPError) as error:
            raise self._unreached(error).error() from None
        try:
            return [entry for entry in json.loads(body)["data"] if isinstance(entry, dict)]
        except (ValueError, KeyError, TypeError, RecursionError):
            return []

    def _can_continue(self) -> bool:
        """Whether the server goes on behind a partial answer. Asked of its own listing, once it has answered."""
        if not self.endpoint.provider.continues:
            return False  # a service that is known, and not for that
        if self._continues is None:
            try:
                owners = {str(entry.get("owned_by")).lower() for entry in self._listed()}
            except GlmcodeError:
                return False
            self._continues = bool(owners) and owners <= _CONTINUING
        return self._continues

    def _once(self, body: dict[str, Any], deadline: float) -> Generator[Delta]:
        """One request. Raises NoAnswerError while nothing has arrived; ends with Finish otherwise."""
        import httpx2
        from openai import OpenAIError

        decoder = Decoder(begun="continue_final_message" in body)
        extra = {key: value for key, value in body.items() if key not in ("model", "messages", "stream")}
        heard: list[bytes] = []  # only for the recording
        status, headers = 0, dict[str, str]()
        bounds = Bounds(body["max_tokens"], deadline, self.retry.stall)
        start, why = b"", ""
        try:
            with self._connected().chat.completions.with_streaming_response.create(
                model=body["model"],
                messages=body["messages"],
                stream=True,
                extra_body=extra,
                timeout=self._timeout(deadline),
            ) as answer:
                status, headers = answer.status_code, dict(answer.headers)
                # Unpacking costs a microsecond a chunk, also where nothing is packed.
                reads = answer.iter_bytes() if "content-encoding" in headers else answer.http_response.iter_raw()
                for data in reads:
                    if self._record is not None:
                        heard.append(data)
                    if not start:
                        start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
                        if start == b"<":
                            page = data + _bounded(reads, _ERROR_BODY)
                            raise NoAnswerError(self._web_page(page))
                    deltas = decoder.feed(data)
                    for delta in deltas:
                        if isinstance(delta, Fault):
                            why = self._faulted(delta, decoder)
                        else:
                            yield delta
                    why = why or bounds.passed(deltas, decoder.called)
                    if why or decoder.done:
                        break
        except NoAnswerError as none:
            if none.status:
                status, headers, heard = none.status, dict(none.headers), [none.body]
            if decoder.usage is not None:
                yield decoder.usage  # it is paid for
            raise
        except (OpenAIError, httpx2.HTTPError, httpx2.StreamError) as error:
            failure = self._unreached(error)
            if not decoder.spoke:
                if decoder.usage is not None:
                    yield decoder.usage
                raise NoAnswerError(failure) from None
            why = OUT_OF_TIME if bounds.cut_by_time() else failure.message
        finally:
            if self._record is not None and status:
                self._record.add(body, status, headers, b"".join(heard), self.endpoint)
        yield from self._end(decoder, why, plain=start == b"{")

    def _end(self, decoder: Decoder, why: str, *, plain: bool) -> Iterator[Delta]:
        """What the decoder still holds. An answer without a word and without a finish reason is none."""
        last = decoder.close(*([why] if why else []))
        for delta in last:
            if isinstance(delta, Fault):
                why = self._faulted(delta, decoder)
            elif isinstance(delta, Finish) and delta.reason == "cut":
                if decoder.spoke:
                    yield Finish("cut", why or delta.detail)
                elif plain and not decoder.broken and not why:
                    raise NoAnswerError(
                        Failure(f"{self.endpoint.base_url} answers, but not as a model does", Exit.USAGE, _WHERE_HINT)
                    )
                else:
                    broken = "an answer that is broken" if decoder.broken else "an empty answer"
                    raise NoAnswerError(from_transport(self.endpoint, why or broken, slow=bool(why)))
            else:
                yield delta

    def _faulted(self, fault: Fault, decoder: Decoder) -> str:
        """Why the stream is cut; before its first text the fault is a failure like that of any answer."""
        failure = from_fault(self.endpoint, fault)
        if not decoder.spoke:
            raise NoAnswerError(failure)
        return failure.message

    def _web_page(self, page: bytes) -> Failure:
        title = page_title(page.decode("utf-8", "replace"))
        return from_transport(self.endpoint, f"answered with {title}", hint=_WHERE_HINT)

    def _unreached(self, error: Exception) -> Failure:
        """What kept an answer from coming, or from coming to its end."""
        import httpx2

        cause = error.__cause__ if isinstance(error.__cause__, httpx2.HTTPError) else error
        words = re.sub(r"^\[Errno -?[0-9]+\] ", "", str(cause))
        if isinstance(cause, httpx2.ConnectTimeout | httpx2.PoolTimeout):
            return from_transport(self.endpoint, f"no connection within {self.retry.connect:g} seconds")
        if isinstance(cause, httpx2.TimeoutException):
            return from_transport(self.endpoint, f"silent for {self.retry.stall:g} seconds", slow=True)
        if "CERTIFICATE_VERIFY_FAILED" in words:
            hint = "SSL_CERT_FILE may name the certificates of your network"
            return Failure(f"{where(self.endpoint)}: its certificate is not trusted", Exit.USAGE, hint)
        if isinstance(cause, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
            return from_transport(self.endpoint, words, again=False)
        if isinstance(cause, httpx2.RemoteProtocolError):
            words = "it closed the connection" if "isconnected" in words or "closed" in words else "it speaks no HTTP"
        elif isinstance(cause, httpx2.DecodingError):
            words = "its answer is packed wrongly"
        elif isinstance(cause, httpx2.ConnectError) and is_loopback(self.endpoint.base_url):
            # Nobody listens there, and no waiting helps.
            return from_transport(
                self.endpoint, words.lower(), again=False, hint="does the server run, and at that port?"
            )
        hint = proxy_hint(self.endpoint.base_url) if isinstance(cause, httpx2.ConnectError) else ""
        return from_transport(self.endpoint, words[:1].lower() + words[1:] or type(cause).__name__, hint=hint)

    def _connected(self) -> "OpenAI":
        """The SDK, at the first request: its import costs most of a second."""
        if self._sdk is None:
            import httpx2
            from openai import OpenAI

            timeout = self._timeout(math.inf)
            try:
                http = httpx2.Client(
                    timeout=timeout,
                    # A redirect could carry the question, and more, to where nobody meant it to go.
                    follow_redirects=False,
                    # A proxy has no way to this machine's own servers.
                    trust_env=not is_loopback(self.endpoint.base_url),
                    event_hooks={"request": [self._sending], "response": [self._answered]},
                )
            except (ImportError, ValueError, OSError) as error:
                why = one_line(str(error), self.endpoint)
                raise GlmcodeError(
                    f"the proxy or certificates that the environment names can't be used: {why}"
                ) from None
            self._sdk = OpenAI(
                api_key=self.endpoint.key or _NO_KEY,
                base_url=self.endpoint.base_url,
                max_retries=0,
                timeout=timeout,
                http_client=http,
            )
        return self._sdk

    def _timeout(self, deadline: float) -> "httpx2.Timeout":
        """How long the line may be silent: no longer than there is time left."""
        import httpx2

        left = max(0.05, deadline - time.monotonic())
        connect = min(self.retry.connect, left)
        return httpx2.Timeout(min(self.retry.stall, left), connect=connect, pool=connect)

    def _sending(self, request: "httpx2.Request") -> None:
        """Runs on every request, last of all: nothing leaves but what is listed, and the key of this endpoint."""
        for name in [name for name in request.headers if name.lower() not in _SENT_HEADERS]:
            del request.headers[name]
        request.headers["authorization"] = f"Bearer {self.endpoint.key or _NO_KEY}"
        request.headers["user-agent"] = f"glmcode/{__version__}"
        # Packing would hold tokens back; what comes packed all the same is unpacked.
        request.headers["accept-encoding"] = "identity"

    def _answered(self, response: "httpx2.Response") -> None:
        """Runs on every answer before the SDK does, which would read an error's body without any bound."""
        if not 200 <= response.status_code < 300:
            body = _bounded(response.iter_bytes(), _ERROR_BODY)
            status, headers = response.status_code, dict(response.headers)
            raise NoAnswerError(from_response(self.endpoint, status, headers, body), status, headers, body)


def _bounded(reads: Iterator[bytes], limit: int) -> bytes:
    """What arrives, up to the limit, for some seconds at most, and as far as the connection holds."""
    import httpx2

    body = bytearray()
    until = time.monotonic() + _ERROR_SECONDS
    with contextlib.suppress(httpx2.HTTPError):
        for data in reads:
            body += data[: limit - len(body)]
            if len(body) >= limit or time.monotonic() > until:
                break
    return bytes(body)
