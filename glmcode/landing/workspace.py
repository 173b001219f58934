"""The files as the plan has them so far: a layer of changes over the tree, one state a file."""

from collections.abc import Mapping, Set

from glmcode.landing.coding import opened
from glmcode.landing.file import File
from glmcode.landing.paths import one_spelling
from glmcode.landing.tree import PathRefusedError, Tree

__all__ = ["Workspace", "kept_out"]

MOST_LEFT = 8
"""Files that the plan has left whose trees are kept while it streams: to let go of hundreds at its end takes its time."""


class Workspace:
    """What stands at each path now. Paths are normalised. Reads the tree once a path."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._now: dict[str, File | None] = {}
        self._base: dict[str, bytes | None] = {}
        self._base_modes: dict[str, str] = {}
        self._folders: dict[str, int] = {}
        self._left: dict[str, None] = {}
        """The files that the plan has left last, in that order."""
        self._spelt: dict[str, dict[str, set[str]]] = {}
        """The names in a folder, in the tree and as the plan made them, by what their spellings have in common."""
        self.moves: dict[str, str] = {}
        """Where the plan has moved the file of a path."""

    def base(self, path: str) -> bytes | None:
        """The bytes in the tree below. Raises PathRefusedError."""
        if path not in self._base:
            self._base[path] = self.tree.read(path)
        return self._base[path]

    def base_mode(self, path: str) -> str:
        """The mode in the tree below when this was first asked: what lands may be written there meanwhile."""
        if path not in self._base_modes:
            self._base_modes[path] = self.tree.mode(path)
        return self._base_modes[path]

    def get(self, path: str) -> File | None:
        """The file as it is now. Raises PathRefusedError."""
        if path not in self._now:
            raw = self.base(path)
            if raw is None:
                self._now[path] = None
            else:
                self._now[path] = File(*opened(raw), self.base_mode(path), path)
        return self._now[path]

    def get_or_folder(self, path: str) -> File | None:
        """As `get`, for a path that an edit would make: a folder there is in the way, and said to be."""
        try:
            return self.get(path)
        except PathRefusedError as error:
            raise PathRefusedError("exists", error.why) if error.reason == "no-such-file" else error from None

    def put(self, path: str, file: File, leaving: str | None = None) -> None:
        """A file comes to stand where none was; it may come from `leaving`. Raises PathRefusedError where a file or a folder
        is in the way, on this system or on another one that takes two spellings for one name."""
        parts = path.split("/")
        for size in range(1, len(parts)):
            folder = "/".join(parts[:size])
            if not self._folders.get(folder) and self._is_file(folder):
                raise PathRefusedError("exists", f"{folder} is a file, so {path} can't be made")
        if self._folders.get(path):
            raise PathRefusedError("exists", f"{path} is a folder")
        self._refuse_clash(parts, leaving)
        self._count_folders(path, 1)
        self._now[path] = file

    def _refuse_clash(self, parts: list[str], leaving: str | None) -> None:
        for depth, name in enumerate(parts):
            folder = "/".join(parts[:depth])
            spelt = self._spelt.get(folder)
            if spelt is None:
                spelt = self._spelt[folder] = {}
                for one in self.tree.names(folder):
                    spelt.setdefault(one_spelling(one), set()).add(one)
            alike = spelt.setdefault(one_spelling(name), set())
            for other in sorted(alike - {name}):
                stands = f"{folder}/{other}" if folder else other
                if stands != leaving and (self._folders.get(stands) or self._now.get(stands, self) is not None):
                    path, right = "/".join(parts), "/".join([stands, *parts[depth + 1 :]])
                    raise PathRefusedError(
                        "exists",
                        f"{path} would stand beside {stands}, and where case, Unicode's forms or a dot at the end don't "
                        f"tell names apart, they are one. Write {right}, or choose another name",
                    )
            alike.add(name)

    def remove(self, path: str) -> None:
        if self.base(path) is None:
            self._count_folders(path, -1)
        self._now[path] = None

    def replace(self, path: str, file: File) -> None:
        """Another file stands where one does."""
        self._now[path] = file

    def reset(self, path: str) -> None:
        """Takes back everything that the plan did to the path."""
        if self._now.get(path) is not None and self._base.get(path) is None:
            self._count_folders(path, -1)
        self._now.pop(path, None)
        self.moves.pop(path, None)

    def leave(self, path: str) -> None:
        """The plan goes on to another file. It may come back to one of the last few: of those alone the trees are kept."""
        self._left.pop(path, None)
        self._left[path] = None
        if len(self._left) > MOST_LEFT:
            longest_ago = next(iter(self._left))
            del self._left[longest_ago]
            file = self._now.get(longest_ago)
            if file is not None:
                file.forget_syntax()

    def paths(self) -> list[str]:
        """Every path at which a file stands now, for messages."""
        made = [path for path, file in sorted(self._now.items()) if file is not None and self._base.get(path) is None]
        stand = [path for path in self.tree.paths() if self._now.get(path, self) is not None]
        return [path for path in stand + made if "\0" not in path]

    def touched(self) -> list[str]:
        return sorted(self._now)

    def change(self, path: str) -> tuple[bytes | None, str | None] | None:
        """Bytes and mode of a path that is not as the tree has it; None where it is."""
        if path not in self._now:
            return None
        file, base = self._now[path], self._base.get(path)
        if file is None:
            return None if base is None else (None, None)
        raw = file.raw
        if base is not None and raw == base and file.mode == self.base_mode(path):
            return None
        return raw, file.mode

    def is_folder(self, path: str) -> bool:
        """Whether files stand below the path, or did in the tree."""
        if self._folders.get(path):
            return True
        try:
            self.base(path)
        except PathRefusedError as error:
            return error.reason == "no-such-file"
        return False

    def _is_file(self, path: str) -> bool:
        try:
            return self.get(path) is not None
        except PathRefusedError as error:
            if error.reason == "no-such-file":
                return False  # a folder, as it should be
            raise

    def _count_folders(self, path: str, by: int) -> None:
        at = path.find("/")
        while at >= 0:
            folder = path[:at]
            self._folders[folder] = self._folders.get(folder, 0) + by
            at = path.find("/", at + 1)


def kept_out(changes: Mapping[str, tuple[bytes | None, str | None]], spoilt: Set[str]) -> set[str]:
    """The files that find no place where the changes of the `spoilt` paths are not made: a file that was to go stays where
    one of them needs a folder, or in the folder where one is to be."""
    staying = {path for path in spoilt & changes.keys() if changes[path][0] is None}
    above = {folder for path in staying for folder in _folders_of(path)}
    made = {path for path, (data, _) in changes.items() if data is not None and path not in spoilt}
    return {path for path in made if path in above or not staying.isdisjoint(_folders_of(path))} if staying else set()


def _folders_of(path: str) -> list[str]:
    return [path[:end] for end, sign in enumerate(path) if sign == "/"]
