"""Bytes that are no text, as git's binary patches write them."""

import zlib
from base64 import b85encode

__all__ = ["literal"]

_LINE = 52
_LENGTHS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_STORED = 65535


def literal(data: bytes) -> str:
    """A `literal` section of a `GIT binary patch`, with the blank line that ends it."""
    packed = _stored(data)
    rows = [packed[at : at + _LINE] for at in range(0, len(packed), _LINE)]
    # git pads the last group with NULs and writes all of its five digits.
    lines = [_LENGTHS[len(row) - 1] + b85encode(row, pad=True).decode("ascii") for row in rows]
    return f"literal {len(data)}\n" + "\n".join(lines) + "\n\n"


def _stored(data: bytes) -> bytes:
    """A zlib stream of stored blocks: what a deflater would make of the data differs from one zlib to the next, and a
    plan's diff may not."""
    blocks = [data[at : at + _STORED] for at in range(0, len(data), _STORED)] or [b""]
    out = [b"\x78\x01"]
    for number, block in enumerate(blocks, 1):
        size = len(block)
        out.append(bytes([number == len(blocks)]) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little"))
        out.append(block)
    out.append(zlib.adler32(data).to_bytes(4, "big"))
    return b"".join(out)
