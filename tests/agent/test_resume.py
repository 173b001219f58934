"""A plan that is cut anywhere and gone on with in any way says what the uncut one says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.agent.resume import Cut, Draft, content
from glmcode.plan.edits import Broken, Edit, Event
from glmcode.plan.reader import parse_plan
from tests.agent.plans import PLANS, REPEATING, Model, begins_again, faithful, to_the_character
from tests.rich_plan import PLAN, REJECTED


def said(events: list[Event] | tuple[Event, ...]) -> list[object]:
    return [content(event) for event in events if isinstance(event, Edit | Broken)]


def gone_on(plan: str, at: int, model: Model, *, continues: bool) -> tuple[list[object], str, Cut] | None:
    """The edits given, the answer's text and where it was cut."""
    draft = Draft()
    events = draft.feed(plan[:at])
    more, cut = draft.cut()
    rest = model(plan, at, cut)
    if rest is None:
        return None
    draft.go_on(continues=continues)
    events += more + (draft.feed(rest) if rest else [])
    events += draft.close(cut=False)
    return said(events), draft.text, cut


@pytest.mark.parametrize("name", PLANS)
def test_a_faithful_model_gives_the_uncut_plan_to_the_byte(name: str) -> None:
    plan = PLANS[name]
    for at in range(len(plan) + 1):
        for model, continues in ((faithful, False), (to_the_character, True)):
            got = gone_on(plan, at, model, continues=continues)
            assert got is not None
            assert got[:2] == (said(parse_plan(plan)), plan), (at, model.__name__)


@pytest.mark.parametrize("model", REPEATING, ids=lambda model: model.__name__)
@pytest.mark.parametrize("name", PLANS)
def test_what_is_said_again_is_dropped_and_what_is_said_first_does_no_harm(name: str, model: Model) -> None:
    plan = PLANS[name]
    for at in range(len(plan) + 1):
        got = gone_on(plan, at, model, continues=False)
        assert got is None or got[0] == said(parse_plan(plan)), at


@pytest.mark.parametrize("name", ["native", "search-replace", "diff"])
def test_a_half_edit_that_is_begun_again_is_no_part_of_the_new_one(name: str) -> None:
    plan = PLANS[name]
    for at in range(len(plan) + 1):
        got = gone_on(plan, at, begins_again, continues=True)
        assert got is None or got[0] == said(parse_plan(plan)), at


@pytest.mark.parametrize("model", [*REPEATING, to_the_character], ids=lambda model: model.__name__)
def test_every_form_in_one_plan(model: Model) -> None:
    plan = PLAN + REJECTED
    for at in range(0, len(plan) + 1, 13):
        got = gone_on(plan, at, model, continues=model is to_the_character)
        assert got is None or got[0] == said(parse_plan(plan)), at


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(sorted(PLANS)))
def test_cut_again_and_again_in_any_chunks(data: st.DataObject, name: str) -> None:
    plan = PLANS[name]
    draft = Draft()
    events: list[Event] = []
    rest = plan
    for _ in range(data.draw(st.integers(1, 6))):
        length = data.draw(st.integers(0, len(rest)))
        size = data.draw(st.integers(1, 30))
        for start in range(0, length, size):
            events += draft.feed(rest[start : min(start + size, length)])
        more, cut = draft.cut()
        events += more
        continues = data.draw(st.booleans())
        draft.go_on(continues=continues)
        rest = to_the_character(plan, 0, cut) if continues else faithful(plan, 0, cut)
        assert cut.edits == len(said(events))
    events += draft.feed(rest) + draft.close(cut=False)
    assert said(events) == said(parse_plan(plan))
    assert draft.text == plan


@settings(max_examples=100, deadline=None)
@given(st.data(), st.text(alphabet="abx <>=/+-@*`\n\"{}[]#'", max_size=200))
def test_any_rest_at_all_leaves_the_edits_that_were_whole(data: st.DataObject, rest: str) -> None:
    plan = PLANS[data.draw(st.sampled_from(sorted(PLANS)))]
    draft = Draft()
    before = said(draft.feed(plan[: data.draw(st.integers(0, len(plan)))]))
    more, cut = draft.cut()
    before += said(more)
    draft.go_on(continues=data.draw(st.booleans()))
    draft.feed(rest)
    draft.close(cut=data.draw(st.booleans()))
    assert len(before) == cut.edits
    assert draft.text.startswith(cut.closed.rstrip())


def test_equal_edits_that_are_meant_are_all_there() -> None:
    edit = '<edit path="a">\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n</edit>\n'
    plan = edit * 5 + '<edit path="b" at="bottom">\nend\n</edit>\n'
    at = len(edit) * 2 + 20  # two were whole, and the third has begun
    for model, continues in ((faithful, False), (to_the_character, True)):
        got = gone_on(plan, at, model, continues=continues)
        assert got is not None
        assert got[0] == said(parse_plan(plan))


def test_a_hunk_that_has_landed_does_not_grow() -> None:
    """Its end was seen before the cut; lines that would be part of it are told to the model, and not dropped in silence."""
    head = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    draft = Draft()
    first = draft.feed(head + "@@ -9 +9 @@\n")
    assert len(said(first)) == 1
    _, cut = draft.cut()
    assert cut.closed == head
    draft.go_on(continues=False)
    events = [
        e for e in draft.feed("+d\nSo much for that.\n\nReally.\n") + draft.close(cut=False) if isinstance(e, Broken)
    ]
    assert len(events) == 1
    assert "as an edit of its own" in events[0].why


def test_half_a_character_is_asked_for_again() -> None:
    draft = Draft()
    draft.feed("Words \ud83d")
    _, cut = draft.cut()
    assert cut.partial == "Words"


def test_a_megabyte_that_is_said_again_costs_a_pass_over_it() -> None:
    """Counted by the lines that are compared, not by time: each line once for each place that it may stand at."""
    edits = "".join(f'<create path="f{n}.txt">\nsame\nsame\n{n}\n</create>\n' for n in range(5_000))
    draft = Draft()
    draft.feed(edits)
    _, cut = draft.cut()
    assert cut.edits == 5_000
    draft.go_on(continues=False)
    events = [event for start in range(0, len(edits), 7) for event in draft.feed(edits[start : start + 7])]
    assert said(events) == []
    assert draft.close(cut=False) == []
