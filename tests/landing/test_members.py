"""Edits of lists that commas separate give what the language's own reader reads."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode import apply_plan

NAMES = st.sampled_from(["a", "b", "c", "d"])
VALUES: Any = st.recursive(
    st.sampled_from([1, "x, // y", "}", None, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def landed(path: str, before: str, *edits: tuple[str, str | None]) -> tuple[str, list[str | None]]:
    plan = "".join(
        f'<edit path="{path}" {what}/>\n' if body is None else f'<edit path="{path}" {what}>\n{body}\n</edit>\n'
        for what, body in edits
    )
    result = apply_plan(plan, {path: before.encode()})
    return (result.files.get(path) or before.encode()).decode(), [edit.reason for edit in result.edits]


@settings(max_examples=120, deadline=None)
@given(
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=4),
    st.sampled_from([None, 2, "\t"]),
    st.sampled_from(["before", "after", "delete", "replace", "inside"]),
    st.data(),
)
def test_an_object_edited_by_its_keys_is_the_object_that_was_meant(
    table: dict[str, Any], indent: Any, action: str, data: st.DataObject
) -> None:
    before = json.dumps(table, indent=indent) + "\n"
    key = data.draw(st.sampled_from(sorted(table)))
    comma = data.draw(st.sampled_from(["", ","]))
    items = list(table.items())
    at = [name for name, _ in items].index(key)
    body: str | None = f'"new": [1, {{"z": 2}}]{comma}'
    new = ("new", [1, {"z": 2}])
    if action == "delete":
        body = None
        del items[at]
    elif action == "replace":
        items[at] = new
    elif action == "inside":
        held = table[key]
        if isinstance(held, dict):
            items[at] = (key, {**held, new[0]: new[1]})
        elif isinstance(held, list):
            body = f"7{comma}"
            items[at] = (key, [*held, 7])
        else:
            return
    else:
        items.insert(at + (action == "after"), new)
    after, reasons = landed("f.json", before, (f'{action}="{key}#1"', body))
    if action == "inside" and isinstance(table[key], list) and 7 in table[key]:
        return
    assert reasons == [None], (before, after)
    assert list(json.loads(after).items()) == items, (before, after)


def test_a_comma_is_not_put_into_a_comment() -> None:
    before = '{\n  "a": 1 // one, two\n}\n'
    after, _ = landed("f.jsonc", before, ('after="a"', '"b": 2, // three'))
    assert after == '{\n  "a": 1, // one, two\n  "b": 2 // three\n}\n'


def test_an_inline_table_of_toml_stays_on_its_line() -> None:
    after, _ = landed("f.toml", "a = {}\nb = []\n", ('inside="a"', "x = 1"), ('inside="b"', '"y"'))
    assert tomllib.loads(after) == {"a": {"x": 1}, "b": ["y"]}
    assert after == 'a = {x = 1}\nb = ["y"]\n'


@pytest.mark.parametrize(
    ("path", "before", "what", "body"),
    [
        ("f.json", '{"a": {"b": 1}}\n', 'inside="a"', '"b": 2'),
        ("f.json", '{"a": 1, "b": 2}\n', 'replace="a"', '"b": 3'),
        ("f.toml", "[a]\nb = 1\n", 'inside="a"', "b = 2"),
        ("f.toml", "[a]\nb = 1\n\n[c]\n", 'after="c"', "[a]\nb = 2"),
        ("f.yaml", "a:\n  b: 1\n", 'after="b"', "b: 2"),
    ],
)
def test_a_key_is_never_given_twice(path: str, before: str, what: str, body: str) -> None:
    assert landed(path, before, (what, body)) == (before, ["exists"])


def test_a_second_entry_of_an_array_of_tables_and_a_second_document_are_no_key_twice() -> None:
    after, reasons = landed("f.toml", "[[a]]\nx = 1\n", ('after="a"', "[[a]]\nx = 2"))
    assert reasons == [None]
    assert tomllib.loads(after) == {"a": [{"x": 1}, {"x": 2}]}
    _, reasons = landed("f.yaml", "a: 1\n---\nb: 1\n", ('after="a"', "b: 2"))
    assert reasons == [None]


def test_a_member_gets_a_line_of_its_own_where_lines_end_in_lone_carriage_returns() -> None:
    source = b"enum Color {\r  Red,\r  Green\r}\r"
    result = apply_plan('<edit path="a.ts" inside="Color">\nBlue\n</edit>\n', {"a.ts": source})
    assert result.files == {"a.ts": b"enum Color {\r  Red,\r  Green,\r  Blue\r}\r"}


SQL = "CREATE TABLE u (\n  a INT,\n  b INT,\n  CONSTRAINT x PRIMARY KEY (a),\n  UNIQUE (b)\n);\n"


def test_a_column_above_the_constraints_of_a_table_has_its_comma_already() -> None:
    after = SQL.replace("  b INT,\n", "  b INT,\n  c INT,\n")
    assert landed("a.sql", SQL, ('after="u.b"', "c INT")) == (after, [None])
    assert landed("a.sql", after, ('delete="u.c"', None)) == (SQL, [None])
    assert landed("a.sql", SQL, ('replace="b"', "b TEXT"))[0] == SQL.replace("b INT", "b TEXT")
    alone = "CREATE TABLE u (\n  a INT,\n  UNIQUE (a)\n);\n"
    assert landed("a.sql", alone, ('before="u.a"', "c INT"))[0] == alone.replace("  a", "  c INT,\n  a", 1)
