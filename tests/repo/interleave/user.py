"""The user's side: edits, stages, commits, switches, and takes git's own refusals for what they are."""

import os
import random
import time
from collections.abc import Callable

from tests.repo.interleave.world import MARKER, World


class User:
    """Each act is chosen by the seed alone and says what it did. What it takes away on purpose, it tells the world."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world = world
        self.chance = chance
        self.written = 0
        self.branches = 0
        acts: list[tuple[int, Callable[[], str]]] = [
            (30, self.edit),
            (5, self.create),
            (3, self.delete),
            (3, self.rename),
            (3, self.chmod),
            (8, self.stage),
            (5, self.stage_in_part),
            (12, self.commit),
            (14, self.commit_all),
            (7, self.switch),
            (3, self.branch),
            (4, self.merge),
            (3, self.rebase),
            (3, self.amend),
            (3, self.stash),
            (3, self.unstash),
            (2, self.collect),
            (1, self.prune),
        ]
        self._acts = [act for _, act in acts]
        self._weights = [weight for weight, _ in acts]

    def act(self) -> str:
        """One act, with what it took away taken off what must be found."""
        act = self.chance.choices(self._acts, self._weights)[0]
        before = self.world.missing()
        said = act()
        self.world.required -= self.world.missing() - before
        return f"{act.__name__}: {said}"

    def beside(self) -> str:
        """An act while glmcode really runs: nothing that would take away what can't be seen yet."""
        acts = (self.append, self.rewrite, self.stage, self.commit, self.commit_all, self.switch, self.branch, self.merge,
                self.rebase, self.collect)  # fmt: skip
        act = self.chance.choice(acts)
        return f"{act.__name__}: {act()}"

    def append(self) -> str:
        """A line at the end, without a look at the rest."""
        name, marker = self.chance.choice(self._files()), self._marker()
        try:
            fd = os.open(self.world.path(name), os.O_WRONLY | os.O_APPEND)
        except FileNotFoundError:
            return "-"
        time.sleep(self.chance.choice((0, 0, 0.01)))
        os.write(fd, marker + b"\n")
        os.close(fd)
        self.world.required.add(marker)
        return f"{marker.decode()} to {name}"

    def rewrite(self) -> str:
        """A line into the middle by an editor that keeps the file open from reading it to writing it whole."""
        name, marker = self.chance.choice(self._files()), self._marker()
        try:
            fd = os.open(self.world.path(name), os.O_RDWR)
        except FileNotFoundError:
            return "-"
        with open(fd, "r+b", buffering=0) as file:
            lines = file.read().splitlines(keepends=True)
            time.sleep(self.chance.choice((0, 0.005, 0.05)))
            lines.insert(self.chance.randint(0, len(lines)), marker + b"\n")
            file.seek(0)
            file.truncate()
            time.sleep(self.chance.choice((0, 0, 0.005)))
            file.write(b"".join(lines))
        self.world.required.add(marker)
        return f"{marker.decode()} into {name}"

    def edit(self, name: str = "") -> str:
        files = self._files()
        if not files:
            return self.create()
        name = name or self.chance.choice(files)
        lines = self.world.read(name).splitlines(keepends=True)
        marker = self._marker()
        lines.insert(self.chance.randint(0, len(lines)), marker + b"\n")
        how = self.chance.choice(("in place", "by rename"))
        path = self.world.path(name)
        if how == "in place":
            with open(path, "wb") as file:
                file.writelines(lines)
        else:
            mode = os.stat(path).st_mode
            with open(path + "~", "wb") as file:
                file.writelines(lines)
            os.chmod(path + "~", mode)
            os.replace(path + "~", path)
        self.world.required.add(marker)
        return f"{marker.decode()} into {name} {how}"

    def create(self) -> str:
        marker = self._marker()
        name = f"d{self.chance.randint(0, 3)}/{marker.decode().lower()}.txt"
        os.makedirs(os.path.dirname(self.world.path(name)), exist_ok=True)
        with open(self.world.path(name), "wb") as file:
            file.write(b"note %d\n" % self.written + marker + b"\n")
        self.world.required.add(marker)
        return name

    def delete(self) -> str:
        files = self._files()
        if len(files) < 5:
            return "-"
        name = self.chance.choice(files)
        os.unlink(self.world.path(name))
        return name

    def rename(self) -> str:
        files = self._files()
        if not files:
            return "-"
        name = self.chance.choice(files)
        new = f"d{self.chance.randint(0, 3)}/r{self.chance.randint(0, 99)}.txt"
        if os.path.lexists(self.world.path(new)):
            return "-"
        if self.chance.random() < 0.5:
            return self._git("mv", name, new)
        os.makedirs(os.path.dirname(self.world.path(new)), exist_ok=True)
        os.rename(self.world.path(name), self.world.path(new))
        return f"{name} to {new}"

    def chmod(self) -> str:
        files = self._files()
        if not files:
            return "-"
        name = self.chance.choice(files)
        path = self.world.path(name)
        os.chmod(path, os.stat(path).st_mode ^ 0o111)
        return name

    def stage(self) -> str:
        files = self._files()
        if self.chance.random() < 0.3 or not files:
            return self._git("add", "--all")
        return self._git("add", "--", *self.chance.sample(files, min(len(files), 3)))

    def stage_in_part(self) -> str:
        """As `git add -p`: of the markers that the file has and the index hasn't, some."""
        changed = [line for line in self.world.lines("diff", "--name-only", "--diff-filter=M") if line]
        if not changed:
            return "-"
        name = self.chance.choice(changed)
        staged = self.world.git("cat-file", "blob", f":{name}", check=False)
        if staged.returncode:
            return "-"
        known = set(MARKER.findall(staged.stdout))
        lines = self.world.read(name).splitlines(keepends=True)
        new = [line for line in lines if MARKER.match(line) and line.strip() not in known]
        left_out = set(self.chance.sample(new, len(new) // 2))
        data = b"".join(line for line in lines if line not in left_out)
        blob = self.world.git("hash-object", "-w", "--stdin", stdin=data).stdout.decode().strip()
        mode = self.world.lines("ls-files", "--stage", "--", name)[0].split()[0]
        return self._git("update-index", "--cacheinfo", f"{mode},{blob},{name}")

    def commit(self) -> str:
        return self._git("commit", "--quiet", "--message", f"user {self.written}")

    def commit_all(self) -> str:
        return self._git("commit", "--quiet", "--all", "--message", f"user all {self.written}")

    def switch(self) -> str:
        return self._git("switch", "--quiet", self._other())

    def branch(self) -> str:
        self.branches += 1
        return self._git("switch", "--quiet", "--create", f"topic{self.branches}")

    def merge(self) -> str:
        said = self._git("merge", "--quiet", "--no-edit", self._other())
        if os.path.exists(self.world.path(".git/MERGE_HEAD")):
            return said + ", " + self._git("merge", "--abort")
        return said

    def rebase(self) -> str:
        said = self._git("rebase", "--quiet", self._other())
        if os.path.exists(self.world.path(".git/rebase-merge")):
            return said + ", " + self._git("rebase", "--abort")
        return said

    def amend(self) -> str:
        return self._git("commit", "--quiet", "--amend", "--no-edit")

    def stash(self) -> str:
        return self._git("stash", "push", "--quiet", *self.chance.choice(([], ["--include-untracked"])))

    def unstash(self) -> str:
        said = self._git("stash", "pop", "--quiet")
        if self.world.lines("ls-files", "--unmerged"):
            return said + ", " + self._git("reset", "--quiet", "--hard")
        return said

    def collect(self) -> str:
        return self._git("gc", "--quiet", "--prune=now")

    def prune(self) -> str:
        return self._git("worktree", "prune")

    def _files(self) -> list[str]:
        return [name for name in self.world.files() if ".glmcode-" not in name]

    def _other(self) -> str:
        branches = self.world.lines("for-each-ref", "--format=%(refname:short)", "refs/heads")
        mine = self.world.head()[0].removeprefix("refs/heads/")
        return self.chance.choice([one for one in branches if one != mine and "/" not in one] or ["main"])

    def _marker(self) -> bytes:
        self.written += 1
        return b"U%05d" % self.written

    def _git(self, *arguments: str) -> str:
        ended = self.world.git(*arguments, check=False)
        said = "" if ended.returncode == 0 else f" refused ({ended.returncode})"
        return " ".join(arguments[:3]) + said
