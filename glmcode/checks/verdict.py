"""What a test run says: for the loop as counts, for a person as one line, for the model as what failed."""

from dataclasses import dataclass

from glmcode.checks.excerpt import excerpt
from glmcode.checks.noise import without_noise
from glmcode.checks.reports import failures, read_report

__all__ = ["Verdict", "for_model", "judge", "summary"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test run's end."""

    green: bool
    """The run ended in time with exit code 0, nothing failed, and where tests are counted at least one ran."""
    passed: int
    failed: int
    errors: int
    skipped: int
    """Expected failures too."""
    counted: bool
    """False where the output gave no counts: then the four numbers are 0 and only `green` says anything."""
    failing: tuple[str, ...]
    """Names of the tests that failed, as the runner writes them, in its order, each once."""
    exit_code: int | None
    """Negative for a signal, as in `subprocess`; None where the program could not be ended."""
    timed_out: bool
    seconds: float
    output: str
    """As the runner wrote it, standard output and error in one; head and tail only where it passed the cap."""
    runner: str = ""
    """Whose words the output is read as; "" where it could be any runner's."""
    cwd: str = ""
    """Where it ran."""


def judge(output: str, *, runner: str, exit_code: int | None, timed_out: bool, seconds: float, cwd: str) -> Verdict:
    """The verdict on a run that has ended."""
    report = read_report(without_noise(output, cwd), runner)
    counts = report.counts
    ran = counts is None or counts.passed + counts.failed + counts.errors > 0
    failed = counts is not None and counts.failed + counts.errors > 0
    return Verdict(
        green=exit_code == 0 and not timed_out and not failed and ran,
        passed=counts.passed if counts else 0,
        failed=counts.failed if counts else 0,
        errors=counts.errors if counts else 0,
        skipped=counts.skipped if counts else 0,
        counted=counts is not None,
        failing=report.failing,
        exit_code=exit_code,
        timed_out=timed_out,
        seconds=seconds,
        output=output,
        runner=report.runner,
        cwd=cwd,
    )


def summary(verdict: Verdict) -> str:
    """One line for a person, with the time it took."""
    return f"{_finding(verdict)} in {verdict.seconds:.1f} s"


def _finding(verdict: Verdict) -> str:
    numbers = [
        f"{number} {word}"
        for number, word in (
            (verdict.failed, "failed"),
            (verdict.errors, "error" if verdict.errors == 1 else "errors"),
            (verdict.passed, "passed"),
            (verdict.skipped, "skipped"),
        )
        if number
    ]
    ran = verdict.passed + verdict.failed + verdict.errors > 0
    said = ", ".join(numbers) if ran else ", ".join(["no test ran", *numbers])
    if verdict.timed_out:
        return f"stopped at the time limit ({said})" if verdict.counted and ran else "stopped at the time limit"
    if not verdict.counted:
        return "passed" if verdict.green else f"failed with {_exit(verdict)}"
    if verdict.exit_code != 0 and ran and not verdict.failed and not verdict.errors:
        return f"{said}, and yet {_exit(verdict)}"
    return said


def _exit(verdict: Verdict) -> str:
    code = verdict.exit_code
    if code is None:
        return "no exit code"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def for_model(verdict: Verdict, limit: int) -> str:
    """What the model needs for its next turn, in at most `limit` characters (300 at least).

    The finding in one line, then the failures in the runner's order, each in full as far as the limit goes, the names
    of those that did not fit, and where no failure can be told from the rest, the output's most telling lines. Noise is
    gone and paths are relative, so that equal findings give equal text. What is cut is said where it was; the
    assertion of the first failure is what goes last.
    """
    limit = max(limit, 300)
    head = f"Tests: {_finding(verdict)}."
    if verdict.green:
        return head
    text = without_noise(verdict.output, verdict.cwd)
    found = failures(text, verdict.runner)
    if not found:
        body = excerpt(text.strip("\n"), limit - len(head) - 2)
        return f"{head}\n\n{body}" if body else head
    names = _names(verdict.failing, limit // 4)
    parts = [head, names] if names else [head]
    room = limit - sum(len(part) + 2 for part in parts)
    for number, failure in enumerate(found):
        left = len(found) - number - 1
        more = f"[... {left} more {'failure' if left == 1 else 'failures'} left out ...]"
        # Room for the line that says what is left out is kept until nothing is.
        space = room - (len(more) + 2 if left else 0)
        if number and len(failure) > space:
            parts.append(f"[... {left + 1} more {'failure' if not left else 'failures'} left out ...]")
            break
        parts.append(excerpt(failure, space))
        room -= len(parts[-1]) + 2
    return "\n\n".join(parts)


def _names(failing: tuple[str, ...], room: int) -> str:
    """The failing tests as a list, when there are several; cut at `room` characters with a line that says so."""
    if len(failing) < 2:
        return ""
    lines: list[str] = ["Failing:"]
    used = len(lines[0])
    for number, name in enumerate(failing):
        line = f"- {name[:200]}"
        if used + len(line) + 40 > room:
            lines.append(f"- and {len(failing) - number} more")
            break
        lines.append(line)
        used += len(line) + 1
    return "\n".join(lines)
