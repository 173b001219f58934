"""What could go wrong when a sketch is merged with a file."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode import apply_plan
from glmcode.landing.result import Result
from glmcode.landing.sketch_lines import is_removal, title_of

CLASS = """class Cart {
  constructor() {
    this.items = [];
  }

  add(item) {
    this.items.push(item);
    return this;
  }

  remove(item) {
    this.items = this.items.filter((one) => one !== item);
    return this;
  }
}
"""


def merge(before: str, body: str, path: str = "cart.js", symbol: str | None = None) -> Result:
    name = f' in="{symbol}"' if symbol else ""
    return apply_plan(f'<edit path="{path}"{name}>\n{body}</edit>\n', {path: before.encode()})


def landed(before: str, body: str, path: str = "cart.js", symbol: str | None = None) -> str:
    result = merge(before, body, path, symbol)
    assert result.ok, result.edits[0].message
    return (result.files.get(path) or before.encode()).decode()


def reason(before: str, body: str, path: str = "cart.js", symbol: str | None = None) -> str | None:
    result = merge(before, body, path, symbol)
    assert not result.files
    return result.edits[0].reason


def test_closing_lines_go_with_what_they_close() -> None:
    body = "class Cart {\n  // ... existing code ...\n\n  count() {\n    return this.items.length;\n  }\n}\n"
    assert landed(CLASS, body) == CLASS.removesuffix("}\n") + "\n  count() {\n    return this.items.length;\n  }\n}\n"


def test_a_line_that_stands_often_is_placed_by_what_is_around_it() -> None:
    body = "// ... existing code ...\n  remove(item) {\n    // ... existing code ...\n    this.changed();\n    return this;\n  }\n}\n"
    assert landed(CLASS, body) == CLASS.replace(
        "item);\n    return this;\n  }\n}", "item);\n    this.changed();\n    return this;\n  }\n}"
    ).replace("!== item);\n    return this", "!== item);\n    this.changed();\n    return this")


def test_a_member_left_out_is_not_dropped() -> None:
    body = (
        CLASS.replace("  add(item) {\n    this.items.push(item);\n    return this;\n  }\n\n", "")
        + "// ... existing code ...\n"
    )
    assert reason(CLASS, body) == "too-drastic"


def test_a_long_run_left_out_is_not_dropped() -> None:
    rows = [f"value_{n} = {n * 7}\n" for n in range(40)]
    body = rows[0] + rows[30] + "# ... existing code ...\n"
    assert reason("".join(rows), body, "settings.conf") == "too-drastic"
    said = rows[0] + "# removed values 1 to 29\n" + rows[30] + "# ... existing code ...\n"
    assert landed("".join(rows), said, "settings.conf") == "".join(rows[:1] + rows[30:])


def test_a_comment_about_removing_is_no_removal() -> None:
    body = "// ... existing code ...\n  remove(item) {\n    // Items that stay are not removed\n    this.items = this.items.filter((one) => one !== item);\n// ... existing code ...\n"
    assert "not removed" in landed(CLASS, body)


def test_a_change_beside_a_marker_may_be_a_new_line() -> None:
    before = "alpha = load(one, two)\nbeta = 1\n"
    assert reason(before, "# ... existing code ...\nwork(load, alpha, one)\nbeta = 1\n", "x.conf") in (
        None,
        "ambiguous",
    )


def test_a_definition_out_of_order_is_not_doubled() -> None:
    body = "class Cart {\n  // ... existing code ...\n  remove(item) {\n    // ... existing code ...\n  }\n\n  add(item) {\n    return null;\n  }\n}\n"
    assert reason(CLASS, body) == "ambiguous"


def test_lines_equal_but_for_spacing_keep_the_files() -> None:
    before = "a  =  1\nb = 2\nc = 3\n"
    assert landed(before, "a = 1\nb = 4\n# ... existing code ...\n", "x.conf") == "a  =  1\nb = 4\nc = 3\n"


def test_crlf_and_a_missing_last_line_end_stay() -> None:
    before = "a = 1\r\nb = 2\r\nc = 3"
    assert landed(before, "# ... existing code ...\nb = 2\nc = 4\n", "x.conf") == "a = 1\r\nb = 2\r\nc = 4"
    assert landed(before, "# ... existing code ...\nc = 3\nd = 4\n", "x.conf") == "a = 1\r\nb = 2\r\nc = 3\r\nd = 4"


def test_a_flush_left_sketch_takes_the_tabs_of_the_file() -> None:
    before = "func total(x int) int {\n\ty := x\n\tif y > 1 {\n\t\ty--\n\t}\n\treturn y\n}\n"
    body = "func total(x int) int {\n    // ... existing code ...\n    if y > 1 {\n        y--\n        log(y)\n    }\n    return y\n}\n"
    assert landed(before, body, "a.go", "total") == before.replace("\t\ty--\n", "\t\ty--\n\t\tlog(y)\n")


def test_nothing_but_markers_is_malformed() -> None:
    assert reason(CLASS, "// ... existing code ...\n") == "malformed"


def test_an_empty_file_has_nothing_to_sketch() -> None:
    assert reason("", "a = 1\n# ... existing code ...\n", "x.conf") == "no-match"


def test_repeated_lines_cost_a_bounded_time() -> None:
    before = "x = 1\n" * 100_000
    started = time.process_time()
    assert reason(before, "x = 1\n# ... existing code ...\ny = 2\n" * 40, "x.conf") in ("ambiguous", "no-match")
    assert time.process_time() - started < 20


@pytest.mark.parametrize("path", ["x.conf", "x.py", "x.js"])
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_sketch_of_one_changed_line_lands_there_or_nowhere(path: str, data: st.DataObject) -> None:
    names = data.draw(
        st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "one", "two"]), min_size=3, max_size=12)
    )
    rows = [f"{name} = {n % 3}" for n, name in enumerate(names)]
    at = data.draw(st.integers(1, len(rows) - 2))
    new = [*rows[:at], f"{names[at]} = changed", *rows[at + 1 :]]
    mark = "// ... existing code ..." if path == "x.js" else "# ... existing code ..."
    body = "\n".join([mark, *new[at - 1 : at + 2], mark]) + "\n"
    before = "\n".join(rows) + "\n"
    result = merge(before, body, path)
    if result.ok:
        assert result.files[path] == ("\n".join(new) + "\n").encode()
    else:
        assert result.edits[0].reason in ("ambiguous", "too-drastic", "no-match")


def test_a_line_that_stands_twice_beside_a_marker_may_be_either() -> None:
    before = "start = 1\nlimit = 5\nclose();\nclose();\ntail = 9\n"
    assert (
        reason(before, "start = 1\nlimit = 5\nflush(cache)\nclose();\n# ... existing code ...\n", "x.conf")
        == "ambiguous"
    )


def test_a_line_that_stands_in_another_definition_goes_where_the_sketch_shows_it() -> None:
    body = "# ... existing code ...\ndef one():\n    # ... existing code ...\n    keep(first)\n\ndef two():\n    # ... existing code ...\n"
    before = "def zero():\n    keep(first)\n\ndef one():\n    begin()\n\ndef two():\n    return 2\n"
    assert landed(before, body, "x.py") == before.replace("begin()\n", "begin()\n    keep(first)\n")


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (b"    struct group *result,", None),
        (b"struct group {", b"group"),
        (b"type Store struct {", b"Store"),
        (b"func (s *Store) Get(key string) string {", b"Get"),
        (b"  async add(item) {", b"add"),
        (b"  if (item) {", None),
        (b"pub fn total(&self) -> u32 {", b"total"),
        (b"const LIMIT: usize = 4;", b"LIMIT"),
        (b"# class Cart", None),
    ],
)
def test_a_use_of_a_name_is_no_definition_of_it(line: bytes, title: bytes | None) -> None:
    assert title_of(line) == title


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("// removed foo", True),
        ("# Plandex: removed code", True),
        ("# foo removed", True),
        ("// the old path has been removed", True),
        ("// remove stale entries", False),
        ("// Property should be removed", False),
        ("// items are not removed", False),
        ("removed = 1", False),
    ],
)
def test_only_a_comment_that_says_so_is_a_removal(line: str, says: bool) -> None:
    assert is_removal(line) is says


def test_signs_of_a_diff_in_a_sketch_are_not_written_to_the_file() -> None:
    body = "# ... existing code ...\nlimit = 5\n-level = 1\n+level = 2\n# ... existing code ...\n"
    assert (
        landed("start = 1\nlimit = 5\nlevel = 1\nend = 3\n", body, "x.conf")
        == "start = 1\nlimit = 5\nlevel = 2\nend = 3\n"
    )
    mixed = "# ... existing code ...\nlevel = 1\n+depth = 2\n# ... existing code ...\nend = 4\n"
    assert reason("start = 1\nlevel = 1\nend = 3\n", mixed, "x.conf") == "stale"


def test_a_sketch_with_the_signs_of_a_diff_is_already_there_when_it_lands_again() -> None:
    before = "int total(int x) {\n    int y = x;\n    return y;\n}\n"
    body = "// ... existing code ...\n     int y = x;\n-    return y;\n+    y++;\n+    return y;\n }\n"
    after = before.replace("    return", "    y++;\n    return")
    assert landed(before, body, "x.c") == after
    assert merge(after, body, "x.c").edits[0].status == "already"
    gone = "// ... existing code ...\n-    int z = x;\n+    int z = 2;\n     return y;\n }\n"
    assert reason(before, gone, "x.c") == "stale"


@pytest.mark.parametrize("sign", ["+    ", "+   ", "+     "])
def test_a_sign_stands_before_its_line_or_in_place_of_a_blank(sign: str) -> None:
    before = "int total(int x) {\n    int y = x;\n    return y;\n}\n"
    body = f"// ... existing code ...\n    int y = x;\n{sign}log(y);\n// ... existing code ...\n"
    assert landed(before, body, "x.c") == before.replace("x;\n", "x;\n    log(y);\n")


HANDLER = """\
func (s *server) handleUser(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path[len("/users/"):]
	u, ok := s.users[name]
	if !ok {
		s.respond(w, http.StatusNotFound, nil)
		return
	}
	w.Write([]byte(u.Name))
}

func (s *server) handleHealth(w http.ResponseWriter, r *http.Request) {
	s.respond(w, http.StatusOK, nil)
}
"""


def test_a_guard_like_the_next_one_stands_above_the_line_that_the_file_has_between() -> None:
    guard = '\tif name == "" {\n\t\ts.respond(w, http.StatusBadRequest, nil)\n\t\treturn\n\t}\n'
    above, below = '\tname := r.URL.Path[len("/users/"):]\n', "\tu, ok := s.users[name]\n"
    body = f"// ... existing code ...\n{above}{guard}{below}// ... existing code ...\n"
    assert landed(HANDLER, body, "user.go") == HANDLER.replace(above, above + guard)


def test_what_closes_the_block_of_an_unchanged_line_holds_what_is_between() -> None:
    call = '\t\tw.WriteHeader(http.StatusOK)\n\t\tw.Write([]byte("ok"))\n\t}\n'
    before = f"func (s *server) one() http.HandlerFunc {{\n\treturn func(w http.ResponseWriter, r *http.Request) {{\n{call}}}\n\n{HANDLER}"
    body = f"// ... existing code ...\n{call}// ... existing code ...\n".replace("ok", "healthy")
    assert landed(before, body, "user.go") == before.replace('"ok"', '"healthy"')


@pytest.mark.parametrize(
    ("path", "before", "body"),
    [
        (
            "Item.java",
            "class Item {\n    private final long id;\n    private final String name;\n    private final double price;\n\n"
            "    String describe() {\n        return name + price;\n    }\n}\n",
            "class Item {\n    private final long id;\n    private final String title;\n    // ... existing code ...\n\n"
            "    String describe() {\n        return title + price;\n    }\n}\n",
        ),
        (
            "item.go",
            "type Item struct {\n\tID    int\n\tName  string\n\tPrice float64\n}\n\nfunc (i *Item) Describe() string {\n\treturn describe(i.Name, i.Price)\n}\n",
            "type Item struct {\n\tID    int\n\tTitle string\n\t// ... existing code ...\n}\n\nfunc (i *Item) Describe() string {\n\treturn describe(i.Title, i.Price)\n}\n",
        ),
        (
            "error.rs",
            "pub enum Error {\n    Unexpected(char),\n    Io,\n}\n\nfn fail(c: char) -> Error {\n    Error::Unexpected(c)\n}\n",
            "pub enum Error {\n    BadChar(char),\n    // ... existing code ...\n}\n\nfn fail(c: char) -> Error {\n    Error::BadChar(c)\n}\n",
        ),
    ],
)
def test_a_name_that_changes_elsewhere_too_may_have_changed_beside_a_marker(path: str, before: str, body: str) -> None:
    assert reason(before, body, path) == "ambiguous"


def test_a_last_method_under_another_name_is_asked_above_what_closes_its_class() -> None:
    method = '        [HttpDelete("{id}")]\n        public IActionResult Delete(int id)\n        {\n            _users.Delete(id);\n            return NoContent();\n        }\n    }\n}\n'
    before = (
        f"namespace Web\n{{\n    public class Users\n    {{\n        public int Size {{ get; set; }} = 20;\n\n{method}"
    )
    assert (
        reason(before, "// ... existing code ...\n" + method.replace(" Delete(", " Remove("), "users.cs") == "ambiguous"
    )


def test_a_constructor_under_another_name_is_asked_though_its_class_is_named_in_the_sketch() -> None:
    before = "class Box : public Shape {\npublic:\n    Box(double width)\n        : width_(width) {}\n\n    double area() const { return 0; }\n};\n"
    body = "class Box : public Shape {\npublic:\n    Case(double width)\n        : width_(width) {}\n// ... existing code ...\n"
    assert reason(before, body, "box.hpp") == "ambiguous"
