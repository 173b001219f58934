"""The message of a commit that the model writes: asked for once, short, plain, and never in the way."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.agent.events import Note, RequestSent, UsageCounted
from glmcode.agent.limits import Limits
from glmcode.agent.wording import ANSWER, _shown, plain_message
from glmcode.model.cassette import Answer
from tests.agent.rig import FIX_ADD, FIX_DOUBLE, git, options, repository, run, served

PLAN = FIX_ADD + FIX_DOUBLE
TRAILER = "Assisted-by: glmcode (GLM-5)"


def message(root: Path) -> str:
    return git(root, "log", "-1", "--format=%B").strip()


@pytest.fixture(autouse=True)
def _config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.mark.parametrize("how", ["commit", "merge"])
def test_commit_bears_the_models_message_and_its_cost_is_counted(tmp_path: Path, how: str) -> None:
    root = repository(tmp_path / "repo")
    done = run(root, [PLAN, "Add and double as their names say\n\nBoth were off by one."], land_as=how)
    assert done.finished.landed == how
    assert message(root) == f"Add and double as their names say\n\nBoth were off by one.\n\n{TRAILER}"
    prompt = str(done.requests[1]["messages"])
    assert "mend it" in prompt
    assert "calc.py: +2 -2" in prompt
    assert "+    return a + b" in prompt
    assert done.requests[1]["max_tokens"] == ANSWER
    assert len(done.all(RequestSent)) == len(done.all(UsageCounted)) == 2
    assert done.finished.prompt_tokens == sum(event.prompt_tokens for event in done.all(UsageCounted))


def test_nothing_is_asked_for_where_no_commit_is_made(tmp_path: Path) -> None:
    for how in ("apply", "patch", "branch"):
        root = repository(tmp_path / how)
        assert len(run(root, [PLAN, "Unasked"], land_as=how).requests) == 1


@pytest.mark.parametrize(
    "answers",
    [
        [PLAN],
        [PLAN, Answer("Add and dou", finish="cut")],
        [PLAN, Answer("Words " * 900, finish="length")],
        [PLAN, "```\n```"],
    ],
)
def test_without_one_the_task_is_the_message_and_it_is_said(tmp_path: Path, answers: list[Answer | str]) -> None:
    root = repository(tmp_path / "repo")
    done = run(root, answers, land_as="commit")
    assert (done.finished.exit_code, done.finished.landed) == (0, "commit")
    assert message(root) == f"mend it\n\n{TRAILER}"
    assert [note.text.split(":")[0] for note in done.all(Note)] == ["the commit's message is the task"]


def test_budget_that_is_spent_is_kept(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    first = run(repository(tmp_path / "first"), [PLAN])
    spent = first.finished.prompt_tokens + first.finished.output_tokens
    done = run(root, [PLAN, "Unasked"], land_as="commit", limits=Limits(tokens=spent * 2))
    assert done.finished.landed == "commit"
    if len(done.requests) == 1:
        assert "does not reach" in done.all(Note)[0].text
    assert done.finished.prompt_tokens + done.finished.output_tokens <= spent * 2


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    (tmp_path / "config/glmcode").mkdir(parents=True)
    (tmp_path / "config/glmcode/config.toml").write_text('[commit]\nwritten = false\ntrailer = ""\n')
    root = repository(tmp_path / "repo")
    assert len(run(root, [PLAN, "Unasked"], land_as="commit").requests) == 1
    assert message(root) == "mend it"


def test_a_refused_landing_asks_for_no_message(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "calc.py").write_text("mine = 1\n", encoding="utf-8")
    done = run(root, [PLAN, "Unasked"], land_as="commit")
    assert (done.finished.exit_code, len(done.requests)) == (5, 1)


def test_land_asks_the_sessions_model_only_if_told_to(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    from glmcode.agent.task import run_task

    with served([PLAN, "Add as the name says"]) as server:
        run_task("mend it", str(root), options=options(server))
        command = [sys.executable, "-m", "glmcode", "land", "--how", "commit", "--write"]
        ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert message(root) == f"Add as the name says\n\n{TRAILER}"


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("**Fix the cart.**\n", "Fix the cart\n"),
        ('```\n"Fix the cart"\n\nIt was wrong.\n```', "Fix the cart\n\nIt was wrong.\n"),
        ("\n\n# Subject: Fix it\n\n- one\n\nSigned-off-by: Someone <s@example.org>\n", "Fix it\n\n- one\n"),
        ("Fix \x1b[31mit\u202e\n", "Fix [31mit\n"),
        ("word " * 40, "word " * 13 + "word…\n"),
        ("", None),
        ("\n```\n  \n```\n", None),
    ],
)
def test_answer_becomes_plain_text(said: str, plain: str | None) -> None:
    assert plain_message(said) == plain


@given(st.text(max_size=300))
def test_any_answer_is_a_message_or_none(said: str) -> None:
    found = plain_message(said)
    if found is not None:
        subject, *rest = found.removesuffix("\n").split("\n")
        assert subject.strip()
        assert len(subject) <= 72
        assert not rest or (rest[0] == "" and rest[-1].strip())
        assert all(sign.isprintable() or sign == "\n" for sign in found)


def test_long_diff_is_cut_and_binary_data_left_out() -> None:
    diff = "diff --git a/x b/x\nGIT binary patch\nliteral 3\nKcmZ\n\ndiff --git a/y b/y\n" + "+word word\n" * 50_000
    shown = _shown(diff)
    assert "Kcm" not in shown
    assert shown.endswith("[the rest of the diff is left out]")
    assert len(shown) < 200_000
