"""Any change, in any form: the plan lands as that change to the byte, or is refused in one clear line."""

from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glmcode import apply_plan
from glmcode.errors import GlmcodeError
from glmcode.express import FileChange, express
from glmcode.express.write import lands, part
from glmcode.plan.edits import Form

FORMS: tuple[Form, ...] = tuple(form for form in get_args(Form) if form != "sketch")

LINES = (
    "",
    "    ",
    "import os",
    "x = 1",
    "    return x",
    "        return x",
    "def a():",
    "class A:",
    "    def a(self):",
    "    @cached",
    "# a comment",
    "}",
    "<edit path='b.py'>",
    "</edit>",
    "<check/>",
    "=======",
    "<<<<<<< SEARCH",
    ">>>>>>> REPLACE",
    "```",
    "```python",
    "--- a/b.py",
    "+++ b/b.py",
    "@@ -1 +1 @@",
    "*** End Patch",
    "# ... existing code ...",
    "...",
    "naïve \u2028 \x0c",
    "\udce9",
)
texts = st.builds(
    lambda lines, end, last: end.join(lines) + (end if last and lines else ""),
    st.lists(st.sampled_from(LINES), max_size=14),
    st.sampled_from(["\n", "\n", "\n", "\r\n"]),
    st.booleans(),
).map(lambda text: text.encode("utf-8", "surrogateescape"))
paths = st.sampled_from(["a.py", "src/a.ts", "README.md", "Makefile", "a", "it's.c", 'a "b".py', "naïve file.txt"])


def landed(change: FileChange, plan: str) -> Mapping[str, bytes | None]:
    files = {} if change.before is None else {change.was or change.path: change.before}
    result = apply_plan(plan, files)
    assert result.ok, [outcome.message for outcome in result.edits]
    return result.files


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None)
@given(path=paths, before=texts, after=texts)
@example(path="a.py", before=b"x = 1\n", after=b"x = 1")
@example(path="a.py", before=b"", after=b"\n")
@example(path="a.py", before=b"\n\n", after=b"\n")
@example(path="a.py", before=b"a\n" * 9, after=b"a\n" * 8)
def test_lines_that_look_like_the_language_come_through(form: Form, path: str, before: bytes, after: bytes) -> None:
    if before == after:
        return
    change = FileChange(path, before, after)
    assert landed(change, express([change], form)) == {path: after}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30, deadline=None)
@given(path=paths, text=texts)
def test_files_come_and_go(form: Form, path: str, text: bytes) -> None:
    made, gone = FileChange(path, None, text), FileChange(path, text, None)
    assert landed(made, express([made], form)) == {path: text}
    assert landed(gone, express([gone], form)) == {path: None}


SOURCE = """\
import os


def load(path):
    with open(path) as file:
        return file.read()


class Cart:
    \"\"\"Things to buy.\"\"\"

    def total(self):
        return sum(self.prices)

    def clear(self):
        self.prices = []


def main():
    print(Cart().total())
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("import os\n", "import os\nimport sys\n", 'at="imports"'),
        ("\n    def clear(self):\n        self.prices = []\n", "", 'delete="clear"'),
        ('    """Things to buy."""\n', '    """Goods."""\n', 'in="Cart"'),
        (
            "        self.prices = []\n",
            "        self.prices = []\n\n    def add(self, price):\n        self.prices.append(price)\n",
            'after="clear"',
        ),
        ("def load(path):\n    with open(path) as file:\n        return file.read()\n\n\n", "", 'delete="load"'),
        (
            "def load(path):\n    with open(path) as file:\n        return file.read()\n",
            "def load(path, mode):\n    file = open(path, mode)\n    return file.read()\n",
            'replace="load"',
        ),
    ],
)
def test_the_native_form_says_what_happened(old: str, new: str, said: str) -> None:
    assert SOURCE.count(old) == 1, old
    after = SOURCE.replace(old, new)
    change = FileChange("shop/cart.py", SOURCE.encode(), after.encode())
    plan = express([change])
    assert said in plan
    assert landed(change, plan) == {"shop/cart.py": after.encode()}


def test_a_block_quotes_no_more_than_it_must() -> None:
    before = b"".join(b"line %d\n" % number for number in range(40))
    plan = express([FileChange("a.txt", before, before.replace(b"line 7\n", b"seven\n"))], "search-replace")
    assert plan == "a.txt\n<<<<<<< SEARCH\nline 7\n=======\nseven\n>>>>>>> REPLACE\n"


def test_a_line_that_stands_above_is_not_taken_for_the_quoted_one() -> None:
    before = b"a\nx\nb\nx\nc\n"
    change = FileChange("a.txt", before, b"a\nx\nb\ny\nc\n")
    assert landed(change, express([change], "search-replace")) == {"a.txt": b"a\nx\nb\ny\nc\n"}


@pytest.mark.parametrize("form", FORMS)
def test_carriage_returns_and_their_change(form: Form) -> None:
    crlf = SOURCE.replace("\n", "\r\n").encode()
    edited = crlf.replace(b"sum(self.prices)", b"0")
    for before, after in ((crlf, edited), (SOURCE.encode(), crlf), (crlf, SOURCE.encode())):
        change = FileChange("cart.py", before, after)
        assert landed(change, express([change], form)) == {"cart.py": after}


def test_an_old_string_that_ends_other_lines_too_is_told_apart_in_a_call() -> None:
    before, after = b"result = x\nx\ny = x\n", b"result = x\nz\ny = x\n"
    change = FileChange("a.txt", before, after)
    kind, plan = part(change, "tool-call")
    assert kind == "tool-call"
    assert lands(f"[{plan.removesuffix(chr(10)).removesuffix(',')}]", [change])


@pytest.mark.parametrize("form", FORMS)
def test_a_byte_order_mark_comes_stays_and_goes(form: Form) -> None:
    bare, marked = b"x = 1\ny = 2\n", b"\xef\xbb\xbfx = 1\ny = 2\n"
    for before, after in ((bare, marked), (marked, bare), (marked, marked.replace(b"2", b"3"))):
        change = FileChange("a.py", before, after)
        assert landed(change, express([change], form)) == {"a.py": after}


@pytest.mark.parametrize("form", FORMS)
def test_utf16_is_edited_as_the_text_that_it_is(form: Form) -> None:
    before = "\ufeffname = 'ä'\nsize = 2\n".encode("utf-16-le")
    after = "\ufeffname = 'ö'\nsize = 2\n".encode("utf-16-le")
    change = FileChange("a.txt", before, after)
    assert landed(change, express([change], form)) == {"a.txt": after}


@pytest.mark.parametrize("form", FORMS)
def test_a_change_that_breaks_the_file_is_still_said(form: Form) -> None:
    change = FileChange("a.py", b"x = 1\ny = 2\n", b"x = (1\ny = 2\n")
    assert landed(change, express([change], form)) == {"a.py": b"x = (1\ny = 2\n"}


@pytest.mark.parametrize("form", FORMS)
def test_moves_and_modes_land_with_what_changed_besides(form: Form) -> None:
    after = SOURCE.replace("prices", "costs").encode()
    moved = FileChange("new/cart.py", SOURCE.encode(), after, was="old/cart.py")
    turned = FileChange("run.sh", b"echo 1\n", b"echo 2\n", "100644", "100755")
    only = FileChange("go.sh", b"echo\n", b"echo\n", "100755", "100644")
    made = FileChange("made.sh", None, b"echo\n", mode_after="100755")
    assert lands(express([moved, turned, only, made], form), [moved, turned, only, made])


@pytest.mark.parametrize("form", FORMS)
def test_two_files_that_change_places(form: Form) -> None:
    one = FileChange("b.txt", b"one\n", b"one\n", was="a.txt")
    other = FileChange("a.txt", b"two\n", b"two\n", was="b.txt")
    plan = express([one, other], form)
    assert apply_plan(plan, {"a.txt": b"one\n", "b.txt": b"two\n"}).files == {"a.txt": b"two\n", "b.txt": b"one\n"}


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_where_a_file_was(form: Form) -> None:
    changes = [FileChange("a", b"x\n", None), FileChange("a/b.txt", None, b"y\n"), FileChange("0", b"x\n", b"y\n")]
    assert lands(express(changes, form), changes)


def test_what_no_plan_can_say_is_refused_by_name() -> None:
    for change in (
        FileChange("photo.png", b"\x89PNG\0\1", b"\x89PNG\0\2"),
        FileChange("link", None, b"target", mode_after="120000"),
    ):
        with pytest.raises(GlmcodeError, match=change.path):
            express([change])


def test_a_binary_file_may_go_and_move() -> None:
    data = b"\x89PNG\0\1"
    gone, moved = FileChange("a.png", data, None), FileChange("c.png", data, data, was="b.png")
    assert lands(express([gone, moved]), [gone, moved])


def test_many_equal_lines_cost_no_more_than_their_number() -> None:
    before = b"x = 1\n" * 20_000
    after = before[: 6 * 10_000] + b"y = 2\n" + before[6 * 10_000 :]
    change = FileChange("a.txt", before, after)
    kind, plan = part(change, "search-replace")
    assert landed(change, plan) == {"a.txt": after}
    assert kind in {"search-replace", "udiff"}
