"""`glmcode usage` as a whole process, over a ledger of its own."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from glmcode.model.cassette import Answer
from glmcode.repo.ledger import Entry, append
from tests.agent.rig import FIX_ADD, FIX_DOUBLE, repository, served
from tests.faces.rig import Ran, environ, glmcode

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="XDG_STATE_HOME is where Linux keeps state")

ONE = Entry("2026-01-30T10:00:00Z", "/r", "fix-cart", "fix it", 1, "zai", "glm-5", 1000, 600, 200, 50, 0.5, False, 900)


def ran(tmp_path: Path, *arguments: str) -> Ran:
    return glmcode(tmp_path, "usage", *arguments, env=environ(tmp_path, XDG_STATE_HOME=str(tmp_path / "state")))


def kept(tmp_path: Path, *entries: Entry) -> None:
    for entry in entries:
        assert append(entry, str(tmp_path / "state" / "glmcode"))


def test_without_any_answer_it_says_so(tmp_path: Path) -> None:
    assert ran(tmp_path).out == b"no answers of a model are recorded yet\n"
    kept(tmp_path, ONE)
    assert ran(tmp_path, "--since", "2026-02").out == b"no answers of a model are recorded for that time\n"


def test_months_add_up_to_a_total(tmp_path: Path) -> None:
    kept(tmp_path, ONE, replace(ONE, round=2), replace(ONE, time="2026-02-01T00:00:00Z", dollars=0.25))
    assert ran(tmp_path).out.decode() == (
        "month    answers  prompt  cached  output  reasoning  dollars\n"
        "2026-01        2   2,000   1,200     400        100   1.0000\n"
        "2026-02        1   1,000     600     200         50   0.2500\n"
        "total          3   3,000   1,800     600        150   1.2500\n"
    )


def test_what_is_not_known_is_said_and_not_counted_as_nothing(tmp_path: Path) -> None:
    kept(tmp_path, ONE, replace(ONE, dollars=None, estimated=True))
    out = ran(tmp_path, "--by", "model").out.decode()
    assert "glm-5 (zai)" in out
    assert "0.5000 + ?" in out
    assert "~2,000" in out
    kept(tmp_path, replace(ONE, model="own", dollars=None))
    assert "?" in ran(tmp_path, "--by", "model").out.decode().splitlines()[2].split()[-1]


@pytest.mark.parametrize("by", ["request", "task", "session", "day", "month", "provider", "model"])
def test_every_way_to_sum_gives_the_same_total(tmp_path: Path, by: str) -> None:
    entries = [
        replace(
            ONE, time=f"2026-01-{day:02}T0{n}:00:00Z", session=f"s{n % 2}", task=f"t{n}", round=n, model=f"m{n % 3}"
        )
        for day in (1, 2)
        for n in range(4)
    ]
    kept(tmp_path, *entries)
    result = ran(tmp_path, "--by", by, "--json").result
    assert result["by"] == by
    assert result["total"]["answers"] == 8
    assert sum(row["prompt"] for row in result["rows"]) == result["total"]["prompt"] == 8000
    assert result["total"]["dollars"] == pytest.approx(4.0)


def test_a_hostile_task_in_the_ledger_does_not_act_on_the_terminal(tmp_path: Path) -> None:
    kept(tmp_path, replace(ONE, task="\x1b]0;title\x07red\x1b[31m"))
    ran(tmp_path, "--by", "task")


@pytest.mark.parametrize("date", ["yesterday", "2026", "2026-1-1", "2026-01-01T00:00:00Z"])
def test_a_date_of_another_kind_is_refused(tmp_path: Path, date: str) -> None:
    refused = ran(tmp_path, "--since", date)
    assert refused.code == 2
    assert "--since takes a day or a month" in refused.err


def test_a_run_is_in_the_ledger_and_the_demonstration_is_not(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    with served([Answer(FIX_ADD + FIX_DOUBLE[:40], finish="length"), FIX_DOUBLE]) as server:
        done = glmcode(
            root, "run", "--base-url", server.url, "--test", f"{sys.executable} check.py", "--json", "mend it"
        )
    glmcode(root, "demo")
    table = glmcode(root, "usage", "--by", "request", "--json").result
    counted = [event for event in done.events if event["event"] == "usage-counted"]
    assert len(counted) == 2
    assert (table["total"]["prompt"], table["total"]["output"]) == (
        sum(event["prompt_tokens"] for event in counted),
        sum(event["output_tokens"] for event in counted),
    )
    task = glmcode(root, "usage", "--by", "task").out.decode()
    assert "mend it" in task
