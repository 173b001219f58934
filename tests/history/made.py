"""Histories that are made up: files of several languages in three versions, the same ones for the same number."""

import random
from collections.abc import Callable

__all__ = ["versions"]

_NAMES = ("total", "price", "item", "count", "rate", "tax", "order", "limit", "label", "owner")
_VERBS = ("load", "store", "check", "apply", "merge", "print", "reset", "update")

Made = list[str]


def versions(number: int) -> tuple[str, bytes, bytes, bytes]:
    """A path, and three versions of the file."""
    chance = random.Random(number)
    path, make = chance.choice(_KINDS)
    parts = [make(chance) for _ in range(chance.randint(4, 7))]
    if chance.random() < 0.5:
        parts.insert(chance.randrange(len(parts)), parts[0])
    out = []
    for _ in range(3):
        out.append(("\n\n" if path.endswith(".py") else "\n").join("".join(part) for part in parts).encode())
        for _ in range(chance.randint(1, 6)):
            parts = _edited(chance, parts, make)
    return path, out[0], out[1], out[2]


def _edited(chance: random.Random, parts: list[Made], make: Callable[[random.Random], Made]) -> list[Made]:
    parts = [list(part) for part in parts]
    at = chance.randrange(len(parts))
    part = parts[at]
    row = chance.randrange(len(part))
    line = part[row]
    what = chance.choice(("word", "word", "line", "gone", "part", "part gone", "blank", "comment"))
    if what == "word":
        words = [name for name in _NAMES if name in line]
        if words:
            part[row] = line.replace(chance.choice(words), chance.choice(_NAMES), 1)
    elif what == "line" and ("=" in line or "(" in line):
        part.insert(row, line.replace("1", "12").replace("0", "10"))
    elif what == "gone" and len(part) > 4 and "=" in line and not line.rstrip().endswith(("{", "(", ":")):
        part.pop(row)
    elif what == "part":
        parts.insert(at, make(chance))
    elif what == "part gone" and len(parts) > 2:
        parts.pop(at)
    elif what == "blank" and 1 < row < len(part) - 1 and line.strip():
        part.insert(row, "\n")
    elif what == "comment":
        rows = [n for n, one in enumerate(part) if one.lstrip().startswith(("#", "//"))]
        if rows:
            row = chance.choice(rows)
            part[row] = part[row].rstrip("\n") + " now\n"
    return parts


def _statements(chance: random.Random, indent: str, end: str, comment: str) -> Made:
    out = []
    for _ in range(chance.randint(3, 8)):
        a, b, n = chance.choice(_NAMES), chance.choice(_NAMES), chance.randint(0, 9)
        out.append(
            chance.choice(
                (
                    f"{indent}{a} = {b} + {n}{end}\n",
                    f"{indent}{chance.choice(_VERBS)}({a}, {b}){end}\n",
                    f"{indent}{a} = {chance.choice(_VERBS)}({b}, {n} < {a}){end}\n",
                    f"{indent}{comment} {a} comes before {b}\n{indent}{a} = {n}{end}\n",
                    f"\n{indent}{a} = {a} * {b}{end}\n",
                    f'{indent}{a} = "{b}"{end}\n',
                    f"{indent}{chance.choice(_VERBS)}({a},\n{indent}  {b}, {n}){end}\n",
                )
            )
        )
    return [line + "\n" for one in out for line in one.split("\n")[:-1]]


def _python(chance: random.Random) -> Made:
    name = f"{chance.choice(_VERBS)}_{chance.choice(_NAMES)}"
    body = _statements(chance, "    ", "", "#")
    loop = [
        "    for item in order:\n",
        "        if item is None:\n",
        "            continue\n",
        "        store(item, 1)\n",
    ]
    return [f"def {name}(order, limit):\n", *body, *(loop if chance.random() < 0.6 else []), "    return None\n"]


def _braces(head: str, end: str) -> Callable[[random.Random], Made]:
    def make(chance: random.Random) -> Made:
        name = f"{chance.choice(_VERBS)}_{chance.choice(_NAMES)}"
        body = _statements(chance, "  ", end, "//")
        check = ["  if (order == limit) {\n", "    store(order, 1);\n", "  }\n"]
        return [head.format(name), *body, *(check if chance.random() < 0.6 else []), "}\n"]

    return make


def _yaml(chance: random.Random) -> Made:
    keys = chance.sample(_NAMES, chance.randint(3, 6))
    return [
        f"{chance.choice(_VERBS)}-{chance.choice(_NAMES)}:\n",
        *(f"  {key}: {chance.randint(0, 9)}\n" for key in keys),
    ]


def _prose(chance: random.Random) -> Made:
    title = f"{chance.choice(_VERBS).title()} the {chance.choice(_NAMES)}"
    said = [
        f"- The {chance.choice(_NAMES)}, its {chance.choice(_NAMES)} (1) and the {chance.choice(_NAMES)}\n"
        for _ in range(4)
    ]
    return [f"{title}\n", "=" * len(title) + "\n", "\n", *said]


_KINDS: tuple[tuple[str, Callable[[random.Random], Made]], ...] = (
    ("a.py", _python),
    ("a.py", _python),
    ("a.ts", _braces("export function {}(order: number, limit: number) {{\n", ";")),
    ("a.c", _braces("static int {}(int order, int limit) {{\n", ";")),
    ("a.java", _braces("static void {}(int order, int limit) {{\n", ";")),
    ("a.yml", _yaml),
    ("a.md", _prose),
)
