"""Quotes as sloppy as models write them, in every form that quotes: what goes is what the edit drops, what comes is what it
gives, in the file's own line ends; and what a refusal offers lands."""

import json
import random
from collections import Counter
from difflib import SequenceMatcher

from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.landing.messages import LONGEST
from glmcode.library import apply_plan
from tests.landing.test_offer import sent

POOLS = {
    "a.py": "def f(x):\n    a = 1\n    b = 2\n    if a:\n        go(a)\n        stop(b)\n    return a\n\n# note\ndef g(y):\n    t += y.price",
    "a.js": "function f(x) {\n  let a = 1;\n  let b = 2;\n  if (a) {\n    go(a);\n  }\n  return a;\n}\n\n// note\nfunction g(y) {\n  t += y.price;",
    "a.go": "func f(x int) {\n\ta := 1\n\tif a > 0 {\n\t\tgo_on(a)\n\t}\n\treturn\n}\n\n// note\nfunc g() {\n\tstop(b)",
    "a.txt": "one line\ntwo line\n\ttabbed line\n  spaced line\n\nsame\nsame\nlast words here\nalpha beta",
    "a.yml": "jobs:\n  build:\n    steps:\n      - run: make\n      - run: test\n  deploy:\n\n# note\n      - run: push",
}
FORMS = ("search-replace", "call", "diff", "patch")


def drifted(chance: random.Random, lines: list[str]) -> list[str]:
    """A quote of the lines with none to two of the slips that models make."""
    quote = list(lines)
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        at = chance.randrange(len(quote))
        match chance.randrange(8):
            case 0 if len(quote) > 1:
                del quote[at]
            case 1:
                quote.insert(at, "")
            case 2:
                quote = ["  " + line if line else line for line in quote]
            case 3:
                quote = [line.removeprefix("  ") for line in quote]
            case 4:
                quote[at] += "  "
            case 5:
                quote[at] = quote[at].replace("a", "z", 1)
            case 6:
                quote = [line.replace("    ", "\t") for line in quote]
            case _:
                quote[at] += "  # seen"
    return quote


def changed(chance: random.Random, lines: list[str]) -> list[str]:
    new, at = list(lines), chance.randrange(len(lines))
    indent = new[at][: len(new[at]) - len(new[at].lstrip())]
    match chance.randrange(4):
        case 0:
            new[at] = f"{indent}changed(value)"
        case 1:
            new.insert(at, f"{indent}added(value)")
        case 2:
            del new[at]
        case _:
            new[at:at] = [f"{indent}added(one)", f"{indent}added(two)"]
    return new


def plan_of(form: str, path: str, old: list[str], new: list[str]) -> str:
    was, becomes = ("".join(line + "\n" for line in side) for side in (old, new))
    if form == "call":
        return json.dumps({"path": path, "old_string": was, "new_string": becomes}) + "\n"
    if form == "search-replace":
        return f"{path}\n<<<<<<< SEARCH\n{was}=======\n{becomes}>>>>>>> REPLACE\n"
    lines: list[str] = []
    for kind, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [" " + line for line in old[a:a_end]]
        else:
            lines += ["-" + line for line in old[a:a_end]] + ["+" + line for line in new[b:b_end]]
    hunk = "@@\n" + "".join(line + "\n" for line in lines)
    if form == "diff":
        return f"--- a/{path}\n+++ b/{path}\n{hunk}"
    return f"*** Begin Patch\n*** Update File: {path}\n{hunk}*** End Patch\n"


def differing(one: list[str], other: list[str]) -> tuple[Counter[str], Counter[str]]:
    """The lines of each that are not the other's, spacing and blank ones aside."""
    one, other = ([line.strip() for line in side if line.strip()] for side in (one, other))
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return (
        Counter(line for kind, a, a_end, _, _ in codes if kind != "equal" for line in one[a:a_end]),
        Counter(line for kind, _, _, b, b_end in codes if kind != "equal" for line in other[b:b_end]),
    )


@settings(max_examples=1200, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 40), st.sampled_from(sorted(POOLS)), st.sampled_from(FORMS), st.sampled_from(["\n", "\r\n"]))
def test_a_sloppy_quote_never_takes_or_brings_more_than_it_says(seed: int, path: str, form: str, end: str) -> None:
    chance, pool = random.Random(seed), POOLS[path].split("\n")
    lines: list[str] = []
    for _ in range(chance.randint(1, 3)):
        first = chance.randrange(len(pool))
        lines += pool[first : first + chance.randint(2, 8)]
    data = (end.join(lines) + end * (chance.random() < 0.7)).encode()
    first = chance.randrange(len(lines))
    base = lines[first : first + chance.randint(1, 6)]
    old, new = drifted(chance, base), changed(chance, base)
    spelt = dict(zip(base, old, strict=False)) if len(old) == len(base) else {}
    new = [spelt.get(line, line) for line in new]
    if form == "call" and not old[0].strip():
        return  # any stretch of text may be called for: a line feed in front is the end of the line above, and goes
    files = {path: data}
    result = apply_plan(plan_of(form, path, old, new), files)
    for outcome in result.edits:
        assert len(outcome.message) <= LONGEST
        assert all(made for made in sent(outcome.message, files))
    after = result.files.get(path)
    if after is None:
        return
    text = after.decode()
    (gone, come), (drops, brings) = (
        differing(data.decode().split("\n"), text.split("\n")),
        differing(old, new),
    )
    # A line that stays may count as gone and come again, in which places depends on the alignment.
    assert not (gone - come) - drops, text
    assert not (come - gone) - brings, text
    if end == "\r\n" and "\r\n" in data.decode():
        assert text.count("\n") == text.count("\r\n"), repr(text)
