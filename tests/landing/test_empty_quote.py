"""An empty quote in a file with content: what is new and could stand anywhere goes to the end, all else is refused."""

import pytest

from glmcode import apply_plan

SOURCE = b"import os\n\n\nclass A:\n    def f(self):\n        return os\n"


def landed(body: str, path: str = "a.py", source: bytes = SOURCE) -> tuple[str, bytes | None]:
    result = apply_plan(f"{path}\n<<<<<<< SEARCH\n=======\n{body}>>>>>>> REPLACE\n", {path: source})
    return result.edits[0].reason or result.edits[0].status, result.files.get(path)


@pytest.mark.parametrize("body", ["def g():\n    return A()\n", "@cached\nclass B(A):\n    x = 1\n\n\ndef g(): ...\n"])
def test_functions_and_classes_that_the_file_has_not_go_to_its_end(body: str) -> None:
    assert landed(body) == ("applied", SOURCE + body.encode())


@pytest.mark.parametrize(
    "body",
    [
        "import re\n",
        "X = 1\n",
        "    def g(self):\n        return 1\n",
        "def g():\n    return 1\n\n\ng()\n",
        "class A:\n    pass\n",
        "def g():\n    return 1\n\n\nclass A:\n    def f(self):\n        return os\n",
        "def g(:\n",
        "# a remark\n",
    ],
)
def test_what_has_a_place_of_its_own_or_is_there_is_refused(body: str) -> None:
    assert landed(body) == ("exists", None)


def test_without_a_grammar_nothing_tells_what_it_is() -> None:
    assert landed("def g():\n    return 1\n", "a.txt")[0] == "exists"
