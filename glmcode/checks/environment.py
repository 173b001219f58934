"""What of the user's environment a test run may see."""

import re
from collections.abc import Mapping

__all__ = ["scrubbed"]

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:KEYS?|TOKENS?|AUTH|PAT|PWD|PASS|COOKIE|AWS|AZURE)(?:_|$)"
    r"|API_?KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE_?KEY",
    re.IGNORECASE,
)
_PASSWORD_IN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/\s@:]*:[^/\s@]+@")

# What `git rev-parse --local-env-vars` lists: set inside a hook, they would turn every git call of the tests to the
# repository that the hook runs in.
_GIT_LOCAL = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
}

_DROPPED = _GIT_LOCAL | {
    # Options from the user's shell change what green means (`-k smoke`, `--lf`), wait for a person (`--pdb`), or switch
    # asserts off (PYTHONOPTIMIZE): a verdict must be the same for everybody who has the repository.
    "PYTEST_ADDOPTS",
    "PYTHONOPTIMIZE",
    "PYTHONINSPECT",
    "PYTHONSTARTUP",
    # Left behind where glmcode itself runs under a test runner; an inner runner would take itself for a part of it.
    "PYTEST_CURRENT_TEST",
    "PYTEST_VERSION",
    "NODE_TEST_CONTEXT",
    # Colours and the width of the user's terminal.
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "PY_COLORS",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    "OLDPWD",
}
_DROPPED_PREFIXES = ("PYTEST_XDIST_", "COV_CORE_", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")

_SET = {"TERM": "dumb", "NO_COLOR": "1"}


def scrubbed(environ: Mapping[str, str]) -> dict[str, str]:
    """A copy of `environ` for a test run: without secrets, without what turns git elsewhere, with no colours.

    A variable is a secret when its name looks like one (`*_API_KEY`, `*_TOKEN`, `*SECRET*`, `*PASSWORD*`, `AWS_*`,
    `SSH_AUTH_SOCK`, ...) or its value is a URL that holds a password.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if name not in _DROPPED
        and not name.startswith(_DROPPED_PREFIXES)
        and (name == "PWD" or not _SECRET_NAME.search(name))
        and not _PASSWORD_IN_URL.search(value)
    }
    return kept | _SET
