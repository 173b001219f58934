"""The prompts, filled in: Markdown templates with `{{name}}` for each value, and nothing else that is special."""

import re
from functools import cache

from glmcode.resources import folder

__all__ = ["render"]


@cache
def _template(name: str) -> str:
    return (folder("prompts") / f"{name}.md").read_text(encoding="utf-8")


def render(name: str, **values: str) -> str:
    """The prompt `name` with every `{{key}}` filled in, once: a `{{...}}` inside a value stays as it is.

    Raises KeyError where the template asks for a value that wasn't given.
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], _template(name)).strip() + "\n"
