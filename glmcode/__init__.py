"""glmcode: land what a model writes, exactly or not at all.

    from glmcode import apply_plan, parse_plan, PlanParser, outline

Names are loaded when they are first used, so that `import glmcode` costs next to nothing.
"""

from glmcode.version import __version__

# As in typing, whose import would cost a start more than all of this file: type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from glmcode.agent.task import run_task
    from glmcode.errors import GlmcodeError
    from glmcode.library import apply_plan
    from glmcode.plan.reader import PlanParser, parse_plan
    from glmcode.syntax import outline

__all__ = ["GlmcodeError", "PlanParser", "__version__", "apply_plan", "outline", "parse_plan", "run_task"]

_HOMES = {
    "GlmcodeError": "glmcode.errors",
    "PlanParser": "glmcode.plan.reader",
    "apply_plan": "glmcode.library",
    "outline": "glmcode.syntax",
    "parse_plan": "glmcode.plan.reader",
    "run_task": "glmcode.agent.task",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'glmcode' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
