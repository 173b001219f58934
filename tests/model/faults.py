"""A real server on loopback that fails in the ways that services were seen to fail: raw sockets, byte by byte."""

import contextlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from glmcode.model.providers import Endpoint, choose

if sys.platform == "linux":
    import fcntl
    import termios


class Line:
    """One accepted connection, with what a script for it needs."""

    def __init__(self, connection: socket.socket, stopping: threading.Event, request: "Seen") -> None:
        self.request = request
        self._connection = connection
        self._stopping = stopping

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def stall(self, seconds: float) -> None:
        """Silence, until the test ends at the latest."""
        self._stopping.wait(seconds)

    def reset(self) -> None:
        """Ends the connection as a crash does, with RST instead of FIN, once what was sent has arrived."""
        until = time.monotonic() + 20
        while _on_its_way(self._connection) and time.monotonic() < until:
            time.sleep(0.002)
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()


Script: TypeAlias = Callable[[Line], None]


@dataclass
class Seen:
    """One request as it came in."""

    head: str
    body: bytes
    time: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> dict[str, object]:
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed

    def header(self, name: str) -> str | None:
        found = re.search(rf"(?im)^{re.escape(name)}: *(.*?)\r?$", self.head)
        return found[1] if found else None


class FaultServer:
    """Each connection gets the next script; the last one serves all that follow. `seen` holds the requests."""

    def __init__(self, *scripts: Script) -> None:
        self.seen: list[Seen] = []
        self._scripts = scripts
        self._stopping = threading.Event()
        self._waking: object = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "FaultServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with socket.socket() as waking:  # accept(), behind the connections that it has not seen yet
            waking.bind(("127.0.0.1", 0))
            self._waking = waking.getsockname()
            waking.connect(("127.0.0.1", self.port))
            self._thread.join()
        self._listener.close()

    def endpoint(self, key: str = "", model: str | None = None) -> Endpoint:
        return choose(None, self.url, model, {"OPENAI_API_KEY": key} if key else {})

    def _serve(self) -> None:
        answering = []
        number = 0
        while True:
            connection, address = self._listener.accept()
            if address == self._waking:
                connection.close()
                break
            script = self._scripts[min(number, len(self._scripts) - 1)]
            answering.append(threading.Thread(target=self._answer, args=(connection, script), daemon=True))
            answering[-1].start()
            number += 1
        for thread in answering:
            thread.join()

    def _answer(self, connection: socket.socket, script: Script) -> None:
        # A client that goes away is what some tests want.
        with connection, contextlib.suppress(OSError):
            request = _request(connection)
            self.seen.append(request)
            script(Line(connection, self._stopping, request))


def _on_its_way(connection: socket.socket) -> int:
    """How many bytes the other side has not received: a reset would take them along."""
    if sys.platform == "linux":
        return int.from_bytes(fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    time.sleep(0.05)
    return 0


def _request(connection: socket.socket) -> Seen:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return Seen(head.decode(), body)


def answer(status: int, body: bytes | str, content_type: str = "application/json", **headers: str) -> Script:
    """A whole answer. Header names are given with underscores."""
    data = body.encode() if isinstance(body, str) else body
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\n{extra}Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    return lambda line: line.send(head.encode() + data)


def error(status: int, code: object, message: str, **headers: str) -> Script:
    return answer(status, json.dumps({"error": {"code": code, "message": message}}), **headers)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
LAST = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(**delta: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() + b"\n\n"


def said(*texts: str) -> bytes:
    """The stream's events for these texts, without an end."""
    return b"".join(event(content=text) for text in texts)


STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def streamed(*events: bytes) -> Script:
    """An event stream that ends in good order; each part is a chunk of its own."""
    return lambda line: line.send(HEAD + b"".join(map(chunk, events)) + LAST)


def then(*steps: Script) -> Script:
    def run(line: Line) -> None:
        for step in steps:
            step(line)

    return run


def sends(data: bytes) -> Script:
    return lambda line: line.send(data)


def stalls(seconds: float) -> Script:
    return lambda line: line.stall(seconds)


def resets(line: Line) -> None:
    line.reset()


def hangs_up(line: Line) -> None:
    """Closes without a word."""


def good(*texts: str) -> Script:
    return streamed(said(*texts), STOP)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def drip(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The data cut into pieces of these sizes, over and over."""
    pieces, at, turn = [], 0, 0
    while at < len(data):
        size = max(1, sizes[turn % len(sizes)]) if sizes else len(data)
        pieces.append(data[at : at + size])
        at, turn = at + size, turn + 1
    return pieces
