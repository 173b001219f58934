"""Options survive the process that they were given to."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.agent.limits import Limits
from glmcode.agent.options import Options, Phases, as_notes, from_notes
from glmcode.agent.stopping import NEVER, Stopping
from glmcode.model.retry import Retry


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options("zai", "http://127.0.0.1:1/v1", "glm-5", Limits(3, 1.5, 1000, 2000), "make check", run_tests=False),
        Options(
            test_timeout=3,
            thinking=Phases(repair=False),
            retry=Retry(0, waits=(1.5, 2.0)),
            resumptions=0,
            fallback=("a", "b"),
            stopping=NEVER,
            book=False,
        ),
        Options(limits=Limits(dollars=2), stopping=Stopping(rejected_share=1)),
    ],
)
def test_what_was_kept_is_what_was_given(options: Options) -> None:
    assert from_notes(json.loads(json.dumps(as_notes(options)))) == options


def test_a_recording_is_begun_once() -> None:
    assert from_notes(as_notes(Options(record="c.jsonl"))).record is None


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(as_notes(Options()))), JUNK))
def test_what_is_of_another_kind_is_as_by_default(notes: dict[str, Any]) -> None:
    found = from_notes(notes)
    assert type(found.resumptions) is int
    assert type(found.retry.tries) is int
    assert all(type(wait) in (int, float) for wait in found.retry.waits)
    assert all(isinstance(name, str) for name in found.fallback)
    assert isinstance(found.limits, Limits)
    assert found.test_command is None or isinstance(found.test_command, str)
