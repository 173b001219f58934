"""Encodings, line ends and odd characters: the change is the one that the same plan makes on plain text, and nothing else moves.

Every kind of edit is landed on one file as plain UTF-8 with line feeds, and on the same file in every other dress: the result
must be the plain one's in that dress. What is refused instead is listed, with its reason.
"""

import json
from collections.abc import Callable

import pytest

from glmcode import apply_plan
from glmcode.landing.result import Result

PLAIN = '''\
import os

# Prices: § each.
RATE = 0.19


class Cart:
    """What is bought: §."""

    def add(self, price):
        # Keeps § apart.
        self.lines.append(price)
        return self

    def total(self):
        total = sum(self.lines)
        return total


def main():
    return Cart()


def last():
    return 1
'''
"""`§` is where odd characters stand."""


def block(old: str, new: str) -> str:
    return f'<edit path="f.py">\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n</edit>\n'


EDITS = {
    "exact": block(
        "        # Keeps § apart.\n        self.lines.append(price)",
        "        # Keeps § apart.\n        self.lines.append(2 * price)  # § twice\n        self.count += 1",
    ),
    "first line": block("import os", "import json\nimport os  # §"),
    "last line": block("def last():\n    return 1", "def last():\n    # §\n    return 2"),
    "line dropped": block(
        "        # Keeps § apart.\n        self.lines.append(price)\n        return self",
        "        # Keeps § apart.\n        return self",
    ),
    "a level less": block(
        "    # Keeps § apart.\n    self.lines.append(price)\n    return self",
        "    # Keeps § apart.\n    self.lines.append(price)\n    if price:\n        self.full = True\n    return self",
    ),
    "blank line left out": block(
        '    """What is bought: §."""\n    def add(self, price):\n        # Keeps § apart.\n        self.lines.append(price)',
        '    """What is bought: §."""\n    def add(self, price):\n        # Keeps § apart.\n        self.lines.extend([price])',
    ),
    "context drifted": block(
        "    def total(self, rate):\n        total = sum(self.lines)\n        return total\n\n\ndef main():\n    return Cart()",
        "    def total(self, rate):\n        total = sum(self.lines)\n        return total\n\n\ndef main():\n    cart = Cart()\n    return cart",
    ),
    "replace": '<edit path="f.py" replace="Cart.add">\ndef add(self, price, count=1):\n    # § more\n    self.lines.extend([price] * count)\n    return self\n</edit>\n',
    "before": '<edit path="f.py" before="main">\ndef early():\n    return "§"\n</edit>\n',
    "after": '<edit path="f.py" after="last">\ndef later():\n    return "§"\n</edit>\n',
    "inside": '<edit path="f.py" inside="Cart">\ndef tax(self):\n    return "§"\n</edit>\n',
    "delete": '<edit path="f.py" delete="Cart.total"/>\n',
    "delete the last": '<edit path="f.py" delete="last"/>\n',
    "top": '<edit path="f.py" at="top">\n# § first\n</edit>\n',
    "bottom": '<edit path="f.py" at="bottom">\n# § at the end\nEND = 1\n</edit>\n',
    "imports": '<edit path="f.py" at="imports">\nimport json\nimport os\n</edit>\n',
    "sketch": '<edit path="f.py" in="Cart.total">\ndef total(self):\n    total = sum(self.lines)\n    total += 1  # §\n    return total\n</edit>\n',
    "sketch of the file": "f.py\n```python\n# ... existing code ...\nclass Cart:\n    # ... existing code ...\n    def total(self):\n        total = sum(self.lines)\n        total += 1\n        return total\n\n\n# ... existing code ...\n```\n",
    "whole": "f.py\n```python\n" + PLAIN.replace("0.19", "0.07") + "```\n",
    "diff": "--- a/f.py\n+++ b/f.py\n@@ -10,3 +10,4 @@\n     def add(self, price):\n         # Keeps § apart.\n-        self.lines.append(price)\n+        self.lines.append(2 * price)\n+        self.note = '§'\n         return self\n@@ -24,2 +25,2 @@\n def last():\n-    return 1\n+    return 2\n",
    "v4a": "*** Begin Patch\n*** Update File: f.py\n@@ class Cart:\n         # Keeps § apart.\n-        self.lines.append(price)\n+        self.lines.append(2 * price)\n         return self\n*** End Patch\n",
    "tool call": json.dumps({"path": "f.py", "old_string": "# Keeps § apart.\n        self.lines", "new_string": "# Keeps §, or not.\n        self.rows"}, ensure_ascii=False) + "\n",
    "tool call for all": json.dumps({"path": "f.py", "old_string": "self.lines", "new_string": "self.rows", "replace_all": True}) + "\n",
    "already": block("def main():\n    return Cart(1)", "def main():\n    return Cart()"),
    "moved": '<rename path="f.py" to="g.py"/>\n' + block("RATE = 0.19", "RATE = 0.07  # §").replace("f.py", "g.py"),
    "removed": '<remove path="f.py"/>\n',
}  # fmt: skip


def mixed(text: str) -> bytes:
    return b"".join(line + (b"\r\n" if at % 2 else b"\n") for at, line in enumerate(text.encode().split(b"\n")[:-1]))


def tabs(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        lines.append("\t" * ((len(line) - len(bare)) // 4) + bare)
    return "\n".join(lines)


Dress = tuple[str, Callable[[str], bytes]]
"""What `§` is, and how the text is written."""
DRESSES: dict[str, Dress] = {
    "CRLF": ("ä", lambda text: text.replace("\n", "\r\n").encode()),
    "CR": ("ä", lambda text: text.replace("\n", "\r").encode()),
    "BOM": ("ä", lambda text: b"\xef\xbb\xbf" + text.encode()),
    "UTF-16 LE": ("ä😀", lambda text: b"\xff\xfe" + text.encode("utf-16-le")),
    "UTF-16 BE": ("ä", lambda text: b"\xfe\xff" + text.encode("utf-16-be")),
    "UTF-16 CRLF": ("ä", lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le")),
    "Latin-1": ("ä", lambda text: text.encode("latin-1")),
    "form feed": ("a\x0cb", str.encode),
    "U+2028": ("a\u2028b", str.encode),
    "U+0085": ("a\x85b", str.encode),
    "vertical tab and separators": ("a\x0b\x1c\x1d\x1eb", str.encode),
    "lone CR": ("a\rb", str.encode),
    "NUL": ("a\0b", str.encode),
    "no final newline": ("ä", lambda text: text.removesuffix("\n").encode()),
    "CRLF, no final newline": ("ä", lambda text: text.removesuffix("\n").replace("\n", "\r\n").encode()),
    "tabs": ("ä", lambda text: tabs(text).encode()),
    "megabyte": ("x" * 1_000_000, str.encode),
    "escape": ("\x1b[2J", str.encode),
    "combining": ("e\u0301", str.encode),
    "no-break space": ("a\xa0b", str.encode),
}

LANDS_IN_BINARY = {"exact", "first line", "last line", "line dropped", "already", "diff", "v4a", "tool call", "tool call for all", "moved", "removed"}  # fmt: skip
REFUSED: dict[tuple[str, str], str] = {
    # A file with a NUL has no lines that could be matched loosely, and no definitions: what stands byte for byte lands.
    **{("NUL", edit): "binary" for edit in EDITS if edit not in LANDS_IN_BINARY},
    # Parts of lines must stand as quoted, blanks and all: which of them is indentation is not told.
    ("tabs", "tool call"): "stale",
}
VERBATIM = {("tabs", "whole")}
"""A whole file is what its body says, in whatever it is indented with."""


def landed(edit: str, mark: str, data: bytes) -> Result:
    return apply_plan(EDITS[edit].replace("§", mark), {"f.py": data})


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("edit", EDITS)
def test_the_change_is_the_same_in_every_dress(edit: str, dress: str) -> None:
    mark, write = DRESSES[dress]
    plain = landed(edit, "s", PLAIN.replace("§", "s").encode())
    assert plain.ok, [one.message for one in plain.edits]
    found = landed(edit, mark, write(PLAIN.replace("§", mark)))
    if (dress, edit) in REFUSED:
        assert [one.reason for one in found.edits] == [REFUSED[dress, edit]]
        assert not found.files
        return
    assert found.ok, [one.message for one in found.edits]
    assert set(found.files) == set(plain.files)
    for path, data in plain.files.items():
        meant = None if data is None else write(back(data.decode(), mark))
        if (dress, edit) in VERBATIM:
            meant = back((data or b"").decode(), mark).encode()
        assert found.files[path] == meant


def back(text: str, mark: str) -> str:
    """The plain result with the odd characters where they belong: the words around tell."""
    for before, after in (("Prices: ", " each"), ("bought: ", '."""'), ("Keeps ", " apart"), ("Keeps ", ", or not"), ("# ", " twice"), ("os  # ", ""), ("    # ", "\n    return 2"), ("# ", " more"), ('return "', '"'), ("# ", " first"), ("# ", " at the end"), ("+= 1  # ", ""), ("'", "'"), ("0.07  # ", "")):  # fmt: skip
        text = text.replace(f"{before}s{after}", f"{before}{mark}{after}")
    return text


@pytest.mark.parametrize("edit", EDITS)
def test_of_mixed_line_ends_every_line_that_stays_keeps_its_own(edit: str) -> None:
    before = mixed(PLAIN.replace("§", "s"))
    plain = landed(edit, "s", PLAIN.replace("§", "s").encode())
    found = landed(edit, "s", before)
    assert found.ok, [one.message for one in found.edits]
    for path, data in plain.files.items():
        made = found.files[path]
        if data is None or made is None:
            assert made is data
            continue
        assert made.replace(b"\r\n", b"\n") == data
        stays = [
            line for line in made.split(b"\n") if line.rstrip(b"\r") and PLAIN.encode().count(line.rstrip(b"\r")) == 1
        ]
        assert all(
            line + b"\n" in before for line in stays if line.rstrip(b"\r") + b"\n" in before.replace(b"\r\n", b"\n")
        )


WIDE = b"\xff\xfe" + "one\ntwo é\n".encode("utf-16-le")


@pytest.mark.parametrize(
    "plan",
    [
        b'<edit path="a.txt">\n<<<<<<< SEARCH\none\n=======\none \xff\n>>>>>>> REPLACE\n</edit>\n',
        b'<edit path="a.txt" at="top">\n\xff\n</edit>\n',
        b"a.txt\n```\none \xe9\ntwo\n```\n",
    ],
)
def test_bytes_that_are_no_text_are_refused_in_utf16_instead_of_crashing(plan: bytes) -> None:
    (outcome,) = apply_plan(plan, {"a.txt": WIDE}).edits
    assert outcome.status == "rejected"
    assert outcome.reason == "binary"
    assert "UTF-16" in outcome.message


@pytest.mark.parametrize(
    "edit", ["exact", "a level less", "blank line left out", "context drifted", "replace", "before", "inside", "sketch"]
)
def test_a_plan_in_tabs_lands_in_blanks(edit: str) -> None:
    data = {"f.py": PLAIN.encode()}
    assert dict(apply_plan(tabs(EDITS[edit]), data).files) == dict(apply_plan(EDITS[edit], data).files)


@pytest.mark.parametrize(
    ("quoted", "comes"), [("    a()", "        b()"), ("        a()", "            b()"), ("a()", "    b()")]
)
def test_a_quote_of_one_depth_says_by_its_new_lines_how_wide_a_tab_is(quoted: str, comes: str) -> None:
    """The new line stands one level deeper than the quoted one, however deep the plan thinks that is."""
    result = apply_plan(
        block(quoted, f"{quoted}\n{comes}").replace("f.py", "f.txt"), {"f.txt": b"if x:\n\t\ta()\n\t\tc()\n"}
    )
    assert result.files["f.txt"] == b"if x:\n\t\ta()\n\t\t\tb()\n\t\tc()\n"


def test_a_nul_is_refused_in_utf16_for_the_file_would_be_no_text_any_more() -> None:
    (outcome,) = apply_plan(b'<edit path="a.txt" at="bottom">\nx\0y\n</edit>\n', {"a.txt": WIDE}).edits
    assert outcome.reason == "binary"


def test_blank_lines_at_a_whole_file_s_end_make_no_final_newline_where_none_was() -> None:
    plan = b"a.txt\n```\none\nthree\n\n\n```\n"
    once = apply_plan(plan, {"a.txt": b"one\r\ntwo"}).files["a.txt"]
    assert once == b"one\r\nthree"
    assert not apply_plan(plan, {"a.txt": once}).files


@pytest.mark.parametrize(
    "plan",
    [
        "f.txt\n<<<<<<< SEARCH\ntwo\n=======\nmore\ntwo\n>>>>>>> REPLACE\n",
        "--- a/f.txt\n+++ b/f.txt\n@@\n+more\n two\n\\ No newline at end of file\n",
    ],
)
def test_lines_above_a_last_line_without_an_end_end_as_the_others(plan: str) -> None:
    assert apply_plan(plan, {"f.txt": b"one\r\ntwo"}).files == {"f.txt": b"one\r\nmore\r\ntwo"}
    assert apply_plan(plan, {"f.txt": b"one\ntwo"}).files == {"f.txt": b"one\nmore\ntwo"}
