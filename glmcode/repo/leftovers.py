"""What an exchange that was cut off may leave: contents that waited for their places, and what had been displaced from one."""

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence

from glmcode.landing.tree import PathRefusedError
from glmcode.repo.aside import Aside, displaced_name, temporary_name
from glmcode.repo.disk import unlink_quietly
from glmcode.repo.exchange import State, closed, is_as, replace, unrefused
from glmcode.repo.folder import Folder, components, made_parent_of, parent_of
from glmcode.repo.swap import move_in

__all__ = ["put_back_displaced", "remove_temporaries"]


def put_back_displaced(top: Folder, away: Aside, path: str, token: str, sides: Sequence[State | None]) -> None:
    """Settles what an exchange that was cut off may have left of `path`: one of the two known `sides` goes; what is
    neither was saved there just before, and takes its place again unless something newer has it."""
    name, held = components(path)[-1], displaced_name(token, path)
    known = [side for side in sides if side is not None]
    with contextlib.suppress(PathRefusedError), parent_of(top, path) as folder:
        for at in (away.own, *(() if folder is None else (folder,))):
            if at.look(held) is None:
                continue
            entry, written = closed(at, held, path)
            if not written and any(is_as(entry, side) for side in known):
                os.unlink(at.at(held), dir_fd=at.fd)
            elif folder is None or folder.look(name) is None:
                with made_parent_of(top, path) as made:
                    _quietly(move_in, at, held, made, name)
            elif any(is_as(unrefused(folder, name, path), side) for side in known):
                _quietly(replace, at, held, folder, name)
            elif at is not folder:
                _quietly(move_in, at, held, folder, held)


def remove_temporaries(top: Folder, away: Aside, paths: Iterable[str], token: str) -> None:
    """Removes what an exchange of `paths` may have left; each may be in any folder above its path."""
    for path in paths:
        name = temporary_name(token, path)
        parts = path.split("/")
        with contextlib.suppress(PathRefusedError, OSError):
            unlink_quietly(away.own, name)
            unlink_quietly(top, name)
            for depth in range(1, len(parts)):
                with parent_of(top, "/".join([*parts[:depth], "x"])) as folder:
                    if folder is None:
                        break
                    unlink_quietly(folder, name)


def _quietly(
    how: Callable[[Folder, bytes, Folder, bytes], None], at: Folder, held: bytes, to: Folder, new: bytes
) -> None:
    """Where the file can't go, it stays where it is."""
    with contextlib.suppress(FileExistsError):
        how(at, held, to, new)
