"""Histories rebuilt from released source archives: each file that differs between two releases is a commit.

Archives are fetched once, by pip or npm, and kept in the user's cache.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from glmcode.express import FileChange

__all__ = ["PROJECTS", "NotToBeHadError", "Project", "commits", "releases"]

LARGEST = 1 << 20


class NotToBeHadError(Exception):
    """An archive that is neither in the cache nor to be fetched; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Project:
    registry: str
    """"pypi" or "npm"."""
    name: str
    versions: tuple[str, ...]


PROJECTS = (
    Project("pypi", "click", ("8.1.0", "8.1.3", "8.1.7", "8.1.8", "8.2.1")),
    Project("pypi", "requests", ("2.28.2", "2.31.0", "2.32.3")),
    Project("pypi", "jinja2", ("3.0.3", "3.1.0", "3.1.5")),
    Project("pypi", "attrs", ("22.1.0", "23.1.0", "23.2.0", "24.2.0")),
    Project("pypi", "psutil", ("5.9.0", "5.9.5", "6.0.0", "6.1.0")),
    Project("pypi", "ujson", ("5.4.0", "5.7.0", "5.10.0")),
    Project("pypi", "orjson", ("3.9.0", "3.9.10", "3.10.0", "3.10.6", "3.10.12")),
    Project("npm", "underscore", ("1.12.0", "1.12.1", "1.13.1", "1.13.6")),
    Project("npm", "express", ("4.17.0", "4.18.0", "4.19.0", "4.21.0")),
    Project("npm", "commander", ("8.0.0", "9.0.0", "10.0.0", "11.0.0", "12.0.0")),
    Project("npm", "rxjs", ("7.4.0", "7.5.0", "7.5.7", "7.8.1")),
    Project("npm", "hono", ("4.0.0", "4.1.0", "4.2.0", "4.3.0")),
    Project("pypi", "jpype1", ("1.4.0", "1.4.1", "1.5.0")),
    Project("npm", "react-native-svg", ("13.4.0", "13.9.0", "13.14.0")),
    Project("npm", "react-native-screens", ("3.27.0", "3.29.0", "3.31.0")),
)
"""Python, C, C++, Rust, JavaScript, TypeScript, Java, Kotlin and Objective-C."""


def releases(project: Project) -> list[dict[str, bytes]]:
    """The text files of each release, by path. Raises NotToBeHadError."""
    return [dict(_text_files(_archive(project, version))) for version in project.versions]


def commits(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[FileChange]:
    """One change a file, by path in order."""
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            yield FileChange(path, before.get(path), after.get(path))


def _archive(project: Project, version: str) -> Path:
    folder = Path(platformdirs.user_cache_dir("glmcode")) / "test-packages" / "histories"
    kept = folder / f"{project.registry}-{project.name}-{version}.tar.gz"
    if kept.is_file():
        return kept
    with tempfile.TemporaryDirectory() as scratch:
        asked = _pip(project, version, scratch) if project.registry == "pypi" else _npm(project, version, scratch)
        try:
            done = subprocess.run(asked, cwd=scratch, capture_output=True, text=True, timeout=100, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotToBeHadError(f"{project.name} {version} can't be fetched here: {error}") from None
        fetched = [one for one in Path(scratch).iterdir() if one.name.endswith((".tar.gz", ".tgz"))]
        if done.returncode != 0 or len(fetched) != 1:
            why = (done.stderr.strip().splitlines() or ["no source archive"])[-1]
            raise NotToBeHadError(f"{project.name} {version} can't be fetched here: {why}")
        folder.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.copyfile(fetched[0], partial)
        partial.replace(kept)
    return kept


def _pip(project: Project, version: str, scratch: str) -> list[str]:
    # Only the package itself as source: what its metadata is built with may come as wheels.
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    return [*pip, "--no-binary", project.name, "--dest", scratch, f"{project.name}=={version}"]


def _npm(project: Project, version: str, scratch: str) -> list[str]:
    return ["npm", "pack", "--silent", "--pack-destination", scratch, f"{project.name}@{version}"]


def _text_files(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as opened:
        for member in opened:
            path = member.name.partition("/")[2]
            file = opened.extractfile(member) if member.isfile() and 0 < member.size <= LARGEST else None
            if file is not None and path:
                data = file.read()
                if b"\0" not in data:
                    yield path, data
