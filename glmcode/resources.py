"""Where the files beside the code are: prompts and examples, in an installed package and in a checkout."""

from pathlib import Path


def folder(name: str) -> Path:
    """The folder `prompts` or `examples`: inside the package where it was installed, else the checkout's own."""
    package = Path(__file__).resolve().parent
    installed = package / "data" / name
    # An editable install does not see the files that a wheel is given, so a checkout's own folder stands in.
    return installed if installed.is_dir() else package.parent / name
