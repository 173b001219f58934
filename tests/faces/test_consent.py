"""Files that others run without being asked change only with consent by name, whichever way the work comes."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pexpect
import pytest

from glmcode.agent import Landing
from glmcode.agent.events import Finished
from glmcode.agent.task import land
from glmcode.errors import Exit
from glmcode.library import apply_plan
from glmcode.repo.options import Protection
from glmcode.repo.protected import protected, with_hooks
from tests.faces import command
from tests.repo.checkout import Checkout, make, own_home, work

CI = ".github/workflows/ci.yml"
FILES: dict[str, bytes | None] = {"a.py": b"a = 1\n", CI: b"on: push\n", "plain.yml": b"x: 1\n"}
PLAN = f"{CI}\n<<<<<<< SEARCH\non: push\n=======\non: pull_request\n>>>>>>> REPLACE\na.py\n<<<<<<< SEARCH\na = 1\n=======\na = 2\n>>>>>>> REPLACE\n"
TASKS = '<create path=".vscode/tasks.json">\n{}\n</create>\n'
REFUSAL = f"needs your consent by name, because others run what is in it: {CI}; nothing was changed"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", FILES)


def glmcode(checkout: Checkout, *arguments: str, stdin: str = "") -> command.Ended:
    return command.glmcode(Path(checkout.root), *arguments, stdin=stdin)


def test_without_consent_a_plan_lands_nothing_and_says_why_on_one_line(checkout: Checkout) -> None:
    before = checkout.state()
    ended = glmcode(checkout, "apply", stdin=PLAN + TASKS)
    assert ended.code == Exit.NOT_LANDED
    told = [line for line in ended.err.splitlines() if "consent" in line]
    assert told == [f"glmcode: {REFUSAL.replace(CI, CI + ', .vscode/tasks.json')}"]
    assert f"--allow {CI} --allow .vscode/tasks.json" in ended.err
    assert checkout.state() == before


def test_a_program_is_told_the_same(checkout: Checkout) -> None:
    before = checkout.state()
    ended = glmcode(checkout, "apply", "--json", stdin=PLAN)
    assert (ended.code, ended.answer["ok"], ended.answer["exit_code"]) == (4, False, 4)
    assert ended.answer["error"] == REFUSAL
    assert checkout.state() == before


def test_with_consent_all_of_it_lands(checkout: Checkout) -> None:
    ended = glmcode(checkout, "apply", "--allow", "/.github/workflows/*", stdin=PLAN)
    assert (ended.code, checkout.read(CI), checkout.read("a.py")) == (Exit.OK, b"on: pull_request\n", b"a = 2\n")
    assert glmcode(checkout, "undo").code == Exit.OK
    assert checkout.read(CI) == FILES[CI]


def test_consent_to_one_is_none_to_another(checkout: Checkout) -> None:
    ended = glmcode(checkout, "apply", "--allow", CI, stdin=PLAN + TASKS)
    assert ended.code == Exit.NOT_LANDED
    assert ": .vscode/tasks.json;" in ended.err
    assert checkout.read(CI) == FILES[CI]


@pytest.mark.parametrize(
    "plan",
    [
        f'<rename path="{CI}" to="plain2.yml"/>\n',
        '<rename path="plain.yml" to=".github/workflows/x.yml"/>\n',
        f'<remove path="{CI}"/>\n',
    ],
)
def test_a_file_that_leaves_or_comes_counts_too(checkout: Checkout, plan: str) -> None:
    result = apply_plan(plan, checkout.root)
    assert result.ok
    assert len(protected(result.files, Protection())) == 1


def test_a_check_only_says_it(checkout: Checkout) -> None:
    ended = glmcode(checkout, "apply", "--check", stdin=PLAN)
    assert ended.code == Exit.OK
    assert f"needs your consent by name, because others run what is in it: {CI}\n" in ended.err


def test_the_repository_adds_to_what_is_protected_and_takes_nothing_away(checkout: Checkout) -> None:
    checkout.commit({"glmcode.toml": b'[protect]\npaths = ["plain.yml"]\n'})
    assert (
        glmcode(checkout, "apply", stdin='<edit path="plain.yml" at="bottom">\ny: 2\n</edit>\n').code == Exit.NOT_LANDED
    )
    assert glmcode(checkout, "apply", stdin='<remove path="glmcode.toml"/>\n').code == Exit.NOT_LANDED
    checkout.commit({"glmcode.toml": b'[protect]\nallow = ["**"]\n'})
    assert glmcode(checkout, "apply", stdin=PLAN).code == Exit.USAGE
    assert checkout.read(CI) == FILES[CI]


def test_the_folder_that_git_runs_hooks_from_is_protected(checkout: Checkout) -> None:
    plan = '<create path="tools/hooks/pre-push" mode="755">\n#!/bin/sh\n</create>\n'
    checkout.git("config", "core.hooksPath", "tools/hooks")
    ended = glmcode(checkout, "apply", stdin=plan)
    assert (ended.code, "in it: tools/hooks/pre-push;" in ended.err) == (Exit.NOT_LANDED, True)
    for elsewhere in ("/etc/hooks", "../hooks", "."):
        checkout.git("config", "core.hooksPath", elsewhere)
        assert with_hooks(Protection(), checkout.root) == Protection()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("", 4), ("no", 4)])
def test_on_a_terminal_it_asks_by_name(checkout: Checkout, tmp_path: Path, answer: str, code: int) -> None:
    (tmp_path / "plan").write_text(PLAN)
    child = pexpect.spawn(
        sys.executable,
        ["-m", "glmcode", "apply", str(tmp_path / "plan")],
        cwd=checkout.root,
        encoding="utf-8",
        timeout=100,
    )
    child.expect_exact(f"  {CI}\r\nchange it? [y]es, [N]o: ")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert (checkout.read(CI) != FILES[CI]) == (code == 0)


@pytest.mark.parametrize("how", ["apply", "commit", "merge"])
def test_a_session_may_write_it_and_lands_it_only_with_consent(checkout: Checkout, how: Landing) -> None:
    session = work(checkout, {CI: b"on: pull_request\n", "a.py": b"a = 2\n"}, "tune ci")
    before = checkout.state()
    ended = glmcode(checkout, "land", "--how", how, "--json")
    assert (ended.code, ended.answer["exit_code"], ended.answer["why"]) == (4, 4, REFUSAL)
    assert checkout.state() == before
    finished = land(session, Finished(ok=True, exit_code=0, why="", files=(CI,)), how, None, [CI])
    assert (finished.landed, checkout.read(CI)) == (how, b"on: pull_request\n")


def test_landing_a_session_asks_on_a_terminal(checkout: Checkout) -> None:
    work(checkout, {CI: b"on: pull_request\n"}, "tune ci")
    for answer, code in (("n", 4), ("y", 0)):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "glmcode", "land", "--how", "commit"],
            cwd=checkout.root,
            encoding="utf-8",
            timeout=100,
        )
        child.expect_exact("change it? [y]es, [N]o: ")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == code
    assert checkout.git("show", "--format=", "--name-only", "HEAD") == CI.encode() + b"\n"


class Decided:
    """What a user says."""

    def __init__(self, consents: bool) -> None:
        self.consents = consents
        self.asked: list[tuple[str, ...]] = []

    def landing(self, finished: Finished) -> Landing:
        return "apply"

    def take_along(self, uncommitted: str) -> bool:
        return False

    def consent(self, paths: Sequence[str]) -> bool:
        self.asked.append(tuple(paths))
        return self.consents


@pytest.mark.parametrize("consents", [True, False])
def test_a_run_that_lands_asks_for_what_the_options_do_not_allow(checkout: Checkout, consents: bool) -> None:
    session = work(checkout, {CI: b"on: pull_request\n", ".envrc": b"x\n"}, "tune ci")
    decided = Decided(consents)
    green = Finished(ok=True, exit_code=0, why="", files=(CI, ".envrc"))
    finished = land(session, green, None, decided, [".envrc"])
    assert decided.asked == [(CI,)]
    assert (finished.ok, finished.exit_code, finished.landed) == (
        (True, 0, "apply") if consents else (False, 4, "none")
    )
    assert (checkout.read(".envrc") is not None) == consents


def test_where_nobody_can_answer_a_run_keeps_its_work(checkout: Checkout) -> None:
    session = work(checkout, {CI: b"on: pull_request\n"}, "tune ci")
    finished = land(session, Finished(ok=True, exit_code=0, why="", files=(CI,)), "commit", None)
    assert (finished.ok, finished.exit_code, finished.why) == (False, 4, REFUSAL)
    assert f"--allow {CI}" in finished.hint
    assert "the work is kept: glmcode land" in finished.hint
    assert (
        subprocess.run(["git", "status", "--porcelain"], cwd=checkout.root, capture_output=True, check=True).stdout
        == b""
    )
