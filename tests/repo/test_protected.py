"""What needs consent by name: every file that others run, in every spelling, and nothing of everyday work."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.errors import Exit
from glmcode.repo.options import Protection
from glmcode.repo.protected import ProtectedError, protected, refuse_protected

NONE = Protection()
PROTECTED = [
    *(".github/workflows/ci.yml", ".github/workflows/deep/x", ".github/actions/a/action.yml", ".gitlab-ci.yml", ".circleci/config.yml"),
    *("Jenkinsfile", "azure-pipelines.yml", "azure-pipelines-release.yaml", ".woodpecker.yaml", ".gitmodules", ".gitattributes", "docs/.gitattributes"),
    *(".husky/pre-commit", ".pre-commit-config.yaml", "lefthook.yml", "lefthook-local.toml", ".githooks/pre-push", "web/.lintstagedrc.json"),
    *(".vscode/tasks.json", ".vscode/settings.json", "packages/a/.vscode/launch.json", ".idea/workspace.xml", "x.code-workspace", ".devcontainer/d.json"),
    *(".envrc", "a/.envrc", "glmcode.toml", ".npmrc", ".cargo/config.toml", ".mvn/jvm.config", "gradle/wrapper/gradle-wrapper.properties", "lib/a.pth"),
]  # fmt: skip
FREE = [
    *("src/app.py", "Makefile", "setup.py", "package.json", ".gitignore", "README.md", "ci.yml", "github/workflows/ci.yml", ".github/CODEOWNERS"),
    *(".github/ISSUE_TEMPLATE/bug.md", "glmcode.toml.md", "my.envrc", "vscode/tasks.json", "idea/x", "a/Jenkinsfile.md", "hooks/use.ts", "src/hooks/useCart.ts"),
    *("notes~1st.txt", "a~b", ".env.example", "docs/gitattributes.md", "cloudbuild/x.py"),
]  # fmt: skip
SPELLINGS = [
    *(".GitHub/Workflows/CI.yml", ".github./workflows /ci.yml", ".github\\workflows\\ci.yml", "\uff0egithub/workflows/x", ".gi\u200cthub/workflows/x"),
    *(".GITMODULES", ".gitmodules.", ".gitmodules ", "GITHUB~1/WORKFL~1/CI.YML", "GITMOD~1", "VSCODE~1/tasks.json", ".EnvRC", "GLMCODE.TOML", "gi7eba~1"),
]  # fmt: skip


@pytest.mark.parametrize("path", [*PROTECTED, *SPELLINGS])
def test_what_others_run_needs_consent_in_every_spelling(path: str) -> None:
    assert protected([path], NONE) == (path,)


@pytest.mark.parametrize("path", FREE)
def test_everyday_work_needs_none(path: str) -> None:
    assert protected([path], NONE) == ()


@pytest.mark.parametrize(
    "consent",
    [".github/workflows/ci.yml", ".github/**", ".github/workflows/*.yml", "/.github/workflows/ci.yml", ".GITHUB/"],
)
def test_consent_names_the_path_or_a_pattern_of_it(consent: str) -> None:
    asked = [".github/workflows/ci.yml", ".vscode/tasks.json", "a.py"]
    expected = asked[:2] if consent == ".GITHUB/" else [".vscode/tasks.json"]
    assert protected(asked, NONE, [consent]) == tuple(expected)


def test_consent_for_one_file_is_none_for_its_namesake_elsewhere() -> None:
    assert protected(["a/.envrc", ".envrc"], NONE, [".envrc"]) == ("a/.envrc",)


def test_patterns_of_the_configuration_add_and_the_user_takes_away() -> None:
    paths = ["deploy/a/x.sh", "infra/deploy/y", "top.txt", "a/top.txt", ".vscode/settings.json", ".vscode/tasks.json"]
    protection = Protection(paths=("deploy/", "/top.txt"), allow=(".vscode/settings.json",))
    assert protected(paths, protection) == (".vscode/tasks.json", "deploy/a/x.sh", "infra/deploy/y", "top.txt")


def test_the_refusal_names_every_path_and_the_flag_on_one_line() -> None:
    with pytest.raises(ProtectedError) as caught:
        refuse_protected([".envrc", ".github/workflows/a\n\x1b[2J.yml", "a.py"], NONE)
    error = caught.value
    assert error.exit_code == Exit.NOT_LANDED
    assert error.message == (
        "needs your consent by name, because others run what is in it: .envrc, .github/workflows/a\\n\\x1b[2J.yml; nothing was changed"
    )
    assert error.hint.startswith("read the change, then allow it with --allow .envrc --allow ")
    assert error.paths == (".envrc", ".github/workflows/a\n\x1b[2J.yml")


def test_no_pattern_takes_long() -> None:
    """A repository may bring its own patterns: none may hang the landing."""
    protection = Protection(paths=("**/" * 60 + "x", "*a" * 60 + "b", "/".join(["**", "a*"] * 30)))
    began = time.process_time()
    protected(["a" * 255, "/".join(["a" * 30] * 100), "/".join(["a"] * 128)], protection)
    assert time.process_time() - began < 5


names = st.text(st.sampled_from("aB.~1* /\\é\u0301\u200c"), max_size=12)


@given(st.lists(names, max_size=4), st.lists(names, max_size=3))
def test_consent_only_ever_takes_away_and_a_path_consents_to_itself(paths: list[str], consent: list[str]) -> None:
    protection = Protection(paths=("*",))
    asked = protected(paths, protection)
    assert set(protected(paths, protection, consent)) <= set(asked)
    assert protected([one for one in paths if "*" not in one], protection, paths) == ()
