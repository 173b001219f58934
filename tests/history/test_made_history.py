"""Made-up commits, drifted in every way: each plan lands as it was meant or is refused, and most whose change is still
determined land."""

from collections import Counter

from glmcode.express import FileChange
from tests.history.block import blocks
from tests.history.drift import KINDS, Drifted, drifted, judged
from tests.history.drift_forms import FORMS, drifted_forms
from tests.history.made import versions
from tests.history.stale import stale

HISTORIES = 40
WHOLE = ("trailing blanks", "a level deeper", "a level less", "flush left", "CRLF in the file", "CRLF in the plan")
"""What is quoted whole, spacing aside, lands without exception."""


def commits() -> list[FileChange]:
    made = [versions(number) for number in range(HISTORIES)]
    steps = [(path, old, new) for path, a, b, c in made for old, new in ((a, b), (b, c))]
    return [FileChange(path, old, new) for path, old, new in steps if old != new]


def judge(found: list[Drifted]) -> tuple[list[str], Counter[str], Counter[str]]:
    """What landed wrong, and of each kind the determined ones and those of them that landed."""
    wrong: list[str] = []
    told: Counter[str] = Counter()
    landed: Counter[str] = Counter()
    for one in found:
        verdict = judged(one)
        if verdict == "wrong":
            wrong.append(f"{one.kind}\n{one.plan}")
        if one.determined:
            told[one.kind] += 1
            landed[one.kind] += verdict == "exact"
    return wrong, told, landed


def test_drifted_blocks_land_as_meant_or_not_at_all() -> None:
    found = [one for change in commits() for block in blocks(change) for one in drifted(block)]
    wrong, told, landed = judge(found)
    assert not wrong, "\n".join(wrong[:3])
    assert {one.kind for one in found} == set(KINDS)
    for kind in WHOLE:
        assert landed[kind] == told[kind], kind
    # Half of these files hold a part twice, of which one copy may be meant and the other looked at.
    assert sum(landed.values()) >= 0.95 * sum(told.values()), told - landed


def test_drifted_plans_of_other_forms_land_as_meant_or_not_at_all() -> None:
    found = [one for change in commits() for block in blocks(change) for one in drifted_forms(block)]
    wrong, told, landed = judge(found)
    assert not wrong, "\n".join(wrong[:3])
    assert set(FORMS) < {one.kind for one in found}
    assert sum(landed.values()) >= 0.95 * sum(told.values()), told - landed


def test_plans_on_another_version_land_as_meant_or_not_at_all() -> None:
    found = [one for number in range(HISTORIES) for one in stale(*versions(number))]
    wrong, told, landed = judge(found)
    assert not wrong, "\n".join(wrong[:3])
    assert len({one.kind for one in found}) == 6
    assert sum(landed.values()) >= 0.8 * sum(told.values()), told - landed
