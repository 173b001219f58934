"""The main job on a real project: a released package, broken in a known way, is mended through `glmcode run`.

The package is toolz: pure Python, its archive carries its tests, and those need nothing but pytest. Its source archive is
fetched once, by pip, and kept in the user's cache. The recorded answers were written for this test.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from glmcode.checks.find import find_tests
from glmcode.checks.run import run_tests
from glmcode.checks.verdict import Verdict, for_model
from glmcode.model.cassette import Answer, from_answers
from glmcode.model.replay import ReplayServer

PACKAGE = "toolz==1.2.0"
ARCHIVE = "toolz-1.2.0.tar.gz"
SHA256 = "9667a038e9d6ecba37995e26cb2f59ec6420b6ad8dd9677de59db9b956b08490"

BREAKS = (
    ("toolz/itertoolz.py", "            yield prev[:lo]\n", "            yield prev[:lo - 1]\n"),
    (
        "toolz/dicttoolz.py",
        "    else:\n        inner[k] = func(default)\n    return rv\n",
        "    else:\n        inner[k] = default\n    return rv\n",
    ),
    (
        "toolz/functoolz.py",
        "        return self if obj is None else MethodType(self, obj)\n\n    # introspection",
        "        return self\n\n    # introspection",
    ),
)
"""Three bugs in three modules: path, what the release says, and what it says when broken. Five tests fail for them."""

TASK = "Five tests fail in test_itertoolz.py, test_dicttoolz.py and test_functoolz.py. Find the bugs and mend them."

ROUND_1 = """\
Three separate bugs. `partition_all` cuts the last tuple one short where the length isn't known:

toolz/itertoolz.py
```python
<<<<<<< SEARCH
                    lo = mid + 1
            yield prev[:lo - 1]
    else:
=======
                    lo = mid + 1
            yield prev[:lo]
    else:
>>>>>>> REPLACE
```

`update_in` has to call the function on the default too:

```diff
--- a/toolz/dicttoolz.py
+++ b/toolz/dicttoolz.py
@@ -295,5 +295,5 @@ def update_in(d, keys, func, default=None, factory=dict):
     if k in d:
         inner[k] = func(d[k])
     else:
-        inner[k] = default if default is not None else factory()
+        inner[k] = func(default)
     return rv
```

And a composition that is a class's attribute must be bound like a method:

<edit path="toolz/functoolz.py" replace="Compose.__get__">
def __get__(self, obj, objtype=None):
    return self if obj is None else MethodType(self, obj)
</edit>
"""

ROUND_2 = """\
The line of `update_in` as it stands in the file:

```diff
--- a/toolz/dicttoolz.py
+++ b/toolz/dicttoolz.py
@@ -296,4 +296,4 @@
         inner[k] = func(d[k])
     else:
-        inner[k] = default
+        inner[k] = func(default)
     return rv
```
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release, unpacked."""
    folder = tmp_path_factory.mktemp("release")
    with tarfile.open(_archive(folder)) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:  # Python before 3.11.4; the archive is the one that is pinned by its hash
            archive.extractall(folder)
    return folder / ARCHIVE.removesuffix(".tar.gz")


def _archive(scratch: Path) -> Path:
    kept = Path(platformdirs.user_cache_dir("glmcode")) / "test-packages" / ARCHIVE
    if kept.is_file() and _sha256(kept) == SHA256:
        return kept
    why = "no pip here"
    for pip in _pips():
        # Only the package itself as source: what its metadata is built with may come as wheels.
        asked = [*pip, "download", "--quiet", "--no-deps", "--no-binary", "toolz", "--dest", str(scratch), PACKAGE]
        try:
            answer = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            why = "pip took too long"
            continue
        if answer.returncode == 0:
            fetched = scratch / ARCHIVE
            assert _sha256(fetched) == SHA256, f"{ARCHIVE} is not the release that this test was written for"
            kept.parent.mkdir(parents=True, exist_ok=True)
            partial = kept.with_name(f"{ARCHIVE}.{os.getpid()}")
            shutil.copyfile(fetched, partial)
            partial.replace(kept)
            return kept
        why = (answer.stderr.strip().splitlines() or ["pip failed"])[-1]
    pytest.skip(f"{PACKAGE} can't be fetched here: {why}")


def _pips() -> Iterator[list[str]]:
    """Ways to call pip; an environment that uv made has none of its own."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        yield [sys.executable, "-m", "pip"]
    for program, rest in (("pip", []), ("pip3", []), ("uv", ["tool", "run", "pip"])):
        if shutil.which(program):
            yield [program, *rest]


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def broken(release: Path, folder: Path) -> Path:
    """A repository of the release with its bugs put in, one commit."""
    root = folder / "toolz"
    shutil.copytree(release, root)
    for path, good, bad in BREAKS:
        text = (root / path).read_text(encoding="utf-8")
        assert text.count(good) == 1, path
        (root / path).write_text(text.replace(good, bad), encoding="utf-8")
    identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost"]
    for arguments in (["init", "--quiet"], ["add", "--all"], [*identity, "commit", "--quiet", "-m", "toolz, broken"]):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    return root


def verdict_of(root: Path) -> Verdict:
    command = find_tests(str(root), str(root), None)
    assert command is not None
    assert command.runner == "pytest"
    return run_tests(command, str(root), timeout=300, environ=os.environ)


def test_the_release_is_green_and_the_bugs_are_real(release: Path, tmp_path: Path) -> None:
    whole = verdict_of(release)
    assert whole.green, for_model(whole, 4000)
    assert whole.passed > 150
    hurt = verdict_of(broken(release, tmp_path))
    assert (hurt.failed, hurt.errors, hurt.passed) == (5, 0, whole.passed - 5)


def test_a_real_package_is_mended_in_two_rounds(release: Path, tmp_path: Path) -> None:
    root = broken(release, tmp_path)
    with ReplayServer(from_answers([Answer(ROUND_1), Answer(ROUND_2)])) as server:
        options = ["--root", str(root), "--base-url", server.url, "--model", "recorded"]
        ran = subprocess.run(
            [sys.executable, "-m", "glmcode", "run", *options, "--land", "apply", "--json", TASK],
            cwd=tmp_path,
            env=os.environ | {"OPENAI_API_KEY": "not-a-key"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        requests = server.requests
    assert ran.returncode == 0, ran.stderr
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    result = events[-1]
    assert result["event"] == "result"
    assert (result["ok"], result["rounds"], result["landed"]) == (True, 2, "apply")
    assert (result["applied"], result["rejected"]) == (3, 1)
    assert [(event["round"], event["failed"]) for event in events if event["event"] == "check-finished"] == [
        (0, 5),
        (1, 3),
        (2, 0),
    ]
    assert "inner[k] = default" in requests[1]["messages"][-1]["content"], "the refusal quotes the line as it stands"
    assert [path for path, _, _ in BREAKS if (root / path).read_bytes() != (release / path).read_bytes()] == []
    status = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    assert sorted(status.stdout.split()) == sorted(["M"] * 3 + [path for path, _, _ in BREAKS])
    assert verdict_of(root).green
