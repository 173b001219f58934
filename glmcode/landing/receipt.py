"""The receipt: what was landed, on what, and what came of it; enough to land the same plan again and compare."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from glmcode.landing.outcome import Outcome
from glmcode.version import __version__

__all__ = ["digest", "outcome_record", "receipt"]


def digest(data: bytes | None) -> str | None:
    """The sha256 of a file's bytes in hexadecimal; None for no file."""
    return None if data is None else hashlib.sha256(data).hexdigest()


def receipt(
    plan: str,
    options: Mapping[str, Any],
    before: Mapping[str, bytes | None],
    after: Mapping[str, bytes | None],
    modes_before: Mapping[str, str],
    modes: Mapping[str, str],
    edits: Sequence[Outcome],
    ok: bool,
) -> dict[str, Any]:
    """Plain data for `json.dumps`, in the order in which it is to be read. No clock, no machine.

    `plan.text` is the plan itself (bytes that are not UTF-8 as surrogate escapes, as JSON can carry them): the receipt
    and the files as they were are all that it takes to land it again.
    """
    return {
        "glmcode": __version__,
        "ok": ok,
        "plan": {
            "sha256": digest(plan.encode("utf-8", "surrogatepass" if _has_pairs(plan) else "surrogateescape")),
            "text": plan,
        },
        "options": dict(options),
        "files": {
            path: {
                "before": digest(before.get(path)),
                "after": digest(after[path]),
                "mode_before": modes_before.get(path),
                "mode": modes.get(path),
            }
            for path in sorted(after)
        },
        "edits": [outcome_record(outcome) for outcome in edits],
    }


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON."""
    return {
        "index": outcome.index,
        "status": outcome.status,
        "path": outcome.path,
        "form": outcome.form,
        "reason": outcome.reason,
        "strategy": outcome.strategy,
        "confidence": outcome.confidence,
        "lines": None if outcome.lines is None else list(outcome.lines),
        "message": outcome.message,
        "plan_line": outcome.plan_line,
    }


def _has_pairs(plan: str) -> bool:
    """Half a surrogate pair that is no escaped byte: only a plan given as `str` can hold one."""
    try:
        plan.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return True
    return False
