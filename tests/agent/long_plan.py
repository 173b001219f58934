"""A plan of many edits, the files that it is for, and a service that gives it, cut wherever a test wants."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.model.faults import HEAD, LAST, STOP, FaultServer, Line, answer, chunk, said

__all__ = ["FILES", "PLAN", "Cuts", "after", "service"]

COUNT = 200


def _file(number: int) -> str:
    return "".join(f"def f{number}_{n}():\n    return {n}\n\n\n" for n in range(5))


def _edit(number: int) -> str:
    path, name = f"src/m{number % 40}.py", f"f{number % 40}_{number // 40}"
    kind = number % 4
    if kind == 0:
        body = f"def {name}():\n    return {number} + 1\n"
        return f'<edit path="{path}" replace="{name}">\n{body}</edit>\n'
    if kind == 1:
        return f"{path}\n```python\n<<<<<<< SEARCH\ndef {name}():\n=======\ndef {name}(x=0):\n>>>>>>> REPLACE\n```\n"
    if kind == 2:
        return f'Another one.\n\n<edit path="{path}" after="{name}">\ndef {name}_more():\n    return "é {number}"\n</edit>\n'
    return f'<edit path="{path}" at="bottom">\nBOTTOM_{number} = {number}\n</edit>\n'


FILES = {f"src/m{number}.py": _file(number) for number in range(40)} | {"check.py": "print('ok')\n"}
PLAN = "I change them all.\n\n" + "".join(_edit(number) for number in range(COUNT)) + "\nThat is all.\n"

Cuts = Callable[[int], int | None]
"""The number of the request → the bytes of its stream after which the line breaks; None for none."""


def after(request: dict[str, object]) -> tuple[str, bool]:
    """What of the plan the request says has come, and whether it is to be gone on with to the character."""
    messages = request["messages"]
    assert isinstance(messages, list)
    if request.get("continue_final_message"):
        assert request["add_generation_prompt"] is False
        return str(messages[-1]["content"]), True
    if len(messages) >= 2 and messages[-2]["role"] == "assistant" and "cut off on its way" in messages[-1]["content"]:
        return str(messages[-2]["content"]), False
    return "", False


@contextmanager
def service(
    cuts: Cuts, *, owner: str = "someone", pace: float = 0.0, plan: str = PLAN, size: int = 16
) -> Iterator[FaultServer]:
    """A faithful model: asked to go on, it says what comes next. `owner` is who its models are owned by; its events say
    `size` characters each."""
    asked = 0

    def script(line: Line) -> None:
        nonlocal asked
        seen = server.seen[-1]
        if seen.head.startswith("GET"):
            answer(200, json.dumps({"data": [{"id": "glm-5", "owned_by": owner}]}))(line)
            return
        number, asked = asked, asked + 1
        come, _ = after(seen.json)
        assert plan.startswith(come)
        rest = plan[len(come) :]
        stream = b"".join(chunk(said(rest[at : at + size])) for at in range(0, len(rest), size)) + chunk(STOP) + LAST
        limit = cuts(number)
        data = HEAD + (stream if limit is None else stream[:limit])
        if not pace:
            line.send(data)
            if limit is not None:
                line.reset()
            return
        for at in range(0, len(data), 400):
            line.send(data[at : at + 400])
            line.stall(pace)

    server = FaultServer(script)
    with server:
        yield server
