"""Paths that lead anywhere but where they seem to, plans of every form that carry them, and a tree full of traps."""

import contextlib
import json
import os
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.choices import Choices

__all__ = ["FORMS", "Place", "edit_of", "hostile_path", "stand"]

HONEST = (
    "a.txt",
    "src",
    "app.py",
    "lib",
    "new.txt",
    "deep",
    "run.sh",
    "é.txt",
    "x",
    "docs",
    "README.md",
    "readme.md",
    "Src",
)
"""Names that a plan may write, some of them clashing with others."""
TRAPS = (
    "link", "out", "up", "abs", "here", "dangling", "gitlink", "loop", "inlink", "fifo", "socket", "null", "hard", "sub", "mod", "inner.txt", "m.txt",
    "kept.txt", "outside", "root", "hooks", "config", "HEAD", "pre-commit", "glmcode", "empty", "closed",
)  # fmt: skip
"""Names of what stands in the tree of `stand`, and around it."""
UP = (
    "..",
    "../..",
    "...",
    ".. ",
    "..\\..",
    "\u2025",
    "\u2024\u2024",
    "\uff0e\uff0e",
    ".\u200c.",
    "..;",
    "%2e%2e",
    "..%2f..",
    "..\0",
    "\u2026",
)
GIT = (
    ".git", ".GIT", ".Git", ".gIt", ".git.", ".git..", ".git ", ".git . .", "git~1", "GIT~1", "GIT~2", "git~9", "GIT~10", ".g\u200cit", "\u200d.git",
    ".git\ufeff", ".gi\u206at", "\uff0egit", ".\uff47\uff49\uff54", ".\u24d6\u24d8\u24e3", ".g\u0131t", ".g\u0456t", ".gi\u0442", ".g\u00ect",
    ".git::$INDEX_ALLOCATION", ".git:$I30:$INDEX_ALLOCATION", ".git\\hooks", ".git\\..\\.git", ".git\u00ad", ".git\ufe0f", ".\U0001d420\U0001d422\U0001d42d",
    ".GI\u0130T", ".g\u0130t", ".git\t", ".git\n", ".git\r", "\ufeff.git", ".git\u202e", ".git%00", ".git\x00", ".git/", "./.git", ".git\udcff",
)  # fmt: skip
ROOTS = (
    "/", "//", "///", "\\", "\\\\", "C:", "C:\\", "c:/", "\\\\?\\", "\\\\?\\C:\\", "\\\\.\\", "\\\\host\\share\\", "//host/share/", "\\??\\", "/proc/self/cwd/",
    "/proc/self/root/", "/dev/fd/", "~", "~/", "~root/", "$HOME/", "%USERPROFILE%\\", "file:///", "file://", "/tmp/", "/dev/shm/", "D:",
)  # fmt: skip
DEVICES = (
    "con", "CON", "prn", "aux", "NUL", "nul.txt", "aux.c", "com1", "COM9.tar.gz", "lpt1", "LPT\u00b9", "com\u00b2.x", "CONIN$", "conout$", "con .txt",
    "con.", "NUL ", "nul::$DATA", "COM0", "clock$", "\uff43\uff4f\uff4e",
)  # fmt: skip
ODD = (
    "a\nb", "\n", "a\rb", "a\tb", "\x1b[2J", "\x7f", "\x85", "\u2028", "a\u202egnp.py", "\u200f", "\u200b", "\xa0", " ", ".", "", "-rf", "--", "$(x)",
    "`x`", "a'b", 'a"b', "a<b>", "a|b", "a?b", "a*b", "[a]", "a:b", "a:b:$DATA", "a;b", "a&b", "#a", "a#b", "!a", "%n", "{a}", "caf\udce9", "\udcff\udcfe",
    "\ud800", "\udc00\ud800", "x" * 255, "x" * 256, "é" * 127, "é" * 128, "😀" * 64, "\udcff" * 255, "a.", "a ", "a. .", "GITHUB~1", "~", "..a", "b..", "\0",
    "a\0b", "ﬁ", "e\u0301.txt", "É.TXT", "ß", "SS", "ı", "K", "İ", ".gitmodules", ".gitattributes", ".gitignore", ".github", "workflows", ".vscode",
    ".glmcode-000000000000000000.tmp",
)  # fmt: skip
SEPARATORS = ("/", "/", "/", "/", "/", "//", "/./", "\\", "/../", "\u2215", "\uff0f", "\u2044", "/.//")


def hostile_path(choices: Choices, outside: str) -> str:
    """A path made of one to five names, most of them traps; `outside` is an absolute folder beside the root."""
    kind = choices.below(24)
    if kind == 0:
        return choices.one((f"{outside}/new.txt", f"{outside}/kept.txt", f"/{outside}", f"{outside}/../root/a.txt"))
    if kind == 1:
        return choices.one(
            (
                "d/" * 2048 + "x",
                "d/" * 2047 + "x",
                "x" * 4096,
                "y" * 4097,
                "../" * 1365 + "x",
                "a/" * 120 + "x",
                ("z" * 250 + "/") * 17,
            )
        )
    if kind == 2:
        return choices.rest(20).decode("utf-8", "surrogateescape")
    if kind == 3:
        return "/".join(choices.one(HONEST) for _ in range(1 + choices.below(3)))
    path = choices.one(ROOTS) if not choices.below(8) else ""
    count = 1 + choices.below(5)
    for at in range(count):
        name = choices.one(choices.one((HONEST, TRAPS, TRAPS, UP, GIT, GIT, DEVICES, ODD)))
        if not choices.below(12):
            name = _spoilt(name, choices)
        path += (choices.one(SEPARATORS) if at else "") + name
    return path


def _spoilt(name: str, choices: Choices) -> str:
    at = choices.below(len(name) + 1)
    piece = choices.one(("\u200c", "\ufeff", " ", ".", "\0", "\u0301", "\\", "/", ":", "~1", "\n", "\u202e", "\udc80"))
    return choices.one(
        (name.upper(), name.title(), name[:at] + piece + name[at:], name[:at] + name[at + 1 :], name * 2)
    )


def _native_create(path: str, choices: Choices) -> str:
    return f'<create path="{path}"{choices.one(("", " mode=" + chr(34) + "755" + chr(34)))}>\nmade\n</create>\n'


def _native_edit(path: str, choices: Choices) -> str:
    return f'<edit path="{path}" at="{choices.one(("top", "bottom"))}">\nadded\n</edit>\n'


def _native_remove(path: str, choices: Choices) -> str:
    return f'<remove path="{path}"/>\n'


def _native_rename(path: str, choices: Choices) -> str:
    return f'<rename path="{choices.one(STANDING)}" to="{path}"/>\n'


def _native_rename_from(path: str, choices: Choices) -> str:
    return f'<rename path="{path}" to="moved{choices.below(100)}.txt"/>\n'


def _search_replace(path: str, choices: Choices) -> str:
    old = choices.one(("one\n", "", "kept\n"))
    return f"{path}\n```\n<<<<<<< SEARCH\n{old}=======\nanother\n>>>>>>> REPLACE\n```\n"


def _udiff(path: str, choices: Choices) -> str:
    name = choices.one((path, f'"{_escaped(path)}"')) if choices.below(2) else path
    return choices.one(
        (
            f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+made\n",
            f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-one\n+two\n",
            f"--- a/{path}\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n",
            f"diff --git a/a.txt b/x\nsimilarity index 100%\nrename from a.txt\nrename to {name}\n",
            f"diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+{path}\n\\ No newline at end of file\n",
            f"diff --git a/inlink b/inlink\nindex 1..2 120000\n--- a/inlink\n+++ b/inlink\n@@ -1 +1 @@\n-a.txt\n+{path}\n",
            f'--- /dev/null\n+++ "b/{_escaped(path)}"\n@@ -0,0 +1 @@\n+made\n',
        )
    ).replace("\ud800", "?")


def _v4a(path: str, choices: Choices) -> str:
    body = choices.one(
        (
            f"*** Add File: {path}\n+made\n",
            f"*** Delete File: {path}\n",
            f"*** Update File: {path}\n@@\n-one\n+two\n",
            f"*** Update File: {choices.one(STANDING)}\n*** Move to: {path}\n@@\n-one\n+two\n",
        )
    )
    return f"*** Begin Patch\n{body}*** End Patch\n"


def _tool_call(path: str, choices: Choices) -> str:
    key = choices.one(("path", "file_path"))
    call: dict[str, object] = {key: path, "old_string": choices.one(("", "one")), "new_string": "two\n"}
    if not choices.below(3):
        call = {key: path, "content": "made\n"}
    return json.dumps(call, ensure_ascii=bool(choices.below(2))) + "\n"


def _whole(path: str, choices: Choices) -> str:
    return choices.one(
        (
            f"File: {path}\n```\nmade\n```\n",
            f"{path}\n```\nmade\n```\n",
            f"```python:{path}\nmade = 1\n```\n",
            f'```python title="{path}"\nmade = 1\n```\n',
        )
    )


def _heading(path: str, choices: Choices) -> str:
    return f"### `{path}`\n\n```\nmade\n```\n"


STANDING = (
    "a.txt",
    "src/app.py",
    "run.sh",
    "link",
    "out",
    "hard",
    "dangling",
    "fifo",
    "src",
    "up/a.txt",
    "sub/inner.txt",
    "empty",
)
FORMS: dict[str, Callable[[str, Choices], str]] = {
    "create": _native_create,
    "edit": _native_edit,
    "remove": _native_remove,
    "rename": _native_rename,
    "rename-from": _native_rename_from,
    "search-replace": _search_replace,
    "udiff": _udiff,
    "v4a": _v4a,
    "tool-call": _tool_call,
    "whole": _whole,
    "heading": _heading,
}


def edit_of(path: str, choices: Choices) -> str:
    """An edit that carries the path, in one of the forms."""
    return choices.one(tuple(FORMS.values()))(path, choices)


def _escaped(path: str) -> str:
    raw = path.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if 32 < byte < 127 and chr(byte) not in '"\\' else f"\\{byte:03o}" for byte in raw)


@dataclass(frozen=True)
class Place:
    """A folder with a root in it, and what stands beside and inside that no landing may touch."""

    top: str
    root: str
    outside: str
    closed: tuple[bytes, ...]
    """Folders in which nothing may ever change: beside the root, git's own, other repositories."""


def stand(top: str) -> Place:
    """Builds the tree below `top`, an empty folder."""
    here = Path(top)
    root, outside = here / "root", here / "outside"
    for made in (root, outside / "sub", root / "src/lib", root / "docs", root / "empty", root / ".git/modules/mod"):
        made.mkdir(parents=True)
    for git in (root / ".git", root / "sub/.git", root / ".git/modules/mod"):
        for folder in ("objects", "refs", "hooks"):
            (git / folder).mkdir(parents=True, exist_ok=True)
        (git / "HEAD").write_bytes(b"ref: refs/heads/main\n")
        (git / "config").write_bytes(b"[core]\n\tbare = false\n")
        (git / "hooks/pre-commit").write_bytes(b"one\n")
    (root / ".git/glmcode/journal").mkdir(parents=True)
    files: dict[str, bytes] = {
        "out.txt": b"one\n", "outside/kept.txt": b"kept\n", "outside/a.txt": b"one\n", "outside/sub/deep.txt": b"one\n", "outside/hard": b"one\n",
        "root/a.txt": b"one\n", "root/src/app.py": b"one\n", "root/src/lib/x": b"one\n", "root/run.sh": b"one\n", "root/docs/README.md": b"one\n",
        "root/sub/inner.txt": b"one\n", "root/é.txt": b"one\n",
    }  # fmt: skip
    for name, data in files.items():
        (here / name).write_bytes(data)
    (root / "mod").mkdir()
    (root / "mod/.git").write_bytes(b"gitdir: ../.git/modules/mod\n")
    (root / "mod/m.txt").write_bytes(b"one\n")
    (root / "run.sh").chmod(0o755)
    os.link(outside / "hard", root / "hard")
    links = {
        "link": "../outside/kept.txt", "out": "../outside", "up": "..", "abs": str(outside), "here": "src", "dangling": "../outside/new.txt",
        "gitlink": ".git", "loop": "loop", "inlink": "a.txt", "src/out": "../../outside", "docs/up": "../..", "closed": ".git/hooks",
    }  # fmt: skip
    for name, target in links.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "fifo")
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "socket"))  # fails where the path is too long for a socket
    with contextlib.suppress(OSError):
        os.mknod(root / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    closed = [here, *_folders(outside), *_folders(root / "sub"), *_folders(root / "mod")]
    closed += [folder for folder in _folders(root / ".git") if "glmcode" not in folder.parts]
    return Place(top, str(root), str(outside), tuple(os.fsencode(folder) for folder in closed))


def _folders(top: Path) -> list[Path]:
    return [top, *(path for path in top.rglob("*") if path.is_dir() and not path.is_symlink())]
