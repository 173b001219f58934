"""The trailer of a commit's message, put where git puts trailers."""

import re

from glmcode.errors import GlmcodeError
from glmcode.repo.git import git

__all__ = ["with_trailer"]

_TRAILER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*: \S[^\x00-\x1f\x7f]*")


def with_trailer(root: str, message: str, trailer: str) -> str:
    """The message with this line ("Key: value") in its last block of trailers, once. "" adds none.

    Git's own rules hold, also those of the user's configuration (`trailer.*`). Raises GlmcodeError (exit 2) for a line
    that is no trailer.
    """
    if not trailer.strip():
        return message
    if not _TRAILER.fullmatch(trailer.strip()):
        raise GlmcodeError(
            f"{trailer!r} is no trailer", hint='it is one line of the form "Key: value"; "" turns it off'
        )
    how = ("interpret-trailers", "--no-divider", "--if-exists", "addIfDifferent", "--trailer", trailer.strip())
    text = message.replace("\0", "").encode("utf-8", "replace")
    return git(root, *how, stdin=text if text.endswith(b"\n") else text + b"\n").decode("utf-8", "replace")
