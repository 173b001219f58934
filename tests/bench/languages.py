"""What the syntax of a file costs, language by language: `python tests/bench/languages.py [KB]`.

Each sample of tests/syntax/samples is repeated to the size asked for (100 KB). The table gives milliseconds of CPU time,
the best of five: a parse with its first problem, the outline on top of it, and the same after a splice of one line in
the middle, which is what an edit costs. Measured on one of two shared cores; trust the ratios:

    language         KB  definitions parse, problem  outline  splice
    c               100         2144           12.1     32.7    -0.8
    cpp              99         2987           15.6     45.8     0.0
    c_sharp         100         1848           12.4     21.9     0.0
    css             100         3026            8.5     49.3     1.6
    elixir          100         2090           15.3     34.1    -0.0
    go              100         3014           10.5     37.6     1.0
    html            100         1824            9.1     42.6     0.2
    java             93         3225           11.7     42.0     4.1
    javascript       96         3042           12.5     42.5    14.9
    json            102         4303            7.4     49.3     0.3
    kotlin           93         2222           54.0     33.1    43.2
    lua              95         1925           10.9     24.7    11.8
    markdown        100         3398           26.9     35.9    24.6
    php              97         1700           12.5     26.7     1.5
    python           98         2502           14.6     42.7     7.1
    ruby             99         1995           19.7     32.5    -0.7
    rust            100         3402           12.3     48.7     3.5
    scala            99         2712           25.5     42.9    45.4
    bash            100         1728           13.5     20.7     2.2
    sql              99         1420            8.6     22.1     1.2
    swift            97         2520           17.8     31.1    -2.2
    toml            100         3857            8.3     44.2     2.4
    typescript       97         3500           13.2     48.9     1.2
    tsx              94         1498           12.0     20.6     1.6
    yaml            101         4524           16.0     76.4     8.3
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from glmcode.syntax import Parsed, language_of, parse

SAMPLES = Path(__file__).parents[1] / "syntax" / "samples"
ONCE = re.compile(rb"(?m)^(?:(?:package|import|return) |#!).*\n")
"""What stands once in a file: a sample's second turn goes without."""


def material(path: Path, language: str, size: int) -> bytes:
    """The sample, repeated to about `size` bytes."""
    sample = path.read_bytes().rstrip(b"\n") + b"\n"
    count = max(1, size // len(sample))
    if language == "json":
        return b'{\n"a": {' + b",\n".join(b'"%d": %s' % (at, sample.rstrip()) for at in range(count)) + b"}\n}\n"
    if language == "php":
        return sample + sample.removeprefix(b"<?php").replace(b"declare(strict_types=1);\n", b"") * (count - 1)
    if language == "yaml":
        return b"---\n".join([sample] * count)
    rest = ONCE.sub(b"", sample) * (count - 1)
    if language == "lua":  # `return` is the last statement
        return rest + sample
    return sample * count if language in ("scala", "go") else sample + rest


def best(work: Callable[[], Any]) -> float:
    """Milliseconds of CPU time."""
    costs = []
    for _ in range(5):
        started = process_time()
        work()
        costs.append(process_time() - started)
    return 1000 * min(costs)


def seen(parsed: Parsed) -> Parsed:
    assert parsed.problem is None or parsed.problem.line
    return parsed


def row(path: Path, language: str, size: int) -> str:
    data = material(path, language, size)
    whole = seen(parse(data, language))
    definitions = len(whole.definitions)
    at = data.index(b"\n", len(data) // 2) + 1
    problem = best(lambda: seen(parse(data, language)))
    outline = best(lambda: seen(parse(data, language)).definitions) - problem
    splice = best(lambda: seen(seen(parse(data, language)).spliced(at, at, b"\n"))) - problem
    return f"{language:<11} {len(data) / 1000:>7.0f} {definitions:>12} {problem:>14.1f} {outline:>8.1f} {splice:>7.1f}"


def main() -> None:
    size = 1000 * int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(f"{'language':<11} {'KB':>7} {'definitions':>12} {'parse, problem':>14} {'outline':>8} {'splice':>7}")
    done = set()
    for path in sorted(SAMPLES.glob("*.txt")):
        language = language_of(path.name.removesuffix(".txt"))
        if language is not None and language not in done:
            done.add(language)
            print(row(path, language, size))


if __name__ == "__main__":
    main()
