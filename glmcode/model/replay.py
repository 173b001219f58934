"""Plays a cassette: a real server on this machine that speaks the streaming protocol of the services.

The n-th POST to `.../chat/completions`, under any prefix, gets the n-th answer; then 410. Where the cassette has the request
that was answered so, the two are compared: a strict server refuses another one (400). `GET .../models` lists the one model. Every event is a chunk of its own, as services send them.
"""

import contextlib
import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from glmcode.model.cassette import Cassette, Exchange
from glmcode.model.matching import difference
from glmcode.model.scrub import Scrubber
from glmcode.model.usage import estimate_tokens

__all__ = ["ReplayServer"]

_LARGEST_REQUEST: Final = 64 * 1024 * 1024
_WRITE: Final = 256 * 1024
"""Bytes that are gathered before they are written, where nothing is to be waited for."""
_TICK: Final = 0.04
"""Seconds between two writes of a paced stream: even to the eye, and cheap."""
_HANGING_UP: Final = 5.0
"""Seconds at most that the end of a connection's thread is waited for."""
_SILENCE: Final = 30.0
"""Seconds after which a client that sends nothing is let go."""


class ReplayServer:
    """Serves while the `with` block runs. `requests` holds the bodies received, in order, `differences` a line for each that
    is not the one recorded; `url` ends in `/v1`."""

    def __init__(
        self,
        cassette: Cassette,
        rate: float | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        strict: bool = False,
    ) -> None:
        """`rate`: events a second; None for as fast as they are read. Port 0 is any free one. Raises OSError where the
        port is taken."""
        self.cassette = cassette
        self.rate = rate
        self.strict = strict
        self.requests: list[dict[str, Any]] = []
        self.differences: list[str] = []
        self._scrub = Scrubber(os.environ)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server((host, port), _Handler, self)
        self.port: int = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="replay", daemon=True)

    def __enter__(self) -> "ReplayServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends at once, also in the middle of an answer."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()

    def wait(self) -> None:
        """Returns when the server has ended; an interrupt gets through."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def next_exchange(self, request: dict[str, Any]) -> tuple[Exchange | None, str]:
        """The answer to this request, None where all have been given; and where the request differs from the one that was
        recorded, "" where it does not."""
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
            if number >= len(self.cassette.exchanges):
                return None, ""
            exchange = self.cassette.exchanges[number]
            # What was recorded is without keys and home paths.
            differs = "" if exchange.request is None else difference(exchange.request, self._scrub.value(request))
            if differs:
                self.differences.append(f"request {number + 1}: {differs}")
            return exchange, differs

    @property
    def model(self) -> str:
        """The model's name in the first answer that gives one."""
        for exchange in self.cassette.exchanges:
            for event in (exchange.events or ())[:1]:
                named = re.search(r'"model": ?"([^"\\]{1,100})"', event)
                if named:
                    return named[1]
        return "glm-5"

    def pause(self, until: float) -> bool:
        """Waits; false where the server is to end. `until` is in seconds of the monotonic clock."""
        return not self._stopping.wait(max(0.0, until - time.monotonic()))


class _Server(ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], replay: ReplayServer) -> None:
        self.replay = replay
        self._open: dict[threading.Thread, socket.socket] = {}
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open = {thread: other for thread, other in self._open.items() if thread.is_alive()}
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        thread.start()
        self._open[thread] = request

    def hang_up(self) -> None:
        """Ends the connections, whatever they wait for, and waits for their threads. To be called once nothing is accepted."""
        for thread, request in self._open.items():
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)
            thread.join(_HANGING_UP)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is none of ours to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "glmcode-replay"
    sys_version = ""
    timeout = _SILENCE
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Quiet: the caller looks at `requests`."""

    def do_GET(self) -> None:
        if self.path.split("?")[0].rstrip("/").endswith("/models"):
            model = self.server.replay.model
            self._json(200, {"object": "list", "data": [{"id": model, "object": "model", "owned_by": "glmcode"}]})
        else:
            self._error(404, f"nothing at {self.path[:100]}: there is POST /chat/completions and GET /models")

    def do_POST(self) -> None:
        if not self.path.split("?")[0].rstrip("/").endswith("/chat/completions"):
            self._error(404, f"nothing at {self.path[:100]}: there is POST /chat/completions and GET /models")
            return
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,12}", length):
            self._error(411, "the request has no Content-Length")
            return
        if int(length) > _LARGEST_REQUEST:
            self._error(413, "the request is too long")
            return
        try:
            request = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict):
            self._error(400, "the request is no JSON object")
            return
        replay = self.server.replay
        exchange, differs = replay.next_exchange(request)
        if exchange is not None and differs and replay.strict:
            self._error(400, f"not the request that was recorded: {differs}")
        elif exchange is None:
            count = len(replay.cassette.exchanges)
            self._error(410, f"the cassette has {count} answers, and all have been played")
        elif exchange.events is None:
            self._answer(exchange, exchange.body.encode("utf-8", "replace"))
        else:
            self._stream(exchange, exchange.events, request)

    def _stream(self, exchange: Exchange, events: tuple[str, ...], request: dict[str, Any]) -> None:
        self.send_response(exchange.status)
        for name, value in (("content-type", "text/event-stream"), *exchange.headers):
            if name != "content-type" or value == dict(exchange.headers).get(name, value):
                self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self._last()
        prompt = estimate_tokens(json.dumps(request.get("messages", ""), ensure_ascii=False))
        frames = (_frame(_with_prompt(event, prompt)) for event in events)
        rate = self.server.replay.rate
        whole = self._write_fast(frames) if rate is None else self._write_paced(frames, rate)
        if whole:
            self.wfile.write(b"0\r\n\r\n")

    def _write_fast(self, frames: Iterator[bytes]) -> bool:
        held = bytearray()
        for frame in frames:
            held += frame
            if len(held) >= _WRITE:
                self.wfile.write(held)
                held.clear()
        self.wfile.write(held)
        return True

    def _write_paced(self, frames: Iterator[bytes], rate: float) -> bool:
        """Frame n goes out n / rate seconds after the start, those of one tick together. False where it was ended."""
        start = time.monotonic()
        held = bytearray()
        horizon = _TICK
        for number, frame in enumerate(frames):
            if number / rate > horizon:
                self.wfile.write(held)
                held.clear()
                horizon = max(number / rate, horizon + _TICK)
                if not self.server.replay.pause(start + horizon):
                    return False
            held += frame
        self.wfile.write(held)
        return True

    def _answer(self, exchange: Exchange, body: bytes) -> None:
        self.send_response(exchange.status)
        for name, value in exchange.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self._last()
        self.wfile.write(body)

    def _error(self, status: int, message: str) -> None:
        self._json(status, {"error": {"code": str(status), "message": message}})

    def _json(self, status: int, value: object) -> None:
        self._answer(Exchange(status, (("content-type", "application/json"),), None, ""), json.dumps(value).encode())

    def _last(self) -> None:
        """Ends the headers. One request a connection: then nothing is left open when the server ends."""
        self.send_header("Connection", "close")
        self.end_headers()


def _frame(event: str) -> bytes:
    """One event as one chunk."""
    data = f"data: {event}\n\n".encode("utf-8", "replace")
    return b"%x\r\n%b\r\n" % (len(data), data)


def _with_prompt(event: str, prompt: int) -> str:
    """Fills in the tokens of the prompt, where the cassette leaves them open."""
    return (
        event.replace('"prompt_tokens": null', f'"prompt_tokens": {prompt}')
        if '"prompt_tokens": null' in event
        else event
    )
