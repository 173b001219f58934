"""The client of `test_stream`: lands one streamed answer in a tree and prints what that cost, as JSON.

Run as: python land_stream.py BASE_URL TREE
"""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping

from glmcode.agent.answer import receive
from glmcode.landing.engine import Landing
from glmcode.model.client import Client, Message, Request
from glmcode.model.providers import choose
from glmcode.model.stream import Delta
from glmcode.repo.disk import DirectoryTree, remove_file, write_file
from glmcode.repo.sessions import Session
from glmcode.repo.streams import Journal


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(url: str, root: str) -> None:
    first, last = 0.0, 0.0
    client = Client(choose(None, url, "recorded", {}))
    request = Request((Message("user", "go"),), 131_072)

    def timed() -> Iterator[Delta]:
        nonlocal first, last
        for delta in client.stream(request):
            last = time.perf_counter()
            first = first or cpu()
            yield delta

    def write(files: Mapping[str, bytes | None], modes: Mapping[str, str]) -> None:
        for path, data in files.items():
            if data is None:
                remove_file(root, path)
            else:
                write_file(root, path, data, modes[path])

    events = 0

    def emit(_: object) -> None:
        nonlocal events
        events += 1

    os.makedirs(os.path.join(root, "glmcode", "sessions"))
    journal = Journal(Session("bench", "", root, "", root, root, "", ""))
    journal.begin({})
    answer = receive(lambda _: timed(), Landing(DirectoryTree(root), eager=True), write, emit, 1, journal=journal)
    done = time.perf_counter()
    figures = {
        "cpu_seconds": round(cpu(), 3),
        "cpu_seconds_to_first_chunk": round(first, 3),
        "final_after_last_chunk_ms": round((done - last) * 1000, 1),
        "applied": sum(outcome.status == "applied" for outcome in answer.outcomes),
        "files": len({outcome.path for outcome in answer.outcomes}),
        "characters": len(answer.text),
        "events": events,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
