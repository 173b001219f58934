"""Finding the command that tests a repository.

A table in order of preference: the first row that fits decides. Adding a kind of project is adding a row.
"""

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from glmcode.checks.python import Interpreter, can_import, interpreters, python_environment
from glmcode.errors import GlmcodeError

__all__ = ["TestCommand", "find_tests"]


@dataclass(frozen=True, slots=True)
class TestCommand:
    """How a repository is tested."""

    __test__: ClassVar[bool] = False  # by its name pytest would take it for a test class

    argv: tuple[str, ...]
    why: str
    """In words: what was found, and which program runs it."""
    runner: str
    """Whose text the output is: "pytest", "unittest", "node", "jest", "cargo", ...; "" where it could be any."""
    env: tuple[tuple[str, str], ...] = ()
    """Variables to set for the run, over the user's."""


@dataclass(frozen=True, slots=True)
class _Project:
    root: str
    worktree: str
    environ: Mapping[str, str]

    def has(self, name: str) -> bool:
        return os.path.isfile(os.path.join(self.worktree, name))

    def text(self, name: str) -> str:
        """The start of a file of the worktree's top folder, "" where there is none."""
        if not self.has(name):
            return ""
        try:
            with open(os.path.join(self.worktree, name), encoding="utf-8", errors="replace") as handle:
                return handle.read(1_000_000)
        except OSError:
            return ""


def find_tests(
    root: str, worktree: str, command: str | None, *, environ: Mapping[str, str] | None = None
) -> TestCommand | None:
    """The command that tests `worktree`, a checkout of the repository whose environment lives in `root`.

    A `command` given by the user is taken as a shell would take it. `environ` is the user's environment, the process's
    own by default. None where nothing says how the repository is tested; GlmcodeError where `command` can't be read.
    """
    project = _Project(os.path.abspath(root), os.path.abspath(worktree), os.environ if environ is None else environ)
    if command is not None:
        return _given(project, command)
    return next((found for row in _ROWS if (found := row(project)) is not None), None)


def _given(project: _Project, command: str) -> TestCommand:
    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError as error:
        raise GlmcodeError(f"the test command can't be read: {str(error).lower()}: {command}") from None
    if not words:
        raise GlmcodeError("the test command is empty")
    env = _any_language(project)
    if os.name != "nt" and (re.search(r"[|&;<>()$`*?\[\]~{}\n]", command) or "=" in words[0]):
        return TestCommand(("/bin/sh", "-c", command), "the command that was given, run by sh", "", env)
    return TestCommand(tuple(words), "the command that was given", "", env)


def _any_language(project: _Project) -> tuple[tuple[str, str], ...]:
    """Variables for a command that may run anything: `python` and `pytest` in it mean the project's own."""
    venv = next((python.venv for python in interpreters(project.root, project.environ) if python.venv), None)
    return python_environment(project.root, project.worktree, venv, project.environ)


# ---------------------------------------------------------------- Python

_PYTEST_SETTINGS = (
    ("pytest.ini", ""),
    (".pytest.ini", ""),
    ("pytest.toml", ""),
    ("pyproject.toml", r"^\[tool\.pytest(?:\.[\w.]+)?\]"),
    ("tox.ini", r"^\[pytest\]"),
    ("setup.cfg", r"^\[tool:pytest\]"),
    ("conftest.py", ""),
)
_NOT_SOURCE = frozenset({"node_modules", "venv", "env", "build", "dist", "target", "vendor", "__pycache__"})


def _pytest(project: _Project) -> TestCommand | None:
    sign = _pytest_settings(project)
    first = next(_python_tests(project.worktree), None)
    if sign is None and first is None:
        return None
    for python in interpreters(project.root, project.environ):
        if can_import(python.path, "pytest", project.environ):
            return TestCommand(
                (python.path, "-m", "pytest", "-rfE", "--color=no"),
                f"pytest, because of {sign or first}, run by {python.why}",
                "pytest",
                python_environment(project.root, project.worktree, python.venv, project.environ),
            )
        if python.own and sign is None and first is not None and "pytest" not in project.text(first):
            # The project has an environment without pytest: its tests are meant for the standard library's runner.
            return None
    return None


def _pytest_settings(project: _Project) -> str | None:
    for name, pattern in _PYTEST_SETTINGS:
        if project.has(name) and (found := re.search(pattern, project.text(name), re.MULTILINE)):
            return f"{found[0]} in {name}" if found[0] else name
    return None


def _unittest(project: _Project) -> TestCommand | None:
    first = next(_python_tests(project.worktree), None)
    python: Interpreter | None = next(interpreters(project.root, project.environ), None)
    if first is None or python is None:
        return None
    folder = first.split("/")[0] if "/" in first else ""
    # Discovery from the top finds only what packages hold.
    package = not folder or project.has(folder + "/__init__.py")
    return TestCommand(
        (python.path, "-m", "unittest", *(() if package else ("discover", "-s", os.path.dirname(first)))),
        f"unittest, because of {first} and no pytest, run by {python.why}",
        "unittest",
        python_environment(project.root, project.worktree, python.venv, project.environ),
    )


def _python_tests(worktree: str) -> Iterator[str]:
    """Paths of Python test files, `/` between folders, in a fixed order; the upper 4 levels and 2,000 folders are seen."""
    for folders, (folder, inner, files) in enumerate(os.walk(worktree)):
        here = os.path.relpath(folder, worktree).replace(os.sep, "/")
        deep = here.count("/") >= 2 or folders > 2000
        inner[:] = [] if deep else sorted(name for name in inner if name[0] != "." and name not in _NOT_SOURCE)
        for name in sorted(files):
            if re.fullmatch(r"test_.*\.py|.*_test\.py|tests?\.py", name):
                yield name if here == "." else f"{here}/{name}"


# ---------------------------------------------------------------- JavaScript

_PACKAGE_MANAGERS = (
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
)
_SCRIPT_RUNNERS = (
    (r"\bvitest\b", "vitest"),
    (r"\b(?:jest|react-scripts test)\b", "jest"),
    (r"\bmocha\b", "mocha"),
    (r"\bnode\b.* --test\b", "node"),
)


def _package_json(project: _Project) -> TestCommand | None:
    try:
        package = json.loads(project.text("package.json") or "null")
    except (ValueError, RecursionError):
        return None
    scripts = package.get("scripts") if isinstance(package, dict) else None
    script = scripts.get("test") if isinstance(scripts, dict) else None
    # `npm init` writes: echo "Error: no test specified" && exit 1
    if not isinstance(script, str) or not script.strip() or "no test specified" in script:
        return None
    lock, manager = next(((lock, name) for lock, name in _PACKAGE_MANAGERS if project.has(lock)), ("", "npm"))
    if manager != "npm" and shutil.which(manager, path=project.environ.get("PATH")) is None:
        lock, manager = f"{lock}, but {manager} is not installed", "npm"
    return TestCommand(
        (manager, *(("run",) if manager == "bun" else ()), "test"),
        f'package.json\'s script "test" ({script.strip()[:80]}), run by {manager}' + (f" ({lock})" if lock else ""),
        next((runner for pattern, runner in _SCRIPT_RUNNERS if re.search(pattern, script)), ""),
        # Runners that would otherwise watch for changes and never end.
        (("CI", "true"),),
    )


# ---------------------------------------------------------------- everything else


def _by_file(
    name: str, argv: tuple[str, ...], runner: str, pattern: str = ""
) -> Callable[[_Project], TestCommand | None]:
    """A row of the table: the file `name`, holding `pattern`, means `argv`."""

    def row(project: _Project) -> TestCommand | None:
        if not project.has(name) or not re.search(pattern, project.text(name), re.MULTILINE):
            return None
        env = _any_language(project) if argv[0] == "make" else ()
        return TestCommand(argv, f"{name}, run by {os.path.basename(argv[0])}", runner, env)

    return row


_CMAKE = "cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure"

_ROWS: tuple[Callable[[_Project], TestCommand | None], ...] = (
    _pytest,
    _unittest,
    _package_json,
    _by_file("Cargo.toml", ("cargo", "test"), "cargo"),
    _by_file("go.mod", ("go", "test", "./..."), "go"),
    *(
        _by_file(makefile, ("make", target), "", rf"^{target}\s*:(?!=)")
        for target in ("test", "check")
        for makefile in ("Makefile", "makefile", "GNUmakefile")
    ),
    _by_file("CMakeLists.txt", ("/bin/sh", "-c", _CMAKE), "ctest", r"(?i)^\s*(?:enable_testing|include\s*\(\s*CTest)"),
)
