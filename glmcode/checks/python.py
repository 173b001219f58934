"""Which Python runs a project's tests, and how it is made to test the worktree's code.

The tests run in the worktree, while the user's environment belongs to the root: an editable install there puts the
root's code on the path. What it puts there is therefore put again, from the worktree, in front of it.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Interpreter", "can_import", "interpreters", "python_environment"]

_SCRIPTS = "Scripts" if os.name == "nt" else "bin"
_PYTHON = "python.exe" if os.name == "nt" else "python"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that could run the tests."""

    path: str
    """Absolute."""
    venv: str | None
    """The virtual environment that it belongs to, where that is known."""
    why: str
    own: bool
    """It is the project's: its virtual environment lies in the root."""


def interpreters(root: str, environ: Mapping[str, str]) -> Iterator[Interpreter]:
    """Every candidate that exists, the best first."""
    for name in (".venv", "venv"):
        python = os.path.join(os.path.abspath(root), name, _SCRIPTS, _PYTHON)
        if os.access(python, os.X_OK):
            yield Interpreter(python, os.path.join(os.path.abspath(root), name), f"the Python of {name}", own=True)
    active = environ.get("VIRTUAL_ENV", "")
    if os.path.isabs(active) and os.access(os.path.join(active, _SCRIPTS, _PYTHON), os.X_OK):
        yield Interpreter(
            os.path.join(active, _SCRIPTS, _PYTHON), active, "the Python of the active virtual environment", own=False
        )
    for name in ("python", "python3"):
        found = shutil.which(name, path=environ.get("PATH"))
        if found and os.path.isabs(found):
            yield Interpreter(found, None, f"{name} on the PATH", own=False)
    if sys.executable:
        yield Interpreter(sys.executable, None, "the Python that runs glmcode", own=False)


def can_import(python: str, module: str, environ: Mapping[str, str]) -> bool:
    """True where `python` finds `module`. The module is looked up, not run; an answer is waited for 20 s at most."""
    look = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    try:
        answer = subprocess.run(
            [python, "-c", look],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Not the repository: `-c` puts the working directory first on the path.
            cwd=os.path.dirname(python),
            env=dict(environ),
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def python_environment(
    root: str, worktree: str, venv: str | None, environ: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The variables that make Python code run from the worktree, whatever is installed in `venv`."""
    root, worktree = os.path.abspath(root), os.path.abspath(worktree)
    inside = [_moved(path, root, worktree) for path in (_editable_paths(venv, root) if venv else ())]
    given = [
        _moved(path, root, worktree) if os.path.isabs(path) else path
        for path in environ.get("PYTHONPATH", "").split(os.pathsep)
        if path
    ]
    source = os.path.join(worktree, "src")
    paths = dict.fromkeys([*([source] if os.path.isdir(source) else []), worktree, *inside, *given])
    variables = [
        ("PYTHONPATH", os.pathsep.join(paths)),
        # Bytecode is matched to its source by second and size. An edit that changes neither (`<` to `>`, a moment after
        # the last run) would not be run at all.
        ("PYTHONDONTWRITEBYTECODE", "1"),
        # By this pytest knows a build machine, where it shows assertions in full; `CI` would also switch tests off in
        # projects that ask for it.
        ("BUILD_NUMBER", "1"),
    ]
    if venv:
        variables.append(("VIRTUAL_ENV", venv))
        variables.append(("PATH", os.pathsep.join([os.path.join(venv, _SCRIPTS), environ.get("PATH", os.defpath)])))
    return tuple(variables)


def _moved(path: str, root: str, worktree: str) -> str:
    """The worktree's counterpart of a path in the root; any other path as it is."""
    for base in dict.fromkeys((root, os.path.realpath(root))):
        if path == base or path.startswith(base + os.sep):
            return os.path.normpath(worktree + path[len(base) :])
    return path


def _editable_paths(venv: str, root: str) -> list[str]:
    """Directories in the root that editable installs of `venv` put on the path: `.pth` lines and setuptools' finders."""
    bases = tuple(base + os.sep for base in dict.fromkeys((root, os.path.realpath(root))))
    found: list[str] = []
    for site in glob.glob(
        os.path.join(glob.escape(venv), *(("Lib",) if os.name == "nt" else ("lib", "python*")), "site-packages")
    ):
        for file in sorted(glob.glob(os.path.join(glob.escape(site), "*.pth"))):
            found += [line.strip() for line in _start_of(file).splitlines() if not line.startswith(("import ", "#"))]
        for file in sorted(glob.glob(os.path.join(glob.escape(site), "__editable__*finder.py"))):
            mapping = re.search(r"^MAPPING\b[^{]*\{(.*?)\}", _start_of(file), re.MULTILINE | re.DOTALL)
            named = re.findall(r"'([^'\n]+)': '([^'\n]+)'", mapping[1]) if mapping else []
            found += [os.path.dirname(path) for name, path in named if os.path.basename(path) in (name, name + ".py")]
    return [path for path in found if (path + os.sep).startswith(bases)]


def _start_of(file: str) -> str:
    with open(file, encoding="utf-8", errors="replace") as handle:
        return handle.read(100_000)
