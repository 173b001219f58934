"""Any set of overloads: a body made from one of them lands on that one, or on none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode import apply_plan

TYPES = {
    "java": ("int", "long", "String", "List<String>", "Map<String, Integer>", "int[]", "Object..."),
    "cpp": ("int", "unsigned long", "const std::string&", "std::vector<int>", "char*", "std::map<int, int>&"),
    "cs": ("int", "long", "string", "List<string>", "ref int", "int[]", "params object[]"),
    "ts": ("string", "number", "string[]", "Map<string, number>", "() => void", "{ a: number, b: string }"),
    "kt": ("Int", "String", "List<String>", "Map<String, Int>", "(Int) -> Unit", "Int?"),
    "swift": ("Int", "String", "[String]", "[String: Int]", "(Int) -> Void", "Int?"),
    "scala": ("Int", "String", "List[String]", "Map[String, Int]", "Int => Unit", "(Int, Int)"),
}
FORMS = {
    "java": ("class A {{\n{}\n}}\n", "    int f({}) {{\n        return {};\n    }}\n", "{1} {0}"),
    "cpp": ("class A {{\npublic:\n{}\n}};\n", "    int f({}) {{\n        return {};\n    }}\n", "{1} {0}"),
    "cs": (
        "class A\n{{\n{}\n}}\n",
        "    int F({})\n    {{\n        return {};\n    }}\n",
        "{1} {0}",
    ),
    "ts": ("declare class A {{\n{}\n}}\n", "  f({}): Row<{}>;\n", "{0}: {1}"),
    "kt": ("class A {{\n{}\n}}\n", "    fun f({}): Int {{\n        return {}\n    }}\n", "{0}: {1}"),
    "swift": ("class A {{\n{}\n}}\n", "    func f({}) -> Int {{\n        return {}\n    }}\n", "{0}: {1}"),
    "scala": ("class A {{\n{}\n}}\n", "  def f({}): Int = {{\n    {}\n  }}\n", "{0}: {1}"),
}
NAMES = ("a", "b", "c", "d")
Signature = tuple[tuple[str, str], ...]


def signatures(language: str) -> st.SearchStrategy[Signature]:
    types = st.lists(st.sampled_from(TYPES[language]), max_size=3)
    return types.flatmap(
        lambda chosen: st.permutations(NAMES).map(lambda names: tuple(zip(names[: len(chosen)], chosen, strict=True)))
    )


@pytest.mark.parametrize("language", FORMS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_body_lands_on_the_overload_it_was_made_from_or_on_none(language: str, data: st.DataObject) -> None:
    around, form, parameter = FORMS[language]
    name = "F" if language == "cs" else "f"

    def written(signature: Signature, number: int) -> str:
        return form.format(", ".join(parameter.format(*one) for one in signature), number)

    drawn = st.lists(
        signatures(language), min_size=2, max_size=5, unique_by=lambda one: [kind for _, kind in one].__str__()
    )
    overloads = data.draw(drawn)
    meant = data.draw(st.integers(0, len(overloads) - 1))
    own = overloads[meant]
    change = data.draw(st.sampled_from(["body", "names", "type", "one more", "one less"]))
    new = own
    if change == "names":
        new = tuple((name.upper() + "x", kind) for name, kind in own)
    elif change == "type" and own:
        new = ((own[0][0], data.draw(st.sampled_from(TYPES[language]))), *own[1:])
    elif change == "one more":
        new = (*own, ("e", data.draw(st.sampled_from(TYPES[language]))))
    elif change == "one less":
        new = own[:-1]
    kinds = [kind for _, kind in new]
    if any([kind for _, kind in other] == kinds for at, other in enumerate(overloads) if at != meant):
        return  # it has become another
    before = [written(one, at) for at, one in enumerate(overloads)]
    body = written(new, 9)
    source = around.format("\n".join(before))
    path = f"A.{language}"
    plan = f'<edit path="{path}" replace="{name}">\n{body}</edit>\n'
    result = apply_plan(plan, {path: source.encode()})
    (edit,) = result.edits
    after = around.format("\n".join([*before[:meant], body, *before[meant + 1 :]]))
    if change in ("body", "names"):
        assert edit.status == "applied", edit.message
    if edit.status != "rejected":
        assert result.files == {path: after.encode()}
    else:
        assert edit.reason == "ambiguous"
