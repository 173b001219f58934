"""The user saves in the instant between the look at a file and what takes its place: the save stays, the landing is refused."""

import errno
import itertools
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import aside, exchange, journal
from glmcode.repo.folder import Folder
from glmcode.repo.undoing import undo
from tests.repo.checkout import Checkout, make, on_disk, own_home

Act = Callable[[Checkout], object]
BEFORE = b"before\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    own_home(monkeypatch, tmp_path)
    return make(tmp_path / "repo", {"a.py": BEFORE, "m.py": BEFORE, "z.py": BEFORE})


def save_by_rename(checkout: Checkout) -> None:
    checkout.write({".m.swp": b"saved\n"})
    os.replace(checkout.path(".m.swp"), checkout.path("m.py"))


def save_in_place(checkout: Checkout) -> None:
    checkout.write({"m.py": b"saved\n"})


def remove(checkout: Checkout) -> None:
    os.unlink(checkout.path("m.py"))


def make_a_folder(checkout: Checkout) -> None:
    os.unlink(checkout.path("m.py"))
    checkout.write({"m.py/inside": b"saved\n"})


def make_a_link(checkout: Checkout) -> None:
    os.unlink(checkout.path("m.py"))
    os.symlink("before\n", checkout.path("m.py"))


def strike(
    monkeypatch: pytest.MonkeyPatch, call: str, checkout: Checkout, act: Act, *, after: bool = False, times: int = 1
) -> None:
    """The user acts right before, or right after, glmcode's own call that moves m.py."""
    module: Any = os if call == "replace" else exchange
    real = getattr(module, call)
    left = [times]

    def struck(*arguments: Any, **options: Any) -> Any:
        mine = left[0] > 0 and b"m.py" in arguments
        if mine and not after:
            left[0] -= 1
            act(checkout)
        given = real(*arguments, **options)
        if mine and after:
            left[0] -= 1
            act(checkout)
        return given

    monkeypatch.setattr(module, call, struck)


def strike_all(monkeypatch: pytest.MonkeyPatch, call: str, act: Callable[[], object]) -> None:
    seam: Any = exchange
    real = getattr(seam, call)

    def struck(*arguments: Any, **options: Any) -> Any:
        act()
        given = real(*arguments, **options)
        act()
        return given

    monkeypatch.setattr(exchange, call, struck)


def land(checkout: Checkout, m: bytes | None = b"after\n") -> str:
    after = {"a.py": b"after\n", "m.py": m, "z.py": b"after\n"}
    return journal.land(checkout.root, dict.fromkeys(after, BEFORE), after, {}, None)


def tree(checkout: Checkout) -> dict[bytes, bytes]:
    return {name: data for name, (_, data) in on_disk(checkout.root).items()}


@pytest.mark.skipif(not hasattr(os, "O_DIRECTORY"), reason="this system has no calls relative to an open folder")
@pytest.mark.parametrize(
    ("m", "act"),
    [
        *((b"after\n", act) for act in (save_by_rename, save_in_place, remove, make_a_folder, make_a_link)),
        *((None, act) for act in (save_by_rename, save_in_place, make_a_link)),
    ],
)
def test_what_the_user_did_in_the_last_instant_stays(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, act: Act, m: bytes | None
) -> None:
    twin = make(Path(checkout.root).parent / "twin", {"a.py": BEFORE, "m.py": BEFORE, "z.py": BEFORE})
    act(twin)
    strike(monkeypatch, "trade" if m else "replace", checkout, act)
    with pytest.raises(GlmcodeError, match=r"m\.py") as error:
        land(checkout, m)
    assert error.value.exit_code == Exit.CONFLICT
    assert "nothing was changed" in error.value.message
    assert on_disk(checkout.root) == on_disk(twin.root)


def test_a_new_file_of_the_users_is_not_written_over(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    os.unlink(checkout.path("m.py"))
    strike(monkeypatch, "move_in", checkout, save_in_place)
    with pytest.raises(GlmcodeError, match=r"m\.py") as error:
        journal.land(checkout.root, {"a.py": BEFORE}, {"a.py": b"after\n", "m.py": b"after\n"}, {}, None)
    assert error.value.exit_code == Exit.CONFLICT
    assert tree(checkout) == {b"a.py": BEFORE, b"m.py": b"saved\n", b"z.py": BEFORE}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open for writing")
@pytest.mark.parametrize("m", [b"after\n", None], ids=["replaced", "removed"])
def test_a_save_that_is_under_way_goes_into_the_users_file(checkout: Checkout, m: bytes | None) -> None:
    with open(checkout.path("m.py"), "ab", buffering=0) as editor:
        with pytest.raises(GlmcodeError, match=r"another program has m\.py open for writing; nothing was") as error:
            land(checkout, m)
        editor.write(b"and more\n")
    assert error.value.exit_code == Exit.CONFLICT
    assert tree(checkout) == {b"a.py": BEFORE, b"m.py": b"before\nand more\n", b"z.py": BEFORE}
    journal.land(checkout.root, {"m.py": b"before\nand more\n"}, {"m.py": m}, {}, None)
    assert checkout.read("m.py") == m


def test_two_saves_around_the_trade_are_both_kept(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    saves = iter((b"first\n", b"second\n"))
    strike(monkeypatch, "trade", checkout, lambda _: checkout.write({"m.py": next(saves)}), times=2)
    with pytest.raises(GlmcodeError):
        land(checkout)
    found = tree(checkout)
    assert found.pop(b"m.py") == b"first\n"
    beside = [name for name in found if name.startswith(b".glmcode-")]
    assert [found[name] for name in beside] == [b"second\n"]


def dies_at(number: int) -> Callable[..., bool]:
    """Ends the process between a trade and the look at what was displaced, at the file of this number (from 0)."""
    count = itertools.count()
    seam: Any = exchange
    real = seam.is_being_written
    return lambda *arguments: os._exit(9) if next(count) == number else real(*arguments)


def test_a_crash_in_the_middle_of_the_trade_loses_no_save(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    child = os.fork()
    if not child:
        strike(monkeypatch, "trade", checkout, save_by_rename)
        monkeypatch.setattr(exchange, "is_being_written", dies_at(1))
        land(checkout)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert tree(checkout)[b"m.py"] == b"after\n"
    assert "m.py" in str(journal.recover(checkout.root))
    assert tree(checkout) == {b"a.py": BEFORE, b"m.py": b"saved\n", b"z.py": BEFORE}


def test_a_crash_behind_the_last_trade_leaves_nothing_beside(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = os.fork()
    if not child:
        monkeypatch.setattr(exchange, "is_being_written", dies_at(2))
        land(checkout)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    said = journal.recover(checkout.root)
    assert said
    assert "all of it" in said
    assert tree(checkout) == dict.fromkeys((b"a.py", b"m.py", b"z.py"), b"after\n")


def test_where_names_can_not_trade_the_file_is_looked_at_once_more(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "trade", lambda *_: False)
    assert land(checkout)
    undo(checkout.root)
    assert tree(checkout) == dict.fromkeys((b"a.py", b"m.py", b"z.py"), BEFORE)

    def saved_first(at: Folder, held: bytes, folder: Folder, name: bytes) -> bool:
        if name == b"m.py":
            save_in_place(checkout)
        return False

    monkeypatch.setattr(exchange, "trade", saved_first)
    with pytest.raises(GlmcodeError, match=r"m\.py"):
        land(checkout)
    assert tree(checkout) == {b"a.py": BEFORE, b"m.py": b"saved\n", b"z.py": BEFORE}


def test_who_stages_everything_meanwhile_gets_nothing_of_a_landing_but_its_files(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git add --all` in the middle of a landing: what waits for its place was committed by it, and came back by a switch."""
    for call in ("write_temporary", "trade", "is_being_written"):
        strike_all(monkeypatch, call, lambda: checkout.git("add", "--all"))
    after = {"a.py": b"after\n", "m.py": None, "new/n.py": b"after\n"}
    journal.land(checkout.root, {"a.py": BEFORE, "m.py": BEFORE, "new/n.py": None}, after, {}, None)
    staged = checkout.git("ls-files").split()
    assert set(staged) <= {b"a.py", b"m.py", b"new/n.py", b"z.py"}
    assert set(tree(checkout)) == {b"a.py", b"new/n.py", b"z.py"}


@pytest.mark.parametrize("apart", ["another number", "the same number"])
def test_where_the_tree_is_on_another_file_system_contents_wait_beside_their_places(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, apart: str
) -> None:
    """The second kind is a mount of the same file system: the number says nothing, a rename across fails."""
    seam: Any = exchange
    away: Any = aside

    def refusing(real: Any) -> Any:
        def call(one: Folder, name: bytes, other: Folder, new: bytes) -> Any:
            if one.path != other.path:
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
            return real(one, name, other, new)

        return call

    if apart == "another number":
        kinds = itertools.count()
        monkeypatch.setattr(away, "_kind", lambda _: (next(kinds),))
    for call in ("trade", "move_in", "replace"):
        monkeypatch.setattr(exchange, call, refusing(getattr(seam, call)))
    os.unlink(checkout.path("z.py"))
    after = {"a.py": b"after\n", "m.py": None, "z.py": b"after\n"}
    journal.land(checkout.root, {"a.py": BEFORE, "m.py": BEFORE}, after, {}, None)
    assert tree(checkout) == {b"a.py": b"after\n", b"z.py": b"after\n"}
    undo(checkout.root)
    assert tree(checkout) == {b"a.py": BEFORE, b"m.py": BEFORE}
    assert not [name for name in os.listdir(checkout.path(".git/glmcode/journal")) if name.startswith(".glmcode")]


def test_a_switch_that_is_under_way_takes_no_landing_away(checkout: Checkout) -> None:
    """Git had looked at the file, which was clean; a landing came, and git wrote its own version over it."""
    lock = checkout.path(".git/index.lock")
    open(lock, "xb").close()

    def git_ends() -> None:
        checkout.write({"m.py": b"other\n"})
        os.unlink(lock)

    threading.Timer(0.3, git_ends).start()
    with pytest.raises(GlmcodeError, match=r"changed while the plan was landing: m\.py; nothing was changed") as error:
        land(checkout)
    assert error.value.exit_code == Exit.CONFLICT
    assert tree(checkout) == {b"a.py": BEFORE, b"m.py": b"other\n", b"z.py": BEFORE}


def test_a_switch_that_begins_while_a_landing_writes_is_waited_for(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, with git's look before the landing's write and git's write behind it."""
    seam: Any = exchange
    real, lock = seam._sync_folders, checkout.path(".git/index.lock")

    def clobbers(*arguments: Any) -> None:
        real(*arguments)
        open(lock, "xb").close()
        checkout.write({"m.py": b"of git's\n"})
        threading.Timer(0.3, os.unlink, (lock,)).start()

    monkeypatch.setattr(exchange, "_sync_folders", clobbers)
    with pytest.raises(GlmcodeError, match=r"m\.py; nothing was changed"):
        land(checkout)
    assert tree(checkout) == {b"a.py": BEFORE, b"m.py": b"of git's\n", b"z.py": BEFORE}


def test_a_lock_that_git_has_left_is_named(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glmcode.repo.atwork._PATIENCE", 0.1)
    open(checkout.path(".git/index.lock"), "xb").close()
    with pytest.raises(GlmcodeError, match=r"another git is at work") as error:
        land(checkout)
    assert "index.lock" in error.value.hint
    assert set(tree(checkout).values()) == {BEFORE}
    monkeypatch.setenv("GIT_INDEX_FILE", checkout.path(".git/index"))  # as in a hook, for which git waits
    assert land(checkout)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open for writing")
def test_who_opens_the_new_file_before_it_is_taken_back_still_writes_into_the_tree(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came out of the trade back was open: it looked as the landing had left it, and went with what came then."""
    editors = []
    seam: Any = exchange
    real = seam._trade_back

    def opened_first(*arguments: Any) -> None:
        editors.append(open(checkout.path("m.py"), "ab", buffering=0))  # noqa: SIM115  # it stays open
        real(*arguments)

    strike(monkeypatch, "trade", checkout, save_by_rename)
    monkeypatch.setattr(exchange, "_trade_back", opened_first)
    with pytest.raises(GlmcodeError):
        land(checkout)
    editors[0].write(b"second\n")
    editors[0].close()
    journal.recover(checkout.root)
    held = b"".join(tree(checkout).values())
    assert b"saved\n" in held
    assert b"second\n" in held
