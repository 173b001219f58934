"""What the model is shown of a repository: its instructions, a tree, the files that matter to the task, what fails.

Everything here is text from files, which is material and never instruction; the fences around it say so, and a file
whose own text holds the fence's end gets a fence of another name.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from glmcode.model.usage import estimate_tokens

__all__ = ["Shown", "files_for", "instructions", "listing", "show"]

Read = Callable[[str], str | None]
"""A tracked file's text, or None where it is missing, binary or too large to read."""

WHOLE_REPOSITORY = 24_000
"""Tokens up to which a repository is simply shown whole: cheaper than a second round."""
FILES = 60_000
"""Tokens of files in one message: with the rest it stays under the 100,000 above which answers get worse."""
ONE_FILE = 15_000
"""Tokens above which a file is shown as its outline."""
TREE = 3_000
"""Tokens of the tree of paths."""

SECRET = (
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "id_rsa*",
    "id_ed25519*",
    "*.keystore",
    ".netrc",
    ".pypirc",
    ".npmrc",
    "credentials*",
    "secrets.*",
)
"""Names of files that are never shown: they hold keys more often than code."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of a prompt, and the paths whose text it holds."""

    text: str
    files: tuple[str, ...]


def show(path: str, text: str) -> str:
    """One file between tags. Its end tag is one that does not stand in the text."""
    mark = ""
    number = 0
    while f"</file{mark}>" in text:
        number += 1
        mark = f" x{number}"
    newline = "" if text.endswith("\n") or not text else "\n"
    return f'<file path="{path}"{f" mark={mark.strip()!r}" if mark else ""}>\n{text}{newline}</file{mark}>\n'


def instructions(read: Read) -> str:
    """AGENTS.md of the repository's root, as a section of the prompt; empty where there is none."""
    text = read("AGENTS.md")
    return f"# Instructions of this repository (AGENTS.md)\n{text.strip()}\n\n" if text else ""


def listing(paths: Sequence[str]) -> str:
    """A tree of the paths within TREE tokens: files by folder; beyond that, the deepest folders become a count."""
    folders: dict[str, list[str]] = {}
    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    depth = max((folder.count("/") + 1 for folder in folders if folder), default=0)
    while True:
        lines: dict[str, str | int] = {}
        for folder, names in folders.items():
            parts = folder.split("/") if folder else []
            if len(parts) <= depth:
                lines[folder] = " ".join(names)
            else:
                top = "/".join(parts[:depth])
                so_far = lines.get(f"{top}/**", 0)
                lines[f"{top}/**"] = len(names) + (so_far if isinstance(so_far, int) else 0)
        text = "".join(
            f"{where or '.'}/: {what if isinstance(what, str) else f'{what} files'}\n" for where, what in lines.items()
        )
        if estimate_tokens(text) <= TREE or depth == 0:
            break
        depth -= 1
    return f"# Tracked files\n{text[: TREE * 5]}\n"


def files_for(
    task: str,
    tracked: Sequence[str],
    read: Read,
    *,
    failing: str = "",
    outline: Callable[[str, str], str] | None = None,
    skip: Iterable[str] = (),
    whole: bool = False,
) -> Shown:
    """The files that the task or the failing tests name, the most certain first, within FILES tokens; of a small
    repository every text file where `whole` asks for that. `outline(path, text)` stands in for a file above ONE_FILE tokens."""
    known = set(skip)
    candidates = [
        path
        for path in tracked
        if path not in known and not any(fnmatch(path.rpartition("/")[2], secret) for secret in SECRET)
    ]
    wanted = _ranked(task, failing, candidates)
    texts: dict[str, str] = {}
    spent = 0

    def take(path: str, limit: int) -> bool:
        nonlocal spent
        text = read(path)
        if text is None:
            return True
        shown = show(path, text)
        if (cost := estimate_tokens(shown)) > ONE_FILE and outline is not None:
            shown = f'<outline of="{path}" lines="{text.count(chr(10))}">\n{outline(path, text)}</outline>\n'
            cost = estimate_tokens(shown)
        if spent + cost > limit:
            return False
        texts[path] = shown
        spent += cost
        return True

    for path in wanted:
        take(path, FILES)
    rest = [path for path in candidates if path not in texts]
    if whole and len(rest) <= 400:
        before, kept = spent, dict(texts)
        if not all(take(path, WHOLE_REPOSITORY) for path in rest):
            texts, spent = kept, before
    if not texts:
        return Shown("", ())
    order = [path for path in tracked if path in texts]
    return Shown("# Files as they stand now\n" + "".join(texts[path] for path in order) + "\n", tuple(order))


def _ranked(task: str, failing: str, paths: Sequence[str]) -> list[str]:
    """Paths by how plainly they are named: in full, by their end, by stem; the task's before the tests'."""
    by_name: dict[str, list[str]] = {}
    by_stem: dict[str, list[str]] = {}
    for path in paths:
        name = path.rpartition("/")[2]
        by_name.setdefault(name, []).append(path)
        by_stem.setdefault(name.partition(".")[0].lower(), []).append(path)
    found: dict[str, int] = {}
    for rank, text in ((0, task), (10, failing)):
        for word in re.findall(r"[\w.\-/\\]+", text[:200_000]):
            plain = word.replace("\\", "/").strip(".-/")
            name = plain.rpartition("/")[2]
            for path in by_name.get(name, ()):
                if ("/" + path).endswith("/" + plain):
                    found[path] = min(found.get(path, 99), rank + (path != plain))
            if rank == 0 and len(plain) >= 3:
                for path in by_stem.get(plain.lower(), ()):
                    found[path] = min(found.get(path, 99), 5)
    return sorted(found, key=lambda path: (found[path], path))
