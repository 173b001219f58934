import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from glmcode.repo.ledger import Entry, append, entries, latest

ONE = Entry(
    time="2026-01-31T23:59:59Z",
    root="/home/me/shop",
    session="fix-cart",
    task="make the tests pass",
    round=1,
    provider="zai",
    model="glm-5",
    prompt=1200,
    cached=800,
    output=300,
    reasoning=100,
    dollars=0.0015,
    estimated=False,
    guess=1000,
)


def test_an_entry_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert append(ONE, str(tmp_path))
    assert list(entries(str(tmp_path))) == [ONE]


def test_nobody_else_reads_the_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    append(ONE, str(folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "usage-2026-01.jsonl").stat().st_mode) == 0o600


def test_entries_lie_in_the_file_of_their_month_and_come_oldest_first(tmp_path: Path) -> None:
    later = replace(ONE, time="2026-02-01T00:00:00Z")
    append(later, str(tmp_path))
    append(ONE, str(tmp_path))
    assert list(entries(str(tmp_path))) == [ONE, later]
    assert list(entries(str(tmp_path), since="2026-02")) == [later]
    assert list(entries(str(tmp_path), until="2026-02")) == [ONE]
    assert list(entries(str(tmp_path), since="2026-01-31", until="2026-02-02")) == [ONE, later]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b'{"time": "2026-01-31T',
        b"[]",
        b"null",
        b"[" * 5000,
        b'{"time": 3}',
        b"\xff\xfe",
        json.dumps({"time": "2026-01-31T00:00:00Z"}).encode(),
    ],
)
def test_a_line_that_is_torn_or_foreign_is_passed_over(tmp_path: Path, line: bytes) -> None:
    append(ONE, str(tmp_path))
    with open(tmp_path / "usage-2026-01.jsonl", "ab") as file:
        file.write(line + b"\n")
    append(ONE, str(tmp_path))
    assert list(entries(str(tmp_path))) == [ONE, ONE]


@pytest.mark.parametrize(
    ("field", "value"),
    [("prompt", -1), ("prompt", True), ("prompt", "9"), ("dollars", "1"), ("dollars", 1e300), ("estimated", 1)],
)
def test_a_field_of_another_kind_makes_no_entry(tmp_path: Path, field: str, value: object) -> None:
    append(ONE, str(tmp_path))
    path = tmp_path / "usage-2026-01.jsonl"
    raw = json.loads(path.read_bytes())
    path.write_text(json.dumps({**raw, field: value}) + "\n")
    assert list(entries(str(tmp_path))) == []


def test_a_task_of_a_megabyte_does_not_lose_the_entry(tmp_path: Path) -> None:
    assert append(replace(ONE, task="é" * 1_000_000, root="/ö" * 5000), str(tmp_path))
    (entry,) = entries(str(tmp_path))
    assert entry.task == "é" * 80
    assert len(entry.root) == 400


def test_a_folder_that_can_not_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not append(ONE, str(tmp_path / "file" / "state"))
    assert list(entries(str(tmp_path / "file" / "state"))) == []


@pytest.mark.skipif(sys.platform == "win32", reason="appends in one piece are a matter of POSIX systems")
def test_runs_side_by_side_do_not_mix_their_lines(tmp_path: Path) -> None:
    code = (
        "import sys; from glmcode.repo.ledger import Entry, append\n"
        f"one = {ONE!r}\n"
        "for n in range(200): assert append(one, sys.argv[1])"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=os.getcwd()) for _ in range(4)]
    assert [run.wait() for run in runs] == [0] * 4
    assert list(entries(str(tmp_path))) == [ONE] * 800


def test_the_latest_counted_answer_of_a_model_is_found_in_this_month_or_the_last(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert latest("zai", "glm-5", folder) is None
    append(ONE, folder)
    assert latest("zai", "glm-5", folder) == ONE
    for _ in range(5):
        append(replace(ONE, time="2026-02-01T00:00:00Z", estimated=True), folder)
        append(replace(ONE, time="2026-02-01T00:00:00Z", model="other"), folder)
    assert latest("zai", "glm-5", folder) == ONE
    last = replace(ONE, time="2026-02-02T00:00:00Z", prompt=7)
    append(last, folder)
    assert latest("zai", "glm-5", folder) == last
    assert latest("other", "glm-5", folder) is None
