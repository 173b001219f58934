"""A thousand random chunkings of one plan of all forms, under five hash seeds and two locales, a process each: all give the same bytes.

    python -m tests.bench.determinism [CHUNKINGS]

Prints a line a process, and exits 1 where one of them comes to another digest of files, modes, diff and receipt.
"""

import sys
import tempfile
from pathlib import Path

from tests.test_determinism import elsewhere, expected, surroundings


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 1000
    alike = True
    with tempfile.TemporaryDirectory() as folder:
        for number, surrounding in enumerate(surroundings()):
            whole, chunks = elsewhere(surrounding, Path(folder), Path(folder), 1000 + number, count)
            same = whole == expected() and chunks == [expected()[-1]]
            alike = alike and same
            settings = " ".join(f"{name}={value}" for name, value in surrounding.items())
            print(f"{count} chunkings, {'the same' if same else 'OTHERS'}: {chunks[0][:16]} {settings}", flush=True)
    return 0 if alike else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
