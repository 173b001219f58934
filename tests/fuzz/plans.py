"""Plans that are nearly right: those of the scenarios, of every form, cut, doubled, swapped, spliced and spoilt."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.choices import Choices

__all__ = ["Case", "case", "seeds"]

SCENARIOS = Path(__file__).parents[1] / "scenarios"
LARGEST = 4_000
"""Characters of a scenario that is a seed: the few large ones would spend the time of many."""
MOST_STEPS = 8

LINES = (
    '<edit path="a.py" replace="f">', '<edit path="a.py">', "<edit", "</edit>", "</edit x1>", '<edit delete="f"/>', "<create>",
    '<create path="n.py" mark="m">', "</create m>", '<rename path="a.py" to="../b.py"/>', '<remove path="a.py"/>', "<check/>",
    '<edit path="a.py" at="top">', '<edit path="a.py" in="f">', '<edit path="a.py" inside="C" mark="q">',
    "<<<<<<< SEARCH", "<<<<< SEARCH", "<" * 70_000, "=======", "=" * 70_000, ">>>>>>> REPLACE", "```", "````", "~~~", "```python a.py",
    "--- a/a.py", "+++ b/a.py", "--- /dev/null", "+++ /dev/null", "@@", "@@ -1 +1 @@", "@@ -9999999999999999999,1 +1 @@", "+x", "-x", " x",
    "\\ No newline at end of file", "diff --git a/a.py b/a.py", "rename from a.py", "rename to .git/config", "old mode 100644",
    "new mode 120000", "deleted file mode 100644", "new file mode 100755", "GIT binary patch", "*** Begin Patch", "*** End Patch",
    "*** Update File: a.py", "*** Add File: con", "*** Delete File: a.py", "*** Move to: /etc/passwd", "*** End of File",
    '{"path": "a.py", "old_string": "x", "new_string": "y", "replace_all": true}', '{"path": "a.py",', "[{", "}]", "[" * 3000, "<search>",
    "<tool_call>edit", "<tool_call>", "</tool_call>", "<arg_key>path</arg_key>", "<arg_value>a.py</arg_value>", "<arg_value>", "</arg_value></tool_call>",
    '<invoke name="edit">', '<parameter name="path">a.py</parameter>', '<parameter name="new_string">', "</parameter>", "</invoke>",
    "<function=edit>", "<parameter=path>", "</function>", "<write_to_file>", "<path>a.py</path>", "<content>", "</content>", "</write_to_file>",
    "<replace_in_file>", "<diff>", "</diff>", "</replace_in_file>", "<apply_diff>", "<args>", "<file>", "</file>", "[TOOL_CALLS]edit[ARGS]{",
    "</search>", "<replace>", "</replace>", "# ... existing code ...", "...", "", " ", "\t", "def f():", "    return 1", "x = 1", "}",
)  # fmt: skip
MARKERS = (
    "# ... existing code ...",
    "    // ... existing code ...",
    "/* ... rest of the file ... */",
    "<!-- ... unchanged ... -->",
    "...",
)
PIECES = (
    "\r", "\n", "\r\n", "\0", "\x0c", "\x1b[2J", "\x85", "\u2028", "\ufeff", "\ud800", "\udc80", "\udcff", "\udc00\ud800", "é", "ﬁ", "😀", "e\u0301",
    "\u202e", "\xa0", " ", "\t", '"', "'", "<", ">", "&lt;", "\\", "/", "..", "#2", "a" * 2000, " " * 3000, "(" * 500, "  12 | ",
)  # fmt: skip
PATHS = (
    "../out.txt", "/etc/passwd", "a/../../b", ".git/config", ".GIT/hooks/x", "git~1/x", "con", "nul.txt", "a:b", "C:\\x", "\\\\h\\s\\x", "a//b", "./a.py",
    "a/", "", ".", "..", "\u200c.git/x", "x" * 300, "d/" * 2100 + "x", "a\\..\\..\\b", "a .py", "\ud800", "\udc80", "a\nb", "link/x", "link",
)  # fmt: skip
FILES: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: data.replace(b"\n", b"\r\n"),
    lambda data: data.replace(b"\n", b"\r"),
    lambda data: data.replace(b"\n", b"\r\n", 1),
    lambda data: b"\xef\xbb\xbf" + data,
    lambda data: b"\xff\xfe" + data.decode("utf-8", "replace").encode("utf-16-le"),
    lambda data: b"\xfe\xff" + data.decode("utf-8", "replace").encode("utf-16-be"),
    lambda data: data + b"\xe9\xff\n",
    lambda data: data + b"\0",
    lambda data: data.rstrip(b"\n"),
    lambda data: data.replace(b"    ", b"\t"),
    lambda data: data + data,
    lambda data: data.replace(b"\n", b"\n\n"),
    lambda data: b"",
    lambda data: data[: len(data) // 2],
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A plan and the files that it lands on."""

    plan: str
    files: dict[str, bytes]


@functools.cache
def seeds() -> tuple[Case, ...]:
    """The scenarios, by name in order."""
    found = []
    for folder in sorted(SCENARIOS.iterdir()):
        plan = folder / "plan.txt"
        if not plan.is_file() or plan.stat().st_size > LARGEST:
            continue
        before = folder / "before"
        files = {
            path.relative_to(before).as_posix(): path.read_bytes()
            for path in sorted(before.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }
        if sum(map(len, files.values())) <= LARGEST:
            found.append(Case(plan.read_bytes().decode("utf-8", "surrogateescape"), files))
    return tuple(found)


def case(choices: Choices) -> Case:
    """A scenario after some steps, each of which spoils a line of its plan or one of its files."""
    start = choices.one(seeds())
    lines = start.plan.split("\n")
    files = dict(start.files)
    for _ in range(choices.below(MOST_STEPS)):
        if files and not choices.below(5):
            path = choices.one(sorted(files))
            files[path] = choices.one(FILES)(files[path])
        else:
            choices.one(_STEPS)(lines, files, choices)
    return Case("\n".join(lines), files)


def _cut(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    at = choices.below(len(lines))
    del lines[at : at + 1 + choices.below(4)]
    lines.append("")


def _double(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    at = choices.below(len(lines))
    piece = lines[at : at + 1 + choices.below(8)]
    to = choices.below(len(lines) + 1)
    lines[to:to] = piece


def _swap(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    one, other = choices.below(len(lines)), choices.below(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _splice(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    """Lines of another scenario's plan, and its files."""
    other = choices.one(seeds())
    theirs = other.plan.split("\n")
    first = choices.below(len(theirs))
    last = first + 1 + choices.below(len(theirs) - first)
    if not choices.below(2):
        first, last = 0, len(theirs)
    to = choices.below(len(lines) + 1)
    lines[to:to] = theirs[first:last]
    for path, data in other.files.items():
        files.setdefault(path, data)


def _line(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    lines.insert(choices.below(len(lines) + 1), choices.one(LINES))


def _piece(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    at = choices.below(len(lines))
    column = choices.below(len(lines[at]) + 1)
    piece = choices.one(PIECES) if choices.below(4) else choices.rest(12).decode("utf-8", "surrogateescape")
    lines[at] = lines[at][:column] + piece + lines[at][column + choices.below(3) :]


def _path(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    """A path that no plan may write, or an odd one, for one that stands."""
    wrong = choices.one(PATHS)
    if files:
        right = choices.one(sorted(files))
        at = choices.below(len(lines))
        lines[at:] = [line.replace(right, wrong) for line in lines[at:]]


def _indent(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    at = choices.below(len(lines))
    for row in range(at, min(len(lines), at + 1 + choices.below(8))):
        lines[row] = choices.one(("    ", "\t", " ", "")) + lines[row].lstrip(" ")


def _quoted(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    """A SEARCH/REPLACE block of a file's own lines, some of them changed: what looser matching lives on."""
    path = choices.one(sorted(files) or ["a.py"])
    text = files.get(path, b"x\n").decode("utf-8", "surrogateescape").split("\n")
    first = choices.below(len(text))
    quote = text[first : first + 1 + choices.below(8)]
    words = list(quote)
    for side in (quote, words):
        at = choices.below(len(side))
        side[at] = choices.one((side[at] + " new", "", side[at][1:], side[at].strip(), "    " + side[at]))
    to = choices.below(len(lines) + 1)
    lines[to:to] = [path, "<<<<<<< SEARCH", *quote, "=======", *words, ">>>>>>> REPLACE"]


def _sketched(lines: list[str], files: dict[str, bytes], choices: Choices) -> None:
    """A sketch of a file's own lines, with runs of them behind markers, and some changed."""
    path = choices.one(sorted(files) or ["a.py"])
    text = files.get(path, b"x\n").decode("utf-8", "surrogateescape").split("\n")
    first = choices.below(len(text))
    shown = text[first : first + 1 + choices.below(20)]
    for _ in range(choices.below(4)):
        at = choices.below(len(shown))
        shown[at] = choices.one((shown[at] + " new", "", "new()", shown[at].strip(), "    " + shown[at]))
    for _ in range(1 + choices.below(3)):
        at = choices.below(len(shown) + 1)
        shown[at : at + choices.below(4)] = [choices.one(MARKERS)]
    to = choices.below(len(lines) + 1)
    lines[to:to] = choices.one(([path, "```", *shown, "```"], [f'<edit path="{path}">', *shown, "</edit>"]))


_STEPS: tuple[Callable[[list[str], dict[str, bytes], Choices], None], ...] = (
    _cut,
    _double,
    _swap,
    _splice,
    _line,
    _piece,
    _path,
    _indent,
    _quoted,
    _sketched,
)
