"""Edits at the old name of a file that the plan has moved."""

from glmcode.library import apply_plan


def test_the_message_names_where_the_file_went() -> None:
    plan = '<rename path="a.py" to="b.py"/>\n<edit path="a.py" delete="f"/>\n'
    result = apply_plan(plan, {"a.py": b"def f(): ...\n"})
    assert result.edits[1].reason == "no-such-file"
    assert 'path="b.py"' in result.edits[1].message


def test_a_removed_file_is_not_offered_as_the_nearest() -> None:
    plan = '<remove path="cart.py"/>\n<create path="carts.py">\nx = 1\n</create>\n<edit path="cart.py" delete="f"/>\n'
    result = apply_plan(plan, {"cart.py": b"def f(): ...\n"})
    assert result.edits[2].reason == "no-such-file"
    assert "Nearest: carts.py." in result.edits[2].message
