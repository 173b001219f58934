"""`glmcode verify`: the same to the byte, different, or it can't be said; hostile receipts get one line."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.verify import checked_receipt, read_receipt
from tests.faces.command import glmcode, repository, tree

PLAN = (
    "a.txt\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n"
    '<create path="new.sh" mode="755">\n#!/bin/sh\n</create>\n<remove path="b.txt"/>\n<rename path="c.txt" to="d/c.txt"/>\n'
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.txt": "one\n", "b.txt": "b\n", "c.txt": "c\n", "other.txt": "o\n"})


def landed(root: Path, plan: str = PLAN, *options: str) -> dict[str, Any]:
    return glmcode(root, "apply", "--json", *options, stdin=plan).answer


def commit(root: Path) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", root, "add", "-A"], check=True)
    subprocess.run(["git", "-C", root, *identity, "commit", "-q", "-m", "x"], check=True)


def test_the_last_landing_is_the_same_to_the_byte(root: Path) -> None:
    landed(root)
    before = tree(root)
    ended = glmcode(root, "verify")
    assert (ended.code, ended.text, ended.err) == (Exit.OK, "the same to the byte: 5 files, 4 edits\n", "")
    assert tree(root) == before


def test_the_answer_of_apply_and_the_bare_receipt_are_both_taken(root: Path) -> None:
    answer = landed(root)
    (root.parent / "answer.json").write_text(json.dumps(answer))
    assert glmcode(root, "verify", str(root.parent / "answer.json")).code == Exit.OK
    assert glmcode(root, "verify", "-", stdin=json.dumps(answer["receipt"])).code == Exit.OK
    result = glmcode(root, "verify", "--json", "-", stdin=json.dumps(answer["receipt"])).answer
    assert (result["ok"], result["different"], result["edits"], result["files"]) == (True, [], [], 5)


def test_a_checked_but_unwritten_plan_verifies_from_the_tree(root: Path) -> None:
    answer = landed(root, PLAN, "--check")
    assert glmcode(root, "verify", "-", stdin=json.dumps(answer)).code == Exit.OK


def test_the_bytes_before_are_found_after_later_changes(root: Path) -> None:
    answer = landed(root)
    landed(root, "a.txt\n<<<<<<< SEARCH\ntwo\n=======\nthree\n>>>>>>> REPLACE\n")
    (root / "a.txt").write_text("something else\n")
    assert glmcode(root, "verify", "-", stdin=json.dumps(answer)).code == Exit.OK


def test_the_bytes_before_are_found_in_gits_head(root: Path) -> None:
    (root / "odd\nname \u00e9.txt").write_text("odd\n")
    commit(root)
    clone = root.parent / "clone"
    subprocess.run(["git", "clone", "-q", root, clone], check=True)
    answer = landed(root, PLAN + "```\n# x\n```\n")
    for name in ("a.txt", "b.txt", "c.txt"):
        (clone / name).unlink()
    ended = glmcode(clone, "verify", "-", stdin=json.dumps(answer))
    assert (ended.code, ended.err) == (Exit.OK, "")


def test_what_is_nowhere_is_named(root: Path) -> None:
    answer = landed(root)
    other = repository(root.parent / "other", {"a.txt": "one\n"})
    ended = glmcode(other, "verify", "-", stdin=json.dumps(answer))
    assert (ended.code, ended.out) == (Exit.USAGE, b"")
    assert "b.txt, c.txt" in ended.err.splitlines()[0]


def test_another_result_names_the_files(root: Path) -> None:
    receipt = landed(root)["receipt"]
    receipt["files"]["a.txt"]["after"] = "0" * 64
    ended = glmcode(root, "verify", "-", stdin=json.dumps(receipt))
    assert ended.code == Exit.NOT_LANDED
    assert "  a.txt  " in ended.text
    assert glmcode(root, "verify", "--json", "-", stdin=json.dumps(receipt)).answer["different"] == ["a.txt"]


def test_another_mode_and_another_outcome_are_differences(root: Path) -> None:
    receipt = landed(root)["receipt"]
    receipt["files"]["new.sh"]["mode"] = "100644"
    receipt["edits"][0]["strategy"] = "guess"
    answer = glmcode(root, "verify", "--json", "-", stdin=json.dumps(receipt)).answer
    assert (answer["ok"], answer["different"], answer["edits"]) == (False, ["new.sh"], [0])


def test_the_mode_of_a_file_is_as_it_was(root: Path) -> None:
    (root / "a.txt").chmod(0o755)
    landed(root)
    assert glmcode(root, "verify").code == Exit.OK


@pytest.mark.parametrize("hunk", ["", "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n"])
def test_a_change_of_mode_is_landed_again_from_the_mode_before(root: Path, hunk: str) -> None:
    landed(root, "diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100755\n" + hunk)
    assert (root / "a.txt").stat().st_mode & 0o111
    ended = glmcode(root, "verify")
    assert (ended.code, ended.err) == (Exit.OK, "")


def test_a_rejected_and_a_partial_plan_verify_too(root: Path) -> None:
    missing = "other.txt\n<<<<<<< SEARCH\nnot there\n=======\nx\n>>>>>>> REPLACE\n"
    for options in ((), ("--partial",)):
        answer = landed(root, PLAN + missing, *options)
        assert answer["ok"] is False
        assert glmcode(root, "verify", "-", stdin=json.dumps(answer)).code == Exit.OK


def test_a_file_that_was_only_read_and_has_changed_since_is_no_difference(root: Path) -> None:
    already = '<create path="other.txt">\no\n</create>\n'
    answer = landed(root, PLAN + already)
    assert answer["edits"][-1]["status"] == "already"
    (root / "other.txt").write_text("changed\n")
    ended = glmcode(root, "verify", "-", stdin=json.dumps(answer))
    assert ended.code == Exit.USAGE
    assert "other.txt" in ended.err.splitlines()[0]


def test_without_a_landing_there_is_nothing_to_verify(root: Path) -> None:
    ended = glmcode(root, "verify", "--json")
    assert ended.code == Exit.USAGE
    assert "no landing" in ended.answer["error"]


def broken(receipt: dict[str, Any], at: tuple[str, ...], value: object) -> str:
    inner: Any = receipt
    for name in at[:-1]:
        inner = inner[name]
    inner[at[-1]] = value
    return json.dumps(receipt)


def test_a_hostile_receipt_gets_one_line(root: Path) -> None:
    receipt = landed(root)["receipt"]
    texts = [
        "",
        "{",
        "[]",
        "null",
        "3",
        '"x"',
        "[" * 200_000,
        '{"receipt": null}',
        '{"receipt": {"receipt": {}}}',
        '{"a": ' * 50_000,
        "\udcff",
    ]
    changes: list[tuple[tuple[str, ...], object]] = [
        (("plan",), "text"),
        (("plan", "text"), 5),
        (("plan", "text"), "another plan"),
        (("plan", "sha256"), None),
        (("options",), []),
        (("options", "form"), "nonsense"),
        (("options", "form"), ["auto"]),
        (("options", "path"), {}),
        (("files",), [1]),
        (("files", "a.txt"), None),
        (("files", "a.txt", "before"), "short"),
        (("files", "a.txt", "before"), 5),
        (("files", "a.txt", "before"), ["x"]),
        (("files", "a.txt", "mode"), "777"),
        (("files", "a.txt", "mode"), {"x": 1}),
        (("files", "../outside"), {"before": None, "after": None, "mode": None}),
        (("files", "/etc/passwd"), {"before": None, "after": None, "mode": None}),
        (("files", ".git/config"), {"before": None, "after": None, "mode": None}),
        (("files", "\x1b[2J\nname\0"), {"before": None, "after": None, "mode": None}),
        (("edits",), {}),
        (("edits",), [1, 2]),
        (("glmcode",), None),
    ]
    texts += [broken(json.loads(json.dumps(receipt)), at, value) for at, value in changes]
    for text in texts:
        with pytest.raises(GlmcodeError) as caught:
            read_receipt(text.encode("utf-8", "surrogateescape"))
        assert caught.value.exit_code == Exit.USAGE
        assert len(caught.value.message) < 400
        assert caught.value.message.isprintable()
    ended = glmcode(root, "verify", "-", stdin=texts[-1])
    assert ended.code == Exit.USAGE
    assert ended.err.startswith("glmcode: this is no receipt")
    short = broken(json.loads(json.dumps(receipt)), ("edits",), [])
    assert glmcode(root, "verify", "-", stdin=short).code == Exit.USAGE


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["plan", "text", "sha256", "options", "form", "files", "edits", "a", "before"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(_json)
def test_no_json_is_taken_for_a_receipt_or_crashes(value: object) -> None:
    with pytest.raises(GlmcodeError):
        checked_receipt(value)
