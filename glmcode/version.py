"""The version, as a constant: asking the installed metadata for it would cost four times the rest of a start."""

__version__ = "0.1.0"
