"""Runs one of the hunts under atheris: `python -m tests.fuzz.run land -max_total_time=600`. See README.md."""

import sys
from importlib import import_module

HUNTS = ("land", "outlines", "paths", "readers")


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in HUNTS:
        print(f"usage: python -m tests.fuzz.run {'|'.join(HUNTS)} [options of libFuzzer] [folder of inputs]")
        return 2
    try:
        import atheris
    except ImportError:
        print("atheris is not installed, and nothing was run: pip install -e '.[fuzz]'")
        return 0
    # Only what is ours is watched: it must not be loaded before.
    with atheris.instrument_imports(include=["glmcode"], enable_loader_override=False):
        hunt = import_module(f"tests.fuzz.{arguments[0]}")
    atheris.Setup([f"tests.fuzz.{arguments[0]}", *arguments[1:]], hunt.one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
