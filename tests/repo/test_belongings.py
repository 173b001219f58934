"""What a file has beside its bytes, and what keeps it from being replaced."""

import os
import shutil
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.disk import write_file
from glmcode.repo.undoing import undo

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="extended attributes and chattr are Linux's")
ACL = "system.posix_acl_access"
READER = 12345


def acl() -> bytes:
    """Of the usual rights, and of one more user who may read: version 2, then tag, rights and id of each."""
    nobody = 0xFFFFFFFF
    entries = ((1, 6, nobody), (2, 4, READER), (4, 4, nobody), (0x10, 4, nobody), (0x20, 0, nobody))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "root"
    root.mkdir()
    subprocess.run(["git", "init", "-q", root], check=True)
    (root / "f").write_bytes(b"old")
    return root


@pytest.mark.parametrize("journaled", [True, False])
def test_attributes_and_access_list_of_a_replaced_file_stay(root: Path, journaled: bool) -> None:
    path = root / "f"
    try:
        os.setxattr(path, "user.note", b"mine")
        os.setxattr(path, ACL, acl())
    except OSError:
        pytest.skip("this file system has no extended attributes")
    before = path.stat()
    if journaled:
        journal.land(str(root), {"f": b"old"}, {"f": b"new"}, {}, None)
    else:
        write_file(str(root), "f", b"new", "100644")
    assert path.read_bytes() == b"new"
    assert path.stat().st_ino != before.st_ino
    assert (os.getxattr(path, "user.note"), os.getxattr(path, ACL)) == (b"mine", acl())
    assert path.stat().st_mode == before.st_mode
    if journaled:
        undo(str(root))
        assert (path.read_bytes(), os.getxattr(path, "user.note"), os.getxattr(path, ACL)) == (b"old", b"mine", acl())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file such rights")
def test_a_new_content_does_not_inherit_rights_that_the_file_gave_to_what_ran_it(root: Path) -> None:
    try:
        os.setxattr(root / "f", "security.capability", struct.pack("<IIIII", 0x02000001, 1, 0, 0, 0))
    except OSError:
        pytest.skip("this file system has no such rights")
    write_file(str(root), "f", b"new", "100644")
    assert "security.capability" not in os.listxattr(root / "f")


@pytest.mark.parametrize("flag", ["i", "a"])
def test_a_file_that_may_not_change_is_one_clear_line_and_nothing_is_half_done(root: Path, flag: str) -> None:
    (root / "g").write_bytes(b"old")
    if (
        shutil.which("chattr") is None
        or subprocess.run(["chattr", f"+{flag}", root / "f"], check=False, capture_output=True).returncode
    ):
        pytest.skip("no file can be made immutable here")
    try:
        for after in ({"f": b"new", "g": b"new"}, {"f": None, "g": b"new"}):
            with pytest.raises(GlmcodeError, match="permission denied; nothing was changed") as caught:
                journal.land(str(root), {"f": b"old", "g": b"old"}, after, {}, None)
            assert caught.value.exit_code == Exit.NOT_LANDED
            assert ((root / "f").read_bytes(), (root / "g").read_bytes()) == (b"old", b"old")
        assert sorted(os.listdir(root)) == [".git", "f", "g"]
    finally:
        subprocess.run(["chattr", f"-{flag}", root / "f"], check=True)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs another user to be")
def test_another_users_file_in_a_sticky_folder_is_one_clear_line(root: Path) -> None:
    folder = root / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    (folder / "theirs").write_bytes(b"old")
    for path in (folder, folder / "theirs"):
        os.chown(path, READER, READER)
    script = "import sys; sys.path[:0] = sys.argv[2:]\nfrom glmcode.repo.disk import write_file\ntry: write_file(sys.argv[1], 'shared/theirs', b'new', '100644')\nexcept Exception as error: print(error)\n"
    # Root without its rights over what others own: another user could not read this Python.
    command = ["setpriv", "--bounding-set=-fowner,-dac_override,-chown", sys.executable, "-c", script, str(root)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said == "cannot write shared/theirs: permission denied\n"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
    assert os.listdir(folder) == ["theirs"]
