"""The repository around a directory, as git itself sees it."""

import os
import subprocess
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.discover import Repository, find_repository, state_dir


@pytest.fixture(autouse=True)
def no_git_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
    return subprocess.run(
        ["git", "-C", folder, *identity, *arguments], check=True, capture_output=True, text=True
    ).stdout


def as_git_says(folder: Path) -> Repository:
    said = git(folder, "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir").split(
        "\n"
    )
    return Repository(*(os.path.realpath(line) for line in said[:3]))


def repository(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def refusal(start: Path) -> GlmcodeError:
    with pytest.raises(GlmcodeError) as caught:
        find_repository(str(start))
    assert caught.value.exit_code == Exit.USAGE
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_folder_deep_in_the_tree_finds_its_top(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    deep = top / "a" / "b"
    deep.mkdir(parents=True)
    assert find_repository(str(deep)) == as_git_says(deep) == Repository(str(top), f"{top}/.git", f"{top}/.git")
    assert state_dir(str(deep)) == f"{top}/.git/glmcode"


def test_the_working_directory_is_where_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository(tmp_path / "r"))
    assert find_repository().root == str(tmp_path / "r")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a directory that is in use can't be removed")
def test_a_working_directory_that_was_removed_is_no_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(GlmcodeError, match="the working directory is gone"):
        find_repository()


def test_a_linked_worktree_shares_the_common_directory(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    git(top, "worktree", "add", "-q", str(tmp_path / "side"))
    found = find_repository(str(tmp_path / "side"))
    assert found == as_git_says(tmp_path / "side")
    assert found.common_dir == f"{top}/.git"
    assert found.git_dir == f"{top}/.git/worktrees/side"
    assert state_dir(str(tmp_path / "side")) == f"{top}/.git/glmcode"


def test_a_bare_repository_with_worktrees_works_in_the_worktrees_only(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin")
    project = tmp_path / "project"
    project.mkdir()
    git(tmp_path, "clone", "-q", "--bare", str(origin), str(project / ".bare"))
    (project / ".git").write_text("gitdir: ./.bare\n")
    git(project, "worktree", "add", "-q", "main")
    assert find_repository(str(project / "main")) == as_git_says(project / "main")
    assert "bare repository" in refusal(project).message


def test_a_submodule_is_a_repository_of_its_own(tmp_path: Path) -> None:
    inner, outer = repository(tmp_path / "inner"), repository(tmp_path / "outer")
    git(outer, "submodule", "--quiet", "add", str(inner), "libs/inner")
    found = find_repository(str(outer / "libs" / "inner"))
    assert found == as_git_says(outer / "libs" / "inner")
    assert found.root == f"{outer}/libs/inner"
    assert found.git_dir == f"{outer}/.git/modules/libs/inner"


def test_a_separate_git_directory_is_followed(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    git(tmp_path, "init", "-q", f"--separate-git-dir={tmp_path}/elsewhere", str(tmp_path / "r"))
    assert find_repository(str(tmp_path / "r")).git_dir == f"{tmp_path}/elsewhere"


def test_the_innermost_repository_is_the_one(tmp_path: Path) -> None:
    repository(tmp_path / "outer")
    inner = repository(tmp_path / "outer" / "inner")
    assert find_repository(str(inner)).root == str(inner)


def test_an_empty_git_folder_is_passed_by_as_git_does(tmp_path: Path) -> None:
    outer = repository(tmp_path / "outer")
    (outer / "inner" / ".git").mkdir(parents=True)
    assert find_repository(str(outer / "inner")) == as_git_says(outer / "inner")


def test_a_way_through_a_link_gives_the_real_path(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    (tmp_path / "alias").symlink_to(top)
    assert find_repository(str(tmp_path / "alias")).root == str(top)


def test_a_name_that_is_no_utf_8_survives(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(raw)
    subprocess.run(["git", "-C", raw, "init", "-q"], check=True)
    found = find_repository(os.fsdecode(raw))
    assert os.fsencode(found.git_dir) == raw + b"/.git"
    subprocess.run(
        ["git", "-C", raw, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
        check=True,
    )
    side = os.fsencode(tmp_path) + b"/\xff side"
    subprocess.run(["git", "-C", raw, "worktree", "add", "-q", "-b", "side", side], check=True)
    assert os.fsencode(find_repository(os.fsdecode(side)).common_dir) == raw + b"/.git"


def test_no_repository_is_one_line_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    error = refusal(tmp_path)
    assert "not in a git repository" in error.message
    assert "--root" in error.hint


def test_the_search_stops_below_a_ceiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = repository(tmp_path / "r")
    (top / "a" / "b").mkdir(parents=True)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(top))
    refusal(top / "a" / "b")
    assert find_repository(str(top)).root == str(top)


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    assert "bare repository" in refusal(tmp_path / "bare.git").message
    assert "bare repository" in refusal(tmp_path / "bare.git" / "refs").message
    with pytest.raises(GlmcodeError):
        state_dir(str(tmp_path / "bare.git"))


@pytest.mark.parametrize("inside", [".git", ".git/hooks", ".git/worktrees/side"])
def test_a_git_directory_is_no_tree_to_write_to(tmp_path: Path, inside: str) -> None:
    top = repository(tmp_path / "r")
    git(top, "worktree", "add", "-q", str(tmp_path / "side"))
    (top / ".git" / "hooks").mkdir(exist_ok=True)
    assert "inside a git directory" in refusal(top / inside).message
    with pytest.raises(GlmcodeError):
        state_dir(str(top / inside))


def test_a_worktree_below_the_git_directory_is_a_tree(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    below = top / ".git" / "glmcode" / "worktrees" / "one"
    git(top, "worktree", "add", "-q", str(below))
    assert find_repository(str(below)).root == str(below)


@pytest.mark.parametrize("text", ["", "nonsense\n", "gitdir: /nowhere/at/all\n", "gitdir:"])
def test_a_broken_pointer_is_refused_and_not_passed_by(tmp_path: Path, text: str) -> None:
    outer = repository(tmp_path / "outer")
    (outer / "inner").mkdir()
    (outer / "inner" / ".git").write_text(text)
    assert ".git" in refusal(outer / "inner").message


@pytest.mark.parametrize("value", ['"{}"', "{}", "{} ; a comment"])
def test_files_kept_elsewhere_are_named_and_not_guessed(tmp_path: Path, value: str) -> None:
    top = repository(tmp_path / "r")
    (tmp_path / "tree").mkdir()
    with (top / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\tworktree = {value.format(tmp_path / 'tree')}\n")
    assert str(tmp_path / "tree") in refusal(top).hint


@pytest.mark.parametrize(
    ("config", "bare"),
    [
        ("[core]\n\tbare = true\n", True),
        ("[CORE] bare\n", True),
        ("[core]\n\tbare = true\n\tbare = false\n", False),
        ('[other]\n\tbare = true\n[remote "core"]\n\tbare = true\n', False),
        ("[core]\n; bare = true\n\t#bare = true\n\tbarely = true\n", False),
    ],
)
def test_core_bare_is_read_as_git_reads_it(tmp_path: Path, config: str, bare: bool) -> None:
    top = repository(tmp_path / "r")
    (top / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 0\n" + config)
    assert (git(top, "rev-parse", "--is-bare-repository").strip() == "true") is bare
    if bare:
        assert "bare" in refusal(top).message
    else:
        assert find_repository(str(top)).root == str(top)


def test_a_hook_of_the_same_repository_is_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository(tmp_path / "r"))
    monkeypatch.setenv("GIT_DIR", ".git")
    assert find_repository().root == str(tmp_path / "r")


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE"])
def test_an_environment_that_names_another_repository_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    other, top = repository(tmp_path / "other"), repository(tmp_path / "r")
    monkeypatch.setenv(name, str(other / ".git" if name == "GIT_DIR" else other))
    assert name in refusal(top).message


def test_a_tree_outside_of_git_keeps_its_state_out_of_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "alias").symlink_to(tmp_path / "one")
    one, two = state_dir(str(tmp_path / "one")), state_dir(str(tmp_path / "two"))
    assert one.startswith(str(tmp_path / "state"))
    assert one != two
    assert state_dir(str(tmp_path / "alias")) == one
