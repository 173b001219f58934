"""The client of `test_client`: reads one streamed answer as glmcode does, or by the SDK's typed stream, and prints what that
cost, as JSON.

Run as: python client_stream.py BASE_URL glmcode|sdk
"""

import json
import resource
import sys

from glmcode.model.client import Client, Message, Request
from glmcode.model.providers import choose
from glmcode.model.stream import Text
from glmcode.plan.reader import PlanParser


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident(peak: bool = False) -> float:
    """Megabytes of memory that the process has now, or had at most. (What getrusage knows counts the parent's in.)"""
    name = "VmHWM" if peak else "VmRSS"
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name)) / 1024


def main(url: str, how: str) -> None:
    parser = PlanParser()
    edits = characters = 0
    if how == "glmcode":
        client = Client(choose(None, url, "recorded", {}))
        client.models()  # imports what the first request does
        before, memory = cpu(), resident()
        for delta in client.stream(Request((Message("user", "go"),), 131_072)):
            if isinstance(delta, Text):
                characters += len(delta.text)
                edits += len(parser.feed(delta.text))
    else:
        from openai import OpenAI

        sdk = OpenAI(api_key="none", base_url=url)
        sdk.models.list()
        before, memory = cpu(), resident()
        answer = sdk.chat.completions.create(
            model="recorded", messages=[{"role": "user", "content": "go"}], stream=True
        )
        for chunk in answer:
            if chunk.choices and (text := chunk.choices[0].delta.content):
                characters += len(text)
                edits += len(parser.feed(text))
    parser.close()
    figures = {
        "cpu_seconds": round(cpu() - before, 3),
        "grown_mb": round(resident(peak=True) - memory, 1),
        "characters": characters,
        "events": edits,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
