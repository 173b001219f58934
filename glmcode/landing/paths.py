"""Which paths a plan may name: a lexical check that holds on every system, whatever system this is.

A repository travels: what is an odd name on Linux is a device, a stream of another file or git's own folder
elsewhere. So the strictest reading of all systems is taken. What only the disk knows (links) is for `repo`.
"""

import re
from collections.abc import Iterable
from typing import Literal

from glmcode.landing.tree import PathRefusedError

__all__ = [
    "LONGEST_PATH",
    "MOST_NAMES",
    "folded",
    "is_gits_own",
    "normalise",
    "one_spelling",
    "relative",
    "windows_takes",
]

_GIT = re.compile(r"\.git$|git~[0-9]+$")
"""git's folder, and what Windows may call it for short: `GIT~1` in most trees, a later number where that was taken."""
_ALIKE = {ord(sign): "i" for sign in "\u0131\u0456\u03b9\u1d09\u2170\ua647\u04cf\u0269"} | {
    ord(sign): plain
    for plain, signs in {
        "g": "\u0261\u0581\u1d83",
        "t": "\u03c4\u0442\u1d1b",
        ".": "\u3002\uff61\u00b7\u0701\u0702\ua4f8",
    }.items()
    for sign in signs
}
"""Letters of other scripts that look like those of `.git`: no file system takes them for it, a reader does."""
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])$")
_SEPARATORS = re.compile("[\\\\\u2044\u2215\u29f5\ufe68\uff0f\uff3c]")
"""What separates names on Windows, and what looks like it or is taken for it where a name is brought to an older encoding."""
_UNSEEN = "".join(map(chr, range(0x21))) + "\x7f"
_NOT_ON_WINDOWS = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
LONGEST_NAME = 255
LONGEST_PATH = 4096
MOST_NAMES = 128
"""Folders within folders: more than any repository has, and few enough that a walk a folder costs nothing."""


def normalise(path: str) -> str:
    """The path relative to the root with `/`, without `.` and doubled slashes.

    Raises PathRefusedError: `outside-root` for what could be written outside the root or into git's folder,
    `malformed` for what names no file anywhere.
    """
    if not path:
        raise PathRefusedError("malformed", "the edit names no file: give path=, relative to the repository's root")
    if "\0" in path:
        raise PathRefusedError("outside-root", f"{path!r} holds a NUL character")
    if path.startswith("/"):
        raise PathRefusedError("outside-root", f"{path!r} is absolute: paths are relative to the repository's root")
    if ":" in path:
        raise PathRefusedError(
            "outside-root", f"{path!r} holds a colon: it could name a drive or a stream of another file"
        )
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise PathRefusedError("malformed", f"{path!r} can't be written as bytes") from None
    if path.endswith("/"):
        raise PathRefusedError("malformed", f"{path!r} names a folder, not a file")
    if len(raw) > LONGEST_PATH:
        raise PathRefusedError("malformed", f"the path is longer than {LONGEST_PATH} bytes")
    names = [name for name in path.split("/") if name not in ("", ".")]
    if names and names[0].startswith("\\"):
        raise PathRefusedError("outside-root", f"{path!r} is absolute: paths are relative to the repository's root")
    for name in names:
        for part in _SEPARATORS.split(name):
            _refuse_part(part, path)
        if len(name.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
            raise PathRefusedError("malformed", f"a name in the path is longer than {LONGEST_NAME} bytes")
    if len(names) > MOST_NAMES:
        raise PathRefusedError("malformed", f"the path leads through more than {MOST_NAMES} folders")
    if not names:
        raise PathRefusedError("malformed", f"{path!r} names no file")
    return "/".join(names)


def windows_takes(name: str) -> bool:
    """Whether the name of a file or folder means on Windows what it says, and nothing else: no device, no stream of another
    file, no folder in between, no dot or blank at its end that is dropped, no sign that it has no room for."""
    bare = folded(name).split(".")[0].rstrip(" ")
    return bool(name) and name[-1] not in ". " and not _NOT_ON_WINDOWS.search(name) and not _DEVICE.match(bare)


def relative(path: str, roots: Iterable[str]) -> str:
    """The path as seen from the root where it is absolute and below one of the root's names; any other path as it is."""
    for root in roots:
        folder = root.rstrip("/") + "/"
        if path.startswith(folder):
            return path[len(folder) :].lstrip("/")
    return path


def one_spelling(name: str) -> str:
    """What the names share that are one and the same on some system: where case doesn't count, nor how a letter with an
    accent is composed, nor dots and blanks at the end."""
    return folded(name, "NFC").rstrip(". ") or name


def folded(name: str, form: Literal["NFC", "NFKC"] = "NFKC") -> str:
    """What all spellings of a name have in common that some system takes for one: of case, of Unicode's composed and
    (with NFKC) compatible forms, with and without code points that are not seen."""
    if name.isascii():
        return name.lower()
    import unicodedata

    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf" and not "\ufe00" <= sign <= "\ufe0f")
    if seen.isascii():
        return seen.lower()
    # Twice: the one may bring forth what the other changes.
    return unicodedata.normalize(form, unicodedata.normalize(form, seen).casefold()).casefold()


def is_gits_own(name: str) -> bool:
    """Whether the name of a file or folder is `.git` in any spelling, on any system, or is made to look like it."""
    plain = folded(name).lstrip(_UNSEEN).rstrip(_UNSEEN + ".")
    if plain.isascii():
        return _GIT.match(plain) is not None
    import unicodedata

    bare = "".join(
        sign for sign in unicodedata.normalize("NFD", plain) if unicodedata.category(sign) not in ("Mn", "Cs", "Cc")
    )
    return _GIT.match(bare.translate(_ALIKE)) is not None


def _refuse_part(part: str, path: str) -> None:
    plain = folded(part)
    if not plain.strip(". ") and part:
        raise PathRefusedError("outside-root", f"{path!r} leads out of the repository's root")
    if is_gits_own(part):
        raise PathRefusedError("outside-root", f"{path!r} leads into git's own folder, which no edit may touch")
    if _DEVICE.match(plain.rstrip(". ").split(".")[0].rstrip(" ")):
        raise PathRefusedError("outside-root", f"{path!r} is the name of a device on Windows")
