"""The command's entry. `--version` is answered before anything is imported: hooks and editors ask for it at every start."""

import sys


def main() -> int:
    if sys.argv[1:] in (["--version"], ["-V"]):
        from glmcode.version import __version__

        print(f"glmcode {__version__}")  # noqa: T201  # without loading the command line
        return 0
    from glmcode.faces.cli.app import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
