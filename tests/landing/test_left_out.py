"""Lines that a loose quote left out, next to what changes: they keep their side of it, or the edit is refused."""

import pytest

from glmcode import apply_plan

FILE = "start()\n# why so\nstep(1)\nstep(2)\n\nfinish()\n"


def landed(old: str, new: str, file: str = FILE) -> str | None:
    plan = f'<edit path="a.txt">\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n</edit>\n'
    result = apply_plan(plan, {"a.txt": file.encode()})
    return (result.files.get("a.txt") or file.encode()).decode() if result.ok else None


def test_a_line_whose_successor_is_the_first_keeps_what_stands_above_it() -> None:
    old, new = "start()\n\nstep(1)\nstep(2)\n\nfinish()\n", "start()\n\nstep(1, 2)\nwait()\nstep(2)\n\nfinish()\n"
    file = FILE.replace("# why so", "\n# why so")
    assert landed(old, new, file) == file.replace("step(1)", "step(1, 2)\nwait()")


@pytest.mark.parametrize("given", ["prepare(everything)\nstep(1, 2)\n", "x = 1\n\nstep(1, 2)\n"])
def test_a_line_whose_successor_is_not_the_first_of_several_is_refused(given: str) -> None:
    file = FILE.replace("# why so", "\n# why so")
    old = "start()\n\nstep(1)\nstep(2)\n\nfinish()\n"
    assert landed(old, f"start()\n\n{given}step(2)\n\nfinish()\n", file) is None


def test_lines_that_come_where_a_blank_one_was_left_out_are_refused() -> None:
    file = "[\n  a,\n]\n\n[\n  b,\n]\n\n# end\nlast()\n"
    old = "[\n  a,\n]\n[\n  b,\n]\n# end\nlast()\n"
    assert landed(old, "[\n  a,\n]\n[\n  b,\n]\n[\n  c,\n]\n# end\nlast()\n", file) is None
    assert landed(old, "[\n  a,\n  c,\n]\n[\n  b,\n]\n# end\nlast()\n", file) == file.replace("  a,\n", "  a,\n  c,\n")


TEST = "def test_pay(shop):\n    answer = shop.pay(3)\n    assert answer.status == 200\n    body = answer.json()\n    assert body['paid']\n"


def test_a_line_that_became_another_stays_above_the_code_that_was_left_out_below_it() -> None:
    old = TEST.replace("    body = answer.json()\n", "")
    assert landed(old, old.replace("200", "201"), TEST) == TEST.replace("200", "201")


@pytest.mark.parametrize("given", ["    assert answer.status == 201\n    check(answer)\n", "    look(everywhere)\n"])
def test_beside_code_that_was_left_out_no_line_comes_and_none_becomes_quite_another(given: str) -> None:
    old = TEST.replace("    body = answer.json()\n", "")
    assert landed(old, old.replace("    assert answer.status == 200\n", given), TEST) is None


def test_beside_a_line_of_its_kind_that_was_left_out_a_line_may_come_on_either_side() -> None:
    file = "use std::fs;\nuse std::io::Read;\nuse std::net::Ipv4;\nuse std::path;\n\nfn main() {\n    run();\n}\n"
    old = file.replace("use std::net::Ipv4;\n", "")
    assert landed(old, old.replace("use std::io::Read;", "use std::io::Write;"), file) is None
