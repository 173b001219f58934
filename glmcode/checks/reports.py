"""Reading runners' own words: counts, the names of what failed, and where each failure is described.

One `_Reader` a runner; text comes without noise (see `noise`), so times and colours are gone.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["Counts", "Report", "failures", "read_report"]


@dataclass(frozen=True, slots=True)
class Counts:
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What the words say. `counts` None: they give no numbers."""

    runner: str
    counts: Counts | None
    failing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reader:
    counts: Callable[[str], Counts | None]
    failing: Callable[[str], Iterable[str]]
    failures: Callable[[str], list[str]]


def read_report(text: str, runner: str) -> Report:
    """Reads `text` as the runner's; as the first one's that finds counts in it, where `runner` is none that is known."""
    for name in (runner,) if runner in _READERS else _READERS:
        counts = _READERS[name].counts(text)
        if counts is not None or name == runner:
            return Report(name, counts, _names(_READERS[name].failing(text)))
    return Report(runner, None, ())


def failures(text: str, runner: str) -> list[str]:
    """The description of each failure, in the runner's order; none where they can't be told from the rest."""
    reader = _READERS.get(runner)
    return [block for block in (reader.failures(text) if reader else []) if block.strip()]


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip()[:500] for name in found if name.strip()))


def _last(pattern: str, text: str) -> "re.Match[str] | None":
    return next(iter(deque(re.finditer(pattern, text, re.MULTILINE), maxlen=1)), None)


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1][:9]) if found else 0


def _blocks(text: str, start: str, end: str) -> list[str]:
    """The stretches of lines that begin with a match of `start` and go on to the next, or to a match of `end`."""
    blocks: list[list[str]] = []
    is_open = False
    opens, closes = re.compile(start), re.compile(end)
    for line in text.split("\n"):
        if opens.search(line):
            blocks.append([])
            is_open = True
        elif closes.search(line):
            is_open = False
        if is_open:
            blocks[-1].append(line)
    return ["\n".join(block).strip("\n") for block in blocks]


# ---------------------------------------------------------------- pytest

_PYTEST_ITEM = r"\d+ (?:failed|passed|skipped|deselected|x?failed|x?passed|warnings?|errors?|rerun|subtests (?:passed|failed|skipped))"
_PYTEST_END = rf"^=*[ ]?((?:{_PYTEST_ITEM}, )*{_PYTEST_ITEM}|no tests ran|no tests collected)(?: \(.*\))? *=*$"


def _pytest_counts(text: str) -> Counts | None:
    end = _last(_PYTEST_END, text)
    if end is None:
        return None
    said = end[1]
    return Counts(
        passed=_number(r"(?<!\w)(\d+) passed", said) + _number(r"(\d+) xpassed", said),
        failed=_number(r"(?<!\w)(\d+) failed", said) + _number(r"(\d+) subtests failed", said),
        errors=_number(r"(\d+) errors?", said),
        skipped=_number(r"(?<!\w)(\d+) skipped", said) + _number(r"(\d+) xfailed", said),
    )


def _pytest_failing(text: str) -> Iterable[str]:
    heading = _last(r"^=+ short test summary info =+$", text)
    if heading is not None:
        # A parameter may hold anything, " - " too: the bracket closes before the message begins.
        for line in text[heading.end() :].split("\n"):
            found = re.match(r"(?:FAILED|ERROR|SUBFAILED\S*) (\S[^\[]*?(?:\[.*?\])?)(?: - .*)?$", line)
            if found:
                yield found[1]


def _pytest_failures(text: str) -> list[str]:
    parts: list[str] = []
    for section in _blocks(text, r"^=+ (?:ERRORS|FAILURES) =+$", r"^=+ (?!ERRORS|FAILURES)[^=].* =+$|^!{3,} .* !{3,}$"):
        body = section.partition("\n")[2]
        parts += _blocks(body, r"^_{3,} \S.* _{3,}$", r"^$(?!)")
    return parts


# ---------------------------------------------------------------- unittest


def _unittest_counts(text: str) -> Counts | None:
    ran = _last(r"^Ran (\d+) tests?\b.*$", text)
    if ran is None:
        return None
    end = re.search(r"^(?:OK|FAILED|NO TESTS RAN)\b.*$", text[ran.end() :], re.MULTILINE)
    if end is None:
        return None
    said = end[0]
    failed = _number(r"[( ]failures=(\d+)", said.replace("expected failures", "expected")) + _number(
        r"unexpected successes=(\d+)", said
    )
    errors = _number(r"errors=(\d+)", said)
    skipped = _number(r"skipped=(\d+)", said) + _number(r"expected failures=(\d+)", said)
    # An error outside any test (in setUpClass, at import) is none of those that ran.
    return Counts(max(int(ran[1][:9]) - failed - errors - skipped, 0), failed, errors, skipped)


def _unittest_failing(text: str) -> Iterable[str]:
    for found in re.finditer(r"^={70}\n(?:ERROR|FAIL|UNEXPECTED SUCCESS): (.+)$", text, re.MULTILINE):
        named = re.match(r"(\S+) \(([\w.]+)\)(.*)", found[1])
        if named is None:
            yield found[1]
        # Python 3.11 and later name the method in the brackets too.
        elif named[2].endswith("." + named[1]):
            yield named[2] + named[3]
        else:
            yield f"{named[2]}.{named[1]}{named[3]}"


def _unittest_failures(text: str) -> list[str]:
    return _blocks(text, r"^(?:ERROR|FAIL|UNEXPECTED SUCCESS): ", r"^={70}$|^Ran \d+ tests?\b")


# ---------------------------------------------------------------- node --test, and TAP


def _node_counts(text: str) -> Counts | None:
    said = {found[1]: int(found[2][:9]) for found in re.finditer(r"^(?:#|ℹ) (\w+) (\d+)$", text, re.MULTILINE)}
    if "pass" in said and "fail" in said:
        return Counts(
            said["pass"], said["fail"], said.get("cancelled", 0), said.get("skipped", 0) + said.get("todo", 0)
        )
    if not re.search(r"^1\.\.\d+", text, re.MULTILINE):
        return None
    lines = re.findall(r"^(not ok|ok)\b(.*)$", text, re.MULTILINE)
    skipped = sum(1 for _, rest in lines if re.search(r"# (?:SKIP|TODO)\b", rest, re.IGNORECASE))
    failed = sum(1 for word, rest in lines if word == "not ok" and not re.search(r"# (?:SKIP|TODO)\b", rest, re.I))
    return Counts(len(lines) - skipped - failed, failed, 0, skipped)


def _tap_failures(text: str) -> list[str]:
    """Each `not ok` with its details; a suite that fails only because of tests in it is not one."""
    found = _blocks(text, r"^ *not ok \d", r"^ *(?:ok \d|# |\d+\.\.\d+)")
    kept = [block for block in found if "subtestsFailed" not in block and not re.search(r"# (?:TODO|SKIP)\b", block)]
    return kept or _blocks(text.partition("✖ failing tests:")[2], r"^✖ ", r"^$(?!)")


def _node_failing(text: str) -> Iterable[str]:
    for block in _tap_failures(text):
        yield re.sub(r"^ *(?:not ok \d+(?: -)?|✖) ", "", block.partition("\n")[0])


# ---------------------------------------------------------------- jest and vitest, mocha


def _jest_counts(text: str) -> Counts | None:
    end = _last(r"^ *Tests:? +\d+ \w+(?:(?:, | \| )\d+ \w+)*(?: \(\d+\))?$", text)
    broken = sum(1 for name, is_file in _jest_names(text) if is_file)
    if end is None:
        # "Tests  no tests" where every file is broken.
        return Counts(errors=broken) if re.search(r"^ *Tests:? +(?:no tests|0 total)$", text, re.MULTILINE) else None
    return Counts(
        _number(r"(\d+) passed", end[0]),
        _number(r"(\d+) failed", end[0]),
        broken,
        _number(r"(\d+) skipped", end[0]) + _number(r"(\d+) todo", end[0]),
    )


def _jest_names(text: str) -> Iterable[tuple[str, bool]]:
    """What failed, and whether it is a file that could not be loaded (its tests are in no count)."""
    file = ""
    for line in text.split("\n"):
        if found := re.match(r"FAIL (\S+)$", line):
            file = found[1]
        elif re.match(r" *● Test suite failed to run$", line):
            yield file or "test suite", True
        elif found := re.match(r" +FAIL  (\S+) \[ .* \]$", line):
            yield found[1], True
        elif found := re.match(r" *● (?!Console$)(.+)$| +FAIL  (\S.* > .+)$", line):
            yield found[1] or found[2], False


def _jest_failing(text: str) -> Iterable[str]:
    return (name for name, _ in _jest_names(text))


def _jest_failures(text: str) -> list[str]:
    return _blocks(
        text, r"^ *● (?!Console$)|^ +FAIL  \S", r"^ *(?:Test Suites:|Test Files |Tests:? )|^(?:PASS|FAIL) |^⎯+"
    )


def _mocha_counts(text: str) -> Counts | None:
    passing = _last(r"^ +(\d+) passing\b.*$", text)
    if passing is None:
        return None
    rest = text[passing.end() :]
    return Counts(
        int(passing[1][:9]), _number(r"(?m)^ +(\d+) failing$", rest), 0, _number(r"(?m)^ +(\d+) pending$", rest)
    )


def _mocha_failures(text: str) -> list[str]:
    return _blocks(_after(r"^ +\d+ failing$", text), r"^ +\d+\) ", r"^$(?!)")


def _mocha_failing(text: str) -> Iterable[str]:
    for block in _mocha_failures(text):
        yield " ".join(re.sub(r"^ +\d+\) ", "", block).partition(":\n")[0].split())


def _after(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return text[found.end() :] if found else ""


# ---------------------------------------------------------------- cargo, go, ctest


def _cargo_counts(text: str) -> Counts | None:
    ends = re.findall(r"^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored", text, re.MULTILINE)
    if not ends:
        return None
    passed, failed, ignored = (sum(int(numbers[:9]) for numbers in column) for column in zip(*ends, strict=True))
    return Counts(passed, failed, 0, ignored)


def _cargo_failing(text: str) -> Iterable[str]:
    return re.findall(r"^test (.+?)(?: - should panic)? \.\.\. FAILED$", text, re.MULTILINE)


def _cargo_failures(text: str) -> list[str]:
    return _blocks(text, r"^---- .* ----$|^error(?:\[E\d+\])?: ", r"^failures:$|^test result: |^$(?!)")


def _go_counts(text: str) -> Counts | None:
    """Only with `-v` does go say what passed; otherwise packages are all that it tells, and those aren't tests."""
    if not re.search(r"^=== RUN ", text, re.MULTILINE):
        return None
    words = re.findall(r"^[ ]*--- (PASS|FAIL|SKIP): ", text, re.MULTILINE)
    return Counts(words.count("PASS"), words.count("FAIL"), 0, words.count("SKIP"))


def _go_failing(text: str) -> Iterable[str]:
    yield from re.findall(r"^[ ]*--- FAIL: (\S+)", text, re.MULTILINE)
    yield from re.findall(r"^FAIL\t(\S+ \[.*\])$", text, re.MULTILINE)


def _go_failures(text: str) -> list[str]:
    return _blocks(text, r"^--- FAIL: |^# \S+|^panic: ", r"^(?:ok|FAIL|---|\?)\b")


def _ctest_counts(text: str) -> Counts | None:
    end = _last(r"^\d+% tests passed, (\d+) tests? failed out of (\d+)$", text)
    if end is None:
        return None
    failed, ran = int(end[1][:9]), int(end[2][:9])
    return Counts(max(ran - failed, 0), failed)


def _ctest_failing(text: str) -> Iterable[str]:
    return re.findall(r"^\t? *\d+ - (\S+) \((?!Disabled|Skipped|Not Run \(Disabled)", text, re.MULTILINE)


def _ctest_failures(text: str) -> list[str]:
    return _blocks(
        text, r"^ *\d+/\d+ +Test +#\d+: .*\*\*\*", r"^ *\d+/\d+ +Test +#\d+: |^ +Start +\d+:|^\d+% tests passed"
    )


_READERS = {
    "pytest": _Reader(_pytest_counts, _pytest_failing, _pytest_failures),
    "unittest": _Reader(_unittest_counts, _unittest_failing, _unittest_failures),
    "cargo": _Reader(_cargo_counts, _cargo_failing, _cargo_failures),
    "jest": _Reader(_jest_counts, _jest_failing, _jest_failures),
    "mocha": _Reader(_mocha_counts, _mocha_failing, _mocha_failures),
    "node": _Reader(_node_counts, _node_failing, _tap_failures),
    "go": _Reader(_go_counts, _go_failing, _go_failures),
    "ctest": _Reader(_ctest_counts, _ctest_failing, _ctest_failures),
}
_READERS["vitest"] = _READERS["jest"]
