"""`glmcode apply` as a person and as a program call it."""

import hashlib
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from glmcode.errors import Exit
from tests.faces.command import glmcode, repository, tree

CART = "def total(items):\n    return 0\n\n\ndef count(items):\n    return len(items)\n"
TOTAL = '<edit path="cart.py" replace="total">\ndef total(items):\n    return sum(items)\n</edit>\n'
MISSING = '<edit path="cart.py" replace="nothing_of_that_name">\nx = 1\n</edit>\n'
CREATE = '<create path="docs/new.md">\n# New\n</create>\n'
CART_AFTER = CART.replace("return 0", "return sum(items)").encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"cart.py": CART, "a.py": "a = 1\n"})


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_plan_lands_from_a_file_from_a_pipe_and_from_a_dash(root: Path) -> None:
    (root.parent / "plan.txt").write_text("Some prose.\n\n" + TOTAL)
    for arguments, stdin in (((str(root.parent / "plan.txt"),), None), ((), TOTAL), (("-",), TOTAL)):
        (root / "cart.py").write_text(CART)
        ended = glmcode(root, "apply", *arguments, stdin=stdin)
        assert (ended.code, ended.out) == (Exit.OK, b"")
        assert (root / "cart.py").read_bytes() == CART_AFTER
        first, last = ended.err.splitlines()
        assert first == "applied   cart.py:1-2  symbol"
        assert last == "1 edit: 1 applied; 1 file changed, glmcode undo takes it back"


def test_landing_twice_changes_nothing_more(root: Path) -> None:
    glmcode(root, "apply", stdin=TOTAL + CREATE)
    ended = glmcode(root, "apply", stdin=TOTAL + CREATE)
    assert ended.code == Exit.OK
    assert [line.split()[0] for line in ended.err.splitlines()] == ["already", "already", "2"]
    assert "nothing to change" in ended.err
    assert (root / "cart.py").read_bytes() == CART_AFTER


def test_one_rejected_edit_leaves_every_file_alone_and_says_why(root: Path) -> None:
    before = tree(root)
    ended = glmcode(root, "apply", stdin=TOTAL + CREATE + MISSING)
    assert ended.code == Exit.NOT_LANDED
    assert tree(root) == before
    lines = ended.err.splitlines()
    assert lines[2] == f"rejected  cart.py  no-such-symbol (line {(TOTAL + CREATE).count(chr(10)) + 1} of the plan)"
    assert lines[3].startswith("    ")
    assert "nothing_of_that_name" in lines[3]
    assert "3 edits: 2 applied, 1 rejected; nothing changed" in lines[-1]


def test_partial_lands_the_files_whose_edits_all_applied(root: Path) -> None:
    ended = glmcode(root, "apply", "--partial", stdin=TOTAL + CREATE + MISSING)
    assert ended.code == Exit.NOT_LANDED
    assert tree(root) == {"a.py": b"a = 1\n", "cart.py": CART.encode(), "docs/new.md": b"# New\n"}
    assert glmcode(root, "undo").code == Exit.OK
    assert "docs/new.md" not in tree(root)


def test_check_writes_nothing_anywhere(root: Path) -> None:
    before = tree(root)
    ended = glmcode(root, "apply", "--check", "--diff", stdin=TOTAL + CREATE)
    assert ended.code == Exit.OK
    assert tree(root) == before
    assert not (root / ".git/glmcode").exists()
    assert b"+    return sum(items)" in ended.out
    assert "2 files would change" in ended.err
    assert glmcode(root, "apply", "--check", stdin=MISSING).code == Exit.NOT_LANDED


def test_the_diff_is_one_that_git_applies_to_the_same_bytes(root: Path) -> None:
    (root / "latin.txt").write_bytes(b"caf\xe9\r\nold\r\n")
    other = repository(root.parent / "other", tree(root))
    plan = (
        TOTAL
        + CREATE
        + "latin.txt\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
        + '<rename path="a.py" to="b/c.py"/>\n'
    )
    ended = glmcode(root, "apply", "--diff", stdin=plan)
    assert ended.code == Exit.OK, ended.err
    subprocess.run(["git", "-C", other, "apply", "-"], input=ended.out, check=True)
    assert tree(other) == tree(root)
    assert tree(root)["latin.txt"] == b"caf\xe9\r\nnew\r\n"


def test_json_is_one_object_that_says_everything(root: Path) -> None:
    ended = glmcode(root, "apply", "--json", "--diff", stdin=TOTAL + CREATE)
    answer = ended.answer
    assert (ended.code, ended.err, answer["ok"]) == (Exit.OK, "", True)
    assert [edit["status"] for edit in answer["edits"]] == ["applied", "applied"]
    assert answer["files"] == {
        "cart.py": {"before": sha(CART.encode()), "after": sha(CART_AFTER)},
        "docs/new.md": {"before": None, "after": sha(b"# New\n")},
    }
    assert answer["receipt"]["plan"]["text"] == TOTAL + CREATE
    assert "+    return sum(items)" in answer["diff"]
    assert (root / "cart.py").read_bytes() == CART_AFTER


def test_json_of_a_rejected_plan_names_no_file(root: Path) -> None:
    ended = glmcode(root, "apply", "--json", stdin=TOTAL + MISSING)
    assert (ended.code, ended.answer["ok"], ended.answer["files"]) == (Exit.NOT_LANDED, False, {})
    rejected = ended.answer["edits"][1]
    assert rejected["reason"] == "no-such-symbol"
    assert rejected["message"]


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("apply", "--json"), "no edits at all", "no edits"),
        (("apply", "--json"), "", "no edits"),
        (("apply", "--json", "missing.txt"), "", "cannot read the plan missing.txt: No such file"),
        (("apply", "--json", "."), "", "cannot read the plan"),
        (("apply", "--json", "x" * 5000), "", "cannot read the plan"),
        (("apply", "--json", "--root", "nowhere"), TOTAL, "not a directory"),
        (("apply", "--json", "--root", ".git"), TOTAL, "inside a git directory"),
        (("apply", "--json", "--form", "nonsense"), TOTAL, "nonsense"),
    ],
)
def test_bad_use_is_one_line_for_people_and_one_object_for_programs(
    root: Path, arguments: tuple[str, ...], stdin: str, words: str
) -> None:
    before = tree(root)
    ended = glmcode(root, *arguments, stdin=stdin)
    assert ended.code == Exit.USAGE
    assert words in ended.answer["error"]
    assert ended.answer["ok"] is False
    assert (ended.answer["edits"], ended.answer["files"], ended.answer["receipt"]) == ([], {}, None)
    assert ended.err.splitlines()[0] == f"glmcode: {ended.answer['error']}"
    assert all(line.startswith("  ") for line in ended.err.splitlines()[1:])
    assert tree(root) == before


def test_without_a_repository_the_hint_names_root(tmp_path: Path) -> None:
    ended = glmcode(tmp_path, "apply", stdin=CREATE)
    assert ended.code == Exit.USAGE
    assert "not in a git repository" in ended.err
    assert "--root" in ended.err


def test_any_directory_may_be_the_root(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    assert glmcode(tmp_path, "apply", "--root", "plain", stdin=CREATE, **state).code == Exit.OK
    assert tree(tmp_path / "plain") == {"docs/new.md": b"# New\n"}
    assert glmcode(tmp_path, "undo", "--root", "plain", **state).code == Exit.OK
    assert list((tmp_path / "plain").iterdir()) == []


def test_from_a_folder_inside_paths_are_still_the_repositorys(root: Path) -> None:
    (root / "deep").mkdir()
    assert glmcode(root / "deep", "apply", stdin=TOTAL, GIT_CEILING_DIRECTORIES="").code == Exit.OK
    assert (root / "cart.py").read_bytes() == CART_AFTER


def test_a_pathless_plan_means_the_file_of_path(root: Path) -> None:
    plan = "```\n<<<<<<< SEARCH\n    return 0\n=======\n    return sum(items)\n>>>>>>> REPLACE\n```\n"
    ended = glmcode(root, "apply", "--path", "cart.py", stdin=plan)
    assert ended.code == Exit.OK, ended.err
    assert (root / "cart.py").read_bytes() == CART_AFTER


def test_checkpoints_in_a_plan_run_nothing(root: Path) -> None:
    ended = glmcode(root, "apply", stdin=TOTAL + "<check>touch ran</check>\n<check/>\n")
    assert ended.code == Exit.OK
    assert not (root / "ran").exists()


def test_modes_and_links_come_through(root: Path) -> None:
    (root / "cart.py").chmod(0o750)
    (root / "link").symlink_to("cart.py")
    plan = TOTAL + '<create path="run.sh" mode="755">\n#!/bin/sh\n</create>\n'
    assert glmcode(root, "apply", stdin=plan).code == Exit.OK
    assert stat.S_IMODE((root / "cart.py").stat().st_mode) == 0o750
    assert (root / "run.sh").stat().st_mode & 0o111
    assert (root / "link").is_symlink()


@pytest.mark.parametrize(
    "path", ["../out.txt", "/tmp/out.txt", ".git/hooks/pre-commit", "linked/out.txt", "a/../../out.txt", ".GIT/config"]
)
def test_nothing_outside_the_root_is_written(root: Path, path: str) -> None:
    (root.parent / "beside").mkdir()
    (root / "linked").symlink_to("../beside")
    before = tree(root.parent)
    ended = glmcode(root, "apply", "--json", stdin=f'<create path="{path}">\nx\n</create>\n')
    assert ended.code == Exit.NOT_LANDED
    assert ended.answer["edits"][0]["reason"] == "outside-root"
    assert {one: data for one, data in tree(root.parent).items() if "glmcode" not in one} == before


def test_what_a_plan_says_never_acts_on_the_terminal(root: Path) -> None:
    plan = (
        '<edit path="evil\x1b[2J\u202e.py">\nx\x1b]0;title\x07\n</edit>\n'
        + '<create path="new.txt">\n\x1b[31mred\r\n</create>\n'
    )
    child = pexpect.spawn(
        sys.executable,
        ["-m", "glmcode", "apply", "--check", "--diff", str(root.parent / "plan")],
        cwd=str(root),
        timeout=100,
        env={**os.environ, "NO_COLOR": "1"},
    )
    (root.parent / "plan").write_text(plan, newline="")
    shown = child.read()
    child.close()
    assert b"\x1b" not in shown
    assert "\u202e".encode() not in shown
    assert b"\\x1b[2J" in shown
    ended = glmcode(root, "apply", "--diff", "--partial", stdin=plan.split("</edit>\n", 1)[1])
    assert b"\x1b[31mred" in ended.out, "a program gets the bytes as they are"


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_are_for_terminals_that_want_them(root: Path, environ: dict[str, str], coloured: bool) -> None:
    (root.parent / "plan").write_text(TOTAL)
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "glmcode", "apply", "--check", str(root.parent / "plan")],
        cwd=str(root),
        timeout=100,
        env={**clean, "TERM": "xterm", **environ},
    )
    shown = child.read()
    child.close()
    assert b"applied" in shown
    assert (b"\x1b[" in shown) is coloured
    assert "\x1b" not in glmcode(root, "apply", "--check", str(root.parent / "plan")).err


def test_on_a_terminal_without_input_it_does_not_wait(root: Path) -> None:
    started = time.monotonic()
    child = pexpect.spawn(sys.executable, ["-m", "glmcode", "apply"], cwd=str(root), timeout=100)
    shown = child.read()
    child.close()
    assert child.exitstatus == Exit.USAGE
    assert b"no plan given" in shown
    assert time.monotonic() - started < 60


def test_a_closed_standard_input_is_bad_use_and_no_crash(root: Path) -> None:
    ended = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m glmcode apply <&-"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == Exit.USAGE
    assert ended.stderr.count("\n") <= 2


def test_a_reader_that_goes_away_is_no_bug(root: Path) -> None:
    big = '<create path="big.txt">\n' + "x" * 70 + "\n" + ("line\n" * 100_000) + "</create>\n"
    (root.parent / "plan").write_text(big)
    ended = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m glmcode apply --check --diff ../plan | head -1"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in ended.stderr


def test_a_file_that_changes_while_the_plan_lands_is_a_conflict(root: Path) -> None:
    """The plan comes through a FIFO; the landing's own lock makes it wait between reading and writing."""
    script = "import sys; from glmcode.repo.lock import held\nwith held(sys.argv[1]): print('held', flush=True); sys.stdin.read()"
    journal = root / ".git/glmcode/journal"
    journal.mkdir(parents=True)
    with subprocess.Popen(
        [sys.executable, "-c", script, journal / "lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        with subprocess.Popen(
            [sys.executable, "-m", "glmcode", "apply", "--json", "-"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as landing:
            assert landing.stdin is not None
            assert landing.stdout is not None
            landing.stdin.write(TOTAL.encode())
            landing.stdin.close()
            assert landing.stderr is not None
            # It has read the file by now, and waits up to 10 s.
            assert b"waiting for up to" in landing.stderr.readline()
            (root / "cart.py").write_text(CART + "# my own line\n")
            holder.stdin.close()
            answer = json.loads(landing.stdout.read())
            code = landing.wait()
    assert code == Exit.CONFLICT
    assert "cart.py" in answer["error"]
    assert (answer["ok"], answer["files"]) == (False, {})
    assert (root / "cart.py").read_text() == CART + "# my own line\n"


def test_an_interrupted_landing_is_put_right_before_the_next(root: Path) -> None:
    """A landing is killed between two renames; the next apply says so and lands on the tree as it was before."""
    script = (
        "import os, signal, sys\n"
        "from glmcode.repo import exchange, journal\n"
        "real, calls = exchange.trade, []\n"
        "def trade(*arguments):\n"
        "    calls.append(arguments)\n"
        "    if len(calls) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(*arguments)\n"
        "exchange.trade = trade\n"
        "journal.land(sys.argv[1], {'a.py': b'a = 1\\n', 'cart.py': open('cart.py', 'rb').read()}, {'a.py': b'half', 'cart.py': b'half'}, {}, None)\n"
    )
    subprocess.run([sys.executable, "-c", script, root], cwd=root, check=False)
    assert (root / "a.py").read_bytes() == b"half"
    checked = glmcode(root, "apply", "--check", stdin=CREATE)
    assert "cut off" in checked.err
    assert (root / "a.py").read_bytes() == b"half"
    ended = glmcode(root, "apply", stdin=TOTAL)
    assert ended.code == Exit.OK
    assert "taken back" in ended.err.splitlines()[0]
    assert tree(root) == {"a.py": b"a = 1\n", "cart.py": CART_AFTER}


def test_a_plan_that_is_too_large_is_refused(root: Path) -> None:
    with (root.parent / "plan").open("wb") as file:
        file.truncate((64 << 20) + 1)
    ended = glmcode(root, "apply", str(root.parent / "plan"))
    assert ended.code == Exit.USAGE
    assert "larger than 64 MiB" in ended.err


def test_help_shows_examples(root: Path) -> None:
    for command in ("apply", "undo", "verify"):
        ended = glmcode(root, command, "--help")
        assert ended.code == Exit.OK
        assert f"\n  glmcode {command}" in ended.text


def test_an_absolute_path_below_the_root_is_the_file_there_and_verifies(root: Path) -> None:
    plan = TOTAL.replace("cart.py", f"{root}/cart.py")
    ended = glmcode(root.parent, "apply", "--json", "--root", str(root), stdin=plan)
    assert ended.code == Exit.OK
    assert [edit["path"] for edit in ended.answer["edits"]] == ["cart.py"]
    assert (root / "cart.py").read_bytes() == CART_AFTER
    (root.parent / "receipt.json").write_bytes(ended.out)
    assert glmcode(root, "verify", str(root.parent / "receipt.json")).code == Exit.OK
    ended = glmcode(
        root, "apply", "--path", str(root / "a.py"), stdin="<<<<<<< SEARCH\na = 1\n=======\na = 2\n>>>>>>> REPLACE\n"
    )
    assert ended.code == Exit.OK
    assert (root / "a.py").read_text() == "a = 2\n"
