"""Events for programs: one JSON object a line on standard output."""

import json

from glmcode.agent.events import Event, as_json

__all__ = ["write_event"]


def write_event(event: Event) -> None:
    """Writes the event at once. ASCII only, so that no locale and no odd file name can break a line."""
    print(json.dumps(as_json(event), ensure_ascii=True, separators=(",", ":")), flush=True)
