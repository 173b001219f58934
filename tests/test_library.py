"""The library as the specification writes it."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from glmcode import GlmcodeError, __version__, apply_plan

PLAN = """Text around the edits.

<edit path="a.py">
<<<<<<< SEARCH
x = 1
=======
x = 2
>>>>>>> REPLACE
</edit>
<create path="run.sh" mode="755">
echo hi
</create>
<remove path="old"/>
"""
FILES = {"a.py": b"x = 1\n", "old": b"gone\n", "other": b"stays\n"}


def test_a_mapping_gives_only_what_changed() -> None:
    result = apply_plan(PLAN, FILES)
    assert result.ok
    assert dict(result.files) == {"a.py": b"x = 2\n", "old": None, "run.sh": b"echo hi\n"}
    assert dict(result.modes) == {"a.py": "100644", "run.sh": "100755"}
    first = result.edits[0]
    assert (first.status, first.reason, first.path, first.form, first.strategy) == (
        "applied",
        None,
        "a.py",
        "search-replace",
        "exact",
    )
    assert (first.confidence, first.lines, first.message) == (1.0, (1, 1), "")


def test_a_directory_is_read_and_never_written(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    for root in (tmp_path, str(tmp_path)):
        assert dict(apply_plan(PLAN, root).files) == dict(apply_plan(PLAN, FILES).files)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == FILES


def test_a_plan_of_bytes_is_the_same_plan() -> None:
    assert apply_plan(PLAN.encode(), FILES).receipt == apply_plan(PLAN, FILES).receipt


def test_bytes_that_are_no_text_pass_through_a_plan() -> None:
    plan = b'<edit path="a">\n<<<<<<< SEARCH\n\xff\xfe\n=======\n\xfe\n>>>>>>> REPLACE\n</edit>\n'
    result = apply_plan(plan, {"a": b"\xff\xfe\nb\n"})
    assert dict(result.files) == {"a": b"\xfe\nb\n"}
    assert json.loads(json.dumps(result.receipt))["plan"]["sha256"] == hashlib.sha256(plan).hexdigest()


def test_the_receipt_says_what_was_landed_on_what() -> None:
    receipt = apply_plan(PLAN, FILES).receipt
    assert json.loads(json.dumps(receipt)) == receipt
    assert receipt["glmcode"] == __version__
    assert receipt["ok"] is True
    assert receipt["plan"] == {"sha256": hashlib.sha256(PLAN.encode()).hexdigest(), "text": PLAN}
    assert receipt["options"] == {"form": "auto", "path": None, "partial": False}
    sha = {data: hashlib.sha256(data).hexdigest() for data in (b"x = 1\n", b"x = 2\n", b"echo hi\n", b"gone\n")}
    assert receipt["files"] == {
        "a.py": {"before": sha[b"x = 1\n"], "after": sha[b"x = 2\n"], "mode_before": "100644", "mode": "100644"},
        "old": {"before": sha[b"gone\n"], "after": None, "mode_before": "100644", "mode": None},
        "run.sh": {"before": None, "after": sha[b"echo hi\n"], "mode_before": None, "mode": "100755"},
    }
    assert [outcome["status"] for outcome in receipt["edits"]] == ["applied"] * 3


def test_partial_keeps_the_files_whose_edits_all_applied() -> None:
    plan = PLAN + '<edit path="other">\n<<<<<<< SEARCH\nnot there\n=======\nx\n>>>>>>> REPLACE\n</edit>\n'
    assert dict(apply_plan(plan, FILES).files) == {}
    result = apply_plan(plan, FILES, partial=True)
    assert not result.ok
    assert sorted(result.files) == ["a.py", "old", "run.sh"]


def test_a_form_that_there_is_not_is_a_users_error() -> None:
    with pytest.raises(GlmcodeError, match="no form"):
        apply_plan(PLAN, FILES, form="ed")


def test_a_plan_without_edits_is_ok_and_changes_nothing() -> None:
    result = apply_plan("Nothing to do.\n", FILES)
    assert (result.ok, dict(result.files), result.edits, result.diff) == (True, {}, (), "")


SCRIPT = """
import json, sys
from glmcode import apply_plan
plan, files = sys.stdin.read().split("\\0")
result = apply_plan(plan, {p: d.encode() for p, d in json.loads(files).items()})
sys.stdout.write(json.dumps([result.receipt, result.diff]))
"""


def test_hash_seed_and_locale_change_nothing() -> None:
    files = {f"d{n}/m{n % 3}.py": "".join(f"def f{k}():\n    return {k}\n\n\n" for k in range(6)) for n in range(6)}
    plan = "".join(
        f'<edit path="d{n}/m{n % 3}.py" replace="f{n}">\ndef f{n}():\n    return 0\n</edit>\n<edit delete="f9"/>\n<remove path="d{n}/mm.py"/>\n'
        for n in range(6)
    )
    seen = set()
    for seed, locale in (("0", "C"), ("1", "C.UTF-8"), ("77", "POSIX")):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=plan + "\0" + json.dumps(files),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale},
        )
        seen.add(done.stdout)
    assert len(seen) == 1
