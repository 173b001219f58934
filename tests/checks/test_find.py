"""Which command is found, and that it tests the worktree's code and no other."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from glmcode.checks.find import TestCommand, find_tests
from glmcode.checks.run import run_tests
from glmcode.checks.verdict import for_model
from glmcode.errors import GlmcodeError

QUICK = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Without the plugins of this environment an inner pytest starts in half the time."""

PASSING = "def test_it():\n    assert True\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def found(folder: Path, environ: dict[str, str] | None = None) -> TestCommand:
    command = find_tests(str(folder), str(folder), None, environ=environ)
    assert command is not None
    return command


@pytest.fixture(scope="module")
def project_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that sees this one's pytest and has no pip: made once, it costs 50 ms."""
    folder = tmp_path_factory.mktemp("venv") / ".venv"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "outer.pth").write_text(os.path.dirname(os.path.dirname(pytest.__file__)) + "\n")
    return folder


def in_root(project_venv: Path, root: Path) -> Path:
    """The environment as the root's own."""
    (root / ".venv").symlink_to(project_venv)
    return next(project_venv.glob("lib/python*/site-packages"))


@pytest.mark.parametrize(
    ("files", "sign"),
    [
        ({"pytest.ini": "[pytest]\n"}, "pytest.ini"),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, "[tool.pytest.ini_options] in pyproject.toml"),
        ({"pyproject.toml": "[tool.pytest]\n"}, "[tool.pytest] in pyproject.toml"),
        ({"setup.cfg": "[tool:pytest]\n"}, "[tool:pytest] in setup.cfg"),
        ({"tox.ini": "[tox]\n[pytest]\n"}, "[pytest] in tox.ini"),
        ({"conftest.py": ""}, "conftest.py"),
        ({"test_a.py": PASSING}, "test_a.py"),
        ({"tests/unit/test_a.py": PASSING}, "tests/unit/test_a.py"),
    ],
)
def test_pytest_is_known_by_its_settings_or_by_test_files(tmp_path: Path, files: dict[str, str], sign: str) -> None:
    command = found(write(tmp_path, files))
    assert command.runner == "pytest"
    assert command.argv[1:3] == ("-m", "pytest")
    assert f"because of {sign}, run by" in command.why


def test_settings_of_other_tools_are_no_sign_of_tests(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.pytestify]\n", "tox.ini": "[tox]\n", "latest.py": "", ".x/test_a.py": ""})
    assert find_tests(str(tmp_path), str(tmp_path), None) is None


def test_tests_of_installed_packages_are_not_the_projects(tmp_path: Path) -> None:
    write(tmp_path, {"node_modules/gyp/test_a.py": PASSING, "venv/lib/test_b.py": PASSING})
    assert find_tests(str(tmp_path), str(tmp_path), None) is None


def test_the_projects_own_environment_comes_first(tmp_path: Path, project_venv: Path) -> None:
    in_root(project_venv, write(tmp_path, {"test_a.py": PASSING}))
    command = found(tmp_path)
    assert command.argv[0] == str(tmp_path / ".venv" / "bin" / "python")
    assert dict(command.env)["VIRTUAL_ENV"] == str(tmp_path / ".venv")
    assert "the Python of .venv" in command.why


def test_an_active_environment_comes_before_the_path(tmp_path: Path, project_venv: Path) -> None:
    write(tmp_path, {"test_a.py": PASSING})
    command = found(tmp_path, {"VIRTUAL_ENV": str(project_venv), "PATH": os.environ["PATH"]})
    assert command.argv[0] == str(project_venv / "bin" / "python")


def test_without_any_other_python_glmcodes_own_runs_the_tests(tmp_path: Path) -> None:
    command = found(write(tmp_path, {"test_a.py": PASSING}), {"PATH": str(tmp_path)})
    assert command.argv[0] == sys.executable


def test_a_project_environment_without_pytest_runs_unittest(tmp_path: Path) -> None:
    venv.create(tmp_path / ".venv", with_pip=False, symlinks=os.name != "nt")
    case = "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): pass\n"
    command = found(write(tmp_path, {"tests/test_a.py": case}))
    assert command.argv[1:] == ("-m", "unittest", "discover", "-s", "tests")
    verdict = run_tests(command, str(tmp_path), timeout=300, environ=QUICK)
    assert (verdict.green, verdict.passed) == (True, 1)


def test_unittest_in_a_package_is_discovered_from_the_top(tmp_path: Path) -> None:
    venv.create(tmp_path / ".venv", with_pip=False, symlinks=os.name != "nt")
    case = "import unittest, shop\nclass T(unittest.TestCase):\n    def test_it(self): self.assertEqual(shop.X, 1)\n"
    write(tmp_path, {"shop.py": "X = 1\n", "tests/__init__.py": "", "tests/test_a.py": case})
    verdict = run_tests(found(tmp_path), str(tmp_path), timeout=300, environ=QUICK)
    assert (verdict.green, verdict.passed) == (True, 1)


@pytest.mark.parametrize(
    ("layout", "pth"), [("shop", "{root}\n"), ("src/shop", "{root}/src\n"), ("python/lib/shop", "{root}/python/lib\n")]
)
def test_an_editable_install_of_the_root_does_not_hide_the_worktree(
    tmp_path: Path, project_venv: Path, layout: str, pth: str
) -> None:
    root, worktree = tmp_path / "root", tmp_path / "worktree"
    case = "import shop\n\ndef test_it():\n    assert shop.WHERE == 'worktree', shop.__file__\n"
    for checkout in (root, worktree):
        write(checkout, {f"{layout}/__init__.py": f"WHERE = {checkout.name!r}\n", "tests/test_shop.py": case})
    editable = in_root(project_venv, root) / "editable.pth"
    editable.write_text(pth.format(root=root))
    try:
        python = root / ".venv" / "bin" / "python"
        installed = subprocess.run(
            [python, "-c", "import shop; print(shop.WHERE)"], check=True, cwd=tmp_path, capture_output=True
        )
        assert installed.stdout == b"root\n", "the install itself works"
        command = find_tests(str(root), str(worktree), None)
        assert command is not None
        verdict = run_tests(command, str(worktree), timeout=300, environ=QUICK)
        assert verdict.green, for_model(verdict, 2000)
    finally:
        editable.unlink()


def test_setuptools_finders_do_not_hide_the_worktree_either(tmp_path: Path, project_venv: Path) -> None:
    """setuptools maps names to folders in a module of its own where the layout is not a plain one."""
    root, worktree = tmp_path / "root", tmp_path / "worktree"
    case = "import shop\n\ndef test_it():\n    assert shop.WHERE == 'worktree', shop.__file__\n"
    for checkout in (root, worktree):
        write(checkout, {"lib/shop/__init__.py": f"WHERE = {checkout.name!r}\n", "tests/test_shop.py": case})
    site = in_root(project_venv, root)
    finder = (
        "import importlib.util, sys\n"
        f"MAPPING: dict[str, str] = {{'shop': '{root}/lib/shop'}}\n"
        "class Finder:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if name in MAPPING:\n"
        "            return importlib.util.spec_from_file_location(name, MAPPING[name] + '/__init__.py')\n"
        "sys.meta_path.append(Finder)\n"
    )
    written = write(
        site,
        {"__editable___shop_1_finder.py": finder, "__editable__.shop-1.pth": "import __editable___shop_1_finder\n"},
    )
    try:
        command = find_tests(str(root), str(worktree), None)
        assert command is not None
        verdict = run_tests(command, str(worktree), timeout=300, environ=QUICK)
        assert verdict.green, for_model(verdict, 2000)
    finally:
        for name in ("__editable___shop_1_finder.py", "__editable__.shop-1.pth"):
            (written / name).unlink()


def test_a_pythonpath_into_the_root_leads_into_the_worktree(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"test_a.py": PASSING})
    worktree = write(tmp_path / "worktree", {"test_a.py": PASSING})
    environ = {"PYTHONPATH": os.pathsep.join([f"{root}/vendored", "relative", "/elsewhere"]), "PATH": ""}
    command = find_tests(str(root), str(worktree), None, environ=environ)
    assert command is not None
    assert dict(command.env)["PYTHONPATH"].split(os.pathsep) == [
        str(worktree),
        f"{worktree}/vendored",
        "relative",
        "/elsewhere",
    ]


def test_a_given_command_is_split_as_a_shell_would(tmp_path: Path) -> None:
    command = find_tests(str(tmp_path), str(tmp_path), "pytest -k 'a b' tests")
    assert command is not None
    assert (command.argv, command.runner) == (("pytest", "-k", "a b", "tests"), "")


@pytest.mark.skipif(os.name == "nt", reason="there is no sh")
@pytest.mark.parametrize(
    "given", ["true && echo 3 passed", "WORD=passed; echo 3 $WORD", "WORD=3 sh -c 'echo $WORD passed'"]
)
def test_a_given_command_may_use_the_shell(tmp_path: Path, given: str) -> None:
    command = find_tests(str(tmp_path), str(tmp_path), given)
    assert command is not None
    verdict = run_tests(command, str(tmp_path), timeout=300, environ=QUICK)
    assert (verdict.exit_code, verdict.output) == (0, "3 passed\n")


@pytest.mark.parametrize(("given", "said"), [("pytest 'a", "no closing quotation"), ("  ", "is empty")])
def test_a_command_that_cannot_be_read_is_one_line(tmp_path: Path, given: str, said: str) -> None:
    with pytest.raises(GlmcodeError, match=said) as caught:
        find_tests(str(tmp_path), str(tmp_path), given)
    assert "\n" not in caught.value.message


def test_a_given_command_means_the_projects_python(tmp_path: Path, project_venv: Path) -> None:
    in_root(project_venv, tmp_path)
    command = find_tests(str(tmp_path), str(tmp_path), "python -c 'import sys; print(sys.prefix)'")
    assert command is not None
    verdict = run_tests(command, str(tmp_path), timeout=300, environ=QUICK)
    assert verdict.output.strip() == str(tmp_path / ".venv")


PLACEHOLDER = 'echo "Error: no test specified" && exit 1'


def package(script: object) -> dict[str, str]:
    return {"package.json": json.dumps({"scripts": {"test": script}})}


@pytest.mark.parametrize(
    ("lock", "argv"),
    [
        ("pnpm-lock.yaml", ("pnpm", "test")),
        ("yarn.lock", ("yarn", "test")),
        ("bun.lock", ("bun", "run", "test")),
        ("package-lock.json", ("npm", "test")),
    ],
)
def test_the_lock_file_names_the_package_manager(tmp_path: Path, lock: str, argv: tuple[str, ...]) -> None:
    write(tmp_path / "repo", {**package("vitest run"), lock: ""})
    for name in ("pnpm", "yarn", "bun", "npm"):
        program = write(tmp_path, {f"bin/{name}": "#!/bin/sh\n"}) / "bin" / name
        program.chmod(0o755)
    command = found(tmp_path / "repo", {"PATH": str(tmp_path / "bin")})
    assert (command.argv, command.runner) == (argv, "vitest")


def test_npm_steps_in_for_a_manager_that_is_not_installed(tmp_path: Path) -> None:
    command = found(write(tmp_path, {**package("jest"), "pnpm-lock.yaml": ""}), {"PATH": ""})
    assert command.argv == ("npm", "test")
    assert "pnpm is not installed" in command.why


@pytest.mark.parametrize("script", [PLACEHOLDER, "", None, 7, ["jest"]])
def test_npms_placeholder_is_no_test_script(tmp_path: Path, script: object) -> None:
    assert find_tests(str(tmp_path), str(write(tmp_path, package(script))), None) is None


@pytest.mark.parametrize("text", ["{", "[]", "7", "[" * 100_000, '{"scripts": []}', "\xff"])
def test_a_broken_package_json_is_passed_over(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"package.json": text, "Cargo.toml": ""})
    assert found(tmp_path).argv == ("cargo", "test")


@pytest.mark.parametrize(
    ("files", "argv"),
    [
        ({"Cargo.toml": "[package]\n"}, ("cargo", "test")),
        ({"go.mod": "module x\n"}, ("go", "test", "./...")),
        ({"Makefile": "all:\n\ntest: all\n\ttrue\n"}, ("make", "test")),
        ({"Makefile": "test := 1\ncheck:\n\ttrue\n"}, ("make", "check")),
        ({"GNUmakefile": "test:\n\ttrue\n"}, ("make", "test")),
    ],
)
def test_other_projects_are_known_by_their_files(tmp_path: Path, files: dict[str, str], argv: tuple[str, ...]) -> None:
    assert found(write(tmp_path, files)).argv == argv


def test_nothing_to_run_is_none(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "", "Makefile": "all:\n", "CMakeLists.txt": "project(x)\n"})
    assert find_tests(str(tmp_path), str(tmp_path), None) is None


def test_a_pipe_in_place_of_a_settings_file_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    for name in ("pyproject.toml", "package.json", "Makefile"):
        os.mkfifo(tmp_path / name)
    assert find_tests(str(tmp_path), str(tmp_path), None) is None
