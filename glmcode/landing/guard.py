"""The syntax guard: a file that parsed when the plan found it must parse when the plan leaves it."""

from glmcode.landing import messages
from glmcode.landing.file import File
from glmcode.syntax import Problem, parse

__all__ = ["broken", "where_it_breaks"]


def broken(file: File) -> Problem | None:
    """What is wrong with the file now and was not at first; None for a file without a grammar.

    A sound file costs one parse; only a broken one is compared with what it was. One that was broken may stay so, and
    be mended by degrees, but not become worse.
    """
    if file.text is file.first:
        return None
    if file.judged is None or file.judged[0] is not file.text:
        parsed = file.parsed
        file.judged = (file.text, None if parsed is None else parsed.problem_since(file.first.code))
    problem = file.judged[1]
    if problem is None or file.language is None:
        return None
    if file.was_sound is None:
        file.before = parse(file.first.code, file.language)
        file.was_sound = file.before.problem is None
    if file.was_sound or file.before is None or file.parsed is None:
        return problem
    return file.parsed.worse_than(file.before)


def where_it_breaks(file: File, problem: Problem, path: str) -> str:
    """What to say of the edit that left the file as it is now."""
    row = problem.line - 1
    return (
        f"With this edit {path} no longer parses: line {problem.line}, column {problem.column}: {problem.what}. It would read:\n"
        f"{messages.listed(file.text, row - 3, row + 3)}\n"
        "Nothing later in the plan mends it. Send the edit again so that the file parses: check brackets, quotes, indentation, "
        "and that the quote and its replacement begin and end at the same level."
    )
