"""Steps of the two sides, one after the other or one within the other, and what must hold after each."""

import json
import os
import random
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from glmcode.model.cassette import Answer, from_answers
from glmcode.model.replay import ReplayServer
from tests.repo.interleave.tool import CHANGING, Ended, Plan, Running, Tool
from tests.repo.interleave.user import User
from tests.repo.interleave.world import MARKER, World, broken, made


@dataclass(frozen=True)
class Before:
    tree: dict[str, bytes]
    index: list[str]
    head: tuple[str, str]


@dataclass
class Game:
    """`within` is how often the user acts while a process of glmcode is stopped in the middle, from 0 to 1;
    with `racing`, two of them run at once now and then, and the user acts meanwhile: such games differ from run to run."""

    seed: int
    folder: str
    within: float = 0.5
    racing: bool = False
    log: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.world = made(os.path.join(self.folder, "repo"))
        self.user = User(self.world, self.chance)
        self.tool = Tool(self.world, self.chance)
        self.calls: dict[str, list[str]] = {}
        self.judged: set[str] = set()
        self.undoable: list[Plan] = []
        self.undone: list[Plan] = []
        self.acted = False
        self.taken: set[bytes] = set()
        """Lines that had landed when the user, in the middle of the command, took them away."""

    def play(self, steps: int) -> None:
        for number in range(steps):
            if self.chance.random() < 0.5:
                self.note(number, self.user.act())
            else:
                self.note(number, self.tool_acts())
            if number % 3 == 0:
                self.tool.look()
            if number % 100 == 99:
                self.check_repository(number)
        self.check_repository(steps)

    def note(self, number: int, said: str) -> None:
        self.log.append(f"{number} {said}")

    def tool_acts(self) -> str:
        act: Callable[[], str] = self.chance.choices(
            [self.apply, self.undo, self.redo, self.tool.work, self.run_task, self.land, self.forget],
            [7, 2, 1, 3, 2, 6, 1],
        )[0]
        if self.racing and self.chance.random() < 0.6:
            act = self.race
        name = act.__name__
        try:
            return f"{name}: {act()}"
        finally:
            lost = self.world.missing()
            if lost:
                self.wrong(f"{name} lost {sorted(lost)}")
                self.world.required -= lost
            left = [one for one in broken(self.world.tree()) if ".glmcode-" in one or not self.acted]
            for one in left:
                self.wrong(f"after {name}: {one}")

    def wrong(self, what: str) -> None:
        self.found.append(f"step {len(self.log)}: {what}; {self.log[-1:]}")

    def apply(self) -> str:
        plan = self.tool.plan(self.chance.choice(self.tool.seen or [self.world.tree()]))
        if plan is None:
            return "-"
        path = os.path.join(self.folder, "plan.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(plan.text)
        ended, before = self.run("apply", ["apply", path, "--json"], list(plan.markers))
        mine = set(plan.markers.values())
        self.check_index("apply", before)
        if ended.code == 0:
            self.landed(plan)
            self.world.required |= mine - self.taken
        elif not self.acted and mine & self.markers():
            self.wrong(f"a refused plan left {sorted(mine & self.markers())}: {ended}")
        return f"{len(mine)} lines, {ended.code}"

    def undo(self) -> str:
        if self.undoable:
            self.world.required -= set(self.undoable[-1].markers.values())
        ended, before = self.run("undo", ["undo", "--json"])
        reverted = ended.code == 0 and json.loads(ended.out)["commit"]
        if not reverted:
            self.check_index("undo", before)
        elif self.world.lines("rev-parse", f"{self.world.head()[1]}^")[0] != before.head[1] and not self.acted:
            self.wrong("undo reverted a commit on another one than HEAD")
        if ended.code == 0 and not self.undoable:  # one of two that ran at once: which, is not known here
            self.world.required -= {one for one in self.world.missing() if one.startswith(b"G")}
        elif ended.code == 0:
            self.undone.append(self.undoable.pop())
        elif self.undoable:
            self.world.required |= set(self.undoable[-1].markers.values()) - self.world.missing(
                self.undoable[-1].markers.values()
            )
        return f"{ended.code}"

    def redo(self) -> str:
        ended, before = self.run("redo", ["redo", "--json"])
        if ended.code == 0 and not json.loads(ended.out)["commit"]:
            self.check_index("redo", before)
        if ended.code == 0 and self.undone:
            self.undoable.append(self.undone.pop())
            self.world.required |= set(self.undoable[-1].markers.values()) - self.taken
        return f"{ended.code}"

    def landed(self, plan: Plan) -> None:
        self.undoable.append(plan)
        self.undone = []

    def land(self) -> str:
        if not self.tool.sessions:
            return "-"
        name = self.chance.choice(sorted(self.tool.sessions))
        how = self.chance.choice(("apply", "commit", "merge"))
        if how != "apply" and self.chance.random() < 0.6:
            self.note(len(self.log), f"    before: {self.user.commit_all()}")
        ended, before = self.run(f"land {how}", ["land", name, "--how", how, "--json"])
        if how == "apply":
            self.check_index("land --how apply", before)
            if ended.code == 0 and json.loads(ended.out)["paths"]:
                self.landed(Plan("", {}))
        else:
            self.check_commit(name, how, ended, before)
            if ended.code == 0 and json.loads(ended.out)["paths"]:
                self.landed(Plan("", {}))
        return f"{name} {how}, {ended.code}"

    def run_task(self) -> str:
        """A whole `glmcode run`, with a plan that a server on this machine plays."""
        with tempfile.TemporaryDirectory() as folder:
            head = self.world.git("archive", "HEAD").stdout
            subprocess.run(["tar", "-x", "-C", folder], input=head, check=True)
            plan = self.tool.plan(World(folder).tree())
        if plan is None:
            return "-"
        how = self.chance.choice(("none", "none", "apply", "commit", "merge"))
        with ReplayServer(from_answers([Answer(plan.text)])) as server:
            command = ["run", f"run {self.tool.written}", "--base-url", server.url, "--model", "m", "--no-tests"]
            ended, before = self.run(f"run {how}", [*command, "--json", "--land", how])
        last = json.loads(ended.out.splitlines()[-1]) if ended.out else {}
        mine = set(plan.markers.values())
        if how in ("none", "apply"):
            self.check_index(f"run --land {how}", before)
        if last.get("session"):
            self.world.required |= mine - self.taken
            self.tool.sessions[last["session"]] = mine
            if last.get("landed") in ("apply", "commit", "merge"):
                self.landed(Plan("", {}))
        elif ended.code == 0:
            self.wrong(f"run --land {how} ended well and kept no session: {ended.out[-500:]}")
        return f"{how}, {ended.code} {last.get('session', '')}"

    def forget(self) -> str:
        if not self.tool.sessions:
            return "-"
        name = self.chance.choice(sorted(self.tool.sessions))
        forced = self.chance.random() < 0.3
        mine = self.tool.sessions[name]
        if forced:
            self.world.required -= mine
        ended, _ = self.run("sessions rm", ["sessions", "rm", *(["--force"] if forced else []), name])
        if ended.code == 0:
            del self.tool.sessions[name]
            self.tool.opened.pop(name, None)
        return f"{name} {ended.code}"

    def run(self, kind: str, arguments: Sequence[str], aimed: Sequence[str] = ()) -> tuple[Ended, Before]:
        """Runs the command, with the user acting in the middle now and then, also on the files that it is aimed at. Gives
        what there was before, or behind the user's last act."""
        stops: list[int] = []
        if self.chance.random() < self.within:
            known = self.calls.get(kind, ["open"] * 100)
            changing = [number for number, name in enumerate(known, 1) if name in CHANGING]
            for _ in range(self.chance.choice((1, 1, 2))):
                few = changing if changing and self.chance.random() < 0.7 else range(1, len(known) + 1)
                stops.append(self.chance.choice(few))
        before = self.now()
        self.acted, self.taken = False, set()

        def act() -> None:
            nonlocal before
            self.acted = True
            there = self.markers()
            mine = [path for path in aimed if os.path.isfile(self.world.path(path))]
            if mine and self.chance.random() < 0.5:
                said = self.user.edit(self.chance.choice(mine))
            else:
                said = self.user.act()
            self.taken |= self.world.missing(there)
            self.note(len(self.log), f"    within {kind}: {said}")
            before = self.now()

        ended = Running(self.world.root, arguments, stops, act).ended()
        self.calls[kind] = ended.calls
        self.judge(kind, ended)
        self.judge_locks(kind)
        return ended, before

    def judge(self, kind: str, ended: Ended) -> None:
        self.ends[f"{kind} {ended.code}"] = self.ends.get(f"{kind} {ended.code}", 0) + 1
        if ended.code not in (0, 4, 5) and not re.search("nothing to (un|re)do", ended.err):
            self.wrong(f"{kind} ended with {ended.code}: {ended.err}")
        elif ended.code and not (ended.err + ended.out).strip():
            self.wrong(f"{kind} refused and said nothing")
        if "going back failed" in ended.err or "still to be" in ended.err:
            self.wrong(f"{kind}: {ended.err}")

    def judge_locks(self, kind: str) -> None:
        for path in ("index.lock", "HEAD.lock", "MERGE_HEAD"):
            if os.path.exists(self.world.path(f".git/{path}")):
                self.wrong(f"{kind} left {path}")

    def race(self) -> str:
        """Two processes at once, and the user. What a plan or a session brings must be there if its process says so."""
        running, began = [], len(self.log)
        for number in range(2):
            plan = self.tool.plan(self.chance.choice(self.tool.seen or [self.world.tree()]))
            if self.tool.sessions and self.chance.random() < 0.5:
                name, how = (
                    self.chance.choice(sorted(self.tool.sessions)),
                    self.chance.choice(("apply", "commit", "merge")),
                )
                running.append((f"land {how}", set[bytes](), Running(self.world.root, ["land", name, "--how", how])))
            elif plan is not None:
                path = os.path.join(self.folder, f"plan{number}.txt")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(plan.text)
                mine = set(plan.markers.values())
                running.append(("apply", mine, Running(self.world.root, ["apply", path])))
        while not all(one.is_over() for _, _, one in running):
            time.sleep(self.chance.random() * 0.05)
            self.note(len(self.log), f"    beside: {self.user.beside()}")
        self.acted = True
        said = []
        for kind, mine, one in running:
            ended = one.ended()
            self.judge(f"racing {kind}", ended)
            self.world.required |= mine if ended.code == 0 else set()
            said.append(f"{kind} {ended.code} {ended.err.strip()[-200:] if ended.code else ''}")
        if any(
            "--abort" in line for line in self.log[began:]
        ):  # it resets what a landing wrote meanwhile, by its nature
            self.world.required -= {one for one in self.world.missing() if one.startswith(b"G")}
        self.judge_locks("race")
        self.undoable, self.undone = [], []  # in which order they landed is not known
        self.found += [f"race: {one}; {said}" for one in broken(self.world.tree())]
        return "; ".join(said)

    def now(self) -> Before:
        return Before(self.world.tree(), self.world.index(), self.world.head())

    def markers(self) -> set[bytes]:
        return {one for data in self.world.tree().values() for one in MARKER.findall(data)}

    def check_index(self, what: str, before: Before) -> None:
        if self.world.index() != before.index:
            self.wrong(f"{what} changed the index")
        if self.world.head() != before.head:
            self.wrong(f"{what} moved HEAD from {before.head} to {self.world.head()}")

    def check_commit(self, name: str, how: str, ended: Ended, before: Before) -> None:
        """What the session does not touch is as it was, staged or not; a refusal leaves all as it was."""
        now = self.now()
        if ended.code and not self.acted and now != before:
            self.wrong(f"land --how {how} refused and changed something: {ended.err}")
        log = ("log", "--format=", "--name-only", "--no-renames", "--diff-merges=first-parent")
        paths = set(self.world.lines(*log, f"glmcode/{name}", "--not", before.head[1]))
        paths |= set(json.loads(ended.out)["paths"]) if ended.code == 0 else set()  # what was reverted is landed anew
        paths |= set(self.world.lines(*log, before.head[1], "--not", f"glmcode/{name}")) if how == "merge" else set()
        if self.world.git("merge-base", "--is-ancestor", before.head[1], now.head[1], check=False).returncode:
            self.wrong(f"land --how {how} left the branch's own commits")
        kept = [[line for line in one.index if line.split("\t")[1] not in paths] for one in (before, now)]
        if kept[0] != kept[1]:
            self.wrong(f"land --how {how} changed what was staged: {set(kept[0]) ^ set(kept[1])}")
        trees = [{path: data for path, data in one.tree.items() if path not in paths} for one in (before, now)]
        if trees[0] != trees[1]:
            self.wrong(f"land --how {how} changed other files: {set(trees[0].items()) ^ set(trees[1].items())}")

    def check_commits(self) -> None:
        """A commit that glmcode made brings its own lines and none of the user's."""
        # The user's own amends and rebases of them keep the subject, and bring what the user staged.
        moves = [line.split(" ", 1) for line in self.world.lines("log", "--walk-reflogs", "--all", "--format=%H %gs")]
        users = {commit for commit, how in moves if how.startswith(("commit (amend)", "rebase"))}
        for line in self.world.lines("log", "--all", "--reflog", "--format=%H %s"):
            commit, subject = line.split(" ", 1)
            if commit in self.judged:
                continue
            self.judged.add(commit)
            if commit not in users and subject.startswith(
                ("task", "run", "round", "glmcode", 'Revert "task', 'Revert "run')
            ):
                brought = self.world.lines("show", "--diff-merges=first-parent", "--format=", commit)
                if swept := [one for one in brought if re.fullmatch(r"\+U\d{5}", one)]:
                    self.wrong(f"commit {subject!r} swept up {swept}")

    def check_repository(self, number: int) -> None:
        ended = self.world.git("fsck", "--full", "--strict", "--no-dangling", check=False)
        said = (ended.stdout + ended.stderr).decode()
        bad = [line for line in said.splitlines() if not line.startswith(("notice:", "Checking"))]
        if ended.returncode or bad:
            self.wrong(f"fsck: {said}")
        self.check_commits()
        for place, _, names in os.walk(self.world.path(".git")):
            for name in names:
                if name.endswith(".lock") and os.sep + "glmcode" not in place:
                    self.wrong(f"left {os.path.join(place, name)}")
        committed = self.world.lines("log", "--all", "--format=", "--name-only")
        if any(".glmcode-" in name for name in committed):
            self.wrong("a temporary file of glmcode's is in a commit")
