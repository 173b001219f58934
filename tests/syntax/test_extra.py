"""Languages whose grammars come with an extra, where it is not installed."""

import json
import subprocess
import sys
from typing import Any

import pytest

from glmcode.syntax.languages import LANGUAGES

EXTRA = sorted(name for name, table in LANGUAGES.items() if table.extra)
WITHOUT = """
import json, sys
sys.modules["tree_sitter_json"] = sys.modules["tree_sitter_markdown"] = None  # as if they were not there
from glmcode import apply_plan
from glmcode.errors import GlmcodeError
from glmcode.syntax import language_of, outline
plan, files = json.load(sys.stdin)
try:
    outline("{}", "a.json")
except GlmcodeError as error:
    refused = [error.message, error.hint]
landed = apply_plan(plan, {path: text.encode() for path, text in files.items()})
print(json.dumps({
    "languages": [language_of(path) for path in ("a.json", "a.md", "a.toml", "a.py")],
    "refused": refused,
    "edits": [[edit.status, edit.reason, edit.message] for edit in landed.edits],
    "files": {path: data.decode() for path, data in landed.files.items()},
}))
"""


def without(plan: str, files: dict[str, str]) -> Any:
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT], input=json.dumps([plan, files]), capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def test_a_file_whose_grammar_is_not_installed_has_no_language_and_says_which_extra_reads_it() -> None:
    told = without('<edit path="a.json" replace="name">\n"name": "b"\n</edit>\n', {"a.json": '{\n"name": "a"\n}\n'})
    assert told["languages"] == [None, None, "toml", "python"]
    message, hint = told["refused"]
    assert message == "the grammar for a.json comes with the extra glmcode[grammars], which is not installed"
    assert "pip install 'glmcode[grammars]'" in hint
    ((status, reason, why),) = told["edits"]
    assert (status, reason) == ("rejected", "no-such-symbol")
    assert "glmcode[grammars]" in why
    assert "SEARCH/REPLACE" in why


def test_the_guard_is_silent_where_the_grammar_is_not_installed() -> None:
    plan = "a.json\n<<<<<<< SEARCH\n1\n=======\n1,\n>>>>>>> REPLACE\n"
    told = without(plan, {"a.json": '{"a":\n1\n}\n'})
    assert told["files"] == {"a.json": '{"a":\n1,\n}\n'}


@pytest.mark.parametrize("language", EXTRA)
def test_every_grammar_of_the_extra_is_installed_with_the_tools_for_development(language: str) -> None:
    from glmcode.syntax import parse

    assert parse(b"", language).problem is None
    assert parse(b"a", language).definitions == ()
