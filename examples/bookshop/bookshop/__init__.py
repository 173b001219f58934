"""The back room of a small bookshop."""
