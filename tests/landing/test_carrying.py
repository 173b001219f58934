"""What is known of a file's definitions is carried over a plan's edits: the plan lands as if each edit had the file parsed."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import PropertyMock, patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.landing.engine import Landed, Landing
from glmcode.landing.file import File
from glmcode.landing.tree import MappingTree
from glmcode.plan.edits import AtPlace, AtSymbol, Change, Edit, Substitute
from glmcode.syntax import language_of, outline, parse
from tests.syntax.pieces import NAMES, PIECES, SUFFIXES, WITHIN, sources


def land(path: str, source: str, changes: list[Change]) -> Landed:
    landing = Landing(MappingTree({path: source.encode()}))
    for number, change in enumerate(changes):
        landing.land(Edit(path, "native", change, number, number))
    return landing.finish("edits")


def stays_sound(path: str, source: str, changes: list[Change]) -> bool:
    """Whether the file parses after each of the edits: what the plan breaks on its way is the syntax guard's to judge."""
    landing = Landing(MappingTree({path: source.encode()}), guard=False)
    for number, change in enumerate(changes):
        landing.land(Edit(path, "native", change, number, number))
        data = landing.files().get(path)
        if data is not None and not parse(data, str(language_of(path))).is_clean:
            return False
    return True


@contextmanager
def nothing_carried() -> Iterator[None]:
    """Every edit has its file parsed as it is."""
    with (
        patch.object(File, "is_carried", PropertyMock(return_value=False)),
        patch.object(File, "outline", property(lambda file: file.parsed)),
    ):
        yield


@st.composite
def plans(draw: st.DrawFn, language: str) -> tuple[str, list[Change]]:
    """A file, and edits that name definitions of it, of the plan's own, and some that are not there."""
    source = draw(sources(language))
    known = [one.name for one in outline(source, f"a.{SUFFIXES[language]}")]
    symbols = st.sampled_from([*known, *known, *NAMES[:6], "Cart.go"])
    bodies = st.builds(
        lambda piece, name, more: piece.format(name) + more,
        st.sampled_from((*PIECES[language], WITHIN.get(language, "{}\n"))),
        st.sampled_from(NAMES),
        st.sampled_from(("", "", "", "\n# more\n", "x = (\n", "}\n")),
    )
    actions = st.sampled_from(("replace", "replace", "before", "after", "after", "inside", "delete"))
    at_symbols = st.builds(AtSymbol, symbols, actions, bodies)
    rows = source.splitlines(keepends=True)
    quotes = st.builds(Substitute, st.sampled_from(rows), bodies)
    others = st.one_of(st.builds(AtPlace, st.sampled_from(("bottom", "top")), bodies), quotes)
    return source, draw(st.lists(st.one_of(at_symbols, at_symbols, at_symbols, others), min_size=2, max_size=7))


@pytest.mark.parametrize("language", PIECES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_plan_lands_as_if_each_edit_had_its_file_parsed(language: str, data: st.DataObject) -> None:
    source, changes = data.draw(plans(language))
    path = f"a.{SUFFIXES[language]}"
    carried = land(path, source, changes)
    with nothing_carried():
        if stays_sound(path, source, changes):
            assert land(path, source, changes) == carried
