"""Which paths a plan may name: a lexical check that holds on every system, whatever system this is.

A repository travels: what is an odd name on Linux is a device, a stream of another file or git's own folder
elsewhere. So the strictest reading of all systems is taken. What only the disk knows (links) is for `repo`.
"""

import re
from collections.abc import Iterable

from glmcode.landing.tree import PathRefusedError

__all__ = ["normalise", "relative"]

# git's own list of code points that HFS+ ignores in names (utf8.c, next_hfs_char).
_IGNORABLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])$")
LONGEST_NAME = 255
LONGEST_PATH = 4096


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
        for part in name.split("\\"):
            _refuse_part(part, path)
        if len(name.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
            raise PathRefusedError("malformed", f"a name in the path is longer than {LONGEST_NAME} bytes")
    if not names:
        raise PathRefusedError("malformed", f"{path!r} names no file")
    return "/".join(names)


def relative(path: str, roots: Iterable[str]) -> str:
    """The path as seen from the root where it is absolute and below one of the root's names; any other path as it is."""
    for root in roots:
        folder = root.rstrip("/") + "/"
        if path.startswith(folder):
            return path[len(folder) :].lstrip("/")
    return path


def _refuse_part(part: str, path: str) -> None:
    plain = _folded(part)
    if not plain.strip(". ") and part:
        raise PathRefusedError("outside-root", f"{path!r} leads out of the repository's root")
    bare = plain.rstrip(". ")
    if bare in (".git", "git~1"):
        raise PathRefusedError("outside-root", f"{path!r} leads into git's own folder, which no edit may touch")
    if _DEVICE.match(bare.split(".")[0].rstrip(" ")):
        raise PathRefusedError("outside-root", f"{path!r} is the name of a device on Windows")


def _folded(part: str) -> str:
    if part.isascii():
        return part.lower()
    import unicodedata

    # Compatibility forms too: a look-alike of `.git` has no honest use.
    return unicodedata.normalize("NFKC", _IGNORABLE.sub("", part)).casefold()
